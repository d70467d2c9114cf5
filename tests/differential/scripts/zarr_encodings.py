"""to_zarr(encoding=...): chunks, shards, compressors, dtypes and packing in all their spellings, read back."""
import numcodecs
import numpy as np
import xarray as xr
import zarr.codecs
from zarr.codecs import BloscCodec, BytesCodec, GzipCodec, ZstdCodec

cube = xr.open_zarr("in/cube.zarr")[["temperature", "wind", "pressure", "height"]]
spelled = {
    "temperature": {"chunks": (6, 8, 10), "shards": (12, 16, 20), "compressors": BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle")},
    "wind": {"chunks": [4, 17, 23], "compressors": [ZstdCodec(level=5, checksum=True)], "dtype": "float64", "serializer": BytesCodec()},
    "pressure": {"chunks": 9, "shards": 18, "compressors": (GzipCodec(level=1),), "dtype": "int16", "scale_factor": 0.5, "add_offset": np.float64(1e5), "_FillValue": -32768},
    "height": {"chunks": (17, 23), "compressors": None, "filters": None, "dtype": np.float32, "_FillValue": None, "fill_value": 0.0, "write_empty_chunks": True},
    "time": {"units": "hours since 2000-01-01", "calendar": "proleptic_gregorian", "dtype": "int32"},
    "x": {"dtype": "f4", "compressors": "auto", "filters": "auto", "serializer": "auto"},
}
cube.chunk(-1).to_zarr("out/zarr_encodings.zarr", mode="w", encoding=spelled, zarr_format=3)
back = xr.open_zarr("out/zarr_encodings.zarr")
for name in ["temperature", "wind", "pressure", "height", "x", "time"]:
    encoding = back[name].encoding
    print(name, back[name].dtype, encoding["chunks"], encoding.get("shards"), str(encoding["dtype"]))
    print([str(encoding.get(key)) for key in ["scale_factor", "add_offset", "_FillValue", "units", "calendar"]])
described = {"name": "blosc", "configuration": {"typesize": 4, "cname": "lz4hc", "clevel": 9, "shuffle": "shuffle", "blocksize": 0}}
for number, compressors in enumerate(
    [described, [{"name": "gzip", "configuration": {"level": 3}}], (), [], zarr.codecs.BloscCodec(), BloscCodec(cname="blosclz", shuffle="noshuffle"), {"name": "zstd", "configuration": {"level": 0, "checksum": False}}]
):
    cube[["temperature"]].chunk(-1).to_zarr(f"out/zarr_encodings_{number}.zarr", mode="w", encoding={"temperature": {"compressors": compressors}})
for number, compressor in enumerate(
    [numcodecs.Blosc(cname="zstd", clevel=1, shuffle=numcodecs.Blosc.BITSHUFFLE), numcodecs.Zstd(level=3), numcodecs.GZip(level=2), numcodecs.Zlib(), [numcodecs.BZ2(level=1)], None]
):
    wanted = {"wind": {"compressors": compressor, "chunks": (5, 5, 5), "_FillValue": -9.0}}
    cube[["wind"]].drop_encoding().chunk(-1).to_zarr(f"out/zarr_encodings_old{number}.zarr", mode="w", zarr_format=2, encoding=wanted)
# What a variable had counts as long as nothing is said of it.
packed = xr.open_dataset("in/packed.nc", chunks={})[["single", "double"]]
packed.to_zarr("out/zarr_encodings_replaced.zarr", mode="w", encoding={"single": {"chunks": (3, 7)}})
again = xr.open_zarr("out/zarr_encodings_replaced.zarr")
print(str(again.single.encoding["dtype"]), str(again.double.encoding["dtype"]), again.single.chunks)
for wrong in [{"chunksizes": (1, 1)}, {"zlib": True}, {"chunk": 3}]:
    try:
        packed.to_zarr("wrong.zarr", mode="w", encoding={"single": wrong})
    except ValueError as error:
        print("unexpected", list(wrong)[0] in str(error))
for wrong in [{"chunks": (1.5, 2.0)}, {"compressors": "zstd"}]:
    try:
        packed.to_zarr("wrong.zarr", mode="w", encoding={"single": wrong})
    except (TypeError, ValueError):
        print("not so", list(wrong)[0])
