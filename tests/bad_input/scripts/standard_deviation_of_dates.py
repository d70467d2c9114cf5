"""A standard deviation of dates, inside a dataset.

Expects: std, datetime64
"""
import xarray as xr

dates = xr.open_zarr("in/good.zarr")["count"].astype("int64").astype("datetime64[ns]")
dates.to_dataset(name="dates").std()  # fails here
