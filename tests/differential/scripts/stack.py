"""Dimensions stacked to one with a MultiIndex, and back."""
import numpy as np
import xarray as xr

a = xr.DataArray(
    np.arange(24.0).reshape(2, 3, 4),
    dims=("x", "y", "t"),
    coords={"x": ["b", "a"], "y": [30, 10, 20], "s": ("x", [1, 2]), "u": 5},
    name="a",
    attrs={"units": "m"},
)
for array in [a, a.chunk({"x": 1, "y": 2, "t": 3})]:
    stacked = array.stack(z=("x", "y"))
    print(stacked.dims, stacked.shape, stacked.attrs, list(stacked.compute().coords), stacked.values.tolist())
    print(stacked.compute().coords)
    back = stacked.unstack("z")
    print(back.dims, bool((back.transpose("x", "y", "t") == a).all()), back.x.values, back.y.values, back.s.dims)
    print(array.stack(z=("y", "x")).unstack().values.tolist())
    print(array.stack(z=[..., "x"]).dims, array.stack(q=("x", "t"), z=["y"]).dims)
    print(array.stack(z=("t", "x")).t.values, array.stack(z=("t", "x")).x.values)
    print(array.stack(z=("x", "t"), create_index=None).compute().coords)
    print(array.stack(z=("x", "y"), create_index=False).compute().coords)
    print(array.stack({"z": ["x", "y", "t"]}).mean("z").values, (array.stack(z=["x", "y"]) - stacked).max().values)
    print(stacked.isel(z=[0, 2, 4]).values, stacked.isel(z=slice(1, 4)).unstack("z").values)
    print(stacked.isel(z=[5, 0]).unstack("z", fill_value=-1.0).values)
    print(stacked.mean("t").values, stacked.sum("z").values, stacked.sortby("z").values)
    print(stacked.groupby("y").mean().values, stacked.dropna("z").shape, stacked.where(stacked > 8).dropna("z").values)

dataset = xr.Dataset({"a": a, "b": ("x", [1.0, 2.0]), "c": ("w", [1, 2, 3]), "d": 7}).chunk({"t": 2})
stacked = dataset.stack(z=("x", "y"))
print(dict(sorted(stacked.sizes.items())), stacked.b.values, stacked.a.dims, stacked.c.dims, stacked.d.dims)
print(stacked.unstack("z").b.values, stacked.unstack().a.dims)
stacked.reset_index("z").to_zarr("out/stack.zarr", mode="w")
for wrong in [
    lambda: dataset.stack(z=("x", "q")),
    lambda: dataset.unstack("x"),
    lambda: dataset.unstack("q"),
    lambda: stacked.to_zarr("refused.zarr"),
    lambda: stacked.to_netcdf("refused.nc"),
    lambda: stacked.isel(z=[0, 0]).unstack("z"),
    lambda: a.stack(z=...),
]:
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
flags = xr.DataArray([[True, False], [False, True]], dims=("y", "x"), coords={"y": [0, 1], "x": [5, 6]})
some = flags.stack(s=("y", "x")).isel(s=[0, 3])
print([some.unstack("s", fill_value=value).values.tolist() for value in (-1, 0, True)], some.astype("int16").unstack("s", fill_value=-1).dtype, flags.chunk().stack(s=("y", "x")).isel(s=[0, 3]).unstack("s", fill_value=-1).dtype)
# Elements without a label of a level have no place in Dask's arrays.
for labels in (np.array(["2001-01-01", "NaT", "2001-01-03"], "datetime64[ns]"), [1.0, np.nan, 3.0]):
    holed = xr.DataArray(np.arange(6).reshape(2, 3), dims=("y", "t"), coords={"y": [0, 1], "t": labels}, name="a").chunk().stack(s=("y", "t"))
    for chosen in ([1], [0, 1], [1, 4], [0, 1, 3], [1, 5], [4, 0], [0, 1, 2, 3, 4, 5]):
        whole = holed.isel(s=chosen).unstack("s", fill_value=-1)
        print(chosen, whole.shape, whole.y.values.tolist(), whole.t.values.tolist(), whole.values.tolist())
# A label that occurs twice is one label of its level, and what has a label twice repeats itself.
for labels in (["n0", "n1", "n0", "n1"], [1.0, np.nan, 1.0, np.nan], [1.0, np.nan, 2.0, np.nan]):
    repeating = xr.DataArray(np.arange(12.0).reshape(3, 4), dims=("x", "z"), coords={"x": [3, 1, 2], "z": labels}).chunk({"x": 1}).stack(s=["x", "z"])
    for chosen in ([4, 7, 1], [0, 1, 3], [0, 2], [3, 6, 11], [5, 4], slice(None)):
        try:
            whole = repeating.isel(s=chosen).unstack("s")
            print(chosen, dict(whole.sizes), whole.x.values.tolist(), whole.z.values.tolist(), whole.values.tolist())
        except ValueError as error:
            print(chosen, type(error).__name__, "drop_duplicates('s')" in str(error))
