"""Tables as text files with separators, to the byte."""

import io
import os

import numpy as np
import pandas as pd
import xarray as xr

table = pd.DataFrame(
    {
        "whole": [1, -2, 3],
        "float": [0.1, np.nan, 1e-7],
        "large": [1e16, 123456789.125, 1e15],
        "single": np.array([0.1, 1e7, 250.25], dtype="float32"),
        "text": ['with "quotes"', "with, comma", "plain"],
        "gap": ["a", None, ""],
        "truth": [True, False, True],
        "day": pd.to_datetime(["2000-01-01", "2000-02-29", "2001-12-31"]),
        "hour": pd.to_datetime(["2000-01-01 06:00", "2000-02-29 00:00", "2001-12-31 23:59"]),
        "span": pd.to_timedelta([1, 36, 48], unit="h"),
    }
)
print(table.to_csv())
for options in [
    {"index": False},
    {"sep": ";", "na_rep": "NaN"},
    {"float_format": "%.3f"},
    {"float_format": "{:.2e}"},
    {"columns": ["float", "whole"], "index_label": "row"},
    {"header": False},
    {"header": list("abcdefghij")},
    {"date_format": "%d.%m.%Y"},
    {"lineterminator": "\r\n"},
    {"index_label": False},
]:
    print(options)
    print(repr(table.to_csv(**options)))
print(table.float.to_csv(), table.float.rename(None).to_csv(), table.float.to_csv(header=False), sep="\n")
print(pd.DataFrame({"x": ["", "a"]}).to_csv(index=False), pd.DataFrame({"x": ["line\nbreak"]}).to_csv())
time = np.array(["2000-01-01", "2000-01-02"], dtype="datetime64[ns]")
array = xr.DataArray(
    np.arange(8.0).reshape(2, 2, 2) / 8,
    dims=("time", "lat", "lon"),
    coords={"time": time, "lat": [0.5, 1], "lon": [10, 20]},
    name="t",
)
for each in [array, array.chunk(lat=1)]:
    print(each.to_dataframe().to_csv(), each.to_series().to_csv(), each.isel(time=0).to_pandas().to_csv(), sep="\n")
    print(each.to_dataframe().to_csv(float_format="%.1f"), each.mean(("lat", "lon")).to_pandas().to_csv(), sep="\n")
    print(each.isel(lat=0).to_pandas().T.to_csv(), each.to_dataframe().reset_index().to_csv(index=False), sep="\n")
path = "out/tables_written_mean.csv"
if os.path.exists(path):
    os.remove(path)
array.chunk(lat=1).mean("time").to_dataframe().to_csv(path)
array.mean(("lat", "lon")).to_series().to_csv(path, mode="a", header=False)
print(open(path).read())
text = io.StringIO()
table.to_csv(text, index=False)
print(len(text.getvalue()))
