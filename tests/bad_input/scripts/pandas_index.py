"""xarray's own index objects: there are those of numpy and pandas.

Accepted by xarray.
Expects: xindexes, use indexes
Raises: AttributeError
"""

import xarray as xr

ds = xr.open_zarr("in/good.zarr")
print(ds.xindexes["x"])  # fails here
