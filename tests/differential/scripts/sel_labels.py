"""Labels: one, several, slices of labels with both ends, on a descending axis too."""
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
for name, part in (
    ("one", t.sel(y=57.5)),
    ("list", t.sel(x=[-4.5, -1.0, -4.75])),
    ("slice", t.sel(x=slice(-3, -1.1))),
    ("descending", t.sel(y=slice(58, 54.9))),
    ("open", t.sel(x=slice(None, -2))),
    ("none", t.sel(x=slice(100, 200))),
    ("both", t.sel(y=60.0, x=slice(-5, -3))),
):
    print(name, part.shape)
    (part + 0).chunk(-1).to_dataset(name="t").to_zarr(f"out/sel_labels_{name}.zarr", mode="w")
