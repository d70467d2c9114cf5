"""Functions of dask.array made of others, and those of numpy that leave lazy arrays lazy."""

import dask.array as da
import numpy as np


def counts():
    return da.from_array(((np.arange(24) * 7) % 11).reshape(4, 6), chunks=(2, 3))


floats = counts().astype("float64")
edges = da.from_array(np.array([1, 3, 5]), chunks=2)
FUNCTIONS = {
    "gradient": lambda: da.gradient(floats, axis=1),
    "gradients": lambda: da.gradient(counts().astype("float32"), 2.0)[0],
    "gradient along": lambda: da.gradient(floats, np.arange(4) ** 2, axis=0),
    "tile": lambda: da.tile(counts(), (2, 1)),
    "searchsorted": lambda: da.searchsorted(edges, counts()),
    "searchsorted right": lambda: da.searchsorted(edges, counts(), side="right"),
    "piecewise": lambda: da.piecewise(counts(), [counts() < 3, counts() > 7], [-1, 1]),
    "select": lambda: da.select([counts() > 8, counts() > 4], [counts() * 2, counts()], 0),
    "choose": lambda: da.choose(counts() % 2, [10, counts()]),
    "rot90": lambda: da.rot90(counts()),
    "rot90 three times": lambda: da.rot90(counts(), 3),
    "ediff1d": lambda: da.ediff1d(counts()),
    "atleast_2d": lambda: da.atleast_2d(counts()[0]),
    "broadcast_arrays": lambda: da.broadcast_arrays(counts(), counts()[0])[1],
    "delete": lambda: da.delete(counts(), [0, 2], axis=1),
    "cov": lambda: da.cov(floats).round(6),
    "corrcoef": lambda: da.corrcoef(floats).round(6),
    "diff": lambda: da.diff(counts(), axis=0, prepend=0),
    "diff, more": lambda: da.diff(counts(), append=da.ones((4, 1), dtype=int)),
    "np.flip": lambda: np.flip(counts(), 0),
    "np.concatenate": lambda: np.concatenate([counts(), counts()]),
    "np.stack": lambda: np.stack([counts()[0], counts()[1]], axis=1),
    "np.argmax": lambda: np.argmax(counts(), axis=1),
    "np.rollaxis": lambda: np.rollaxis(counts(), 1),
    "np.cumsum": lambda: np.cumsum(counts(), axis=0),
    "np.median": lambda: np.median(counts(), axis=0),
    "np.digitize": lambda: np.digitize(counts(), [2, 6]),
    "np.zeros_like": lambda: np.zeros_like(counts()),
    "np.take": lambda: np.take(counts(), [0, 2], axis=1),
    "np.repeat": lambda: np.repeat(counts(), 2, axis=0),
}
for name, function in FUNCTIONS.items():
    result = function()
    print(name, isinstance(result, da.Array), result.shape, result.dtype, result.compute().tolist())
print(np.diff(np.array([1, 4, 9.0]), prepend=0, append=[16, 25]))
print(np.quantile(np.arange(10.0).reshape(2, 5), [0.2, 0.5], axis=1, keepdims=True))
print(np.median(np.arange(10.0).reshape(2, 5), axis=0, keepdims=True), np.percentile(np.arange(4), 50, keepdims=True))
for wrong in (lambda: da.gradient(floats, axis=5), lambda: da.rot90(counts(), axes=(0, 0))):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(isinstance(error, ValueError))
