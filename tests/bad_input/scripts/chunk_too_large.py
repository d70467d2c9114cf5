"""A chunk of 7 GB where 256 MiB may be used: what fits is said, and nothing is tried.

Accepted by xarray.
Memory: 256MiB
Expects: value, --memory, 30000, iB
"""
import xarray as xr

value = xr.open_zarr("in/huge_chunk.zarr", consolidated=False).value
(value + 1).to_dataset(name="value").to_zarr("out/result.zarr", mode="w")  # fails here
