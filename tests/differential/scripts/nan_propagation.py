"""NaN and infinity through arithmetic, comparisons, minimum and where."""
import numpy as np
import xarray as xr

data = xr.open_zarr("in/nan_patterns.zarr")
a = data.infinite
out = (a - a).to_dataset(name="zero").assign(
    minimum=np.minimum(a, 0), fmin=np.fmin(a, 0), greater=a > 0, product=a * 0, root=np.sqrt(a), filled=a.fillna(-1), finite=np.isfinite(a), infinite=np.isinf(a), inverse=1 / a, sum=a.sum("x")
)
out.to_zarr("out/nan_propagation.zarr", mode="w")
