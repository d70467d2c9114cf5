"""The angle of each pixel's spectrum to the mean one, by a kernel in Rust or, under Python, by numpy.

    mpirun -n 4 target/release/examples/spectral_angle run examples/spectral_angle.py
    python examples/spectral_angle.py

`examples/spectral_angle.rs` is the program that has the kernel.
"""

import numpy as np
import xarray as xr

try:
    from swath import native_kernel

    angle = native_kernel("spectral_angle")
except ImportError:

    def angle(a, b):
        cosine = (a * b).sum(axis=-1) / np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
        return np.arccos(np.clip(cosine, -1, 1))


scene = xr.open_zarr("examples/data/l7_etms.zarr")["digital_number"].astype("float64").chunk({"band": -1})
mean = scene.mean(("y", "x"))
angles = xr.apply_ufunc(
    angle, scene, mean, input_core_dims=[["band"], ["band"]], dask="parallelized", output_dtypes=["float64"]
)
print(f"pixels are {float(angles.mean()):.4f} rad from the mean spectrum, {float(angles.max()):.4f} at most")
angles.drop_vars("band", errors="ignore").to_dataset(name="angle").to_zarr("spectral_angle.zarr", mode="w")
