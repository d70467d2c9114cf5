import numpy as np
import xarray as xr

for unit in ["D", "h", "m", "s", "ms", "us"]:
    spans, days = np.array([1, 2], f"timedelta64[{unit}]"), np.array(["2001-01-01", "2002-03-01"], f"datetime64[{unit}]")
    print(xr.DataArray(spans, dims="x").dtype, xr.DataArray(days, dims="x", coords={"x": days}).x.dtype)
    print(xr.Dataset({"a": ("x", spans)}, coords={"x": days}))
    print(xr.DataArray([1, 2], dims="x").assign_coords(x=spans).x.dtype, xr.DataArray(spans[0]).dtype)
    print(xr.Dataset().assign(moment=days[0]).moment.dtype)
days = np.arange("2001-01", "2001-03", dtype="datetime64[D]")
array = xr.DataArray(np.arange(days.size), coords={"time": days}, dims="time", name="a")
print(array.sel(time="2001-02").sum().item(), array.resample(time="MS").mean().values, array.time.values[-1])
array.to_netcdf("out/times_in_coarse_units.nc")
