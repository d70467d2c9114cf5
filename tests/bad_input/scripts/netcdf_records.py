"""Values that are records; what lies beside them can be read.

Accepted by xarray.
Raises: NotImplementedError
Expects: records.nc, records, compound
"""
import xarray as xr

data = xr.open_dataset("in/records.nc")
print(data.usual.values)
data["records"]  # fails here
