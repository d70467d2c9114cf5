"""A region of lazy values that begins within a chunk of the store.

Expects: value, share stored chunks, from 1
Earlier: out/region_within_a_chunk.zarr
"""
import xarray as xr

part = xr.open_zarr("in/good.zarr", chunks={})[["value"]].isel(y=slice(1, 4)).drop_vars(["band", "x"])
part.drop_encoding().to_zarr("out/region_within_a_chunk.zarr", region={"y": slice(1, 4)})  # fails here
