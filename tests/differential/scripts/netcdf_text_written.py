"""Text of any length written and added to, with what is empty or not ASCII; characters; truth values; enumerations."""
import numpy as np
import xarray as xr

text = xr.open_dataset("in/text.nc")
text.to_netcdf("out/netcdf_text_written.nc")
names = xr.Dataset(
    {
        "city": ("n", np.array(["Zürich", "", "Ålesund", "Łódź"])),
        "grid": (("y", "x"), np.array([["a", "bb"], ["ccc", "dddd"]])),
        "one": ((), "alone"),
        "flag": ("n", np.array([True, False, True, True])),
    },
    coords={"n": ["w", "x", "y", "z"]},
    attrs={"note": "ä", "list": ["p", "q"], "none": ""},
)
names.to_netcdf("out/netcdf_text_written_names.nc", encoding={"city": {"dtype": str}, "flag": {"dtype": "int8"}})
names[["city"]].isel(n=slice(None, None, -1)).to_netcdf("out/netcdf_text_written_names.nc", mode="a", group="turned")
back = xr.open_dataset("out/netcdf_text_written_names.nc")
print([str(word) for word in back.city.values], back.grid.values.tolist(), str(back.one.values), back.flag.dtype)
print(str(back.city.sel(n="y").values), back.attrs["note"], list(back.attrs["list"]), repr(back.attrs["none"]))
print([str(word) for word in xr.open_dataset("out/netcdf_text_written_names.nc", group="turned").city.values])
packed = xr.open_dataset("in/packed.nc", chunks={})[["sky", "byte", "unsigned"]]
print(packed.sky.dtype, packed.sky.values[1])
packed.astype("float32").to_netcdf("out/netcdf_text_written_sky.nc")
