"""open_dataset: what is decoded, as a whole and variable by variable; coordinates by attributes; dropped variables."""
import xarray as xr

path = "in/clocks.nc"
for options in [
    {},
    {"decode_times": False},
    {"decode_times": {"standard": False, "holes": False}},
    {"decode_timedelta": True},
    {"decode_timedelta": False},
    {"decode_timedelta": {"hours": True}},
    {"decode_times": xr.coders.CFDatetimeCoder(use_cftime=True), "drop_variables": "holes"},
    {"decode_timedelta": xr.coders.CFTimedeltaCoder(decode_via_units=True)},
    {"use_cftime": True, "drop_variables": ["days", "holes"]},
    {"mask_and_scale": False, "decode_timedelta": False},
]:
    clocks = xr.open_dataset(path, **options)
    print(list(options), [str(clocks[name].dtype) for name in clocks.variables])
    for name in clocks.variables:
        print(name, str(clocks[name].values[1]), str(clocks[name].values[3]))
try:
    xr.open_dataset(path, use_cftime=False, drop_variables=["no_leap"])
except ValueError:
    print("not without cftime")
late = xr.open_dataset(path, use_cftime=True, drop_variables="holes")
print(late.standard.dt.year.values, late.standard.dt.calendar, str(late.standard.values[0]))
packed = xr.open_dataset("in/packed.nc", mask_and_scale={"single": False, "byte": False})
print(packed.single.dtype, packed.byte.dtype, packed.double.dtype, packed.single.attrs["_FillValue"], packed.single.values[2])
packed.drop_vars("sky").to_zarr("out/netcdf_decoding_packed.zarr", mode="w")
for coords in [True, False, "coordinates", "all"]:
    related = xr.open_dataset("in/relations.nc", decode_coords=coords, chunks={})
    print(coords, sorted(related.coords), sorted(related.wind.attrs), sorted(related.lat.attrs), sorted(related.lost.attrs))
related.to_netcdf("out/netcdf_decoding.nc")
print(related.wind.encoding["grid_mapping"], related.lev.encoding["formula_terms"], sorted(related.wind.mean("lev").coords))
print(sorted(xr.open_dataset("in/relations.nc", decode_cf=False, drop_variables=["area", "crs"]).variables))
