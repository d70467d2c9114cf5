"""numpy's elementwise functions on arrays, which stay lazy arrays."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
t, w = cube.temperature, cube.wind
out = np.sqrt(t).to_dataset(name="sqrt").assign(
    exp=np.exp(w / 10),
    log=np.log(t),
    log10=np.log10(t),
    log1p=np.log1p(abs(w)),
    log2=np.log2(t),
    expm1=np.expm1(w / 100),
    sin=np.sin(w),
    cos=np.cos(w),
    tan=np.tan(w / 10),
    arcsin=np.arcsin(w / 40),
    arccos=np.arccos(w / 40),
    arctan=np.arctan(w),
    sinh=np.sinh(w / 10),
    cosh=np.cosh(w / 10),
    tanh=np.tanh(w),
    deg2rad=np.deg2rad(w),
    rad2deg=np.rad2deg(w),
    absolute=np.abs(w),
    sign=np.sign(w),
    floor=np.floor(w),
    ceil=np.ceil(w),
    rint=np.rint(w),
    trunc=np.trunc(w),
    square=np.square(w),
    isnan=np.isnan(w),
    isfinite=np.isfinite(w),
)
out.to_zarr("out/ufuncs_unary.zarr", mode="w")
