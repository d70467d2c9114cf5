import numpy as np
import xarray as xr

# More than 32 MiB behind each result, so that they are found in passes; here and there a value is missing.
y = xr.DataArray(np.arange(2900), dims="y")
x = xr.DataArray(np.arange(3001), dims="x")
i = y * 3001 + x
scattered = i * 7919 % 1_000_003 - 400_000
holes = i % 1009 != 5
for name, values in {
    "float64": (scattered / 7.0) ** 3,
    "float64 with holes": (scattered / 7.0).where(holes),
    "float32": scattered.astype("float32").where(holes),
    "int64": scattered * 3_000_000_007,
    "few": (scattered % 3).astype("int64"),
    "uint64": scattered.astype("uint64"),
}.items():
    median = values.median()
    print(name, median.values, median.dtype, values.quantile([0, 0.1, 0.5, 0.93, 1]).values)
for method in ["inverted_cdf", "hazen", "nearest"]:
    print(method, (scattered / 7.0).quantile([0.2, 0.61], method=method).values)
holey = (scattered / 7.0).where(holes)
print(holey.median(skipna=False).values, holey.quantile(0.5, skipna=False).values)
levels = holey.isel(x=slice(0, 1500)) + xr.DataArray(np.array([0.0, 1000.0]), dims="z")
levels.transpose("y", "z", "x").chunk({"y": 500, "x": 800}).to_dataset(name="v").to_zarr("out/large_quantiles.zarr", mode="w")
stored = xr.open_zarr("out/large_quantiles.zarr").v
print(stored.median(["y", "x"]).values, (stored.T * 2).median(["x", "y"]).values)
one = (stored.chunk({"y": -1, "x": -1}) - 1).quantile([0.25, 0.75], ("y", "x"))
print(one.dims, one.values, (stored.max(["y", "x"]) - stored.median(["y", "x"])).values)
