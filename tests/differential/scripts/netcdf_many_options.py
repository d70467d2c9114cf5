"""open_mfdataset: nesting along two dimensions, data_vars, coords, compat, join, attributes, preprocess, errors."""
import glob
import os
import pathlib

import dask
import xarray as xr

tiles = [[f"in/parts/step{step}_tile{tile}.nc" for tile in range(3)] for step in range(2)]
# The netCDF library may crash where several threads open files.
with dask.config.set(scheduler="synchronous"):
    nested = xr.open_mfdataset(tiles, combine="nested", concat_dim=["time", "x"], drop_variables="ice", parallel=True)
print(dict(nested.sizes), sorted(nested.data_vars), nested.height.dims, nested.snow.dims, nested.attrs["source"])
print(nested.x.values, nested.time.values, float(nested.snow.sum()))
nested.to_zarr("out/netcdf_many_options.zarr", mode="w")
by_coords = xr.open_mfdataset("in/parts/*.nc", drop_variables=["ice"], data_vars="minimal", coords="minimal", compat="override", combine_attrs="drop_conflicts")
print(dict(by_coords.sizes), by_coords.height.dims, sorted(by_coords.attrs), float(by_coords.snow.sel(x=7).sum()))
print(bool((by_coords.snow == nested.snow).all()))
for combine_attrs in ["drop", "override", "drop_conflicts"]:
    one = xr.open_mfdataset(tiles[0], combine="nested", concat_dim="x", drop_variables="ice", combine_attrs=combine_attrs)
    print(combine_attrs, sorted(one.attrs), one.snow.attrs)
try:
    xr.open_mfdataset(tiles[0], combine="nested", concat_dim="x", drop_variables="ice", combine_attrs="identical")
except ValueError:
    print("attributes differ")
first, second = pathlib.Path(tiles[0][0]), pathlib.Path(tiles[1][0])
for data_vars in ["all", "minimal", "different", ["snow"]]:
    steps = xr.open_mfdataset([first, second], combine="nested", concat_dim="time", data_vars=data_vars, coords="minimal", compat="equals", join="outer")
    print(data_vars, steps.height.dims, steps.snow.dims)
named = xr.open_mfdataset([first, second], combine="nested", concat_dim="step", data_vars="all", coords="minimal", compat="override", join="override", attrs_file=os.path.abspath(second))
print(named.snow.dims, int(named.attrs["step"]), named.time.dims)


def labelled(dataset):
    step = pathlib.Path(dataset.encoding["source"]).stem[4] if "source" in dataset.encoding else str(int(dataset.attrs["step"]))
    return dataset[["snow"]].assign_coords(step=int(step)).expand_dims("step")


stepped = xr.open_mfdataset([first, second], combine="nested", concat_dim="step", preprocess=labelled, join="outer", chunks={"x": 2})
print(stepped.snow.dims, stepped.step.values, stepped.snow.chunks[-1], float(stepped.snow.sum()))
outer = xr.open_mfdataset(sorted(glob.glob("in/parts/step0*.nc")), combine="nested", concat_dim=None, compat="no_conflicts", join="outer", preprocess=lambda d: d[["height"]])
print(sorted(outer.sizes.items()), float(outer.height.sum()))
left = xr.open_mfdataset(["in/parts/step0_tile1.nc", "in/nothing.nc"], errors="ignore")
print(sorted(left.data_vars))
for combine, options in [("by_coords", {"concat_dim": "x"}), ("sideways", {})]:
    try:
        xr.open_mfdataset(tiles[0], combine=combine, **options)
    except ValueError:
        print("not so", combine)
try:
    xr.open_mfdataset([first, "in/parts/step0_tile1.nc"], combine="nested", concat_dim="time", join="exact", data_vars="minimal", coords="minimal", compat="override")
except ValueError:
    print("labels differ")
