"""Makes the NetCDF and HDF5 files that the scripts of this suite read, in the manner of `make_inputs.py`."""

import pathlib
import shutil

import h5py
import iris_sample_data
import netCDF4
import numpy as np


def make(directory, generator):
    weather(directory, generator("netcdf_weather"))
    groups(directory, generator("netcdf_groups"))
    packed(directory, generator("netcdf_packed"))
    text(directory)
    plain(directory, generator("netcdf_plain"))
    months(directory, generator("netcdf_months"))
    ranges(directory)
    relations(directory, generator("netcdf_relations"))
    clocks(directory)
    compound(directory)
    parts(directory, generator("netcdf_parts"))
    tall(directory, generator("netcdf_tall"))
    for name in ("A1B_north_america.nc", "E1_north_america.nc"):
        shutil.copy(pathlib.Path(iris_sample_data.path) / name, directory / name)


def weather(directory, random):
    """A cube in chunks under each set of filters, contiguous and big-endian variables, bounds, a grid mapping, a scalar
    coordinate, a dimension without a variable and one without end."""
    with netCDF4.Dataset(directory / "weather.nc", "w") as file:
        for name, length in {"time": None, "y": 17, "x": 23, "bounds": 2}.items():
            file.createDimension(name, length)
        time = file.createVariable("time", "f8", ("time",))
        time.setncatts({"units": "hours since 2001-01-01", "calendar": "standard", "bounds": "time_bounds"})
        time[:] = np.arange(12) * 24.0 + 6
        bounds = file.createVariable("time_bounds", "f8", ("time", "bounds"))
        bounds[:] = np.stack([time[:] - 12, time[:] + 12], axis=1)
        for name, length, step, units in [("y", 17, 0.5, "degrees_north"), ("x", 23, 0.25, "degrees_east")]:
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units
            axis[:] = np.arange(length) * step
        level = file.createVariable("level", "i4", ())
        level[...] = 850
        grid = file.createVariable("crs", "i4", ())
        grid.grid_mapping_name = "latitude_longitude"
        values = random.normal(280, 10, (12, 17, 23)).astype("float32")
        values[random.random(values.shape) < 0.1] = np.nan
        filters = {
            "deflated": {"zlib": True, "complevel": 1, "shuffle": True},
            "unshuffled": {"zlib": True, "complevel": 6, "shuffle": False},
            "checked": {"zlib": True, "complevel": 1, "shuffle": True, "fletcher32": True},
            "only_checked": {"fletcher32": True},
            "big_endian": {"zlib": True, "shuffle": True, "endian": "big"},
            "unfiltered": {},
        }
        for name, options in filters.items():
            variable = file.createVariable(name, "f4", ("time", "y", "x"), chunksizes=(5, 8, 10), **options)
            variable.setncatts({"units": "K", "coordinates": "level", "grid_mapping": "crs", "valid_range": np.float32([0, 400])})
            variable[:] = values
        fixed = file.createVariable("height", "f8", ("y", "x"), contiguous=True)
        fixed[:] = random.uniform(0, 3000, (17, 23))
        swapped = file.createVariable("land", "i2", ("y", "x"), contiguous=True, endian="big")
        swapped[:] = random.integers(-300, 300, (17, 23))
        visits = file.createVariable("visits", "i8", ("time", "y", "x"), chunksizes=(1, 17, 23), zlib=True, fill_value=-1)
        visits[:] = random.integers(0, 1000, (12, 17, 23))
        visits[3, :5] = -1
        file.setncatts({"title": "weather", "Conventions": "CF-1.8", "levels": np.array([850.0, 500.0])})


def groups(directory, random):
    """Groups in groups; the inner one has a dimension of the outer."""
    with netCDF4.Dataset(directory / "groups.nc", "w") as file:
        file.createDimension("x", 9)
        file.createVariable("x", "f4", ("x",))[:] = np.arange(9)
        outer = file.createGroup("model")
        outer.createDimension("z", 4)
        outer.createVariable("z", "i4", ("z",))[:] = [10, 20, 30, 40]
        outer.createVariable("wind", "f8", ("z", "x"), zlib=True)[:] = random.normal(0, 1, (4, 9))
        inner = outer.createGroup("ocean")
        inner.createVariable("salt", "f4", ("x",))[:] = random.random(9)
        inner.history = "made"


def packed(directory, random):
    """Numbers packed in each width, with factors of both float types, unsigned bytes in signed ones, and enumerations."""
    with netCDF4.Dataset(directory / "packed.nc", "w") as file:
        file.createDimension("y", 6)
        file.createDimension("x", 7)
        file.set_auto_maskandscale(False)
        kinds = {
            "single": ("i2", np.float32(0.1), np.float32(5), -1),
            "double": ("i2", 0.1, 5.0, -1),
            "factor": ("i2", np.float32(0.25), None, None),
            "offset": ("i2", None, np.float32(100), -1),
            "wide": ("i4", np.float32(0.1), np.float32(5), -1),
            "byte": ("u1", np.float32(0.5), None, 255),
        }
        for name, (dtype, factor, offset, fill) in kinds.items():
            variable = file.createVariable(name, dtype, ("y", "x"), fill_value=fill)
            variable.set_auto_maskandscale(False)
            if factor is not None:
                variable.scale_factor = factor
            if offset is not None:
                variable.add_offset = offset
            variable[:] = random.integers(0, 100, (6, 7))
            if fill is not None:
                variable[2, 1:4] = fill
        unsigned = file.createVariable("unsigned", "i1", ("y", "x"), fill_value=-1)
        unsigned.set_auto_maskandscale(False)
        unsigned.setncattr("_Unsigned", "true")
        unsigned[:] = random.integers(-128, 127, (6, 7))
        clouds = file.createEnumType(np.uint8, "clouds", {"clear": 0, "some": 1, "many": 2, "missing": 255})
        sky = file.createVariable("sky", clouds, ("y", "x"), fill_value=255)
        sky[:] = random.integers(0, 3, (6, 7)).astype("uint8")


def text(directory):
    """Text of any length, characters along an axis, and attributes of text."""
    with netCDF4.Dataset(directory / "text.nc", "w") as file:
        file.createDimension("station", 4)
        file.createDimension("length", 8)
        names = file.createVariable("name", str, ("station",))
        names[:] = np.array(["Göttingen", "", "Rio", "a b"], dtype=object)
        code = file.createVariable("code", "S1", ("station", "length"))
        code.setncattr("_Encoding", "utf-8")
        code.set_auto_chartostring(False)
        code[:] = netCDF4.stringtochar(np.array(["ab", "c", "defghijk", ""], dtype="S8"))
        value = file.createVariable("value", "f4", ("station",))
        value.coordinates = "name"
        value[:] = [1, 2, 3, 4]
        file.setncattr_string("words", ["one", "two"])
        file.empty = ""


def plain(directory, random):
    """HDF5 without netCDF's conventions: phony dimensions, a compact dataset, a layout of later libraries."""
    with h5py.File(directory / "plain.h5", "w", libver=("earliest", "v110")) as file:
        file["square"] = random.normal(0, 1, (5, 5))
        file["line"] = np.arange(5, dtype=">i4")
        file.create_dataset("chunked", data=random.integers(0, 99, (5, 8)), chunks=(2, 3), compression="gzip", shuffle=True)
        file.create_dataset("grown", data=random.random((5, 8)), chunks=(2, 3), maxshape=(None, None), compression="lzf")
        file.create_dataset("scaled", data=random.integers(0, 99, (5, 8)), chunks=(2, 3), scaleoffset=0)
        file["inner/deep"] = np.arange(3.0)
        file.attrs["made_by"] = "h5py"


def months(directory, random):
    """One file a month of two years, as archives have them."""
    (directory / "months").mkdir(exist_ok=True)
    start = np.datetime64("2001-01-01")
    for month in range(24):
        first = np.datetime64("2001-01") + month
        days = np.arange(first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]"))
        with netCDF4.Dataset(directory / "months" / f"{first}.nc", "w") as file:
            for name, length in {"time": None, "y": 5, "x": 6}.items():
                file.createDimension(name, length)
            time = file.createVariable("time", "i4", ("time",))
            time.units = "days since 2001-01-01"
            time[:] = (days - start).astype(int)
            file.createVariable("x", "f8", ("x",))[:] = np.arange(6) * 2.0
            rain = file.createVariable("rain", "f4", ("time", "y", "x"), zlib=True, chunksizes=(10, 5, 6))
            rain[:] = random.gamma(1, 2, (days.size, 5, 6))
            file.createVariable("height", "f4", ("y", "x"))[:] = np.arange(30).reshape(5, 6)
            file.source = f"month {month % 3}"


def ranges(directory):
    """The attributes that say which values are valid, on packed and unpacked numbers."""
    with netCDF4.Dataset(directory / "ranges.nc", "w") as file:
        file.createDimension("x", 8)
        kinds = {
            "in_range": ("f4", {"valid_range": np.float32([0, 5])}),
            "at_least": ("i4", {"valid_min": np.int32(2)}),
            "at_most": ("f8", {"valid_max": 4.5}),
            "packed": ("i2", {"valid_range": np.int16([1, 6]), "scale_factor": 0.5, "add_offset": 10.0}),
            "unsigned": ("i1", {"valid_range": np.int8([0, -1]), "_Unsigned": "true"}),
            "several": ("i2", {"missing_value": np.int16(3)}),
        }
        for name, (dtype, attributes) in kinds.items():
            variable = file.createVariable(name, dtype, ("x",), fill_value=None if name == "several" else -1)
            variable.set_auto_maskandscale(False)
            variable.setncatts(attributes)
            variable[:] = np.array([0, 1, 2, 3, 5, 6, 7, -1])


def relations(directory, random):
    """Variables that are related by attributes: bounds, a grid mapping, cell measures, terms of a formula."""
    with netCDF4.Dataset(directory / "relations.nc", "w") as file:
        for name, length in {"lev": 3, "lat": 4, "lon": 5, "two": 2}.items():
            file.createDimension(name, length)
        for name, length in {"lat": 4, "lon": 5}.items():
            axis = file.createVariable(name, "f8", (name,))
            axis.setncatts({"bounds": f"{name}_bounds", "units": "degrees"})
            axis[:] = np.arange(length) * 10.0
            file.createVariable(f"{name}_bounds", "f8", (name, "two"))[:] = np.stack([axis[:] - 5, axis[:] + 5], axis=1)
        level = file.createVariable("lev", "f8", ("lev",))
        level.setncatts({"standard_name": "atmosphere_sigma_coordinate", "formula_terms": "sigma: lev ps: ps ptop: ptop"})
        level[:] = [1.0, 0.5, 0.1]
        file.createVariable("ptop", "f8", ())[...] = 1000.0
        file.createVariable("ps", "f4", ("lat", "lon"))[:] = random.normal(1e5, 500, (4, 5))
        file.createVariable("area", "f4", ("lat", "lon"))[:] = random.random((4, 5))
        file.createVariable("crs", "i4", ()).grid_mapping_name = "latitude_longitude"
        wind = file.createVariable("wind", "f4", ("lev", "lat", "lon"))
        wind.setncatts({"grid_mapping": "crs", "cell_measures": "area: area", "ancillary_variables": "ps", "coordinates": "ptop"})
        wind[:] = random.normal(0, 5, (3, 4, 5))
        lost = file.createVariable("lost", "f4", ("lat",))
        lost.grid_mapping = "nowhere"
        lost[:] = np.arange(4)


def clocks(directory):
    """Points and spans of time in several units and calendars, with and without missing ones."""
    with netCDF4.Dataset(directory / "clocks.nc", "w") as file:
        file.createDimension("n", 4)
        kinds = {
            "standard": ("f8", {"units": "days since 2001-01-01", "calendar": "standard"}, [0, 0.5, 31, 400]),
            "no_leap": ("i4", {"units": "days since 2000-02-27", "calendar": "noleap"}, [0, 1, 2, 365]),
            "months_of_30": ("i4", {"units": "hours since 2000-02-28", "calendar": "360_day"}, [0, 24, 48, 72]),
            "holes": ("i4", {"units": "hours since 1999-12-31 18:00"}, [0, 6, -9, 24]),
            "hours": ("i4", {"units": "hours", "long_name": "age"}, [1, 2, -9, 4]),
            "days": ("f8", {"units": "days"}, [0.5, 1, 1.5, 2]),
            "marked": ("i8", {"units": "minutes", "dtype": "timedelta64[s]"}, [1, 2, 3, 4]),
        }
        for name, (dtype, attributes, values) in kinds.items():
            variable = file.createVariable(name, dtype, ("n",), fill_value=-9 if -9 in values else None)
            variable.set_auto_maskandscale(False)
            variable.setncatts(attributes)
            variable[:] = values


def compound(directory):
    """A variable whose values are records, and one of lists, beside usual ones."""
    with netCDF4.Dataset(directory / "compound.nc", "w") as file:
        file.createDimension("x", 3)
        pair = np.dtype([("left", "f4"), ("right", "i2")])
        records = file.createVariable("records", file.createCompoundType(pair, "pair"), ("x",))
        records[:] = np.array([(1, 2), (3, 4), (5, 6)], dtype=pair)
        lists = file.createVariable("lists", file.createVLType(np.int32, "list"), ("x",))
        lists[:] = np.array([np.arange(n + 1, dtype="i4") for n in range(3)], dtype=object)
        file.createVariable("usual", "f8", ("x",))[:] = [1.0, 2.0, 3.0]


def parts(directory, random):
    """Tiles of a map at two times, which differ in attributes, and in a variable that only some have."""
    (directory / "parts").mkdir(exist_ok=True)
    for step in range(2):
        for tile in range(3):
            with netCDF4.Dataset(directory / "parts" / f"step{step}_tile{tile}.nc", "w") as file:
                for name, length in {"time": 2, "y": 3, "x": 4}.items():
                    file.createDimension(name, length)
                time = file.createVariable("time", "i4", ("time",))
                time.units = "days since 2001-01-01"
                time[:] = 2 * step + np.arange(2)
                file.createVariable("x", "f4", ("x",))[:] = 4 * tile + np.arange(4)
                file.createVariable("y", "f4", ("y",))[:] = np.arange(3)
                snow = file.createVariable("snow", "f4", ("time", "y", "x"), zlib=True)
                snow.units = "m"
                snow[:] = random.random((2, 3, 4))
                file.createVariable("height", "f8", ("y", "x"))[:] = np.arange(12).reshape(3, 4) + 100 * tile
                if tile == 1:
                    file.createVariable("ice", "f4", ("time", "x"))[:] = random.random((2, 4))
                file.setncatts({"source": f"tile {tile}", "title": "parts", "step": np.int32(step)})


def tall(directory, random):
    """A variable of several MiB and four dimensions that lies in no chunks, and one in chunks beside it."""
    with netCDF4.Dataset(directory / "tall.nc", "w") as file:
        for name, length in {"time": 6, "level": 5, "y": 150, "x": 300}.items():
            file.createDimension(name, length)
        whole = file.createVariable("whole", "f4", ("time", "level", "y", "x"), contiguous=True)
        whole[:] = random.normal(0, 1, (6, 5, 150, 300))
        cut = file.createVariable("cut", "i2", ("time", "y", "x"), chunksizes=(1, 50, 100), zlib=True)
        cut[:] = random.integers(0, 9, (6, 150, 300))
