"""dask.delayed: functions and objects whose calls wait, what can be done with results meanwhile, and how often they run."""
import functools
import operator
import tempfile

import dask
import dask.array as da
import numpy as np
import xarray as xr
from dask import delayed
from dask.delayed import Delayed
from dask.delayed import delayed as delayed_function

calls = []


def inc(x):
    calls.append(f"inc {x}")
    return x + 1


@delayed
def add(a, b=10):
    """Adds."""
    calls.append("add")
    return a + b


@dask.delayed(nout=2, pure=True)
def divide(a, b):
    return divmod(a, b)


print(delayed is delayed_function, delayed is dask.delayed, isinstance(add, Delayed), isinstance(add(1), Delayed))
print(add.__name__, add.__doc__, add.__wrapped__(1, 2), type(add).__name__, type(add(1)).__name__)
one = delayed(inc)(1)
total = add(one, b=add(one))
calls.clear()
print(total.compute(), sorted(calls))
print(dask.compute(one, total, [one, {"k": total}], 5), len(calls))
calls.clear()
print(dask.compute(delayed(inc)(1), delayed(inc)(1)), calls)
calls.clear()
print(dask.compute(delayed(inc, pure=True)(1), delayed(inc, pure=True)(1), delayed(inc)(1, pure=True)), calls)

quotient, rest = divide(17, 5)
print(quotient.compute(), rest.compute(), dask.compute(*divide(9, 4)), len(divide(1, 2)))
print(delayed([1, 2, 3]).compute(), delayed(5).compute(), delayed({"a": one, "b": [one, 3]}).compute())
print(delayed([one, total], nout=2)[1].compute(), [part.compute() for part in delayed((one, 7), nout=2)])
print(sum([delayed(inc)(number) for number in range(4)]).compute(), delayed(sum)([one, one, 2]).compute())
print(delayed(max)({"a": 1, "b": 2}).compute(), delayed(dict)(a=one, b=(one, {one})).compute())

x = delayed(inc)(6)
print([value.compute() for value in [x + 1, 1 + x, x - 1, 20 - x, x * 2, x / 2, 7 / x, x // 2, x % 4, 23 % x, x**2, 2**x]])
print([value.compute() for value in [-x, +x, ~x, abs(-x), x & 3, x | 8, x ^ 1, x << 1, x >> 1, 1 << x, 15 & x]])
print([value.compute() for value in [x == 7, x != 7, x < 8, x <= 7, x > 7, x >= 7]])
text = delayed("some text")
print(text.upper().compute(), text[5:].compute(), text.split(" ")[0].title().compute(), (text + "!").compute())
print(text.replace("some", delayed("more")).compute(), delayed(np.arange(12)).reshape(3, 4).T[1].compute())
print(delayed(lambda function, *numbers: function(numbers))(max, one, 4).compute())
print(delayed(operator.itemgetter(1))([3, one]).compute(), delayed(functools.partial(pow, 2))(x).compute())
print(delayed(inc)(delayed(inc)(x))(dask_key_name="never")._key, delayed(lambda: inc)()(3).compute())


class Grower:
    def __init__(self, start):
        self.start = start

    def grown(self, by=1):
        return Grower(self.start + by)

    @delayed
    def method(self, other):
        return self.start * other


print(delayed(Grower)(3).grown(by=delayed(inc)(4)).start.compute(), Grower(4).method(one).compute())

print(delayed(inc)(1, dask_key_name="mine"), delayed(inc, name="named").key, delayed(5, name="five"))
print(delayed(inc)(1, dask_key_name="mine").key, add(1, 2, dask_key_name=("a", 1)).key)
print(delayed(inc, pure=True)(1).key == delayed(inc, pure=True)(1).key, delayed(inc)(1).key == delayed(inc)(1).key)
print((x + 1).key == (x + 1).key, x.real.key == x.real.key, delayed([1, 2], pure=True).key == delayed([1, 2], pure=True).key)
print(add(1).key.split("-")[0], delayed(lambda: 1)().key.split("-")[0], delayed(3).key.split("-")[0], x.real.key.split("-")[0])
print(hash(x) == hash(x.key), repr(delayed(x) is x), dask.is_dask_collection(x), dask.is_dask_collection(add))

# Arrays are computed before a function gets them.
lazy = da.arange(10, chunks=3)
cube = xr.open_zarr("in/cube.zarr", chunks={})
describe = delayed(lambda *things, **named: [type(thing).__name__ for thing in things] + sorted(named))
print(describe(lazy, lazy.sum(), [lazy], cube.pressure, k=cube).compute())
total = delayed(lambda parts: sum(float(part) for part in parts["list"]))
print(total({"list": [lazy.sum(), lazy.mean(), cube.pressure.max()]}).compute())
print(delayed(lambda array: array.chunks)(cube.pressure).compute(), delayed(lazy).sum().compute())
print(dask.compute(delayed(np.sum)(lazy), delayed(inc)(lazy.sum()), {"x": [add(lazy[2], 1)]}))
print(dask.compute(lazy.sum(), [lazy.max()]))
print(delayed(lambda array: (array + 1).sum())(cube.pressure.mean("time")).compute().values > 0)


@delayed
def summary(path, name):
    with xr.open_zarr(path, chunks={}) as dataset:
        return name, round(float(dataset[name].mean()), 4)


print(dask.compute(*[summary("in/cube.zarr", name) for name in ["temperature", "pressure"]]))
inner = delayed(lambda: lazy + 1)().compute()
print(type(inner).__name__, inner.sum().compute())

kept = add(one, 1).persist()
calls.clear()
print(kept.compute(), (kept + 1).compute(), calls, type(kept).__name__)
(pair,) = dask.persist([one, lazy + 1])
print(pair[0].compute(), pair[1].sum().compute())

link = delayed(0)
for _ in range(1500):
    link = add(link, 1)
print(link.compute())
level = [delayed(number) for number in range(64)]
while len(level) > 1:
    level = [add(a, b) for a, b in zip(level[::2], level[1::2])]
print(level[0].compute())

parts = [da.from_delayed(delayed(np.full)((2, 3), float(number)), shape=(2, 3), dtype=float) for number in range(3)]
stacked = da.concatenate(parts, axis=0)
print(stacked.shape, stacked.dtype, stacked.chunks, stacked.mean(axis=1).compute())
print(xr.DataArray(da.stack(parts), dims=["t", "y", "x"]).mean(("y", "x")).compute().values)


def attempt(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


attempt(lambda: bool(x))
attempt(lambda: 3 if x > 2 else 4)
attempt(lambda: [*x])
attempt(lambda: len(x))
attempt(lambda: x.__setitem__(0, 1))
attempt(lambda: setattr(x, "field", 1))
attempt(lambda: x._hidden)
attempt(lambda: delayed(inc, nout=-1))
attempt(lambda: delayed(inc, nout="2"))
attempt(lambda: add(1, "a").compute())
attempt(lambda: x.not_there.compute())
attempt(lambda: delayed(5)(1).compute())
attempt(lambda: dask.compute(1, delayed(lambda: {}["k"])()))

# What a call was given stays as it was.
dataset = xr.Dataset({"a": ("x", da.arange(4, chunks=2))})
array, held, taken = da.arange(4, chunks=2), [one], []
for number in range(3):
    dataset["a"] = dataset["a"] + 1
    taken.append(delayed(lambda given: int(given["a"].sum()))(dataset))
    taken.append(delayed(lambda given: int(given[0]["x"].sum()))([{"x": array}]))
    taken.append(delayed(len)(held))
    array[0] = number + 10
    held.append(one)
print(dask.compute(taken))
print(dask.compute(array, array + 1, array)[2], dask.compute([cube.pressure.max()] * 2)[0][1].item() > 0)
with tempfile.TemporaryDirectory() as directory:
    dask.compute(da.arange(6, chunks=4).to_zarr(directory + "/a.zarr", component="x", compute=False))
    print(da.from_zarr(directory + "/a.zarr", component="x").sum().compute())
