"""Text in a NetCDF-4 file: of any length, as characters, in attributes."""
import xarray as xr

text = xr.open_dataset("in/text.nc")
print([str(word) for word in text.name.values], text.name.dims, text.value.dims)
print([str(word) for word in text.code.values], text.code.dims)
print(list(text.attrs["words"]), repr(text.attrs["empty"]))
print(text.value.coords["name"].values[2])
