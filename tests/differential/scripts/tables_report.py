"""A report as climate scientists write it: stations out of a file, seasons, ranks of years, anomalies, tables to CSV."""

import io

import numpy as np
import pandas as pd
import xarray as xr

time = np.arange("1990-01-01", "1994-01-01", dtype="datetime64[D]").astype("datetime64[ns]")
day = np.arange(len(time))[:, None, None]
values = (day * 7 % 365 + day // 365 * 8 + np.arange(4)[:, None] * 2 + np.arange(5)) / np.float32(16)
values[5:9, 2, 3] = np.nan
coords = {"time": time, "lat": [40.0, 45, 50, 55], "lon": [-10.0, -5, 0, 5, 10]}
xr.Dataset({"tas": (("time", "lat", "lon"), values.astype("float32"))}, coords).to_netcdf("out/tables_report.nc")
SITES = "name,lat,lon,elev\nParis,48.86,2.35,35\nBerlin,52.52,9.40,34\nMadrid,40.42,-3.70,\n"
sites = pd.read_csv(io.StringIO(SITES))
for chunks in [None, {"time": 365}]:
    ds = xr.open_dataset("out/tables_report.nc", chunks=chunks)
    frames = []
    for _, site in sites.iterrows():
        frame = ds.tas.sel(lat=site.lat, lon=site.lon, method="nearest").to_dataframe().reset_index()
        frame["station"] = site["name"]
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    print(table.head(), table.shape, table.dtypes, sep="\n")
    wide = table.pivot(index="time", columns="station", values="tas")
    print(wide.describe(), wide.resample("QS").mean().round(2), wide.iloc[:4].to_csv(float_format="%.3f"), sep="\n")
    print(table.groupby("station").tas.agg(["mean", "min", "max", "std"]).round(2))
    print(table.groupby(["station", table.time.dt.year]).tas.mean().unstack().round(2))
    lats, lons = (xr.DataArray(sites[name], dims="station") for name in ["lat", "lon"])
    points = ds.tas.sel(lat=lats, lon=lons, method="nearest").assign_coords(station=sites["name"].values)
    print(points.max("time").to_dataframe(), points[:3].to_pandas(), points[:2].to_series().unstack(), sep="\n")

    mean = ds.tas.astype("float64").mean(("lat", "lon"))
    print(mean.groupby("time.season").mean().to_dataframe().loc[["DJF", "MAM", "JJA", "SON"]].round(2).to_string())
    years = mean.groupby("time.year").mean().to_series()
    print(
        years,
        years.sort_values(ascending=False).head(2),
        years.rank(ascending=False).astype(int),
        years.idxmax(),
        sep="\n",
    )
    print(
        (years - years.loc[1990:1991].mean()).round(3),
        years.diff().round(3).tolist(),
        years.rolling(2).mean().round(2),
        sep="\n",
    )
    for place, (year, value) in enumerate(years.sort_values(ascending=False).items(), 1):
        print(f"{place}. {year}: {value:.2f}")
    summary = pd.DataFrame({"mean": years, "max": mean.groupby("time.year").max().to_series()})
    summary["range"] = summary["max"] - summary["mean"]
    print(
        summary.round(2),
        summary.to_csv(float_format="%.2f"),
        summary.loc[1991].round(2),
        summary.corr().shape,
        sep="\n",
    )
    series = mean.to_series()
    monthly = pd.DataFrame({"year": series.index.year, "month": series.index.month, "t": series.values})
    print(monthly.groupby(["year", "month"]).t.mean().unstack().round(1))
    print(
        series.groupby(series.index.year).idxmax(), series.loc["1991-02"].mean().round(4), series[series > 24].index[:2]
    )
    print(ds.tas.sel(time=series[series > 24].index[:3]).mean().values.round(4))
    field = ds.tas.max("time").to_pandas()
    field.to_csv("out/tables_report_field.csv")
    print(field, pd.read_csv("out/tables_report_field.csv", index_col=0), xr.DataArray(field).dims, sep="\n")
single = pd.DataFrame(
    {"a": np.arange(60, dtype="float32"), "month": pd.DatetimeIndex(time[:60]).month}, index=time[:60]
)
print([str(single.groupby(by).a.mean().dtype) for by in ["month", single.index.month, single.index.day]])
print(pd.Series((np.arange(60) * 0.37 + 20).astype("float32").astype("float64")).to_csv())
