"""Times as values: comparisons, differences, extrema and missing ones."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/times.zarr")
observed, duration = data.observed, data.duration
print(observed.dtype, duration.dtype, int(observed.isnull().sum()))
out = (observed > np.datetime64("2000-01-02")).to_dataset(name="late").assign(missing=observed.isnull(), shifted=observed + duration, elapsed=(observed - np.datetime64("1999-12-30")) / np.timedelta64(1, "h"))
print(out.shifted.dtype, out.elapsed.dtype)
out.to_zarr("out/times_values.zarr", mode="w")
print(str(observed.max().values), str(data.time.min().values))
