"""Assigning to elements of lazy arrays."""

import dask.array as da
import numpy as np
import xarray as xr


def counts():
    return da.from_array(((np.arange(24) * 7) % 11).reshape(4, 6), chunks=(2, 3))


def shown(name, make):
    try:
        result = make().compute()
        print(name, result.dtype, result.tolist())
    except Exception as error:
        print(name, type(error).__name__)


PARTS = {
    "row": (1, 0),
    "column": ((slice(None), 2), -1),
    "element": ((-1, -1), 99),
    "steps": ((slice(1, 3), slice(None, None, 2)), 5),
    "backwards": ((slice(None, None, -1), 0), np.array([1, 2, 3, 4])),
    "rows": ((slice(1, 3),), np.arange(6)),
    "each row": ((slice(1, 3), slice(0, 2)), np.array([[1], [2]])),
    "list": (([0, 3], 1), [7, 8]),
    "mask of rows": ((np.array([True, False, True, False]),), 0),
    "another shape": ((slice(0, 2),), np.arange(4)),
    "beyond": (9, 0),
    "float": ((0, 0), 2.7),
    "nothing": ((slice(2, 2),), 1),
    "ellipsis": ((..., 1), 3),
    "not a number": ((0, 0), np.nan),
    "too many": ((0, 0, 0), 1),
}
for name, (key, value) in PARTS.items():

    def assigned(key=key, value=value):
        array = counts()
        array[key] = value
        return array

    shown(name, assigned)


def where(array, condition, value):
    array[condition(array)] = value
    return array


shown("condition", lambda: where(counts(), lambda a: a > 5, 0))
shown("missing", lambda: where(counts().astype("float32"), lambda a: a > 5, np.nan))
shown("half", lambda: where(counts(), lambda a: a > 5, 0.5))
shown("missing integers", lambda: where(counts(), lambda a: a > 5, np.nan))
shown("condition on rows", lambda: where(counts(), lambda a: a[:, 0] > 3, -1))

# What was made of an array before keeps its values, and a part of it is another array.
first = counts()
later = first + 1
part = first[0]
part[:] = 9
first[1] = first[2] * 2
shown("later", lambda: later)
shown("first", lambda: first)
shown("part", lambda: part)

# The data of a labelled array is the array itself.
labelled = xr.DataArray(counts(), dims=("y", "x"))
labelled.data[labelled.data > 5] = 0
data = labelled.data
data[0] = 7
print(labelled.values.tolist(), labelled.data.chunks)
single = da.from_array(np.array(5.0))
single[()] = 1
nothing = da.zeros((0, 3), chunks=2)
nothing[:, 1] = 5
nothing[nothing > 1] = 2
print(single.compute(), nothing.compute().shape)
