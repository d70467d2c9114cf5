"""Alignment in all its spellings: `align`, `broadcast`, arithmetic joins, `xr.where`, `combine_first`, `fillna` between grids."""
import numpy as np
import xarray as xr

a = xr.DataArray([[1.0, 2.0, np.nan], [4.0, 5.0, 6.0]], dims=("y", "x"), coords={"y": [1, 2], "x": [10, 20, 30], "run": "p"}, name="a")
b = xr.DataArray([[10.0, 20.0, 30.0], [40.0, np.nan, 60.0]], dims=("y", "x"), coords={"y": [2, 3], "x": [20, 30, 40], "run": "q"}, name="b")
for left, right in ((a, b), (a.chunk(x=2), b.chunk(y=1))):
    for join in ("inner", "outer", "left", "right"):
        p, q = xr.align(left, right, join=join)
        print(join, p.values, q.values, p.x.values)
    print(xr.align(left, right, join="outer", exclude="y")[0].sizes, xr.align(left, right, join="outer", fill_value=-1)[1].values, xr.align(left, right, join="override")[1].x.values)
    with xr.set_options(arithmetic_join="outer"):
        print((left + right).values)
    with xr.set_options(arithmetic_join="left"):
        print((left * right).values)
    print((left + right).values, list((left + right).coords), left.combine_first(right).values, list(left.combine_first(right).coords))
    print(left.fillna(right).values, left.where(left > 1.5).values, xr.where(left > 2, left, -left).values, xr.where(left.isnull(), 0, left).values)
    print(left.to_dataset().combine_first(right.rename("a").to_dataset()).a.values)
    print(left.broadcast_like(right.isel(y=0, drop=True)).shape, [v.shape for v in xr.broadcast(left.isel(y=0), right.isel(x=0, drop=True))])
    print(left.equals(left.copy()), left.broadcast_equals(left), xr.align(left, left * 2, join="exact")[1].values[1])
print(np.maximum(a, b).values, (a > b).values, (a == b).dims, (a.rename(x="z") + b).dims, (a - a.mean("x")).values)
ds = xr.Dataset({"a": a.drop_vars("run"), "c": ("x", [1, 2, 3])})
print((ds + ds).c.values, (ds * b.drop_vars("run")).sizes, (ds.c + ds.a).dims, (1 / ds).c.values, (ds - ds.mean()).c.values, (-ds).a.values, abs(ds - 3).c.values)
for wrong in (lambda: xr.align(a, b, join="exact"), lambda: xr.align(a, b.isel(x=[0]), join="override"), lambda: xr.align(a, b, join="some"), lambda: a + b.drop_vars("x").isel(x=[0, 1]), lambda: a.where(b > 15), lambda: xr.where(a > 2, a, b)):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
