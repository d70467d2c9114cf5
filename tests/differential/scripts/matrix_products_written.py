"""Matrix products of stored arrays, written again in other chunks."""

import dask.array as da
import numpy as np
import xarray as xr

left = da.from_array((np.arange(260 * 190) * 7 % 23 / 4.0).reshape(260, 190), chunks=(50, 40))
right = da.from_array((np.arange(190 * 170) * 11 % 29 / 8.0).reshape(190, 170), chunks=(60, 35))
xr.DataArray(left, dims=("i", "k")).to_dataset(name="a").to_zarr("out/matrix_products_written_left.zarr", mode="w")
xr.DataArray(right, dims=("k", "j")).to_dataset(name="b").to_zarr("out/matrix_products_written_right.zarr", mode="w")
a = xr.open_zarr("out/matrix_products_written_left.zarr").a
b = xr.open_zarr("out/matrix_products_written_right.zarr").b
product = a @ b
print(product.dims, product.shape, float(product.sum()), float(product[3, 5]))
product.chunk({"i": 100, "j": 100}).to_dataset(name="p").to_zarr("out/matrix_products_written.zarr", mode="w")
gram = xr.dot(a, a.rename(i="l"), dim="k")
print(gram.dims, float(gram.mean()), bool((gram == gram.T.rename(i="l", l="i").transpose("i", "l")).all()))
(product - product.mean("i")).chunk({"i": 130, "j": -1}).to_dataset(name="p").to_zarr("out/matrix_products_written_centred.zarr", mode="w")
