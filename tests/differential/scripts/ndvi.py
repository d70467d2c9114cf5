"""The tutorial's NDVI, with a mask and statistics."""
import numpy as np
import xarray as xr

scene = xr.open_zarr("in/scene.zarr")
reflectance = scene.reflectance.astype(np.float32) * 1e-4
red, nir = reflectance.sel(band="red"), reflectance.sel(band="nir")
ndvi = ((nir - red) / (nir + red)).where(nir + red > 0.3).clip(-1, 1)
print(f"{float(ndvi.mean()):.4f} {int(ndvi.count())}")
ndvi.to_dataset(name="ndvi").assign(mean=ndvi.mean(), row=ndvi.mean("x")).to_zarr("out/ndvi.zarr", mode="w")
