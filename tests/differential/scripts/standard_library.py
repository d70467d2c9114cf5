"""Python's own modules around arrays."""

import argparse
import collections
import datetime
import functools
import glob
import itertools
import json
import logging
import math
import os
import os.path
import pathlib
import re
import time
import warnings

import numpy as np
import xarray as xr

parser = argparse.ArgumentParser(description="a script")
parser.add_argument("--level", type=int, default=3)
parser.add_argument("names", nargs="*")
print(parser.parse_args(["--level", "4", "a", "b"]))

print(json.dumps({"mean": 1.5, "names": ["a", None]}, indent=1), json.loads('{"q": [1, 2.5]}'))
print(os.path.join("a", "b.zarr"), os.environ.get("NO_SUCH_VARIABLE", "unset"), os.path.splitext("x.nc"))
print(sorted(pathlib.Path(path).name for path in glob.glob("in/cube*.zarr")))
print(pathlib.Path("out") / "x.zarr", pathlib.Path("a/b.nc").suffix)
print(datetime.datetime(2000, 2, 28) + datetime.timedelta(days=2), datetime.date(2001, 1, 1).strftime("%Y %j"))
print(math.sqrt(2), math.comb(5, 2), math.isclose(0.1 + 0.2, 0.3), math.nan, math.log10(1000), math.atan2(1, 2))
print(re.sub(r"\d+", "#", "a12b3"), re.match(r"(\w+)-(\d+)", "ab-12").groups())
print(collections.Counter("abca").most_common(1), functools.reduce(lambda a, b: a * b, [1, 2, 3]))
print(list(itertools.product([1, 2], "ab")), collections.namedtuple("P", "x y")(1, 2))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    warnings.warn("not shown", stacklevel=1)
logging.getLogger("x").info("not shown")
print(time.perf_counter() > 0, time.time() > 1.6e9)

times = xr.open_zarr("in/times.zarr")
print(float(times.value.sel(time=datetime.datetime(2000, 1, 1), method="nearest").mean()))
print(times.value.sel(time=slice(datetime.datetime(1999, 12, 31), datetime.datetime(2000, 1, 3))).sizes["time"])
print(math.floor(times.value.mean()), round(math.fabs(np.float32(-1.5)), 1))
