"""Makes the stores that the scripts of this suite read: `python make_inputs.py DIRECTORY`.

Everything is seeded, so that two runs make equal arrays. Each store is small, and each is about one thing: a shape of
labelled data (the first half of this file), or one way of storing an array (the second half). Arrays have ragged edge
chunks, NaNs and negative numbers wherever that costs nothing.
"""

import pathlib
import sys
import warnings

import netcdf_inputs
import numcodecs
import numpy as np
import xarray as xr
import zarr

SEED = 20010714


def generator(name):
    """A generator of its own for each store, so that adding one doesn't change the others."""
    return np.random.default_rng([SEED, *name.encode()])


def write(dataset, path, chunks, zarr_format=3, encoding=None, **options):
    """Writes with the given chunk shape for each data variable of as many dimensions."""
    encoding = {name: dict(value) for name, value in (encoding or {}).items()}
    for name, variable in dataset.data_vars.items():
        shape = tuple(min(chunks.get(d, n), n) for d, n in zip(variable.dims, variable.shape))
        if shape and 0 not in shape:
            encoding.setdefault(name, {}).setdefault("chunks", shape)
    dataset.to_zarr(path, mode="w", zarr_format=zarr_format, encoding=encoding, **options)


def days(count, start="2001-01-15"):
    return np.datetime64(start, "ns") + np.arange(count) * np.timedelta64(1, "D").astype("timedelta64[ns]")


def with_nans(values, random, share=0.1):
    values[random.random(values.shape) < share] = np.nan
    return values


# --- labelled data


def seasons(directory):
    """Three years of days and four days of hours, for groups: float32 with NaNs in ragged chunks, integers, no time."""
    random = generator("seasons")
    days_count, y, x = 1096, 5, 7
    time = days(days_count, "1999-01-01")
    values = 280 + 10 * np.sin(np.arange(days_count) / 58)[:, None, None] + random.standard_normal((days_count, y, x))
    dataset = xr.Dataset(
        {
            "temperature": (("time", "y", "x"), with_nans(values.astype("float32"), random), {"units": "K"}),
            "visits": (("y", "time"), random.integers(0, 200, (y, days_count)).astype("int16")),
            "height": (("y", "x"), random.normal(0, 100, (y, x)), {"units": "m"}),
        },
        coords={"time": time, "x": np.arange(x) * 2.0, "level": 5},
        attrs={"title": "seasons"},
    )
    write(dataset, directory / "seasons.zarr", {"time": 100, "y": 3, "x": 7})
    hours = np.datetime64("2001-02-26T06", "ns") + np.arange(100) * np.timedelta64(3600, "s").astype("timedelta64[ns]")
    hourly = xr.Dataset(
        {"hourly": (("time", "y"), with_nans(random.normal(0, 1, (100, y)), random, 0.5))}, coords={"time": hours}
    )
    write(hourly, directory / "hours.zarr", {"time": 24})


def calendars(directory):
    """Months and days of calendars that aren't the standard one, as models have them."""
    random = generator("calendars")
    for calendar, start in [("360_day", "1860-06-16"), ("noleap", "1999-01-15"), ("julian", "1898-11-03"), ("all_leap", "2001-02-20")]:
        time = xr.date_range(start, periods=400, freq="D", calendar=calendar, use_cftime=True)
        values = 280 + random.standard_normal((400, 3))
        dataset = xr.Dataset({"t": (("time", "x"), with_nans(values.astype("float32"), random), {"units": "K"})}, coords={"time": time})
        dataset.time.encoding.update({"units": "days since 1850-01-01", "calendar": calendar})
        if calendar == "360_day":
            dataset.time.encoding.update({"units": "hours since 1970-01-01 00:00:00", "dtype": "float64"})
        write(dataset, directory / f"calendar_{calendar}.zarr", {"time": 90})


def cube(directory):
    """time, y, x: two float32 variables with NaNs, one float64 without, a 2-d and a 1-d one, and a scalar."""
    random = generator("cube")
    time, y, x = 12, 17, 23
    shape = (time, y, x)
    dataset = xr.Dataset(
        {
            "temperature": (
                ("time", "y", "x"),
                with_nans((270 + 20 * random.standard_normal(shape)).astype("float32"), random),
                {"units": "K", "long_name": "air temperature"},
            ),
            "wind": (("time", "y", "x"), with_nans(random.normal(0, 5, shape).astype("float32"), random), {"units": "m s-1"}),
            "pressure": (("time", "y", "x"), random.normal(1e5, 500, shape), {"units": "Pa"}),
            "height": (("y", "x"), random.uniform(-10, 3000, (y, x)), {"units": "m"}),
            "weight": (("y",), random.uniform(0.1, 1, y)),
            "gravity": ((), 9.80665, {"units": "m s-2"}),
        },
        coords={
            "time": ("time", days(time), {"long_name": "day"}),
            "y": ("y", 60 - 0.5 * np.arange(y), {"units": "degrees_north", "standard_name": "latitude"}),
            "x": ("x", -5 + 0.25 * np.arange(x), {"units": "degrees_east", "standard_name": "longitude"}),
            "station": ("x", np.arange(100, 100 + x)),
            "level": ((), 850, {"units": "hPa"}),
        },
        attrs={"title": "a cube of weather", "version": 3, "bounds": [1.5, 2.5]},
    )
    write(dataset, directory / "cube.zarr", {"time": 5, "y": 8, "x": 10})


def scene(directory):
    """band, y, x of uint16 with text labels of variable and of fixed length for the bands, as v3 and as v2."""
    random = generator("scene")
    dataset = xr.Dataset(
        {"reflectance": (("band", "y", "x"), random.integers(0, 10_000, (3, 31, 29), dtype="uint16"), {"scale": "1e-4"})},
        coords={
            "band": ("band", np.array(["red", "green", "nir"], dtype=object)),
            "y": ("y", np.arange(31)[::-1] * 30.0),
            "x": ("x", 500_000 + np.arange(29) * 30.0),
            "spatial_ref": ((), np.int64(0), {"crs_wkt": "none", "GeoTransform": "0 30 0 0 0 -30"}),
        },
    )
    write(dataset, directory / "scene.zarr", {"band": 1, "y": 12, "x": 16})
    write(dataset, directory / "scene_v2.zarr", {"band": 3, "y": 12, "x": 16}, zarr_format=2)
    fixed = dataset.assign_coords(band=np.array(["red", "green", "nir"], dtype="<U5"))
    write(fixed, directory / "scene_fixed.zarr", {"band": 1, "y": 12, "x": 16})
    write(fixed, directory / "scene_fixed_v2.zarr", {"band": 3, "y": 12, "x": 16}, zarr_format=2)


def dtypes(directory):
    """One variable of each dtype over y, x; small numbers of both signs."""
    random = generator("dtypes")
    shape = (9, 14)
    variables = {"bool": (("y", "x"), random.random(shape) < 0.4)}
    for bits in (8, 16, 32, 64):
        variables[f"int{bits}"] = (("y", "x"), random.integers(-100, 100, shape, dtype=f"int{bits}"))
        variables[f"uint{bits}"] = (("y", "x"), random.integers(0, 200, shape, dtype=f"uint{bits}"))
    for bits in (32, 64):
        variables[f"float{bits}"] = (("y", "x"), with_nans(random.normal(0, 3, shape).astype(f"float{bits}"), random))
    dataset = xr.Dataset(variables, coords={"y": np.arange(9), "x": np.arange(14) * 2})
    write(dataset, directory / "dtypes.zarr", {"y": 4, "x": 5})
    write(dataset, directory / "dtypes_v2.zarr", {"y": 9, "x": 3}, zarr_format=2)


def large_integers(directory):
    """Integers that no float64 holds, and that a sum wraps or widens."""
    random = generator("large_integers")
    dataset = xr.Dataset(
        {
            "int64": ("x", random.integers(2**61, 2**62, 11, dtype="int64")),
            "uint64": ("x", random.integers(2**63, 2**64 - 1, 11, dtype="uint64", endpoint=True)),
            "int32": ("x", random.integers(2**30, 2**31 - 1, 11, dtype="int32")),
            "uint8": ("x", random.integers(128, 255, 11, dtype="uint8", endpoint=True)),
            "int8": ("x", np.array([-128, 127, -1, 0, 1, 100, -100, 64, -64, 5, -128], dtype="int8")),
        }
    )
    write(dataset, directory / "large_integers.zarr", {"x": 4})


def nan_patterns(directory):
    """NaN in whole chunks, rows and cells; infinities; signed zero."""
    random = generator("nan_patterns")
    values = random.normal(0, 1, (10, 12))
    values[0:4, 0:4] = np.nan
    values[7, :] = np.nan
    values[:, 9] = np.nan
    infinite = values.copy()
    infinite[1, 5], infinite[5, 1], infinite[8, 2] = np.inf, -np.inf, -0.0
    dataset = xr.Dataset(
        {
            "holes": (("y", "x"), values),
            "infinite": (("y", "x"), infinite),
            "nothing": (("y", "x"), np.full((10, 12), np.nan)),
            "holes32": (("y", "x"), values.astype("float32")),
        }
    )
    write(dataset, directory / "nan_patterns.zarr", {"y": 4, "x": 4})


def misaligned(directory):
    """Two stores whose x overlap in part, and whose y are in another order."""
    random = generator("misaligned")
    left = xr.Dataset(
        {"a": (("y", "x"), random.normal(0, 1, (5, 8)))}, coords={"y": [10, 20, 30, 40, 50], "x": np.arange(8.0)}
    )
    right = xr.Dataset(
        {"b": (("y", "x"), random.normal(0, 1, (4, 7)))}, coords={"y": [50, 30, 20, 70], "x": np.arange(3.0, 10.0)}
    )
    write(left, directory / "left.zarr", {"y": 2, "x": 3})
    write(right, directory / "right.zarr", {"y": 3, "x": 4})


def degenerate(directory):
    """An empty dimension, a dimension of one, a scalar, and a dimension without a coordinate."""
    dataset = xr.Dataset(
        {
            "empty": (("nobody", "x"), np.zeros((0, 4), dtype="float32")),
            "one": (("single", "x"), np.arange(4.0).reshape(1, 4)),
            "scalar": ((), np.float32(2.5)),
            "plain": (("row", "x"), np.arange(12, dtype="int16").reshape(3, 4)),
        },
        coords={"single": [7]},
    )
    write(dataset, directory / "degenerate.zarr", {"row": 2, "x": 3})


def times(directory):
    """Time axes and time values in several CF units, with a missing one, and durations."""
    stamps = days(9, "1999-12-30") + np.timedelta64(6, "h").astype("timedelta64[ns]") * np.arange(9)
    missing = stamps.copy()
    missing[3] = np.datetime64("NaT")
    hours = np.arange(9) * np.timedelta64(90, "m").astype("timedelta64[ns]")
    dataset = xr.Dataset(
        {
            "value": (("time", "x"), generator("times").normal(0, 1, (9, 5))),
            "observed": (("time",), missing),
            "duration": (("time",), hours),
        },
        coords={"time": stamps},
    )
    encoding = {
        "time": {"units": "hours since 1900-01-01 00:00:00", "calendar": "standard", "dtype": "int64"},
        "observed": {"units": "seconds since 1970-01-01", "dtype": "float64"},
    }
    write(dataset, directory / "times.zarr", {"time": 4, "x": 5}, encoding=encoding)

    plain = xr.Dataset(
        {"value": (("time",), np.arange(6.0)), "age": (("time",), np.arange(6.0), {"units": "hours"})},
        coords={"time": ("time", np.arange(6) + 0.5, {"units": "days since 1850-06-01", "calendar": "proleptic_gregorian"})},
    )
    write(plain, directory / "times_v2.zarr", {"time": 4}, zarr_format=2)


def packed(directory):
    """CF packing: scale factor, offset and fill value, in both formats."""
    random = generator("packed")
    values = with_nans(random.uniform(200, 320, (7, 13)), random)
    dataset = xr.Dataset(
        {
            "double": (("y", "x"), values, {"units": "K"}),
            "byte": (("y", "x"), np.round(values - 200)),
            "unsigned": (("y", "x"), values),
            "integer": (("y", "x"), np.round(values * 10)),
        }
    )
    encoding = {
        "double": {"dtype": "int16", "scale_factor": 0.01, "add_offset": 260.0, "_FillValue": np.int16(-32768)},
        "byte": {"dtype": "uint8", "_FillValue": np.uint8(255)},
        "unsigned": {"dtype": "uint16", "scale_factor": 0.005, "_FillValue": np.uint16(65535)},
        "integer": {"dtype": "int32", "_FillValue": np.int32(-1)},
    }
    write(dataset, directory / "packed.zarr", {"y": 3, "x": 6}, encoding=encoding)
    write(dataset, directory / "packed_v2.zarr", {"y": 3, "x": 6}, zarr_format=2, encoding=encoding)

    raw = np.arange(24, dtype="int16").reshape(4, 6)
    missing = xr.Dataset({"value": (("y", "x"), raw, {"missing_value": np.int16(7), "scale_factor": 0.5})})
    write(missing, directory / "missing_value.zarr", {"y": 4, "x": 4})


# --- ways of storing


def arrays(directory):
    """One group a storage variant, each holding the same `value` over y, x: zarr-python writes, xarray reads."""
    values = np.round(generator("arrays").normal(0, 100, (11, 19)), 1)
    codecs = zarr.codecs
    v3 = {
        "blosc_lz4": {"compressors": codecs.BloscCodec(cname="lz4", clevel=5, shuffle="shuffle")},
        "blosc_zstd_bits": {"compressors": codecs.BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle")},
        "blosc_zlib": {"compressors": codecs.BloscCodec(cname="zlib", clevel=1, shuffle="noshuffle")},
        "zstd_checksum": {"compressors": codecs.ZstdCodec(level=3, checksum=True)},
        "gzip": {"compressors": codecs.GzipCodec(level=5)},
        "raw": {"compressors": None},
        "crc32c": {"compressors": [codecs.GzipCodec(level=1), codecs.Crc32cCodec()]},
        "big_endian": {"serializer": codecs.BytesCodec(endian="big")},
        "fortran": {"filters": [codecs.TransposeCodec(order=(1, 0))]},
        "sharded": {"chunks": (2, 5), "shards": (6, 10)},
        "sharded_gzip": {"chunks": (3, 4), "shards": (6, 20), "compressors": codecs.GzipCodec()},
        "dots": {"chunk_key_encoding": {"name": "default", "separator": "."}},
        "keys_v2": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
        "one_chunk": {"chunks": (11, 19)},
    }
    for name, options in v3.items():
        array = store_array(directory / f"v3_{name}.zarr", values, 3, dimension_names=("y", "x"), **options)
        array[...] = values

    v2 = {
        "blosc": {"compressors": numcodecs.Blosc(cname="lz4", clevel=5, shuffle=1)},
        "blosc_zstd": {"compressors": numcodecs.Blosc(cname="zstd", clevel=3, shuffle=2)},
        "zstd": {"compressors": numcodecs.Zstd(level=3)},
        "gzip": {"compressors": numcodecs.GZip(level=5)},
        "zlib": {"compressors": numcodecs.Zlib(level=5)},
        "bz2": {"compressors": numcodecs.BZ2(level=5)},
        "raw": {"compressors": None},
        "fortran": {"order": "F"},
        "slashes": {"chunk_key_encoding": {"name": "v2", "separator": "/"}},
        "big_endian": {"dtype": ">f8"},
        "big_endian_int": {"dtype": ">i4"},
    }
    for name, options in v2.items():
        array = store_array(directory / f"v2_{name}.zarr", values, 2, **options)
        array.attrs["_ARRAY_DIMENSIONS"] = ["y", "x"]
        array[...] = values

    # Chunks that were never written, with a fill value: v2 masks it, v3 doesn't.
    for zarr_format, options in ((2, {}), (3, {"dimension_names": ("y", "x")})):
        path = directory / f"v{zarr_format}_unwritten.zarr"
        array = store_array(path, values, zarr_format, dtype="int32", fill_value=-5, **options)
        if zarr_format == 2:
            array.attrs["_ARRAY_DIMENSIONS"] = ["y", "x"]
        array[4:8, 3:11] = values[4:8, 3:11].astype("int32")


def store_array(path, values, zarr_format, **options):
    options = {"chunks": (4, 6), "dtype": values.dtype, **options}
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    return group.create_array("value", shape=values.shape, **options)


def unconsolidated(directory):
    dataset = xr.Dataset({"value": (("y", "x"), generator("unconsolidated").normal(0, 1, (6, 7)))}, coords={"x": np.arange(7)})
    for zarr_format in (2, 3):
        path = directory / f"unconsolidated_v{zarr_format}.zarr"
        write(dataset, path, {"y": 4, "x": 4}, zarr_format=zarr_format, consolidated=False)


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    makers = (cube, seasons, calendars, scene, dtypes, large_integers, nan_patterns, misaligned, degenerate, times, packed, arrays, unconsolidated)
    for make in makers:
        make(directory)
    netcdf_inputs.make(directory, generator)


if __name__ == "__main__":
    main()
