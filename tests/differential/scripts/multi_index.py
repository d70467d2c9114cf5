"""Coordinates of several levels: set, reset, selected by level and by combination, printed."""
import numpy as np
import xarray as xr

stations = xr.DataArray(
    np.arange(12.0).reshape(6, 2),
    dims=("p", "t"),
    coords={"lat": ("p", [3, 1, 3, 1, 2, 2]), "lon": ("p", [10.0, 20.0, 20.0, 10.0, 20.0, 10.0]), "h": ("p", [7] * 6)},
    name="d",
)
for array in [stations, stations.chunk({"p": 2})]:
    m = array.set_index(p=["lat", "lon"])
    print(m.compute().coords, m.p.dims, m.lat.values)
    print(m.unstack("p").dims, m.unstack("p").values, m.unstack("p").lat.values, m.unstack("p").h.values)
    print(m.isel(p=[0, 1, 4]).unstack("p").values)
    print(m.reset_index("p").compute().coords, m.reset_index("lat").compute().coords)
    print(m.reset_index("p", drop=True).compute().coords)
    print(m.sel(lat=1).values, m.sel(lat=1).compute().coords, m.sel(lat=1).dims)
    print(m.sel(lat=3, lon=20.0).values, m.sel(p=(2, 10.0)).values, m.sel(p=(2, 10.0)).compute().coords)
    print(m.sel(p=3).dims, m.sel(p={"lon": 10.0}).values, m.sel(p=[(1, 10.0), (3, 10.0)]).values)
    print(m.rename(lat="latitude").compute().coords, m.rename(p="q").dims, m.sel(lat=2, drop=True).compute().coords)
    print((m + m.isel(p=slice(2, None))).values, (m + m.isel(p=slice(2, None))).lat.values)
    print(m.isel(p=3).compute().coords, m.isel(p=-1).lat.item(), m.transpose().dims)
    print(array.set_index(p="lat").compute().coords, array.set_index(p="lat").sel(p=2).values)
    print(array.set_index(p="lat").reset_index("p").compute().coords)
    print(xr.concat([m.isel(p=[0, 1]), m.isel(p=[2])], dim="p").unstack("p").values)
    print(m.groupby("lat").sum().values, m.swap_dims(p="h").dims)

labelled = xr.DataArray([1, 2], dims="x", coords={"x": [5, 6]}, name="v")
print(labelled.drop_indexes("x").coords, labelled.drop_indexes("x").set_xindex("x").sel(x=6).item())
print((labelled.drop_indexes("x") + labelled.isel(x=[0, 1])).values)
for wrong in [
    lambda: stations.set_index(p="nothing"),
    lambda: stations.set_index(t="lat"),
    lambda: stations.reset_index("lat"),
    lambda: m.sel(p=(9, 10.0)),
    lambda: m.sel(lat=9),
    lambda: labelled.drop_indexes("y"),
    lambda: labelled.set_xindex("x"),
]:
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
