"""Python and numpy scalars on both sides of every operator."""
import numpy as np
import xarray as xr

t = xr.open_zarr("in/cube.zarr").temperature
out = (t + 1).to_dataset(name="plus").assign(
    rplus=1.5 + t,
    minus=t - 273.15,
    rminus=1000 - t,
    times=t * np.float32(2.5),
    rtimes=-3 * t,
    divide=t / 7,
    rdivide=7 / t,
    floor=t // 7,
    rfloor=10000 // t,
    modulo=t % 7,
    power=t**2,
    rpower=1.01**t,
    root=t**0.5,
    negative=-t,
    positive=+t,
    absolute=abs(t - 270),
)
out.to_zarr("out/arithmetic_scalars.zarr", mode="w")
