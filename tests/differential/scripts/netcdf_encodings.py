"""to_netcdf(encoding=...): every key, and that it stands in the place of what a variable had."""
import numpy as np
import xarray as xr

cube = xr.open_zarr("in/cube.zarr")
cube.to_netcdf(
    "out/netcdf_encodings.nc",
    format="NETCDF4",
    engine="netcdf4",
    unlimited_dims="time",
    encoding={
        "temperature": {"dtype": "f4", "zlib": True, "complevel": 9, "shuffle": False, "chunksizes": [1, 17, 23], "_FillValue": np.float32(-999)},
        "wind": {"compression": "zlib", "complevel": 2, "fletcher32": True, "dtype": np.float64, "_FillValue": None},
        "pressure": {"dtype": np.dtype("int32"), "scale_factor": 0.5, "_FillValue": -1, "contiguous": False, "chunksizes": None},
        "height": {"contiguous": True, "dtype": "float32", "missing_value": -5.0, "endian": "native"},
        "weight": {"dtype": "uint8", "scale_factor": np.float32(0.01), "add_offset": 0.1, "_FillValue": 255},
        "time": {"units": "hours since 2001-01-01", "calendar": "standard", "dtype": "int32"},
        "station": {"dtype": "int16", "_FillValue": None},
        "x": {"dtype": "float32", "_FillValue": None, "original_shape": (23,), "source": "elsewhere"},
    },
)
back = xr.open_dataset("out/netcdf_encodings.nc", chunks={})
for name in ["temperature", "wind", "pressure", "height", "weight", "time", "station", "x"]:
    encoding = back[name].encoding
    print(name, back[name].dtype, [encoding.get(key) for key in ["zlib", "complevel", "shuffle", "fletcher32", "contiguous"]])
    print([str(encoding.get(key)) for key in ["dtype", "_FillValue", "missing_value", "units", "calendar"]])
    print([float(encoding[key]) for key in ["scale_factor", "add_offset"] if key in encoding])
print(back.temperature.encoding["chunksizes"], back.height.encoding["chunksizes"])
# What a variable had counts as long as nothing is said of it.
packed = xr.open_dataset("in/packed.nc", chunks={})[["single", "double", "wide"]]
packed.to_netcdf("out/netcdf_encodings_replaced.nc", encoding={"single": {"zlib": True}, "wide": {"dtype": "float32"}})
again = xr.open_dataset("out/netcdf_encodings_replaced.nc")
print([str(again[name].encoding["dtype"]) for name in ["single", "double", "wide"]], "scale_factor" in again.single.encoding)
own = packed.copy()
own["single"].encoding = {"dtype": "int32", "scale_factor": 0.01, "_FillValue": -7, "zlib": True}
own["double"].encoding.update({"complevel": 3, "zlib": True, "contiguous": False})
own.to_netcdf("out/netcdf_encodings_own.nc")
for wrong in [{"chunks": (1, 1)}, {"zlibb": True}, {"compressors": None}]:
    try:
        packed.to_netcdf("wrong.nc", encoding={"single": wrong})
    except ValueError as error:
        print("unexpected", list(wrong)[0] in str(error))
