"""to_netcdf into a directory that isn't there: an error of the engine's, and none is made."""
import os

import xarray as xr

data = xr.open_zarr("in/cube.zarr")[["height"]]
for engine in [None, "netcdf4", "h5netcdf"]:
    for write in [data.to_netcdf, data.height.to_netcdf]:
        try:
            write("out/nowhere/further/file.nc", engine=engine)
        except OSError as error:
            print(engine, type(error).__name__)
print(os.path.exists("out/nowhere"))
os.makedirs("out/somewhere", exist_ok=True)
data.to_netcdf("out/somewhere/file.nc")
print(float(xr.open_dataset("out/somewhere/file.nc").height.sum() - data.height.sum()))
