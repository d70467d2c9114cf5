"""Reductions of many small groups of numbers, by Python's own functions."""

import math

import numpy as np


def _of_lists(column, places, name, ddof):
    """A reduction of small groups of numbers; None of all else."""
    of_list = _OF_LISTS.get(name)
    if of_list is None or column.dtype.kind not in "iuf" or len(column) > 1000 * len(places) or not len(column):
        return None
    items, made, first = column[np.concatenate(places)].tolist(), [], 0
    for rows in places:
        values = [item for item in items[first : first + len(rows)] if item == item]
        first += len(rows)
        made.append(of_list(values, ddof))
    is_whole = column.dtype.kind in "iu"
    if name == "count" or name == "sum" and is_whole:
        return np.array(made, dtype="uint64" if name == "sum" and column.dtype.kind == "u" else "int64")
    return np.array(made, dtype=float if is_whole and name not in ("min", "max") else column.dtype)


def _sum(values):
    try:
        return sum(values) if values and isinstance(values[0], int) else math.fsum(values)
    except (ValueError, OverflowError):
        # Of infinities of both signs.
        return sum(values)


def _mean(values):
    return _sum(values) / len(values) if values else math.nan


def _variance(values, ddof):
    if len(values) <= ddof:
        return math.nan
    mean = _mean(values)
    return _sum([(value - mean) ** 2 for value in values]) / (len(values) - ddof)


_OF_LISTS = {
    "count": lambda values, ddof: len(values),
    "sum": lambda values, ddof: _sum(values),
    "mean": lambda values, ddof: _mean(values),
    "min": lambda values, ddof: min(values, default=math.nan),
    "max": lambda values, ddof: max(values, default=math.nan),
    "var": _variance,
    "std": lambda values, ddof: math.sqrt(_variance(values, ddof)),
}
