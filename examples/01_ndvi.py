"""NDVI of a Landsat-7 scene: the map and its statistics, from Zarr to Zarr.

    mpirun -n 4 swath run examples/01_ndvi.py [SCENE [RESULT]]
    python examples/01_ndvi.py [SCENE [RESULT]]

The same file runs under Swath and under CPython with xarray and Dask, and gives the same numbers.
NDVI (doi:10.1016/0034-4257(79)90013-0) is near 1 over dense vegetation, near 0 over bare soil, negative over water.
"""

import sys

import numpy as np
import xarray as xr

scene_path = sys.argv[1] if len(sys.argv) > 1 else "examples/data/l7_etms.zarr"
result_path = sys.argv[2] if len(sys.argv) > 2 else "ndvi.zarr"

scene = xr.open_zarr(scene_path)
digital_number = scene["digital_number"].astype(np.float32)
red = digital_number.sel(band=3)
near_infrared = digital_number.sel(band=4)

ndvi = (near_infrared - red) / (near_infrared + red)

result = ndvi.to_dataset(name="ndvi").assign(
    ndvi_mean=ndvi.mean(),
    ndvi_std=ndvi.std(),
    ndvi_min=ndvi.min(),
    ndvi_max=ndvi.max(),
    valid_count=ndvi.count(),
)
result.to_zarr(result_path, mode="w")

written = xr.open_zarr(result_path)
print(f"NDVI of {written.sizes['y']} x {written.sizes['x']} pixels, {int(written.valid_count)} valid")
print(f"  mean {float(written.ndvi_mean):.4f}, standard deviation {float(written.ndvi_std):.4f}")
print(f"  from {float(written.ndvi_min):.4f} to {float(written.ndvi_max):.4f}")
print(f"written to {result_path}")
