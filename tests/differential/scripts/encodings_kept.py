"""Which operations keep how a variable lay in its store, and so write it packed and in chunks again."""
import numpy as np
import xarray as xr

seasons = xr.open_zarr("in/seasons.zarr", chunks={"time": 365})[["temperature"]]
array = seasons.temperature
short = array.isel(x=slice(3))


def in_place(data):
    data = data.copy()
    data += 1
    return data


operations = {
    "shift": lambda data: data.shift(time=1),
    "roll": lambda data: data.roll(time=1),
    "roll with coordinates": lambda data: data.roll(x=1, roll_coords=True),
    "pad": lambda data: data.pad(x=1),
    "interpolate_na": lambda data: data.chunk(time=-1).interpolate_na("time"),
    "broadcast_like": lambda data: data.broadcast_like(array),
    "broadcast": lambda data: xr.broadcast(data, array)[0],
    "zeros_like": xr.zeros_like,
    "ones_like": lambda data: xr.ones_like(data, dtype="int8"),
    "full_like": lambda data: xr.full_like(data, 2.5),
    "diff": lambda data: data.diff("time"),
    "cumsum": lambda data: data.cumsum("time"),
    "clip": lambda data: data.clip(0, 1),
    "where": lambda data: data.where(data.x > 2),
    "where of others": lambda data: data.where(array > 280, 0),
    "fillna": lambda data: data.fillna(0),
    "astype": lambda data: data.astype("f8"),
    "round": lambda data: data.round(2),
    "reindex": lambda data: data.reindex(x=[0.0, 2.0, 3.0]),
    "head": lambda data: data.head(x=2),
    "stack": lambda data: data.stack(z=("y", "x")),
    "expand_dims": lambda data: data.expand_dims(member=3),
    "quantile": lambda data: data.chunk(time=-1).quantile(0.5, "time"),
    "coarsen": lambda data: data.coarsen(x=2, boundary="trim").mean(),
    "rolling": lambda data: data.rolling(time=3).mean(),
    "resample": lambda data: data.resample(time="MS").mean(),
    "resample to nearest": lambda data: data.resample(time="12h").nearest(),
    "resample filled": lambda data: data.resample(time="12h").ffill(),
    "resample interpolated": lambda data: data.chunk(time=-1).resample(time="12h").interpolate("linear"),
    "groups": lambda data: data.groupby("time.month").mean(),
    "groups mapped": lambda data: data.groupby("time.year").map(lambda group: group),
    "differentiate": lambda data: data.differentiate("x"),
    "interp": lambda data: data.interp(x=[1.0, 2.0]),
    "weighted": lambda data: data.weighted(data.x).mean("x"),
    "dropna": lambda data: data.dropna("time"),
    "sortby": lambda data: data.sortby("x", ascending=False),
    "assign_coords": lambda data: data.assign_coords(x=data.x - 180),
    "negative": lambda data: -data,
    "in place": in_place,
    "concat": lambda data: xr.concat([data, data], "time"),
    "xr.where": lambda data: xr.where(data > 0, data, 0),
    "apply_ufunc": lambda data: xr.apply_ufunc(np.sqrt, data, dask="allowed"),
    "map_blocks": lambda data: xr.map_blocks(lambda block: block, data),
    "drop_encoding": lambda data: data.drop_encoding(),
    "chunk": lambda data: data.chunk(x=5),
    "outer join": lambda data: xr.align(data, short, join="outer")[0],
    "copy": lambda data: data.copy(deep=True),
    "rename": lambda data: data.rename(x="column"),
    "transpose": lambda data: data.transpose("x", ...),
    "isel": lambda data: data.isel(x=0),
    "sel": lambda data: data.sel(x=[0.0, 4.0]),
}
for name, operation in operations.items():
    for data in [array, seasons]:
        result = operation(data)
        variable = result if isinstance(result, xr.DataArray) else result["temperature"]
        labels = [bool(variable[label].encoding) for label in ["time", "x"] if label in variable.coords]
        print(name, type(result).__name__, "chunks" in variable.encoding, labels)
preferred = array.encoding["preferred_chunks"]
print(preferred, array.isel(time=0).encoding["preferred_chunks"] == preferred, list(array.chunk(preferred).chunks))

packed = xr.open_zarr("in/packed.zarr")[["double", "integer"]]
packed["double"] -= 273.15
packed["integer"] = packed.integer.shift(x=1)
packed["like"] = xr.zeros_like(packed.double)
packed.to_zarr("out/encodings_kept.zarr", mode="w")
stored = xr.open_zarr("out/encodings_kept.zarr", mask_and_scale=False)
for name in stored:
    print(name, stored[name].dtype, stored[name].encoding["chunks"], sorted(stored[name].attrs))
