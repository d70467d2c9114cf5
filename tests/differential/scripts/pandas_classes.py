"""Moments, spans and indexes of pandas as scripts use them around xarray."""

import pandas as pd, numpy as np, xarray as xr, datetime as dt

t = pd.date_range("2001-01-01", periods=4, freq="MS")
print(t)
print(repr(t), len(t), t[0], repr(t[1]), t[1:3].values, t[-1].year, t.size, t.shape, t.dtype.kind)
print([f"{d:%Y%m%d}" for d in t], [d.strftime("%j") for d in t[:2]], t.month.tolist(), t.strftime("%Y-%m").tolist())
for (
    n
) in "year month day hour minute second microsecond quarter dayofyear dayofweek days_in_month is_leap_year is_month_start is_month_end is_year_start is_year_end".split():
    print(n, np.asarray(getattr(t, n)).tolist())
print(
    t.min(),
    t.max(),
    t.isin(["2001-02-01"]).tolist(),
    t.get_loc("2001-03-01"),
    pd.Timestamp("2001-02-01") in t,
    t.empty,
    t.is_unique,
    t.is_monotonic_increasing,
)
print(
    t + pd.Timedelta("1D"),
    (t - t[0])[1],
    t + pd.DateOffset(months=1),
    t[t.month > 2].values,
    (t > "2001-02-01").tolist() if False else (t > pd.Timestamp("2001-02-01")).tolist(),
)
print(pd.date_range("2001-01-01 06:00", "2001-01-02", freq="6h"))
print(pd.date_range("2000-01-01", periods=30))
print(pd.date_range("2000-01-01", periods=200))
print(
    t.append(t[:1]),
    t.append(t).unique().size,
    t.union(pd.DatetimeIndex(["2010-01-01"])),
    t.day_name().tolist(),
    t.month_name().tolist(),
    t.normalize()[0],
    t.floor("D")[0],
)
ts = pd.Timestamp("2001-03-04 05:06")
print(
    ts,
    repr(ts),
    ts.year,
    ts.month_name(),
    ts.day_name(),
    ts.strftime("%Y"),
    ts + pd.Timedelta("1D"),
    ts - pd.Timestamp("2001-03-01"),
    ts.day_of_year,
    ts.quarter,
    ts.week,
    ts.days_in_month,
    ts.is_leap_year,
    ts.normalize(),
    ts.floor("h"),
    ts.ceil("D"),
    ts.round("h"),
    ts.to_pydatetime(),
    ts.value,
)
print(
    pd.Timestamp(2001, 2, 3),
    pd.Timestamp(year=2001, month=2, day=3, hour=4),
    pd.Timestamp(dt.datetime(2001, 1, 1)),
    pd.Timestamp(np.datetime64("2001-01-01")),
    pd.Timestamp("NaT"),
    pd.isnull(pd.Timestamp("NaT")),
)
print(
    isinstance(ts, pd.Timestamp),
    isinstance(ts, dt.datetime),
    isinstance(t[0], pd.Timestamp),
    ts == dt.datetime(2001, 3, 4, 5, 6),
    ts < pd.Timestamp("2002"),
    ts > np.datetime64("2001-01-01"),
    hash(ts) == hash(dt.datetime(2001, 3, 4, 5, 6)),
    sorted([ts, t[0]])[0],
    {ts: 1}[dt.datetime(2001, 3, 4, 5, 6)],
)
d = pd.Timedelta("1D 2h")
print(
    d,
    repr(d),
    d.days,
    d.total_seconds(),
    d * 2,
    d / 2,
    d / pd.Timedelta("1h"),
    -d,
    d + pd.Timedelta(hours=1),
    abs(-d),
    d.seconds,
    pd.Timedelta(5, "min"),
    pd.Timedelta(minutes=3) // pd.Timedelta("1min"),
    pd.Timedelta("500ms"),
    sum([d, d], pd.Timedelta(0)),
    dt.timedelta(1) + d,
    d == dt.timedelta(days=1, hours=2),
    d > pd.Timedelta(0),
    isinstance(d, pd.Timedelta),
)
print(
    ts + pd.DateOffset(months=1),
    ts - pd.DateOffset(years=1, days=2),
    pd.Timestamp("2001-01-31") + pd.DateOffset(months=1),
    ts + dt.timedelta(hours=1),
    ts - d,
    ts.replace(day=1),
    ts.date(),
    ts.isoformat(),
    repr(pd.to_datetime("2001-05-06")),
    pd.to_datetime(["2001-05-06", "2001-05-07"]),
    pd.to_datetime("06/05/2001", format="%d/%m/%Y"),
    pd.to_timedelta("2h"),
    pd.to_timedelta([1, 2], unit="D"),
)
da = xr.DataArray(np.arange(4.0), dims="time", coords={"time": t}).chunk(time=2)
print(
    da.time.values,
    da.sel(time=ts, method="nearest").item() if False else da.sel(time=ts, method="nearest").values,
    da.sel(time=t[1]).values,
    da.sel(time=slice(t[1], t[2])).values,
    da.sel(time=t[[0, 3]]).values,
    da.where(da.time > t[1], drop=True).values,
    da.reindex(time=pd.date_range("2001-02-01", periods=2, freq="MS")).values,
    da.assign_coords(time=t + pd.Timedelta("12h")).time.values[0],
    da.interp(time=pd.date_range("2001-01-15", periods=2)).values.round(4),
    da.sel(time=da.time.isin(t[:2])).values,
    pd.DatetimeIndex(da.time.values)[0],
    pd.Timestamp(da.time.values[1]),
    pd.to_datetime(da.time.values).year.tolist(),
    pd.Timestamp(da.time[2].values),
)
for a, b in zip(t[:-1], t[1:]):
    print(a, b, da.sel(time=slice(a, b)).sum().values, (b - a).days)
print(
    xr.Dataset({"x": ("time", [1, 2, 3, 4])}, coords={"time": t}).sel(time="2001-02").x.values,
    np.asarray(t).dtype.kind,
    np.array(t[:2]),
    np.diff(t)[0],
    len(list(t)),
    xr.concat([da.isel(time=0, drop=True)] * 4, dim=xr.DataArray(t, dims="time")).time.values[3],
    xr.concat([da.isel(time=0, drop=True)] * 4, dim=pd.Index(range(4), name="m")).sizes if False else "",
)
ds = xr.Dataset({"x": (("time", "z"), np.zeros((4, 2)))}, coords={"time": t, "k": ("z", [5, 6])})
print(
    list(ds.indexes),
    ds.indexes["time"][0],
    ds.indexes["time"].year.tolist(),
    "k" in ds.indexes,
    ds.x.indexes["time"].month.tolist(),
    ds.get_index("time")[1],
    ds.get_index("z").tolist(),
    ds.time.to_index()[2],
    ds.k.to_index().tolist(),
)
for when in ds.indexes["time"][:2]:
    print(when.strftime("%b %d"))
