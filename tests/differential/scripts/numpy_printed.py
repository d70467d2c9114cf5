"""How arrays become text: line breaks, shapes and dtypes as in numpy."""

import numpy as np, xarray as xr

for a in [
    np.arange(2000),
    np.zeros((0, 3)),
    np.zeros(0),
    np.zeros(0, dtype="M8[ns]"),
    np.arange(1001.0),
    np.arange(27).reshape(3, 9) * 1111,
    np.arange(60).reshape(2, 3, 10) * 37,
    np.arange(60.0).reshape(2, 3, 10) / 37,
    np.arange("2001-01-01", "2001-01-09", dtype="M8[D]"),
    np.array(["a", "bb"] * 12),
    np.arange(40) % 2 == 0,
    np.arange(12, dtype="f4") / 7,
    np.arange(3000).reshape(30, 100),
    np.arange(13) * np.timedelta64(1, "D"),
    np.array([], dtype=str),
    np.arange(24.0)[:, None] * [1, 2.5],
]:
    print(repr(a))
    print(a)
print(
    xr.DataArray(np.arange(2000)),
    xr.DataArray(np.zeros((0, 2))),
    xr.DataArray(np.arange(3e5)).isel(dim_0=slice(0, 250000)),
    xr.DataArray(np.arange(27.0).reshape(3, 9) / 7, dims=("a", "b")),
    xr.DataArray(np.arange(60.0).reshape(2, 3, 10) / 37),
)
