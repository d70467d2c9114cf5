"""Appending along a dimension: within chunks and beyond, packed values and times, lazy values, several times over."""
import numpy as np
import xarray as xr

time = np.array(["2000-01-01", "2000-01-02", "2000-01-03", "2000-01-04"], dtype="datetime64[ns]")
base = xr.Dataset(
    {
        "u": (("t", "x"), np.arange(12.0).reshape(4, 3)),
        "packed": (("x", "t"), np.arange(12.0).reshape(3, 4) / 4),
        "h": ("x", [1.0, 2.0, 3.0]),
        "n": 5,
    },
    coords={"t": time, "x": [10, 20, 30]},
    attrs={"title": "a"},
)
encoding = {
    "u": {"chunks": (3, 2)},
    "packed": {"chunks": (2, 3), "dtype": "int16", "scale_factor": 0.25, "_FillValue": -1},
    "t": {"units": "days since 1999-12-31", "dtype": "int64"},
}
base.to_zarr("out/append_memory.zarr", mode="w", encoding=encoding)
for step in (4, 8, 11):
    more = base.isel(t=slice(0, 3 if step == 8 else 4)).assign_coords(t=base.t.values[: 3 if step == 8 else 4] + np.timedelta64(step, "D"))
    more = more.assign(u=more.u + step, n=step).assign_attrs(title="b", step=step)
    more.to_zarr("out/append_memory.zarr", append_dim="t")
    print(xr.open_zarr("out/append_memory.zarr").sizes["t"])
print(xr.open_zarr("out/append_memory.zarr").u.compute())
print(xr.open_zarr("out/append_memory.zarr").packed.compute())
print(xr.open_zarr("out/append_memory.zarr").attrs["step"])

cube = xr.open_zarr("in/cube.zarr", chunks={})[["temperature", "pressure"]].drop_vars("station").drop_encoding()
cube.isel(time=slice(0, 5)).to_zarr("out/append_lazy.zarr", mode="w")
cube.isel(time=slice(5, 10)).to_zarr("out/append_lazy.zarr", append_dim="time")
cube.isel(time=slice(10, 12)).to_zarr("out/append_lazy.zarr", append_dim="time", mode="a")
print(float(abs(xr.open_zarr("out/append_lazy.zarr") - cube).temperature.sum()))
cube.isel(time=slice(0, 5)).to_zarr("out/append_v2.zarr", mode="w", zarr_format=2)
cube.isel(time=slice(5, 12)).to_zarr("out/append_v2.zarr", append_dim="time", safe_chunks=False)
