import numpy as np
import xarray as xr

a = xr.DataArray([1, 2], dims="x", name="a")
print(a.identical(a.rename("q")), a.equals(a.rename("q")), a.identical(a.copy()))
i = xr.DataArray(np.arange(12).reshape(3, 4), dims=("y", "x"))
padded = i.pad(x=(1, 0), y=(0, 1), constant_values={"x": 3, "y": 4})
print(padded.values.tolist())
print(i.chunk({"y": 2, "x": 3}).pad(x=(1, 0), y=(0, 1), constant_values={"x": 3, "y": 4}).values.tolist())
f = xr.DataArray([1.0, 2.0, 3.0], dims="x", coords={"x": [3, 1, 2]})
for method in ("ffill", "bfill", "nearest"):
    try:
        print(f.reindex(x=[1.5, 3], method=method).values)
    except ValueError:
        print("ValueError")
print(f.sortby("x", ascending=False).reindex(x=[1, 3], method="ffill").values)
