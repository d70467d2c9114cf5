"""NetCDF files that scripts write, as the field's own tools see them: `python tests/netcdf_files.py [--swath PATH]`.

netCDF4-python (and so netCDF-C) reads dimensions, filters, attributes, groups and values, and goes on writing to the file.
`h5dump`, `ncdump` and `cdo` look at it too where they are installed.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import netCDF4
import numpy as np
import xarray as xr

import ranks

ROOT = pathlib.Path(__file__).resolve().parent.parent

SCRIPT = """
import numpy as np
import xarray as xr

time = xr.date_range("2001-01-01", periods=20, freq="D")
x = xr.DataArray(np.arange(20 * 6 * 8, dtype="float32").reshape(20, 6, 8), dims=("time", "lat", "lon"),
                 coords={"time": time, "lat": np.linspace(-75, 75, 6), "lon": np.arange(8) * 45.0}, attrs={"units": "K"})
x.lat.attrs.update(units="degrees_north", standard_name="latitude")
x.lon.attrs.update(units="degrees_east", standard_name="longitude")
data = x.where(x != 7).to_dataset(name="t")
data["label"] = ("time", np.array([f"day {n}" for n in range(20)]))
data["packed"] = x / 10
data["count"] = ("time", np.arange(20))
data.attrs.update(title="a file", numbers=[1.5, 2.5])
data.chunk({"time": 6}).to_netcdf("file.nc", unlimited_dims=["time"], encoding={
    "t": {"zlib": True, "complevel": 3, "fletcher32": True, "chunksizes": (5, 6, 8), "_FillValue": np.float32(-1)},
    "packed": {"dtype": "int16", "scale_factor": 0.1, "_FillValue": -32768},
    "time": {"units": "days since 2001-01-01", "dtype": "int32"}})
(x * 2).to_dataset(name="double").to_netcdf("file.nc", mode="a")
x.mean("time").to_dataset(name="mean").to_netcdf("file.nc", mode="a", group="statistics/time")
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--swath", default=str(ROOT / "target/release/swath"), help="the binary")
    swath = str(pathlib.Path(parser.parse_args().swath).resolve())
    with tempfile.TemporaryDirectory(prefix="swath-files-") as directory:
        work = pathlib.Path(directory)
        (work / "script.py").write_text(SCRIPT)
        for count in (None, 3):
            (work / "file.nc").unlink(missing_ok=True)
            run([*ranks.launcher(count, swath), swath, "run", "--quiet", "script.py"], work)
            written = (work / "file.nc").read_bytes()
            if count is None:
                first = written
        assert written == first, "other bytes on three ranks"
        for check in (read_by_netcdf_c, seen_by_tools, gone_on_with):
            check(swath, work)
            print(f"passed {check.__name__}", flush=True)


def run(command, work):
    process = ranks.start([str(word) for word in command], work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, _ = process.communicate(timeout=120)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said}")
    return said


def values():
    return np.arange(20 * 6 * 8, dtype="float32").reshape(20, 6, 8)


def read_by_netcdf_c(_swath, work):
    with netCDF4.Dataset(work / "file.nc") as file:
        assert {name: (len(d), d.isunlimited()) for name, d in file.dimensions.items()} == {
            "time": (20, True),
            "lat": (6, False),
            "lon": (8, False),
        }
        t = file["t"]
        assert (t.chunking(), t.dimensions, t.dtype) == ([5, 6, 8], ("time", "lat", "lon"), np.float32)
        assert {key: t.filters()[key] for key in ("zlib", "complevel", "shuffle", "fletcher32")} == {
            "zlib": True,
            "complevel": 3,
            "shuffle": True,
            "fletcher32": True,
        }
        expected = np.ma.masked_equal(values(), 7)
        assert (np.ma.getmaskarray(t[:]) == np.ma.getmaskarray(expected)).all() and (t[:] == expected).all()
        np.testing.assert_allclose(file["packed"][:], values() / 10, atol=0.051)
        assert file["label"][3] == "day 3" and file["label"].dtype is str
        assert (file["double"][:] == 2 * values()).all() and file["double"].dimensions == ("time", "lat", "lon")
        assert file.title == "a file" and list(file.numbers) == [1.5, 2.5] and t.units == "K"
        group = file["statistics/time"]
        np.testing.assert_allclose(group["mean"][:], values().mean(0))
        assert group["mean"].dimensions == ("lat", "lon") and file["statistics"].variables == {}
        assert file.data_model == "NETCDF4" and list(file.groups) == ["statistics"]


def seen_by_tools(_swath, work):
    if shutil.which("h5dump"):
        header = run(["h5dump", "-p", "-H", "-d", "/t", "file.nc"], work)
        for word in ("FLETCHER32", "SHUFFLE", "LEVEL 3", "CHUNKED ( 5, 6, 8 )"):
            assert word in header, header
        run(["h5dump", "file.nc"], work)
    if shutil.which("ncdump"):
        header = run(["ncdump", "-h", "-s", "file.nc"], work)
        assert "time = UNLIMITED ; // (20 currently)" in header and 't:units = "K"' in header, header
    if shutil.which("cdo"):
        run(["cdo", "-s", "-O", "timmean", "-selname,t,double", "file.nc", "mean.nc"], work)
        with xr.open_dataset(work / "mean.nc") as mean:
            np.testing.assert_allclose(mean["double"][0], 2 * values().mean(0), rtol=1e-6)
            assert mean.sizes["lat"] == 6 and mean["t"].attrs["units"] == "K"


def gone_on_with(swath, work):
    """netCDF-C adds a record of one variable, a variable and a group to the file; Swath reads the result as it does."""
    with netCDF4.Dataset(work / "file.nc", "a") as file:
        file["time"][20] = 20
        file["double"][20] = 1.0
        file.createVariable("more", "f8", ("lat",))[:] = np.arange(6)
        file.createGroup("other").createVariable("deep", "i4", ("lon",))[:] = np.arange(8)
    (work / "read.py").write_text(
        "import xarray as xr\n"
        "data = xr.open_dataset('file.nc', chunks={})\n"
        "print(data.sizes['time'], float(data.double[20].sum()), float(data.double[:20].sum()), float(data.more.sum()))\n"
        "print(int(xr.open_dataset('file.nc', group='other').deep.sum()), int(data.t.isnull().sum()))\n"
        "for name in ['t', 'packed', 'label', 'count']:\n"
        "    print(name, data[name].shape, data[name].values[18:].ravel().tolist())\n"
        "data[['more']].to_netcdf('file.nc', mode='a', group='other')\n"
        "print(float(xr.open_dataset('file.nc', group='other').more.sum()))\n"
    )
    said = run([swath, "run", "--quiet", "read.py"], work)
    with xr.open_dataset(work / "file.nc") as data:
        short = [data[name] for name in ("t", "packed", "label", "count")]
        shown = [f"{values.name} {values.shape} {values.values[18:].ravel().tolist()}" for values in short]
    expected = ["21 48.0 " + f"{float(2 * values().sum())} 15.0", "28 49", *shown, "15.0"]
    assert said.splitlines() == expected, said


if __name__ == "__main__":
    main()
