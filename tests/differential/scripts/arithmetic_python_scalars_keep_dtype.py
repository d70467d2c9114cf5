"""A Python number doesn't widen an array; a numpy scalar may."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
out = data[["int8"]].rename({"int8": "int8_as_is"})
for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"):
    out = out.assign({f"{name}_i": data[name] + 1, f"{name}_f": data[name] + 1.0, f"{name}_n": data[name] + np.int32(1)})
    print(name, out[f"{name}_i"].dtype, out[f"{name}_f"].dtype, out[f"{name}_n"].dtype)
out = out.assign(bool_i=data["bool"] + 1, bool_f=data["bool"] * 2.5)
out.to_zarr("out/arithmetic_python_scalars_keep_dtype.zarr", mode="w")
