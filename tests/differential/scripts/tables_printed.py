"""Tables and series as pandas prints them, to the space: widths, digits, dates, gaps, what is cut off."""

import numpy as np
import pandas as pd


def shown(rows):
    # Spaces count: words are compared, and so they become part of them.
    print(str(rows).replace(" ", "_"))


def numbers(*shape):
    return ((np.arange(np.prod(shape)) * 7 % 13 - 6) / 8).reshape(shape)


days = pd.DatetimeIndex(pd.date_range("2000-01-31", periods=4).values, name="time")
hours = pd.DatetimeIndex(pd.date_range("2000-01-31", periods=4, freq="6h").values)
table = pd.DataFrame(
    {"a": [1, 2, 3, 4], "b": [1.5, np.nan, 0.25, -3], "c": list("wxyz"), "d": [True, False, True, True]}
)
shown(table)
shown(table.set_index(days))
shown(table.set_index(hours))
shown(table.T)
for name in table:
    shown(table[name])
    shown(table.set_index(days)[name])
for values in [
    [1e8, 1.0],
    [1e-8, 1.0],
    [1e-8, np.nan],
    [123456.789, 0.001],
    [1e6, 1e7],
    [np.inf, 2.5],
    [-0.5, 1e15],
    [np.nan, np.nan],
]:
    shown(pd.Series(values))
    shown(pd.DataFrame({"v": values, "w": np.array(values, dtype="float32")}))
shown(pd.Series(np.arange(61)))
shown(pd.Series(np.arange(60)))
shown(pd.Series(numbers(200), name="long"))
shown(pd.DataFrame({"a": np.arange(61), "b": numbers(61)}))
shown(pd.DataFrame(numbers(3, 30)))
shown(pd.DataFrame(numbers(70, 30)))
shown(pd.DataFrame(numbers(2, 3), columns=["a column with a long name", "b", "c"], index=["x", "yy"]))
shown(
    pd.DataFrame(
        numbers(2, 3), columns=pd.Index([0.5, 1.0, 2.25], name="lon"), index=pd.Index([10.0, 12.5], name="lat")
    )
)
shown(pd.DataFrame({"text": ["short", "a" * 60, None]}))
shown(
    pd.DataFrame(
        {"when": days, "span": pd.to_timedelta([1, 2, 3, 4], unit="h"), "days": pd.to_timedelta([1, 2, 3, 4], unit="D")}
    )
)
shown(pd.DataFrame({"when": [pd.Timestamp("2000-01-01 12:30:00.5"), pd.NaT]}))
shown(pd.Series([1.0, 2.0], index=["a", None], name="gap"))
shown(pd.Series({"a": 1, "bb": 2}))
shown(pd.Series(dtype="float64"))
shown(pd.DataFrame())
shown(pd.DataFrame({"a": [], "b": []}))
shown(table.dtypes)
levels = pd.MultiIndex.from_product([["p", "q"], [1, 2], [0.5, 0.25]], names=["k", "n", "z"])
shown(pd.Series(numbers(8), index=levels, name="v"))
shown(pd.DataFrame({"v": numbers(8), "w": np.arange(8)}, index=levels))
shown(pd.DataFrame({"v": np.arange(80)}, index=pd.MultiIndex.from_product([range(8), range(10)])))
print(table.to_string().replace(" ", "_"))
print(table.to_string(index=False).replace(" ", "_"))
print(table.to_string(float_format="%.3f", na_rep="-").replace(" ", "_"))
print(pd.DataFrame(numbers(3, 30)).to_string().replace(" ", "_"))
print(table.b.to_string().replace(" ", "_"))
for index in [
    table.index,
    table.columns,
    days,
    hours,
    pd.Index([0.5, 2.0], name="x"),
    pd.Index([1, 2]),
    levels,
    pd.Index(np.arange(200)),
]:
    print(repr(index))
