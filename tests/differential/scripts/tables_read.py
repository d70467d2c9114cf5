"""Tables from text files: numbers, text, dates, gaps, and which rows and columns are taken."""

import io

import numpy as np
import pandas as pd

STATIONS = """station,lat,lon,height,open,start
Alpha,10.25,1.5,120,True,2001-02-03
"Beta, north",-19.5,2,,False,2002-03-04
Gamma,12,2.0,15.5,True,
"""
SPACES = """# made by hand
time temp rain
2000-01-01 1.5 0
2000-01-02 -999 3
2000-01-03 2.25 NA
"""


def read(text, **options):
    table = pd.read_csv(io.StringIO(text), **options)
    print(options, table, [str(kind) for kind in table.dtypes], table.index, sep="\n")
    return table


read(STATIONS)
read(STATIONS, index_col="station")
read(STATIONS, index_col=0, usecols=["station", "lat"])
read(STATIONS, index_col=["station", "open"])
read(STATIONS, parse_dates=["start"])
read(STATIONS, dtype={"lat": "float32", "height": "float64"}, usecols=[0, 1, 3])
read(STATIONS, nrows=1)
read(STATIONS, skiprows=[1])
read(STATIONS, na_values=["Gamma", 2])
read(STATIONS, keep_default_na=False)
read(STATIONS, converters={"lat": float, "station": str.upper}, usecols=["lat", "station"])
read(SPACES, sep=r"\s+", comment="#", na_values=[-999], parse_dates=["time"], index_col="time")
read(SPACES, sep=" ", skiprows=1)
read("1,2,3\n4,5,6\n", header=None)
read("1,2,3\n4,5,6\n", names=["p", "q", "r"])
read("1,2,3\n4,5,6\n", header=None, names=["p", "q", "r"], index_col="q")
read(",v\nx,1\ny,2\n")
read(",v\nx,1\ny,2\n", index_col=0)
read("a,a,b\n1,2,3\n")
read("a,b\n1,x\n,\n3,z\n")
read("a;b\n1;2\n\n3;4\n", sep=";")
read("a,b\nx,1,2\ny,3,4\n")
series = read("time,a,b\n2000-01-01,1,2.5\n2000-01-02,2,\n2000-02-01,3,4\n", index_col="time", parse_dates=True)
print(series.loc["2000-01"], series.index.month, series.a.sum(), series.mean())
table = read(STATIONS)
print(pd.to_datetime(table["start"]), pd.to_datetime(table.start).dt.year, table.start.isna().sum())
print(
    table[table.lat > 0].station.tolist(),
    table.set_index("station").loc["Beta, north", "lat"],
    table.to_csv(index=False),
)
table.to_csv("out/tables_read_stations.csv", index=False)
print(pd.read_csv("out/tables_read_stations.csv").equals(table), np.isnan(table.height).tolist())
print(pd.to_numeric(pd.Series(["1", "2.5", "x"]), errors="coerce"), table.station.str.upper(), table.station.str.len())
