"""The same functions in double precision, far from and near to zero."""
import numpy as np
import xarray as xr

p = (xr.open_zarr("in/cube.zarr").pressure - 1e5) / 100
out = np.exp(p).to_dataset(name="exp").assign(
    sin=np.sin(p), cos=np.cos(p * 1000), tan=np.tan(p), log=np.log(abs(p)), sqrt=np.sqrt(abs(p)), tanh=np.tanh(p), atan=np.arctan(p), pow=abs(p) ** 0.3
)
out.to_zarr("out/ufuncs_float64.zarr", mode="w")
