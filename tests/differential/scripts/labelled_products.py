"""`xr.dot` and `@` of labelled arrays: dims, labels, dtypes, missing values."""

import numpy as np
import xarray as xr

a = xr.DataArray((np.arange(24.0) % 7).reshape(2, 3, 4), dims=("x", "y", "z"), coords={"y": [1, 2, 3], "z": list("abcd")}, name="a")
b = xr.DataArray((np.arange(20.0) % 5).reshape(5, 4), dims=("w", "z"), coords={"z": list("bcde")}, attrs={"units": "K"})
for r in [xr.dot(a, b), a @ b, a.dot(b, dim="z"), xr.dot(a, b, dim=...), xr.dot(a, a, dim="x"), xr.dot(a, dim="y"), xr.dot(a, b, dim=[])]:
    print(r.name, r.dims, r.shape, sorted(r.coords), r.attrs, r.values)
chunked = a.chunk({"x": 1, "z": 3})
print(xr.dot(chunked, b.chunk({"w": 2})).values, (chunked @ chunked).values)
missing = a.where(a > 1)
print(xr.dot(missing, b, dim="z").values, xr.dot(missing, missing, dim=["y", "z"]).values)
for dtype in ["int8", "uint8", "int16", "int32", "uint64", "float32", "bool"]:
    left = xr.DataArray((np.arange(6) % 3).astype(dtype).reshape(2, 3), dims=("i", "k"))
    right = xr.DataArray((np.arange(12) % 4).astype(dtype).reshape(3, 4), dims=("k", "j"))
    product = xr.dot(left, right)
    print(dtype, product.dtype, product.values.tolist(), xr.dot(left, left).values.tolist())
wraps = xr.DataArray(np.array([100, 100], dtype="int8"), dims="k")
print(int(xr.dot(wraps, wraps)), xr.dot(wraps, wraps).dtype)
print(xr.dot(a, b, b, dim="z").dims, xr.dot(a, b, b).values.sum())
try:
    xr.dot(a, 1)
except TypeError as error:
    print(type(error).__name__)
