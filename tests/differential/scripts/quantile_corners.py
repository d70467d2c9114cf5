import numpy as np
import xarray as xr

METHODS = ["linear", "lower", "higher", "midpoint", "nearest", "hazen", "weibull", "median_unbiased", "normal_unbiased",
           "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf"]
inf = np.inf
infinite = xr.DataArray([[1.0, 2.0, inf], [-inf, 1.0, 2.0], [-inf, 0.5, inf], [inf, inf, inf]], dims=("y", "x"))
for method in METHODS:
    print(method, infinite.quantile([0, 0.3, 0.5, 0.9, 1], "x", method=method).values)
    print(infinite.isel(x=[2]).quantile(0.5, "x", method=method).values)
print(infinite.median("x").values)

numbers = xr.DataArray(np.arange(12).reshape(3, 4) * 7 % 11, dims=("y", "x"), coords={"y": [1, 2, 4]})
for dtype in ["int64", "uint8", "int16", "float32", "bool"]:
    for method in ["nearest", "lower", "higher", "inverted_cdf", "closest_observation"]:
        found = (numbers > 4 if dtype == "bool" else numbers.astype(dtype)).quantile([0.2, 0.5], "x", method=method)
        print(dtype, method, found.dtype, found.values)
try:
    (numbers > 4).quantile(0.5)
except TypeError:
    print("bools have no values between them")

large = xr.DataArray(np.array([2**53 + 1, 2**62 + 3, -(2**60) - 1]), dims="x")
print(large.quantile([0, 0.5, 1], "x", method="lower").values)
i = xr.DataArray(np.arange(4000), dims="y") * 2200 + xr.DataArray(np.arange(2200), dims="x")
in_passes = (i * 7919 % 1_000_003 * 9_007_199_254_741).quantile([0.25, 0.5], method="higher")
print(in_passes.dtype, in_passes.values)
