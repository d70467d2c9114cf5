"""Tables and series whose labels differ or come in another order: assigned, chosen from, limited and computed with."""

import copy

import numpy as np
import pandas as pd

table = pd.DataFrame({"a": [1, 2, 3], "b": [1.5, 2.5, np.nan], "c": ["x", "y", "z"]})
numbers = table[["a", "b"]]
turned = pd.DataFrame({"b": [30.5, 20.5, 10.5], "a": [3, 2, 1]}, index=[2, 1, 0])
series = pd.Series([10.0, 20, 30], index=[2, 1, 0])


def changed(change, of=numbers):
    made = of.copy()
    change(made)
    print(made)


def by_list(made):
    made[["p", "q"]] = turned


def by_values(made):
    made[["a", "b"]] = [7, 8.5]


def by_label(made):
    made.loc[:, ["a", "b"]] = turned


def by_mask(made):
    made.loc[made.a > 1, ["a", "b"]] = [7, 8.5]


def by_position(made):
    made.iloc[0:2] = [7, 8.5]


def by_row(made):
    made.loc[0] = pd.Series({"b": 0.5, "a": 9})


def by_condition(made):
    made[made.a > 1] = 0


def new_moment(made):
    made.loc[made.a > 1, "when"] = pd.Timestamp("2000-01-01")


def new_number(made):
    made.loc[:, "s"] = 1
    made.loc[made.a > 1, "t"] = 1


for change in (by_list, by_values, by_label, by_mask, by_position, by_row, by_condition, new_moment, new_number):
    changed(change)

print(numbers.where(pd.Series([True, False], index=[2, 1]), 0))
print(numbers.a.where(pd.Series([True, False, True], index=[2, 1, 0]), series))
print(numbers.mask(turned > 2, turned))
print(numbers.where(numbers > 1, series, axis=0))
print(numbers.a.clip(lower=pd.Series([5, 0, 2], index=[2, 0, 1])), numbers.clip(lower=series, axis=0))
print(numbers.sub(series, axis=0), numbers.mul(pd.Series([1, 2], index=[2, 5]), axis=0))
print(numbers.add(pd.DataFrame({"b": [1.0], "d": [2.0]}, index=[1]), fill_value=0))
both = pd.Series([True, False, True], index=[0, 1, 2]), pd.Series([True, True], index=[2, 3])
print(both[0] & both[1], both[0] | both[1])
print(numbers.mean(axis=1), numbers.std(axis=1), numbers.min(axis=1), numbers.count(axis=1), numbers.sum(axis=1))
print(numbers.mean(axis=1, skipna=False), numbers[["a"]].max(axis=1), numbers.prod(axis=1), (numbers > 2).sum(axis=1))
print(pd.Series([], dtype=object).sum(), pd.Series([None, None]).mean(), pd.Series([None, None]).count())
print(table.take([1], axis=1), numbers.dropna(axis=1, thresh=3), pd.Series([15, 25, 44]).round(-1))
print(pd.DataFrame({"a": [1, 2]}).reindex([1, 5], fill_value=0))

left = pd.DataFrame({"k": ["b", np.nan, "a"], "v": [1, 2, 3]})
right = pd.DataFrame({"k": [np.nan, "c", "a"], "w": [4, 5, 6]})
for how in ("inner", "left", "outer"):
    print(left.merge(right, on="k", how=how))
keyed = pd.DataFrame({"k": ["y", "x", np.nan, "y"], "m": [2, 1, 1, 1], "w": [1, 2, 3, 4]})
print(keyed.groupby(["k", "m"], sort=False).w.sum(), keyed.groupby("k").w.cumsum(), keyed.groupby("k").cumsum())
print([key for key, _ in keyed.groupby(["k"])], keyed.groupby("k").agg({"m": "max", "w": "sum"}))
print(
    keyed.set_index(["k", "m"]).w.iloc[[0, 1, 3]].unstack(),
    keyed.iloc[[0, 1, 3]].pivot(index="m", columns="k", values="w"),
)
print(keyed.iloc[[0, 1, 3]].set_index(["m", "k"]).w.unstack(fill_value=0))
print(pd.Series([1, np.nan, 3]).rolling(2).count(), pd.Series([1, np.nan, 3]).rolling(3, center=True).count())
print(numbers.agg(["min", "max"]), numbers.agg({"a": "sum", "b": "mean"}), numbers.agg("mean"), numbers.a.agg(["min"]))
print(pd.Series(["a", None, "b", "a"]).value_counts(dropna=False), pd.Series([np.nan, 1]).value_counts(dropna=False))
print(np.sum(numbers), np.std(numbers), pd.isna([1, None]), pd.notna(["a", None]))

hours = pd.Series(range(4), index=pd.DatetimeIndex(pd.date_range("2000-01-02", periods=4, freq="h").values))
print(hours.loc["2000-01-02 03:00"], hours.loc["2000-01-02 03"], hours.loc["2000-01-02"], sep="\n")
minutes = pd.Series(range(3), index=pd.DatetimeIndex(pd.date_range("2000-01-02", periods=3, freq="20min").values))
print(minutes.loc["2000-01-02 00:20"], minutes.loc["2000-01-02 00"], sep="\n")
print(hours.index > "2000-01-02 01:30", hours.index == "2000-01-02", hours.index <= pd.Timestamp("2000-01-02 01:00"))
moments = pd.Series(hours.index)
print((moments - moments.iloc[0]).dt.total_seconds(), hours[hours.index >= "2000-01-02 02:00"])
days = pd.Series(range(3), index=pd.DatetimeIndex(["2000-01-03", "2000-01-01", "2000-01-02"]))
print(days.reindex(pd.date_range("2000-01-01", periods=4)).tolist(), (days + days.sort_index()).tolist())

array = np.array([1.0, 2, 3])
held, square = pd.DataFrame({"a": array}), pd.DataFrame(np.ones((2, 2)))
array[0] = 99
named = held.copy()
named.index.name, named.columns.name = "zz", "yy"
print(held, held.index.name, held.columns.name, copy.copy(held).equals(held), copy.deepcopy(held.a).tolist())
print(pd.Series(moments.iloc[:2]).to_csv(sep=" "), hours.head(2).to_csv(sep=":"))
