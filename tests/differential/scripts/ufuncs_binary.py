"""numpy's two-argument functions, with scalars and arrays."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, w = cube.temperature, cube.wind
out = np.minimum(t, 270).to_dataset(name="minimum").assign(
    maximum=np.maximum(t, w * 50),
    fmin=np.fmin(t, w * 50),
    fmax=np.fmax(0, w),
    arctan2=np.arctan2(w, t),
    hypot=np.hypot(w, 3),
    power=np.power(abs(w), 2),
    add=np.add(t, w),
    mod=np.mod(w, 3),
    logical=np.logical_and(t > 270, w > 0),
    negated=np.logical_not(t > 270),
)
out.to_zarr("out/ufuncs_binary.zarr", mode="w")
