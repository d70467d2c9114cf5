"""Chunks without an element.

Raises: ZeroDivisionError
Expects: length of 1
"""
import numpy as np
import xarray as xr

ds = xr.Dataset({"a": ("x", np.arange(5.0))})
ds.to_zarr("out/chunks_of_no_length.zarr", encoding={"a": {"chunks": (0,)}})  # fails here
