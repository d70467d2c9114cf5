"""`np.float64` is a float."""

import json
import math

import numpy as np
import xarray as xr

x = np.array([1.5, 2.25, 4.0])
mean = x.mean()
print(isinstance(mean, float), isinstance(np.float32(1), float), type(mean), repr(mean), str(mean), f"{mean:.3f} {mean}")
print(json.dumps({"mean": mean, "list": [x[0], x[2]]}), json.dumps(x.tolist()))
print(mean + 1, 1 + mean, 2 * mean, mean / 2, 2 / mean, -mean, abs(-mean), mean**2, mean // 1, mean % 1)
print(type(mean + 1).__name__, type(1.0 + mean).__name__, type(mean * np.float32(2)).__name__, type(mean == 1.0).__name__)
print(mean > 2, 2 < mean, mean == float(mean), float(mean) == mean, mean in [float(mean)], {float(mean): "found"}[mean])
print(round(mean, 2), round(np.float64(2.5)), int(mean), float(mean).is_integer(), mean.is_integer(), x[2].is_integer())
print(math.sqrt(x[2]), math.floor(mean), math.isclose(mean, 2.5833333333333335), max(x[0], x[1]), sorted([x[2], x[0]]))
print(np.float64("3.5"), np.float64(), np.float64([1, 2]), np.float64(2).dtype, mean.ndim, mean.shape, mean.item(), x[1].astype("int32"))
print((x * mean).dtype, (np.float32([1, 2]) * mean).dtype, (xr.DataArray(np.float32([1, 2])) * mean).dtype, np.sqrt(x[2]))
print(np.array([mean, 1]).dtype, np.isnan(mean), bool(mean), hash(x[2]) == hash(4.0), "%.2f %d" % (mean, mean), sum([mean, mean]))
print(np.float64(1e300) * 10, np.float64("nan"), np.inf, np.float64(0.1) + 0.2, np.float64(1e-7), np.float64(123456789.0))
d = xr.DataArray([1.0, 2.0], dims="x", attrs={"scale": mean})
print(float(d.attrs["scale"]), d.mean().item(), isinstance(d.mean().item(), float), isinstance(d.values[0], float), d.sel(x=1).values + 1)
