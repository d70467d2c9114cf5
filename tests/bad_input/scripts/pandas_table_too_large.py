"""A table that is larger than the memory.

Accepted by xarray.
Expects: memory
Memory: 256MiB
Raises: MemoryError
"""

import dask.array as da
import xarray as xr

x = xr.DataArray(da.ones((8000, 8000), chunks=(1000, 1000)), dims=("y", "x"), name="a")
x.to_dataframe()  # fails here
