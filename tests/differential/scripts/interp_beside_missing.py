"""Linear interpolation at labels beside missing and infinite values: of one axis as numpy does it, of more as scipy."""

import numpy as np
import xarray as xr

nan, inf = np.nan, np.inf
points = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
for dtype in ["float64", "float32", "int64", "int32"]:
    for values in ([1.0, nan, 3.0, 4.0], [nan, 2, 3, nan]):
        values = np.array([1, 2, 5, 4] if dtype.startswith("int") else values, dtype=dtype)
        for chunks in ({}, {"x": 2}):
            a = xr.DataArray(values, dims="x", coords={"x": [0.0, 1.0, 2.0, 3.0]})
            a = a.chunk(chunks) if chunks else a
            both = xr.concat([a, a + 1], "y")
            for name, of in [("along", points), ("elsewhere", xr.DataArray(points, dims="p"))]:
                print(dtype, bool(chunks), name, a.interp(x=of).values, both.interp(x=of).values[0])
            for beyond in (-5.0, "extrapolate"):
                print(beyond, a.interp(x=points, kwargs={"fill_value": beyond}).values)
for values in ([1, inf, 3, 4.0], [inf, inf, nan, 2], [-inf, inf, 2, inf]):
    for labels in ([0.0, 1.0, 2.0, 3.0], np.array([0, 1, 2, 3], "float32"), [0, 1, 2, 3], [3, 2, 1, 0]):
        a = xr.DataArray(np.array(values), dims="x", coords={"x": labels})
        print(a.interp(x=points).values)
days = np.array(["2000-01-01", "2000-01-02", "2000-01-03"], "M8[ns]")
a = xr.DataArray([1.0, nan, 3.0], dims="time", coords={"time": days})
print(a.resample(time="12h").interpolate("linear").values)
