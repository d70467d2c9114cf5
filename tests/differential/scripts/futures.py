"""Futures of dask.distributed: functions that are submitted, results, errors, and what is computed by a client."""
import dask
import dask.array as da
import numpy as np
import xarray as xr
from dask import delayed
from dask.distributed import Client, Future, as_completed, fire_and_forget, get_client, progress, wait


def inc(x):
    return x + 1


def add(a, b=10, *, factor=1):
    return (a + b) * factor


def fail(x):
    raise ValueError(f"no {x}")


def attempt(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


client = Client(processes=False, dashboard_address=None, n_workers=1, threads_per_worker=1)
one = client.submit(inc, 1)
print(one.result(), one.done(), one.status, one.exception(), one.cancelled(), isinstance(one, Future))
two = client.submit(add, one, b=client.submit(inc, 5), factor=2)
print(two.result(), two.key.split("-")[0], client.submit(sum, [one, two, 3]).result())
print(client.submit(lambda parts: parts["a"][0], {"a": [one]}).result(), client.submit(inc, 1, key="mine").key)
print(client.submit(inc, 1).key == one.key, client.submit(inc, 1, pure=False).key == one.key, client.submit(inc, 2).key == one.key)

many = client.map(inc, range(5))
print(client.gather(many), [future.result() for future in client.map(add, [1, 2], [3, 4], factor=3)])
print(client.submit(sum, many).result(), client.gather({"a": many[0], "b": [many[1], 7]}), client.gather(one))
print([future.key for future in client.map(inc, [1, 2], key=["first", "second"])], client.gather(client.map(inc, many)))

bad = client.submit(fail, 3)
wait(bad)
print(bad.status, type(bad.exception()).__name__, bad.exception(), bad.traceback() is not None, bad.done())
attempt(bad.result)
attempt(client.submit(inc, bad).result)
attempt(lambda: client.gather([one, bad]))
print(client.gather([one, bad, two], errors="skip"))

print(sorted(future.result() for future in as_completed(many)))
print(sorted(result for future, result in as_completed(client.map(inc, range(3)), with_results=True)))
waiting = as_completed([one])
seen = []
for future in waiting:
    seen.append(future.result())
    if len(seen) < 4:
        waiting.add(client.submit(inc, future))
print(seen, waiting.is_empty(), waiting.count())
done = wait(many)
print(len(done.done), len(done.not_done), done.done == set(many), type(done).__name__)
fire_and_forget(client.submit(inc, 100))
called = []
one.add_done_callback(lambda future: called.append(future.key == one.key))

x = da.arange(10, chunks=4)
cube = xr.open_zarr("in/cube.zarr", chunks={})
total = client.compute(x.sum())
print(type(total).__name__, total.result(), client.compute(x.max(), sync=True))
print(client.gather(client.compute([x.sum(), x.mean()])), client.compute([x.min(), 5], sync=True))
print(client.gather(client.compute([delayed(inc)(1), delayed(add)(delayed(inc)(2))])), client.compute(delayed(inc)(4)).result())
print(round(float(client.compute(cube.pressure.mean()).result()), 4), type(client.compute(cube[["pressure"]].max()).result()).__name__)
failed = client.compute(delayed(fail)(delayed(inc)(1)))
wait(failed)
print(failed.status)
attempt(failed.result)
kept = client.persist(x * 2)
print(type(kept).__name__, kept.sum().compute(), len(client.persist([x, x + 1])), client.persist(cube).pressure.chunks is not None)
wait(kept)

data = client.scatter(np.arange(4))
print(client.submit(np.sum, data).result(), [f.result() for f in client.scatter([1, 2])], client.scatter({"k": 5})["k"].result())
print(client.submit(lambda array: float(array.mean()), cube.pressure.isel(time=0).compute()).result() > 0)
print(get_client() is client, Client.current() is client)

dropped = client.submit(inc, 55)
wait(dropped)
dropped.cancel()
print(dropped.cancelled(), dropped.status)
print(called, dask.compute(x.sum())[0])

attempt(lambda: client.submit(5))
attempt(lambda: client.map(5, [1]))
client.close()
attempt(get_client)
