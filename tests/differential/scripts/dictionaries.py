"""`to_dict` and `from_dict`, as for JSON, with values, schemas, times and encodings."""
import json

import numpy as np
import xarray as xr

ds = xr.open_zarr("in/cube.zarr")[["weight", "gravity", "station"]].isel(y=slice(0, 3), x=slice(0, 2))
as_dict = ds.to_dict()
print(list(as_dict), as_dict["dims"], as_dict["attrs"], list(as_dict["coords"]), as_dict["data_vars"]["weight"])
print(json.loads(json.dumps(as_dict["data_vars"]))["gravity"])
print({name: (item["dtype"], item["shape"]) for name, item in ds.to_dict(data=False)["data_vars"].items()})
again = xr.Dataset.from_dict(as_dict)
print(again.equals(ds.compute()), sorted(again.coords), again.attrs, again.weight.values)
array = xr.open_zarr("in/times.zarr").observed.isel(time=slice(0, 3))
shown = array.to_dict()
print(list(shown), shown["name"], shown["dims"], shown["data"][0], shown["data"][1], shown["coords"]["time"]["data"])
print(xr.open_zarr("in/times.zarr").observed.isel(time=3).to_dict()["data"], xr.DataArray.from_dict(shown).values.astype("datetime64[s]"), array.to_dict(data="array")["coords"]["time"]["data"].dtype)
small = xr.DataArray.from_dict({"dims": ("t",), "data": [1, 2], "coords": {"t": {"dims": "t", "data": ["p", "q"]}}, "name": "s", "attrs": {"k": [1, 2]}})
print(small, small.to_dict()["attrs"], small.to_dict(encoding=True)["encoding"])
print(xr.Dataset.from_dict({"t": {"dims": "t", "data": [0, 1]}, "a": {"dims": ("t",), "data": [0.5, 1.5]}}))
duration = xr.open_zarr("in/times.zarr").duration.isel(time=slice(0, 2)).to_dict()["data"]
print([span.total_seconds() for span in duration])
for wrong in (lambda: xr.DataArray.from_dict({"dims": "t"}), lambda: xr.Dataset.from_dict({"a": {"data": 1}}), lambda: ds.to_dict(data="lists")):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
