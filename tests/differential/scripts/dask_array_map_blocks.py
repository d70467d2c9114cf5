"""Functions of a script over the blocks of lazy arrays."""

import dask.array as da
import numpy as np
import xarray as xr

x = da.from_array((np.arange(24.0) % 9).reshape(4, 6), chunks=(2, 3))


def scaled(block, factor=2):
    return np.sqrt(block) * factor + 1


def clipped(block, other):
    return np.where(block > other, block, -other)


print(x.map_blocks(scaled).compute(), da.map_blocks(scaled, x, factor=3).compute()[0])
print(da.map_blocks(clipped, x, x[::-1]).compute(), x.map_blocks(lambda block: block % 2 == 0).compute())
print(x.map_blocks(lambda block: block.astype("int32"), dtype="int32").sum().compute(), x.map_blocks(np.exp).mean().compute())

data = xr.DataArray(x, dims=("t", "s"), coords={"t": [1, 2, 3, 4]}, name="v")


def anomaly(array):
    return array - array.mean("s")


whole = data.chunk({"s": -1})
print(whole.map_blocks(anomaly).values, float(xr.map_blocks(anomaly, whole).sum()))
print(xr.apply_ufunc(scaled, data, dask="parallelized", output_dtypes=["float64"]).values[0])
print(xr.apply_ufunc(lambda a, b: a * b + 1, data, data.isel(t=0), dask="parallelized", output_dtypes=[float]).values[1])
print(xr.apply_ufunc(lambda a: a.mean(axis=-1), whole, input_core_dims=[["s"]], dask="parallelized", output_dtypes=[float]).values)
print(xr.apply_ufunc(np.hypot, data, 3.0, dask="allowed").sum().compute().item(), float(data.pipe(lambda d: d * 2).max()))
print(x.blocks[0, 1].compute(), x.blocks[:, 0].shape, x.blocks[-1].compute()[0], x.blocks.shape)
