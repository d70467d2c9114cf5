"""What Swath's objects have: names and parameters by class, as JSON. Runs under `swath run`; `table.py` reads it."""

import json

import numpy as np
import xarray as xr

array = xr.DataArray(
    np.arange(24.0).reshape(4, 6),
    dims=("time", "x"),
    coords={"time": np.arange("2000-01-01", "2000-01-05", dtype="datetime64[D]").astype("datetime64[ns]"), "x": np.arange(6)},
    name="a",
)
dataset = array.to_dataset(name="a")

OBJECTS = {
    "DataArray": lambda: array,
    "Dataset": lambda: dataset,
    "DataArrayGroupBy": lambda: array.groupby("time.month"),
    "DatasetGroupBy": lambda: dataset.groupby("time.month"),
    "DataArrayResample": lambda: array.resample(time="2D"),
    "DatasetResample": lambda: dataset.resample(time="2D"),
    "DataArrayRolling": lambda: array.rolling(x=3),
    "DatasetRolling": lambda: dataset.rolling(x=3),
    "DataArrayCoarsen": lambda: array.coarsen(x=2),
    "DatasetCoarsen": lambda: dataset.coarsen(x=2),
    "DataArrayWeighted": lambda: array.weighted(xr.DataArray(np.ones(6), dims="x")),
    "DatasetWeighted": lambda: dataset.weighted(xr.DataArray(np.ones(6), dims="x")),
    "DatetimeAccessor": lambda: array.time.dt,
    "TimedeltaAccessor": lambda: (array.time - array.time[0]).dt,
}


def parameters(thing, name):
    try:
        return getattr(getattr(thing, name), "__text_signature__", None)
    except Exception:  # a property that this very object has no value for
        return None


found = {}
for kind, make in OBJECTS.items():
    try:
        thing = make()
    except AttributeError:  # the class isn't there
        found[kind] = {}
        continue
    own = {"DataArray": set(array.coords), "Dataset": {"a", *dataset.coords}}.get(kind, set())
    found[kind] = {name: parameters(thing, name) for name in thing.__dir__() if name not in own and name[0] != "_"}
print(json.dumps(found))
