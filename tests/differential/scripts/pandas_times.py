import datetime

import numpy as np
import pandas as pd
import xarray as xr

days = pd.date_range("2001-01-01", "2001-12-31", freq="D")
array = xr.DataArray(np.arange(len(days), dtype=float), coords={"time": days}, dims="time", name="a")
print(array.time.dtype, array.resample(time="MS").mean().values)
print(array.sel(time=pd.Timestamp("2001-05-01")).item(), array.sel(time=pd.Timestamp(2001, 5, 2)).item())
start = pd.to_datetime("2001-06-01")
end = start + pd.Timedelta(days=30)
print(start, end, array.sel(time=slice(start, end)).sum().item(), (end - start).days)
for text in ["2001-02-03", "20010203", "2001-02", "2001-02-03 04:05", "2001-02-03T04:05:06"]:
    print(pd.Timestamp(text), pd.to_datetime(text).isoformat())
print(pd.Timestamp(year=2001, month=2, day=3, hour=4).strftime("%Y%m%d%H"), pd.Timestamp(datetime.date(2001, 2, 3)))
moment = pd.to_datetime(days[10])
print(moment.year, moment.month, moment.day, pd.Timestamp(array.time.values[3]), pd.Timestamp(np.datetime64("2001-01-01T05", "ns")))
print(pd.to_datetime("03/02/2001", format="%d/%m/%Y"), pd.to_datetime(["2001-01-01", "2002-02-02"]).dtype)
print(xr.DataArray(pd.to_datetime(["20010101", "20020202"], format="%Y%m%d"), dims="x").values)
lengths = [pd.Timedelta(1, "D"), pd.Timedelta("1D"), pd.Timedelta("2h 30min"), pd.Timedelta("1 days 06:00:00"), pd.Timedelta(hours=5)]
print([length.total_seconds() for length in lengths + [pd.to_timedelta(3, unit="h"), pd.Timedelta(np.timedelta64(90, "m"))]])
later = array.assign_coords(time=array.time + pd.Timedelta("12h"))
print(later.time.values[0], (array.time > pd.Timestamp("2001-12-30")).sum().item())
print(xr.DataArray(pd.to_timedelta([1, 2, 3], unit="D"), dims="x").values, pd.to_timedelta(np.arange(2), "h").dtype)
print(pd.isnull(np.nan), pd.isna(None), pd.notnull(1.0), pd.isnull("text"), pd.notna(np.array([1.0, np.nan])), pd.isnull(pd.NaT))
print([str(month.date()) for month in [pd.Timestamp("2000-01-31"), pd.Timestamp("2000-02-29")]])
for wrong in ["no date", "2001-13-01"]:
    try:
        pd.Timestamp(wrong)
    except ValueError as error:
        print("ValueError")
array.to_netcdf("out/pandas_times.nc")
