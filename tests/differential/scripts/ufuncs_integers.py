"""Functions of integers give numpy's float dtypes: float32 for 16 bits, float64 beyond."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
out = data[["uint8"]]
for name in ("uint16", "int32", "uint64"):
    out = out.assign({f"sqrt_{name}": np.sqrt(abs(data[name])), f"exp_{name}": np.exp(data[name] / 50)})
    print(name, out[f"sqrt_{name}"].dtype)
for name in ("int8", "uint16", "int64"):
    out = out.assign({f"abs_{name}": np.abs(data[name]), f"min_{name}": np.minimum(data[name], 3), f"sign_{name}": np.sign(data[name])})
    print(name, out[f"abs_{name}"].dtype, out[f"min_{name}"].dtype)
out.to_zarr("out/ufuncs_integers.zarr", mode="w")
