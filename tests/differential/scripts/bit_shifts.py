import dask.array as da
import numpy as np
import xarray as xr

ds = xr.open_zarr("in/dtypes.zarr")
for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]:
    array = ds[name]
    left, right = array << 3, array >> 2
    print(name, left.dtype, right.dtype, left.values[0, :6], right.values[0, :6])
print(((ds.uint16 >> 2) & 0b11).values[:2], (ds.int32 >> ds.int8 % 4).values[1])
print((ds.uint8 << 8).values[0, :3], (ds.int8 >> 100).values[0], (ds.int8 << 100).values[0])
flags = np.array([1, 2, 1024, 3072], dtype="uint16")
print(flags >> 10, flags << 1, np.right_shift(flags, 1), np.left_shift(flags, np.uint16(2)), np.int16(5) << 2)
bits = da.from_array(flags, chunks=2)
print((bits >> 10).compute(), da.bitwise_and(bits >> 10, 1).compute())
clear = ((ds.uint16 >> 1) & 1 == 0) & ((ds.uint16 >> 4) & 1 == 0)
print(int(clear.sum()))
changed = ds.int16.load()
changed <<= 1
print(changed.values[0, :4])
for wrong in (ds.float32, ds.float64):
    try:
        wrong >> 1
    except TypeError as error:
        print(type(error).__name__)
clear.to_dataset(name="clear").to_zarr("out/bit_shifts.zarr", mode="w")
