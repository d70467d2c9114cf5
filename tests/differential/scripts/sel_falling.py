"""Labels in a falling index, as latitudes are: neighbours, ties, and slices that go backwards."""
import numpy as np
import xarray as xr

y = xr.DataArray(np.array([40.0, 30.0, 20.0, 10.0]), dims="y", coords={"y": np.array([40, 30, 20, 10])}, name="v")
for method in ["nearest", "pad", "backfill"]:
    print(method, float(y.sel(y=25, method=method)), float(y.sel(y=31, method=method)), float(y.sel(y=12, method=method)))
print(float(y.sel(y=15, method="nearest")), y.sel(y=slice(30, 10)).values, y.sel(y=slice(10, 30, -1)).values)
x = xr.DataArray(np.array([1.0, 2.0, 3.0, 5.0, 8.0]), dims="x", coords={"x": np.array([1, 2, 3, 5, 8])})
print(x.sel(x=slice(5, 2, -1)).values, x.sel(x=slice(None, None, -2)).values, float(x.sel(x=4, method="nearest")))
