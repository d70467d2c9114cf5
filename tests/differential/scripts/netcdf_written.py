"""to_netcdf: contiguous, in chunks, under filters, packed, with times, text, truth values, and read back."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
cube.to_netcdf("out/netcdf_written.nc")
cube.to_netcdf(
    "out/netcdf_written_filters.nc",
    encoding={
        "temperature": {"zlib": True, "complevel": 1, "chunksizes": (5, 8, 10)},
        "wind": {"zlib": True, "shuffle": False, "fletcher32": True, "chunksizes": (12, 4, 23)},
        "pressure": {"dtype": "int16", "scale_factor": 2.0, "add_offset": 1e5, "_FillValue": -32768},
    },
    unlimited_dims=["time"],
)
(cube.temperature.mean("time") > 270).to_dataset(name="is_warm").to_netcdf("out/netcdf_written_flags.nc", format="NETCDF4")
cube.temperature.isel(time=0, y=slice(2, 9)).rename("map").to_netcdf("out/netcdf_written_array.nc", mode="w")
xr.open_zarr("in/scene.zarr").to_netcdf("out/netcdf_written_text.nc", engine="netcdf4")
back = xr.open_dataset("out/netcdf_written_filters.nc", chunks={})
print(back.temperature.dtype, back.pressure.dtype, back.pressure.encoding["scale_factor"], back.time.values[3])
print(float(back.temperature.sum()), float(back.pressure.mean()), int(back.level))
print(back.temperature.encoding["zlib"], back.wind.encoding["fletcher32"], back.attrs["title"])
print(bool(xr.open_dataset("out/netcdf_written_flags.nc").is_warm.values[0, 0]))
