"""Runs every kind of operation in little memory, and checks that no rank takes more than it was given.

    python tests/memory.py [--swath SWATH] [--full | --memory MIB --ratio N] [--only PATTERN]

Reads one seeded float32 cube N times as large as the memory of a rank, and the same in 300 NetCDF files. `--full` is 2.5 GiB,
10 times the 256 MiB of a rank, and sums 16 GiB of generated numbers under 512 MiB. It also runs three of the examples, as a
PATTERN does that their names match. Peaks are what the system counts (VmHWM), of the process or, on ranks, of each; the line
at the end of a run must name none above the limit.
"""

import argparse
import fnmatch
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import iris_sample_data
import netCDF4
import numpy as np
import xarray as xr

import ranks

SEED = 11
MAP_BYTES = 192 * 288 * 4
ROOT = pathlib.Path(__file__).resolve().parents[1]
LIMIT_S = 1800
MIB = 2**20

OPEN = "import sys\nimport numpy as np\nimport xarray as xr\nx = xr.open_zarr(sys.argv[1])['t'] + 0\n"
WRITE = ".to_dataset(name='t').to_zarr(sys.argv[2], mode='w')\n"
POINTS = OPEN + """
import numpy as np
at = lambda step, length: xr.DataArray(np.arange(3000) * step % length, dims="p")
"""
OPERATIONS = {
    "elementwise": OPEN + "(x * 2 + 1)" + WRITE,
    "mean over the first dimension": OPEN + "x.mean('time')" + WRITE,
    "mean over the last dimension": OPEN + "x.mean('x')" + WRITE,
    "standard deviation of all": OPEN + "print(float(x.std()))\n",
    "rechunk": OPEN + "x.chunk({'time': -1, 'y': 8, 'x': 8})" + WRITE,
    "transpose": OPEN + "x.transpose('x', 'y', 'time').chunk({'x': 8, 'y': 8, 'time': -1})" + WRITE,
    "median over the first dimension": OPEN + "x.median('time')" + WRITE,
    "median and quantiles of all": OPEN + "print(float(x.median()), x.quantile([0.1, 0.5, 0.9]).values)\n",
    "quantiles of all in float64": OPEN + "print(x.astype('float64').quantile([0.01, 0.99]).values)\n",
    "anomalies of months": OPEN + "months = x.groupby('time.month')\n(months - months.mean()).drop_vars('month')" + WRITE,
    "means of the days of a year": OPEN + "x.groupby('time.dayofyear').mean()" + WRITE,
    "stack and unstack": OPEN + "s = x.stack(z=('y', 'x'))\n(s - s.mean('time')).unstack('z')" + WRITE,
    "points far apart": POINTS + "x.isel(y=at(7919, 192), x=at(104729, 288))" + WRITE,
    "persist": OPEN + "p = x.persist()\nprint(float(p.max()))\n",
}
# What is asked of labelled arrays, one family a line; `--full` runs these on ranks too.
FAMILIES = {
    "largest of each day": OPEN + "d = x.assign_coords(time=np.datetime64('2001-01-01', 'ns') + np.arange(x.sizes['time'])"
    " * np.timedelta64(6, 'h'))\nd.groupby(d.time.dt.floor('D')).max()" + WRITE,
    "weighted mean and running mean": OPEN + "w = np.cos(np.deg2rad(xr.DataArray(np.linspace(-90, 90, x.sizes['y']), dims='y')))\n"
    "x.weighted(w).mean(('y', 'x')).rolling(time=24, center=True, min_periods=12).mean()" + WRITE,
    "running mean along the first dimension": OPEN + "x.rolling(time=5, center=True).mean()" + WRITE,
    "monthly means": OPEN + "x.resample(time='MS').mean()" + WRITE,
    "coarsened": OPEN + "x.coarsen(y=4, x=4).mean()" + WRITE,
    "coarsened along the first dimension": OPEN + "x.coarsen(time=8, boundary='trim').max()" + WRITE,
    "trends": OPEN + "x.polyfit('time', 1).polyfit_coefficients" + WRITE,
    "two concatenated": OPEN + "xr.concat([x, x + 1], dim='time')" + WRITE,
    "interpolated where missing": OPEN + "x.where(x > 280).interpolate_na('time')" + WRITE,
    "filled forwards": OPEN + "x.where(x > 280).ffill('time')" + WRITE,
    "sums so far": OPEN + "x.cumsum('time')" + WRITE,
    "quantile over the first dimension": OPEN + "x.quantile(0.9, 'time').drop_vars('quantile')" + WRITE,
    "weighted quantiles of all of a part": OPEN + "part = x.isel(time=slice(0, 40))\n"
    "w = xr.DataArray(np.linspace(1, 2, 40), dims='time')\nprint(part.weighted(w).quantile([0.1, 0.9]).values)\n",
    "reindexed": OPEN + "x.assign_coords(y=np.arange(192.0)).reindex(y=np.arange(-8.0, 200.0))" + WRITE,
    "shifted": OPEN + "x.shift(time=3).chunk({'time': 8})" + WRITE,
    "padded": OPEN + "x.pad(y=(2, 2), mode='edge')" + WRITE,
    "differences": OPEN + "x.diff('time').chunk({'time': 8})" + WRITE,
    "sorted backwards": OPEN + "x.sortby('time', ascending=False)" + WRITE,
    "positions of the largest": OPEN + "x.argmax('time')" + WRITE,
    "correlation": OPEN + "xr.corr(x, x.shift(time=1), dim='time')" + WRITE,
    "a NetCDF file": OPEN + "(x * 2).to_dataset(name='t').to_netcdf(sys.argv[2] + '.nc')\n",
}
MANY = "import sys\nimport xarray as xr\nx = xr.open_mfdataset(sys.argv[2] + '-*.nc')['t']\n"
MANY_FILES = {
    "mean of 300 files": MANY + "x.mean('time')" + WRITE,
    "anomalies of 300 files": MANY + "months = x.groupby('time.month')\n(months - months.mean()).drop_vars('month').chunk({'time': 8})" + WRITE,
}
SQUARE = """
import sys
import dask.array as da, xarray as xr
values = da.random.random(({0}, {0}), chunks=(250, {0})).astype("float32")
xr.DataArray(values, dims=("y", "x")).to_dataset(name="t").to_zarr(sys.argv[2] + ".square", mode="w")
x = xr.open_zarr(sys.argv[2] + ".square")["t"]
(x + x.rename(y="x", x="y").transpose("y", "x"))"""
TALL = """
import sys
import numpy as np
import dask.array as da, xarray as xr
values = da.random.random(({0}, 600), chunks=({0} // 60, 200))
xr.DataArray(values, dims=("i", "k")).to_dataset(name="t").to_zarr(sys.argv[2] + ".tall", mode="w")
x = xr.open_zarr(sys.argv[2] + ".tall")["t"]
"""
MATRICES = """
import sys
import dask.array as da, xarray as xr
for name, dims in [(".left", ("i", "k")), (".right", ("k", "j"))]:
    values = da.random.random(({0}, {0}), chunks=(512, 512))
    xr.DataArray(values, dims=dims).to_dataset(name="t").to_zarr(sys.argv[2] + name, mode="w")
x, y = [xr.open_zarr(sys.argv[2] + name)["t"] for name in (".left", ".right")]
(x @ y).chunk(512)"""
PRODUCTS = {
    "a tall matrix times a small one": TALL + "(x @ xr.DataArray(np.ones((600, 300)), dims=('k', 'j')))" + WRITE,
    "a tall matrix times itself": TALL + "xr.dot(x, x.rename(k='l'), dim='i')" + WRITE,
}
GENERATED = "import dask.array as da\nprint(float(da.random.random(({0}, 1024, 1024), chunks=(1, 1024, 1024)).sum().compute()))\n"
PEAK = re.compile(r"peak memory(?: of a rank)? ([\d.]+) (B|KiB|MiB|GiB) of ([\d.]+) (B|KiB|MiB|GiB)")
UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--swath", default=str(ROOT / "target/release/swath"))
    parser.add_argument("--full", action="store_true", help="2.5 GiB and 16 GiB of data instead of a little")
    parser.add_argument("--memory", type=int, default=192, metavar="MIB", help="memory of a rank [192]")
    parser.add_argument("--ratio", type=float, default=1.6, metavar="N", help="how many times as much data [1.6]")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="names of operations")
    arguments = parser.parse_args()
    swath = str(pathlib.Path(arguments.swath).resolve())
    limit_mib, ratio = (256, 10) if arguments.full else (arguments.memory, arguments.ratio)
    memory, wanted = f"{limit_mib}MiB", ratio * limit_mib * MIB
    times = 8 * math.ceil(wanted / MAP_BYTES / 8)
    side = 500 * math.ceil(math.sqrt(wanted / 4) / 500)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="swath-memory-"))
    failed = 0
    try:
        cube = folder / "cube.zarr"
        maker = ROOT / "tests/bench/make_series.py"
        subprocess.run([sys.executable, "-W", "ignore", maker, cube, *map(str, (times, 192, 288, 8))], check=True)
        print(f"seed {SEED}, {times * MAP_BYTES / MIB:.0f} MiB under {memory} a rank", flush=True)
        cases = [(name, script, memory, count) for name, script in OPERATIONS.items() for count in (None, 3)]
        # Rank 0 schedules within the memory of its worker then.
        cases += [(name, script, memory, 2) for name, script in list(OPERATIONS.items())[::4]]
        cases += [(name, script, memory, None) for name, script in FAMILIES.items()]
        if arguments.full:
            cases += [(name, script, memory, 3) for name, script in FAMILIES.items()]
        make_files(folder, 300, math.ceil(times / 300))
        cases += [(name, script, memory, None) for name, script in MANY_FILES.items()]
        cases += [("sum with its transpose", SQUARE.format(side) + WRITE, memory, count) for count in (None, 3)]
        # In memory that holds the cube, what two stages read is decoded once; on 3 ranks, two of which compute, half of it.
        cube_mib = math.ceil(times * MAP_BYTES / MIB)
        for count, holding in ((None, cube_mib), (3, math.ceil(cube_mib / 2))):
            script, limit = OPERATIONS["anomalies of months"], f"{holding + 288}MiB"
            cases.append(("anomalies of months, the cube held", script, limit, count))
        rows, matrix = (480_000, 8192) if arguments.full else (80_000, 4096)
        cases += [(name, script.format(rows), memory, None) for name, script in PRODUCTS.items()]
        cases += [("a product of matrices", MATRICES.format(matrix) + WRITE, memory, count) for count in (None, 3)]
        if arguments.full:
            cases.append(("16 GiB of generated numbers", GENERATED.format(2048), "512MiB", None))
        cases = [case for case in cases if fnmatch.fnmatch(case[0], arguments.only)]
        for name, script, limit, count in cases:
            (folder / "script.py").write_text(script)
            failed += not check(swath, folder, name, [folder / "script.py", cube, folder / "out.zarr"], limit, count)
        wanted_here = arguments.full or arguments.only != "*"
        examples = {name: make for name, make in EXAMPLES.items() if wanted_here and fnmatch.fnmatch(name, arguments.only)}
        for name, (script, make, times_as_much) in examples.items():
            words = [ROOT / "examples" / script, *make(folder, times_as_much * wanted)]
            for count in (None, 3):
                failed += not check(swath, folder, name, words, f"{times_as_much * limit_mib}MiB", count)
                cases.append(name)
        print(f"{len(cases) - failed} passed, {failed} failed")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return failed > 0


def make_files(folder, count, times):
    """NetCDF files that follow one another in time, beside the result."""
    random = np.random.default_rng(SEED)
    for number in range(count):
        with netCDF4.Dataset(folder / f"out.zarr-{number:03}.nc", "w") as file:
            for name, length in {"time": times, "y": 192, "x": 288}.items():
                file.createDimension(name, length)
            time = file.createVariable("time", "f8", ("time",))
            time.units = "days since 2001-01-01"
            time[:] = np.arange(number * times, (number + 1) * times)
            file.createVariable("t", "f4", ("time", "y", "x"))[:] = random.normal(280, 10, (times, 192, 288))


def make_scenarios(folder, wanted):
    """The two files of the climate example, their maps repeated until both together have so many bytes."""
    paths = [folder / f"{name}.nc" for name in ("A1B", "E1")]
    for path in paths:
        with xr.open_dataset(pathlib.Path(iris_sample_data.path) / f"{path.stem}_north_america.nc", decode_times=False) as ds:
            air = ds["air_temperature"]
            maps = math.ceil(math.sqrt(wanted / 2 / air.nbytes))
            names = {"time": air.sizes["time"], "latitude": maps * air.sizes["latitude"], "longitude": maps * air.sizes["longitude"]}
            with netCDF4.Dataset(path, "w") as file:
                for name, length in names.items():
                    file.createDimension(name, length)
                    axis = file.createVariable(name, "f8", (name,))
                    axis.setncatts({key: value for key, value in ds[name].attrs.items() if key != "bounds"})
                    labels = ds[name].values
                    axis[:] = labels if name == "time" else np.linspace(labels[0], labels[-1], length)
                large = file.createVariable("air_temperature", "f4", tuple(names))
                for step in range(names["time"]):
                    large[step] = np.tile(air[step].values, (maps, maps))
    return [*paths, folder / "scenarios.zarr"]


def make_scene(folder, wanted):
    """A scene whose two bands of the vegetation index, as float32, have so many bytes: the example's, repeated."""
    scene = folder / "scene.zarr"
    with xr.open_zarr(ROOT / "examples/data/l7_etms.zarr") as ds:
        bands = ds["digital_number"].sel(band=[3, 4]).compute().drop_attrs()
    tiles = math.ceil(math.sqrt(wanted / 4 / bands.size))
    tall, wide = (tiles * bands.sizes[axis] for axis in ("y", "x"))
    large = np.tile(bands.values, (1, tiles, tiles))
    coords = {"band": bands["band"].values, "y": np.arange(tall), "x": np.arange(wide)}
    made = xr.DataArray(large, dims=("band", "y", "x"), coords=coords)
    made.to_dataset(name="digital_number").to_zarr(scene, encoding={"digital_number": {"chunks": (1, 1024, 1024)}})
    return [scene, folder / "days.zarr"]


def make_matrix(_folder, wanted):
    """The side of a matrix of float64 of so many bytes."""
    return [400 * math.ceil(math.sqrt(wanted / 8) / 400)]


# Scripts, what makes their arguments, and how many times as much memory and data they are given.
EXAMPLES = {
    "example of climate scenarios": ("03_climate_scenarios.py", make_scenarios, 1),
    "example of a symmetric matrix": ("04_symmetric_matrix.py", make_matrix, 1),
    # A chunk that "auto" makes has up to 128 MiB, and is held four times over while it is put together and written.
    "example of daily vegetation indices": ("02_ndvi_days.py", make_scene, 3),
}


def check(swath, folder, name, words, memory, count):
    shutil.rmtree(folder / "out.zarr", ignore_errors=True)
    command = [*ranks.launcher(count, swath), swath, "run", "--threads", "2", "--memory", memory, "--scratch", folder]
    command += [] if count != 2 else ["--rank-zero", "computes"]
    command = [str(part) for part in (*command, *words)]
    code, _, stderr = ranks.finish(command, folder, LIMIT_S)
    found = PEAK.search(stderr)
    where = "1 process" if count is None else f"{count} ranks" if count > 2 else "2 computing ranks"
    if code != 0 or not found:
        print(f"FAILED {name}, {where}: exit code {code}\n{stderr[-2000:]}", flush=True)
        return False
    peak, limit = (float(found[at]) * UNITS[found[at + 1]] for at in (1, 3))
    is_kept = peak <= limit
    summary = stderr.strip().splitlines()[-1].removeprefix("swath: ")
    print(f"{'ok' if is_kept else 'FAILED'} {name}, {where}: {summary}", flush=True)
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
