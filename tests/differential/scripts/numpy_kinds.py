import numpy as np
import xarray as xr

ds = xr.open_zarr("in/dtypes.zarr")
kinds = [np.number, np.integer, np.signedinteger, np.unsignedinteger, np.inexact, np.floating, np.generic, np.float32, bool, float]
for name, array in ds.data_vars.items():
    print(name, [np.issubdtype(array.dtype, kind) for kind in kinds])
print([np.issubdtype(dtype, np.floating) for dtype in (np.float64, "float32", float, int, "datetime64[ns]", str)])
print(np.issubdtype("datetime64[ns]", np.datetime64), np.issubdtype("timedelta64[s]", np.timedelta64))
values = [np.float64(1), np.float32(1), np.int8(1), np.uint16(1), np.bool_(True), np.datetime64("2001-01-01")]
print([[isinstance(value, kind) for kind in (np.generic, np.number, np.integer, np.floating)] for value in values])
print(isinstance(1.0, np.floating), isinstance(np.float64(1), float), issubclass(np.int32, np.signedinteger))
floats = {name: array for name, array in ds.items() if np.issubdtype(array.dtype, np.floating)}
print(list(floats))

x = ds.int16.values[:3]
print(np.select([x < -50, x < 0, x < 50], [0, 1, x], default=-1))
print(np.select([np.array([True, False])], [np.array([1.5, 2.5])]))
print(np.select([ds.int16 > 0, ds.int16 < -50], [ds.int16, 0 * ds.int16], 7)[:2])
print(np.unravel_index(7, (3, 4)), np.unravel_index(np.array([0, 5, 11]), (3, 4)))
row, column = np.unravel_index(np.argmax(ds.int32.values), ds.int32.shape)
print(int(row), int(column), ds.int32.values[row, column] == ds.int32.values.max())

times = xr.open_zarr("in/times.zarr").time
print(np.datetime_as_string(times.values[0]), np.datetime_as_string(times.values[0], unit="D"))
print(np.datetime_as_string(times, unit="h"), np.datetime_as_string(times.values[:2], unit="M"), np.datetime_as_string(times.values[0], "Y"))
print(np.datetime_as_string(times.values[:2], unit="auto"), np.datetime_as_string(np.array(["2001-01-01T01", "NaT"], "datetime64[h]"), "auto"))
moments = ["2001-01-01", "2001-01-01T01:02", "2001-01-01T01:02:03", "2001-01-01T01:02:03.5", "2001-01-01T01:02:03.000005", "1960-01-01T01:02:03.000000007"]
print([str(np.datetime_as_string(np.datetime64(moment, "ns"), unit="auto")) for moment in moments])
for conditions in [[np.array([1, 0])], [[1, 0]], [np.array([1.0, 0.0])], [ds.int16[:2]]]:
    try:
        print(np.select(conditions, [np.array([3, 4])]))
    except TypeError:
        print("TypeError")
