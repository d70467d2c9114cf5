"""dask.array's own constructors."""
import dask.array as da
import numpy as np

print(float(da.ones((300, 200), chunks=(100, 50)).sum().compute()))
print(da.zeros((5, 4), chunks=2, dtype="int32").dtype, da.zeros((5, 4), chunks=2).sum(axis=0).compute())
print(da.full((3, 4), 2.5, chunks=(2, 2)).mean().compute(), da.arange(10, chunks=3).compute())
print(da.arange(2, 20, 3, chunks=4).sum().compute(), da.ones((2, 3), chunks=1, dtype=np.float32).dtype)
