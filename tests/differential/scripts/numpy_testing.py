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
failing = {
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
