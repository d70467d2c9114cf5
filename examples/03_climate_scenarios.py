"""Two scenarios of a climate model over North America: how warm, how fast it warms, and what is between them.

    mpirun -n 4 swath run examples/03_climate_scenarios.py [A1B_FILE E1_FILE [RESULT]]
    python examples/03_climate_scenarios.py [A1B_FILE E1_FILE [RESULT]]

The files are `A1B_north_america.nc` and `E1_north_america.nc` of PyPI's `iris-sample-data`: a model's yearly air temperature
under SRES A1B, where emissions go on, and under ENSEMBLES E1, where they fall (doi:10.1007/s00382-010-0915-7), on a
calendar of 360 days. Without arguments they are looked for where pip has put that package.
"""

import sys
from pathlib import Path

import numpy as np
import xarray as xr


def installed(name):
    """A file of iris-sample-data: of the Python that runs this, or of a virtual environment beside or above the script."""
    here = Path(__file__).resolve().parent
    places = [Path(directory) for directory in sys.path]
    for directory in [Path.cwd(), here, *here.parents]:
        places += sorted(directory.glob(".venv/lib/python3*/site-packages"))
    for place in places:
        found = place / "iris_sample_data" / "sample_data" / name
        if found.exists():
            return str(found)
    sys.exit(f"there is no {name}: pip install iris-sample-data, or name the two files")


def area_mean(array):
    """Mean over the grid, in which a cell counts by its area."""
    return array.weighted(np.cos(np.deg2rad(array.latitude))).mean(("latitude", "longitude"))


def trend_per_decade(array):
    """Slope of the straight line through the years, in kelvin in ten years."""
    by_year = array.assign_coords(time=array.time.dt.year)
    return 10 * by_year.polyfit("time", deg=1).polyfit_coefficients.sel(degree=1, drop=True)


a1b_path = sys.argv[1] if len(sys.argv) > 1 else installed("A1B_north_america.nc")
e1_path = sys.argv[2] if len(sys.argv) > 2 else installed("E1_north_america.nc")
result_path = sys.argv[3] if len(sys.argv) > 3 else "scenarios.zarr"

scenarios = {name: xr.open_dataset(path, chunks={"time": 60}) for name, path in [("A1B", a1b_path), ("E1", e1_path)]}
results, anomalies = {}, {}
for name, ds in scenarios.items():
    w = np.cos(np.deg2rad(ds.latitude))
    weighted = ds.air_temperature.weighted(w).mean(("latitude", "longitude"))
    smooth = weighted.rolling(time=24, center=True, min_periods=12).mean()
    climatology = ds.air_temperature.sel(time=slice("1961", "1990")).mean("time")
    anomaly = ds.air_temperature - climatology
    by_decade = area_mean(anomaly).groupby(ds.time.dt.year // 10 * 10).mean()
    trend = trend_per_decade(ds.air_temperature.sel(time=slice("2000", None)))

    first, last = str(ds.time.values[0])[:10], str(ds.time.values[-1])[:10]
    print(f"{name}: {first} to {last} on a {ds.time.dt.calendar} calendar, {dict(ds.air_temperature.sizes)}")
    print(f"  smoothed over 24 years {float(smooth.min()):.2f} K to {float(smooth.max()):.2f} K")
    print(f"  {float(area_mean(trend)):.3f} K warmer every ten years since 2000, {float(trend.max()):.3f} K at worst")
    anomalies[name] = anomaly
    results |= {f"smooth_{name}": smooth.chunk(time=-1), f"decades_{name}": by_decade, f"trend_{name}": trend}

difference = scenarios["A1B"].air_temperature - scenarios["E1"].air_temperature
spread = area_mean(difference).resample(time="10YS").mean()
print("A1B is warmer than E1, in ten years from")
for start, kelvin in zip(spread.time.values, spread.values):
    if abs(kelvin) > 0.1:
        print(f"  {str(start)[:4]}: by {kelvin:.2f} K")

dataset = xr.Dataset(results).assign(
    difference=difference.sel(time=slice("2070", "2099")).mean("time"),
    anomaly_2090s=anomalies["A1B"].sel(time=slice("2090", "2099")).mean("time"),
)
dataset.to_zarr(result_path, mode="w")
print(f"{sorted(dataset.data_vars)} written to {result_path}")
