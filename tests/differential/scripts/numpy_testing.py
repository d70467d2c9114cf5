import numpy as np
import xarray as xr
from numpy.testing import assert_allclose, assert_array_equal

ds = xr.open_zarr("in/cube.zarr")
assert_allclose(ds.pressure.mean("time"), ds.pressure.sum("time") / 12, rtol=1e-12)
assert_allclose(ds.wind.isel(time=0), ds.wind.isel(time=0) * 1)
assert_allclose(ds.wind.values, ds.wind.values + np.float32(1e-4), atol=1e-3)
assert_array_equal(ds.station, np.arange(100, 123))
assert_array_equal(ds.time, ds.time.values)
np.testing.assert_equal(ds.sizes["time"], 12)
np.testing.assert_equal({"a": [1, None]}, {"a": [1, None]})
np.testing.assert_equal("text", "text")
np.testing.assert_almost_equal(1.0, 1.0 + 1e-9)
np.testing.assert_array_almost_equal([1.0, np.nan], [1.0 + 1e-8, np.nan])
np.testing.assert_array_less([1, 2], [2, 3])
np.testing.assert_array_less(0, ds.weight)
with np.testing.assert_raises(ValueError):
    ds.wind.mean("nothing")
np.testing.assert_raises(KeyError, lambda name: ds[name], "nothing")
times = np.array(["2001-01-01", "NaT"], "datetime64[s]")
np.testing.assert_equal(times, times)
assert_array_equal(times, times)
np.testing.assert_equal(np.datetime64("NaT"), np.datetime64("NaT"))
np.testing.assert_equal(float("nan"), np.float32(np.nan))
np.testing.assert_array_less([np.nan, 1], [np.nan, 2])
np.testing.assert_array_less(times, times + np.timedelta64(1, "s"))
np.testing.assert_equal({"a": np.array([1, np.nan]), "b": np.nan}, {"b": np.nan, "a": np.array([1, np.nan])})
np.testing.assert_equal((1, "a"), (1, "a"))
assert_array_equal((1, "a"), (1, "a"))
np.testing.assert_equal([1, [2, np.nan], (3, None)], (1, [2, np.nan], [3, None]))
np.testing.assert_equal([np.array([1, np.nan])], [np.array([1, np.nan])])
np.testing.assert_equal(np.array([0.0]), np.array([-0.0]))
assert_array_equal(0.0, -0.0)
assert_array_equal([1, 2], 1 + np.arange(2))
failing = {
    "zeros": lambda: np.testing.assert_equal(0.0, -0.0),
    "zeros in lists": lambda: np.testing.assert_equal([0.0], [np.float32(-0.0)]),
    "large": lambda: assert_array_equal([2**53], [2**53 + 1]),
    "NaT elsewhere": lambda: np.testing.assert_equal(times, times[::-1]),
    "NaT": lambda: assert_array_equal(times, times[1]),
    "nan elsewhere": lambda: np.testing.assert_array_less([np.nan, 1], [3, 2]),
    "other keys": lambda: np.testing.assert_equal({"a": 1}, {"b": 1}),
    "more keys": lambda: np.testing.assert_equal({"a": 1}, {"a": 1, "b": 1}),
    "other array": lambda: np.testing.assert_equal({"a": np.array([1, np.nan])}, {"a": np.array([np.nan, 1])}),
    "other text": lambda: np.testing.assert_equal((1, "a"), (1, "b")),
    "longer": lambda: np.testing.assert_equal([1, 2], [1, 2, 3]),
    "text": lambda: np.testing.assert_equal("1", 1),
    "value": lambda: assert_allclose([1.0, 2.0], [1.0, 2.1]),
    "shape": lambda: assert_allclose([1.0, 2.0], [1.0, 2.0, 3.0]),
    "nan": lambda: assert_allclose([np.nan], [np.nan], equal_nan=False),
    "message": lambda: assert_allclose([1.0], [1.1], err_msg="by too much"),
    "equal": lambda: assert_array_equal([1, 2], [1, 3]),
    "dicts": lambda: np.testing.assert_equal({"a": 1}, {"a": 2}),
    "texts": lambda: np.testing.assert_equal("a", "b"),
    "decimals": lambda: np.testing.assert_almost_equal(1.0, 1.01, decimal=2),
    "less": lambda: np.testing.assert_array_less([1, 2], [2, 2]),
    "raises": lambda: np.testing.assert_raises(KeyError, int, "5"),
}
for name, assertion in failing.items():
    try:
        assertion()
        print(name, "passed")
    except AssertionError as error:
        print(name, "by too much" in str(error))
