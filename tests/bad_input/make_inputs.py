"""Makes the broken and the awkward stores of this suite: `make(directory)`."""

import json
import pathlib
import sys
import warnings

import netCDF4
import numpy as np
import xarray as xr
import zarr


def make(directory):
    warnings.simplefilter("ignore")
    good(directory / "good.zarr")
    good(directory / "earlier.zarr")
    (directory / "plain_file").write_text("not a store\n")
    (directory / "empty_directory").mkdir()
    corrupt_chunks(directory)
    foreign_metadata(directory)
    odd_files(directory)
    array(directory / "huge_chunk.zarr", (30_000, 30_000), (30_000, 30_000), "float64")


def good(path):
    dataset = xr.Dataset(
        {
            "value": (("band", "y", "x"), np.arange(3 * 8 * 10, dtype="float32").reshape(3, 8, 10)),
            "count": (("y", "x"), np.arange(80, dtype="uint8").reshape(8, 10)),
            "row": (("x",), np.arange(10.0)),
            "position": (("p",), np.arange(4.0)),
        },
        coords={"band": np.array(["red", "green", "nir"], dtype=object), "x": np.arange(10) * 0.5},
    )
    dataset.to_zarr(path, mode="w", encoding={"value": {"chunks": (1, 4, 5)}})


def array(path, shape, chunks, dtype, **options):
    group = zarr.open_group(path, mode="w", zarr_format=3)
    return group.create_array("value", shape=shape, chunks=chunks, dtype=dtype, dimension_names=("y", "x"), **options)


def corrupt_chunks(directory):
    """The chunk at 1, 0 of each is damaged in its own way."""
    values = np.random.default_rng(3).integers(0, 9, (8, 10)).astype("int32")
    stores = {
        "corrupt": {},
        "truncated": {},
        "truncated_raw": {"compressors": None},
        "checksum": {"compressors": [zarr.codecs.Crc32cCodec()]},
        "longer_raw": {"compressors": None},
    }
    for name, options in stores.items():
        array(directory / f"{name}.zarr", (8, 10), (4, 5), "int32", **options)[...] = values
        chunk = directory / f"{name}.zarr/value/c/1/0"
        data = bytearray(chunk.read_bytes())
        if name.startswith("truncated"):
            data = data[: len(data) // 2]
        elif name.startswith("longer"):
            data += b"more"
        else:
            data[len(data) // 2] ^= 0xFF
            data[0] ^= 0xFF
        chunk.write_bytes(data)


def odd_files(directory):
    """A NetCDF file with values that are records, and one of the classic format."""
    with netCDF4.Dataset(directory / "records.nc", "w") as file:
        file.createDimension("x", 2)
        pair = np.dtype([("left", "f4"), ("right", "i2")])
        records = file.createVariable("records", file.createCompoundType(pair, "pair"), ("x",))
        records[:] = np.array([(1, 2), (3, 4)], dtype=pair)
        file.createVariable("usual", "f8", ("x",))[:] = [1.0, 2.0]
    with netCDF4.Dataset(directory / "classic.nc", "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("x", 2)
        file.createVariable("value", "f4", ("x",))[:] = [1.0, 2.0]


def foreign_metadata(directory):
    """Metadata that is broken, or names what nobody has."""
    changes = {
        "unknown_codec": lambda metadata: metadata["codecs"].append({"name": "frobnicate", "configuration": {}}),
        "unknown_dtype": lambda metadata: metadata.update(data_type="complex128", fill_value=[0.0, 0.0]),
        "unknown_grid": lambda metadata: metadata["chunk_grid"].update(name="hexagonal"),
    }
    for name, change in changes.items():
        array(directory / f"{name}.zarr", (8, 10), (4, 5), "int32")[...] = 1
        path = directory / f"{name}.zarr/value/zarr.json"
        metadata = json.loads(path.read_text())
        change(metadata)
        path.write_text(json.dumps(metadata))
    array(directory / "broken_metadata.zarr", (8, 10), (4, 5), "int32")
    path = directory / "broken_metadata.zarr/value/zarr.json"
    path.write_text(path.read_text()[:100])

    group = zarr.open_group(directory / "unknown_compressor.zarr", mode="w", zarr_format=2)
    group.create_array("value", shape=(8, 10), chunks=(4, 5), dtype="int32").attrs["_ARRAY_DIMENSIONS"] = ["y", "x"]
    path = directory / "unknown_compressor.zarr/value/.zarray"
    metadata = json.loads(path.read_text())
    metadata["compressor"] = {"id": "frobnicate"}
    path.write_text(json.dumps(metadata))


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]))
