"""Python's own control flow around lazy arrays: loops, functions, comprehensions, classes and exceptions."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")


def stretched(array, low=0.0, high=1.0):
    lowest, highest = array.min(), array.max()
    return (array - lowest) / (highest - lowest) * (high - low) + low


class Threshold:
    def __init__(self, value):
        self.value = value

    def __call__(self, array):
        return array > self.value


total = sum(cube.temperature.isel(time=i).fillna(0) for i in range(3))
names = {name: array.dims for name, array in cube.data_vars.items() if array.ndim == 3}
print(sorted(names), [int(Threshold(v)(cube.temperature).sum()) for v in (250, 270, 290)])
try:
    cube.temperature.sel(x=3.14159)
except KeyError:
    print("no such label")
try:
    cube["nothing"]
except KeyError:
    print("no such variable")
stretched(cube.height, high=255).to_dataset(name="grey").assign(total=total).to_zarr("out/iteration.zarr", mode="w")
