"""dask.compute and dask.persist find what is lazy in containers, and leave all else as it is."""
import collections
import dataclasses

import dask
import dask.array as da
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr", chunks={})
x = da.arange(12, chunks=5)
a, b = x.sum(), x.mean()

print(dask.compute([a, b]))
print(dask.compute({"k": a, "deep": {"l": [b, (a, "text")]}}, 7, None))
print(dask.compute((a, [b, {"x": a}]), "text", 1.5))
delayed = dask.delayed(5)
print(dask.compute(delayed, [delayed], {delayed: delayed + 1}))
print(sorted(dask.compute({delayed, 3})[0]))
print(dask.compute(part for part in [a, b]))
ordered = dask.compute(collections.OrderedDict(first=a, second=1))[0]
print(type(ordered).__name__, list(ordered.items()))
Pair = collections.namedtuple("Pair", "left right")
print(dask.compute(Pair(a, [b])))


@dataclasses.dataclass
class Result:
    total: object
    note: str = "note"


print(dask.compute(Result(a), [Result(b, "mean")]))
print(dask.compute())
print(dask.compute(1, "two", [3, {"four": 5}]))
same = [1, {"two": 3}]
print(dask.compute(same)[0] is same, dask.compute(same, a)[0] == same)

(means,) = dask.compute({name: cube[name].mean() for name in ["temperature", "pressure"]})
print({name: round(float(value), 4) for name, value in means.items()}, means["pressure"].chunks)
first, (second, third) = dask.compute(cube[["pressure"]].max(), [cube.temperature.min(), np.arange(3)])
print(type(first).__name__, float(first.pressure), float(second), third)

lists = dask.compute([a], traverse=False)
print(type(lists[0][0]).__name__, lists[0][0] is a)
print(dask.compute(a, scheduler="synchronous", optimize_graph=False))

kept, number = dask.persist({"x": x * 2, "cube": cube[["pressure"]]}, 5)
print(type(kept["x"]).__name__, kept["x"].chunks, kept["cube"].pressure.chunks is not None, number)
print(int(kept["x"].sum().compute()), float(kept["cube"].pressure.max()))
(plain,) = dask.persist([1, 2])
print(plain)
one, two = dask.persist(x + 1, x + 2)
print(dask.compute(one.sum(), two.sum()))

print(dask.is_dask_collection(x), dask.is_dask_collection(cube), dask.is_dask_collection(cube.pressure))
print(dask.is_dask_collection(1), dask.is_dask_collection([x]), dask.is_dask_collection(np.arange(3)))
print(dask.is_dask_collection(cube.pressure.isel(time=0).compute()), dask.is_dask_collection(cube.time))
print([type(one).__name__ for one in dask.optimize(a, b)], dask.compute(*dask.optimize(a, b)))
with dask.annotate(priority=10, retries=3):
    annotated = x * 3
print(annotated.sum().compute())
