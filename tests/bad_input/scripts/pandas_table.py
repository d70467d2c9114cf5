"""What a table hasn't: what to write instead.

Accepted by xarray.
Expects: plot, to_csv, draw
Raises: AttributeError
"""

import xarray as xr

ds = xr.open_zarr("in/good.zarr")
ds[["row"]].to_dataframe().plot()  # fails here
