"""Accessors, decode_cf, save_mfdataset, cross, versions: what Swath composes of the rest of xarray."""

import xarray as xr, numpy as np, dask, pandas, zarr

print(xr.__version__, np.__version__, dask.__version__, pandas.__version__, zarr.__version__)


@xr.register_dataarray_accessor("geo")
class Geo:
    def __init__(self, obj):
        self._obj = obj

    @property
    def center(self):
        return float(self._obj.x.mean()), float(self._obj.y.mean())

    def scaled(self, by):
        return self._obj * by


@xr.register_dataset_accessor("stats")
class Stats:
    def __init__(self, obj):
        self._obj = obj

    def ranges(self):
        return {k: float(v.max() - v.min()) for k, v in self._obj.items()}


ds = xr.Dataset({"a": (("y", "x"), np.arange(6.0).reshape(2, 3))}, coords={"x": [1, 2, 3], "y": [10.0, 20.0]})
print(ds.a.geo.center, ds.a.geo.scaled(2).values, ds.stats.ranges())
raw = xr.Dataset(
    {
        "t": (
            "time",
            np.array([0, 1, -99], dtype="i2"),
            {"scale_factor": 0.5, "_FillValue": np.int16(-99), "units": "K", "coordinates": "lat"},
        ),
        "lat": ("time", [1.0, 2, 3]),
    },
    coords={"time": ("time", [0, 31, 59], {"units": "days since 2001-01-01"})},
)
dec = xr.decode_cf(raw)
print(dec.t.dims, list(dec.coords), sorted(dec.time.encoding))
print(dec.t.values, dec.time.values, dec.t.encoding["scale_factor"], raw.t.values)
print(
    xr.decode_cf(raw, mask_and_scale=False, decode_times=False).t.values, xr.decode_cf(raw, decode_coords=False).coords
)
raw.time.attrs["calendar"] = "360_day"
print(xr.decode_cf(raw).time.values)
raw.chunk(time=2).t.attrs
lazy = xr.decode_cf(raw.chunk(time=2))
print(lazy.t.chunks, lazy.t.values)
v = xr.Variable(("x",), [1, 2, 3], {"units": "m"})
print(v.dims, v.attrs, xr.Dataset({"v": v}).v.values)
a = xr.DataArray([1.0, 2, 3], dims="c", coords={"c": list("xyz")})
b = xr.DataArray([[4.0, 5, 6], [7, 8, 9]], dims=("t", "c")).assign_coords(c=list("xyz"))
print(xr.cross(a, b, dim="c"))
xr.save_mfdataset([ds, ds * 2], ["out/xarray_composed_1.nc", "out/xarray_composed_2.nc"])
print(xr.open_dataset("out/xarray_composed_2.nc").a.values)
