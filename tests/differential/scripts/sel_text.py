"""Text labels of variable and of fixed length, in Zarr v3 and v2."""
import xarray as xr

for name in ("scene", "scene_v2", "scene_fixed", "scene_fixed_v2"):
    scene = xr.open_zarr(f"in/{name}.zarr").drop_encoding()
    red = scene.reflectance.sel(band="red").astype("float32")
    nir = scene.reflectance.sel(band="nir").astype("float32")
    ndvi = (nir - red) / (nir + red)
    ndvi.to_dataset(name="ndvi").to_zarr(f"out/sel_text_{name}.zarr", mode="w")
    several = scene.sel(band=["nir", "red"])
    print(name, [str(b) for b in several.band.values], str(scene.band.values[1]))
    several.to_zarr(f"out/sel_text_{name}_several.zarr", mode="w")
