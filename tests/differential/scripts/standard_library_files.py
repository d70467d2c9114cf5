"""Files, paths and the environment of a script."""

import contextlib
import glob
import io
import json
import os
import os.path
import pathlib
import shutil
import sys
import tempfile

import xarray as xr

folder = pathlib.Path(tempfile.mkdtemp(prefix="standard-"))
(folder / "a").mkdir(parents=True, exist_ok=True)
(folder / "a" / "one.txt").write_text("first\nsecond\n")
with open(folder / "a" / "two.json", "w") as file:
    json.dump({"k": [1, 2]}, file)
with open(folder / "a" / "two.json") as file:
    print(json.load(file))
print(sorted(path.name for path in folder.rglob("*")), sorted(os.listdir(folder / "a")), [os.path.basename(p) for p in glob.glob(str(folder / "a" / "*.txt"))])
print((folder / "a" / "one.txt").read_text().split(), (folder / "a").is_dir(), os.path.exists(folder / "b"), os.path.getsize(folder / "a" / "one.txt"))
for line in open(folder / "a" / "one.txt"):
    print(line.strip(), end=";")
print(pathlib.PurePosixPath("/x/y.tar.gz").suffixes, pathlib.Path("x/../y.nc").stem, pathlib.Path("a", "b").parts, pathlib.Path("/a/b").relative_to("/a"), os.path.join("a", "..", "b"), os.path.normpath("a/../b"), os.path.dirname("/a/b.c"))
print(pathlib.Path("x.zarr").with_suffix(".nc"), os.sep, os.path.isabs("/a"), os.path.splitext("a.b.c"), str(pathlib.Path("a") / "b"), pathlib.Path("a/b").parent)
os.environ["OF_THIS_TEST"] = "5"
print(os.environ["OF_THIS_TEST"], os.getenv("NOT_THERE"), int(os.environ.get("NOT_THERE", 3)), "OF_THIS_TEST" in os.environ, os.getcwd() == str(pathlib.Path.cwd()))
print(len(sys.argv) >= 1, sys.version_info >= (3, 8), sys.maxsize, sys.byteorder, sys.platform, isinstance(sys.path, list))
with contextlib.redirect_stdout(io.StringIO()) as held:
    print("held")
print(held.getvalue().strip(), file=sys.stdout)
data = xr.DataArray([1.0, 2.0], dims="x", name="v")
data.to_dataset().to_zarr(folder / "v.zarr", mode="w")
print(xr.open_zarr(folder / "v.zarr").v.values, sorted(path.name for path in folder.glob("*.zarr")))
shutil.rmtree(folder)
print(folder.exists())
try:
    open(folder / "gone")
except FileNotFoundError as error:
    print(type(error).__name__)
