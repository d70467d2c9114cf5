"""New dimensions: with lengths, labels and axes."""
import numpy as np
import xarray as xr

a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"x": [10, 20, 30], "s": 4}, name="a")
for array in [a, a.chunk({"x": 2})]:
    print(array.expand_dims("t").compute())
    print(array.expand_dims({"t": 2}).compute())
    print(array.expand_dims(t=[1, 2]).compute())
    print(array.expand_dims(t=["p", "q"], axis=1).shape, array.expand_dims("t", axis=-1).dims)
    print(array.expand_dims(["t", "u"], axis=[0, 3]).dims, array.expand_dims({"t": 1, "u": 2}, axis=[2, 0]).dims)
    print(array.expand_dims("s").compute())
    print(array.expand_dims("s", create_index_for_new_dim=False).compute())
    print(array.expand_dims(t=np.array([0.5, 1.5])).sum("t").values)
d = xr.Dataset({"a": a, "b": 3, "c": ("x", [1, 2, 3])})
print(d.expand_dims("t").a, d.expand_dims("t").b.dims, d.expand_dims("t").c.dims, dict(sorted(d.expand_dims("t").sizes.items())))
print(d.expand_dims(t=[5, 6]).c.values, d.expand_dims({"t": 2}, axis=0).b.values)
for wrong in [
    lambda: a.expand_dims("x"),
    lambda: a.expand_dims("t", axis=5),
    lambda: a.expand_dims(["t", "u"], axis=[0, 0]),
    lambda: a.expand_dims(["t", "t"]),
    lambda: d.expand_dims("b"),
]:
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
