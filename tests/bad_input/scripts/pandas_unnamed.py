"""An array without a name as a table.

Expects: unnamed, name
Raises: ValueError
"""

import xarray as xr

xr.DataArray([1, 2], dims="x").to_dataframe()  # fails here
