"""A variable whose dimension has another length in the store.

Expects: conflicting sizes, x
Earlier: out/append_conflicting_sizes.zarr
"""
import numpy as np
import xarray as xr

other = xr.Dataset({"z": ("x", np.arange(2.0))})
other.to_zarr("out/append_conflicting_sizes.zarr", mode="a")  # fails here
