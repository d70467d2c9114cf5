"""Rows of tables in groups: by values, by months, by spans of time, by levels; tables put together by their labels."""

import numpy as np
import pandas as pd

time = pd.DatetimeIndex(pd.date_range("2000-01-01", periods=8, freq="MS").values, name="time")
table = pd.DataFrame(
    {"a": [3, 1, 2, 5, 4, 0, 7, 6], "b": [1.5, np.nan, 0.25, 4, 5, 6, np.nan, 8], "c": list("xyxyxyzz")}, index=time
)
series, numbers = table["b"], table[["a", "b"]]
levels = pd.DataFrame(
    {"v": np.arange(6.0)}, index=pd.MultiIndex.from_product([["p", "q"], [1, 2, 3]], names=["k", "n"])
)
print(table.groupby("c").mean())
print(table.groupby("c")["a"].sum())
print(numbers.groupby(table.index.month).mean())
print(numbers.groupby(table.index.quarter).max())
print(table.groupby("c").size())
print(table.groupby("c").count())
print(table.groupby("c").agg("max"))
print(table.groupby("c").a.agg(["mean", "max"]))
print([(k, len(g)) for k, g in table.groupby("c")])
print(numbers.groupby(table.index.year).std())
print(table.groupby(["c", table.index.quarter]).sum())
print(table.groupby("c", as_index=False).mean())
print(table.groupby("c").first())
print(numbers - numbers.groupby(table.c).transform("mean"))
print(numbers.resample("QS").mean())
print(series.resample("2MS").sum())
print(numbers.resample("YS").max())
print(series.resample("QS").count())
print(numbers.resample("6MS").std())
print(levels.loc["p"])
print(levels.loc["q", 2])
print(levels.v.loc["q", 3])
print(levels.xs(2, level="n"))
print(levels.v.unstack())
print(levels.groupby(level="k").mean())
print(levels.reset_index())
print(levels.index.get_level_values("n"))
print(levels.groupby("n").v.sum())
print(levels.sort_index(ascending=False))
print(levels.index.names)
