import numpy as np
import xarray as xr

ds = xr.open_zarr("in/dtypes.zarr")
for name in ["uint8", "int16", "float32", "bool"]:
    for dtype in ["float64", "int32", np.float32]:
        for reduction in ["sum", "mean", "prod"]:
            found = getattr(ds[name].fillna(0), reduction)("x", dtype=dtype)
            print(name, reduction, found.dtype, found.values[:3])
print(ds.int8.std(dtype="float32").dtype, ds.float32.sum(dtype="float64", min_count=500).values)
print({name: str(array.dtype) for name, array in ds[["int8", "float32"]].sum(dtype="int64").items()})
