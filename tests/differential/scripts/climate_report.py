"""A climate script as it comes from a notebook: functions, formats, anomalies, trends, a file of results."""
import json
import math
import pathlib

import numpy as np
import xarray as xr

BASELINE = slice("1999", "2000")
SEASONS = {"DJF": "winter", "MAM": "spring", "JJA": "summer", "SON": "autumn"}


def load(path):
    ds = xr.open_zarr(path)
    ds = ds.rename({"temperature": "tas"}).assign_coords(lat=("y", np.linspace(-60, 60, ds.sizes["y"])))
    ds["tas"] = (ds.tas - 273.15).assign_attrs(units="degC", long_name="near-surface air temperature")
    return ds.drop_vars("level")


def area_mean(array):
    weights = np.cos(np.deg2rad(array.lat))
    return array.weighted(weights).mean(("y", "x"))


def anomalies(array):
    climate = array.sel(time=BASELINE).groupby("time.dayofyear").mean("time")
    return (array.groupby("time.dayofyear") - climate).drop_vars("dayofyear")


def report(series, title):
    print(f"{title:-^40}")
    for label, value in zip(series[series.dims[0]].values, series.values):
        print(f"{str(label)[:10]:>12} {value:+9.4f}")


ds = load("in/seasons.zarr")
mean = area_mean(ds.tas)
report(mean.groupby("time.year").mean(), "annual means")
report(mean.resample(time="QS-DEC").mean(), "seasons")
anomaly = anomalies(ds.tas)
print(sorted(anomaly.sizes.items()), anomaly.attrs, f"{float(abs(anomaly).max()):.3f}", anomaly.sel(time="2001-07").mean().round(4).values)
fit = area_mean(anomaly).polyfit("time", 1).polyfit_coefficients.sel(degree=1)
per_decade = float(fit) * 1e9 * 86400 * 3652.5
print(f"trend {per_decade:.5f} {ds.tas.attrs['units']} a decade", "warming" if per_decade > 0 else "cooling", math.isfinite(per_decade))
months = ds.tas.groupby("time.month").mean().mean("x")
print(months.sel(month=[1, 7]).round(3).values, months.argmax("month").values, months.idxmin("month").values)
frost = (ds.tas < 0).groupby("time.season").sum().mean(("y", "x"))
print({SEASONS[str(name)]: round(float(days), 2) for name, days in zip(frost.season.values, frost)})
percentile = ds.tas.quantile([0.1, 0.5, 0.9], dim="time").mean(("y", "x"))
print(", ".join(f"p{100 * q:.0f}={v:.3f}" for q, v in zip(percentile["quantile"].values, percentile.values)))
warmest = mean.rolling(time=30, center=True).mean().idxmax("time")
print(str(warmest.values)[:10], mean.sel(time=warmest).round(4).values)
out = xr.Dataset({"anomaly": anomaly.mean("x"), "climate": months, "trend": fit}, attrs={"source": "seasons", "baseline": "1999 to 2000"})
out["anomaly"].encoding = {"dtype": "int16", "scale_factor": 0.001, "_FillValue": -32768}
out.chunk(time=400, month=12, y=5).to_zarr("out/climate_report.zarr", mode="w")
summary = {"trend": round(per_decade, 4), "years": sorted({int(year) for year in ds.time.dt.year.values}), "dims": dict(ds.sizes)}
print(json.dumps(summary, sort_keys=True), pathlib.Path("out/climate_report.zarr").exists())
