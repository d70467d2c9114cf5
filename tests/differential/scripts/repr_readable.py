"""What print shows of a dataset and an array names what is in them; the layout may differ."""
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
for text, words in (
    (repr(cube), ["Dimensions", "Coordinates", "Data variables", "Attributes", "temperature", "float32", "time: 12", "title"]),
    (repr(cube.temperature), ["temperature", "time: 12, y: 17, x: 23", "float32", "Coordinates", "long_name", "level"]),
    (repr(cube.weight.sum().compute()), ["weight", "7.43"]),
):
    print([word for word in words if word not in text])
