"""Casts between all dtypes, by name, by numpy type and by Python type."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr").isel(y=slice(0, 4), x=slice(0, 5))
out = data[["int8"]]
for name in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
    for target in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"):
        out = out.assign({f"{name}_to_{target}": data[name].astype(target)})
out = out.assign(by_type=data.int16.astype(np.float32), by_python=data.int8.astype(float), truncate=data.float64.fillna(0).astype("int32"), flag=data.float64.fillna(0).astype(bool), double=data.float32.astype("f8"))
out.to_zarr("out/astype.zarr", mode="w")
