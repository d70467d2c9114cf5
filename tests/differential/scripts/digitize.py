"""Bins of values, of NaN too; bins that rise and fall. Reductions of numbers alone."""
import dask.array as da
import numpy as np
import xarray as xr

values = da.from_array(np.array([np.nan, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, np.inf]), chunks=3)
for bins in [[0, 1, 2], [2.0, 1.0, 0.0], [1, 1, 2], [0.5]]:
    for right in [False, True]:
        print(bins, right, da.digitize(values, np.array(bins), right=right).compute())
mixed = xr.Dataset({"v": ("x", [1.0, 2.0, 3.0]), "text": ("x", ["a", "b", "c"]), "flag": ("x", [True, False, True])})
print(sorted(mixed.reduce(np.mean, "x", numeric_only=True).data_vars), sorted(mixed.reduce(np.mean, numeric_only=True).data_vars))
