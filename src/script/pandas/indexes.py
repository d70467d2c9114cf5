"""The index of moments of pandas, as a class over numpy's arrays."""

import datetime
import operator
import re

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _unit


class DatetimeIndex(pd.Index):
    """An array of moments whose elements are of pandas' class."""

    def __new__(cls, data, freq=None, name=None, dtype=None, copy=False):
        index = pd._of_class(cls, pd._moments(data))
        index.freq, index.name = freq, name
        return index

    def strftime(self, date_format):
        return pd.Index(self._dt.strftime(date_format).values, name=self.name)

    def normalize(self):
        return DatetimeIndex(self._dt.floor("D").values, name=self.name)

    def floor(self, freq):
        return DatetimeIndex(self._dt.floor(freq).values, name=self.name)

    def ceil(self, freq):
        return DatetimeIndex(self._dt.ceil(freq).values, name=self.name)

    def round(self, freq):
        return DatetimeIndex(self._dt.round(freq).values, name=self.name)

    def day_name(self):
        return pd.Index([moment.day_name() for moment in self], name=self.name)

    def month_name(self):
        return pd.Index([moment.month_name() for moment in self], name=self.name)

    def isin(self, values):
        # As in pandas, text is no moment here.
        moments = [value for value in values if not isinstance(value, str)]
        return np.isin(self.values, DatetimeIndex(moments).values) if moments else np.zeros(len(self), dtype=bool)

    def min(self):
        return pd.Timestamp(self.values.min())

    def max(self):
        return pd.Timestamp(self.values.max())

    def tolist(self):
        return list(self)

    to_list = tolist

    def to_pydatetime(self):
        return [moment.to_pydatetime() for moment in self]

    def unique(self):
        return DatetimeIndex(np.unique(self.values), name=self.name)

    def sort_values(self, ascending=True):
        ordered = np.sort(self.values)
        return DatetimeIndex(ordered if ascending else ordered[::-1], name=self.name)

    def append(self, other):
        return DatetimeIndex(np.concatenate([self.values, DatetimeIndex(other).values]), name=self.name)

    def union(self, other):
        return DatetimeIndex(np.union1d(self.values, DatetimeIndex(other).values))

    def intersection(self, other):
        return DatetimeIndex(np.intersect1d(self.values, DatetimeIndex(other).values))

    @property
    def is_monotonic_increasing(self):
        return bool(np.all(np.diff(self.values) >= np.timedelta64(0, "us")))

    @property
    def is_unique(self):
        return len(np.unique(self.values)) == len(self)

    @property
    def _dt(self):
        return xr.DataArray(self.values, dims="index").dt

    def __getitem__(self, key):
        found = self.values[key.values if pd._is_series(key) else key]
        return pd.Timestamp(found) if np.ndim(found) == 0 else DatetimeIndex(found, name=self.name)

    def __iter__(self):
        return (pd.Timestamp(value) for value in self.values)

    def __add__(self, other):
        if isinstance(other, pd.DateOffset):
            return DatetimeIndex([moment + other for moment in self], name=self.name)
        return _indexed(self.values + other, self.name)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, pd.DateOffset):
            return DatetimeIndex([moment - other for moment in self], name=self.name)
        return _indexed(self.values - other, self.name)

    def __repr__(self):
        whole = all(moment.time() == datetime.time() for moment in self)
        items = [f"'{moment:%Y-%m-%d}'" if whole else f"'{moment}'" for moment in self]
        ends = (
            [f"dtype='{self.dtype}'"] + ([f"name='{self.name}'"] if self.name else []) + [f"freq={_quoted(self.freq)}"]
        )
        if len(items) > 100:
            ends.insert(1 if not self.name else 2, f"length={len(items)}")
            items = items[:10] + ["..."] + items[-10:]
        return _listed("DatetimeIndex([", items, ends)

    __str__ = __repr__


def _comparison(name):
    compare = getattr(operator, name)

    def comparison(self, other):
        other = pd.Timestamp(other) if isinstance(other, str) else other
        other = np.datetime64(other) if isinstance(other, datetime.date) else other
        other = DatetimeIndex(other) if isinstance(other, list) else other
        if pd._is_series(other):
            return NotImplemented
        return compare(self.values, other.values if isinstance(other, pd.Index) else other)

    return comparison


for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(DatetimeIndex, f"__{_name}__", _comparison(_name))


def _property(name, field):
    def values(self):
        found = getattr(self._dt, field).values
        return found if found.dtype == bool else pd.Index(found.astype("int32"), name=self.name)

    return property(values)


for _name, _field in {
    "year": "year",
    "month": "month",
    "day": "day",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
    "microsecond": "microsecond",
    "quarter": "quarter",
    "dayofyear": "dayofyear",
    "day_of_year": "dayofyear",
    "dayofweek": "dayofweek",
    "day_of_week": "dayofweek",
    "weekday": "dayofweek",
    "days_in_month": "days_in_month",
    "daysinmonth": "days_in_month",
    "is_leap_year": "is_leap_year",
    "is_month_start": "is_month_start",
    "is_month_end": "is_month_end",
    "is_year_start": "is_year_start",
    "is_year_end": "is_year_end",
}.items():
    setattr(DatetimeIndex, _name, _property(_name, _field))


class TimedeltaIndex(pd.Index):
    """An array of spans whose elements are of pandas' class."""

    def __new__(cls, data, name=None):
        index = pd._of_class(cls, np.asarray(data))
        index.name = name
        return index

    @property
    def values(self):
        return np.array(self)

    @property
    def days(self):
        return self.values // np.timedelta64(1, "D")

    def total_seconds(self):
        return self.values / np.timedelta64(1, "s")

    def tolist(self):
        return list(self)

    def __getitem__(self, key):
        found = self.values[key]
        return pd.to_timedelta(found) if np.ndim(found) == 0 else TimedeltaIndex(found, name=self.name)

    def __iter__(self):
        return (pd.to_timedelta(value) for value in self.values)

    def __repr__(self):
        whole = all(span.seconds == span.microseconds == 0 for span in self)
        items = [f"'{span.days} days'" if whole else f"'{span}'" for span in self]
        return _listed("TimedeltaIndex([", items, [f"dtype='{self.dtype}'", "freq=None"])

    __str__ = __repr__


def _bounds(index, text):
    """First and last moment of what text like "2001-02" means, and whether it is coarser than the index is."""
    ticks = f"datetime64[{_unit(index.dtype)}]"
    fields = [int(field) for field in text.split("-")] if re.fullmatch(r"\d{4}(-\d{1,2})?", text) else None
    if fields is not None:
        first = datetime.datetime(fields[0], (fields + [1])[1], 1)
        months = first.month if len(fields) == 2 else 12
        after = datetime.datetime(first.year + months // 12, months % 12 + 1, 1)
    else:
        digits = len(re.findall(r"\d+", text))
        first = pd.Timestamp(text)
        after = first + datetime.timedelta(**{{3: "days", 4: "hours", 5: "minutes"}.get(digits, "seconds"): 1})
    first, after = (np.datetime64(moment).astype(ticks) for moment in (first, after))
    is_coarse = fields is not None or digits < _fineness(index.values)
    return first, after - np.array([1]).astype(ticks.replace("datetime", "timedelta"))[0], is_coarse


def _fineness(moments):
    """How many fields of text the finest of some moments takes: three of days, four of hours."""
    counts = moments[~np.isnat(moments)].astype("datetime64[us]").astype("int64")
    for fields, seconds in ((3, 86400), (4, 3600), (5, 60), (6, 1)):
        if not (counts % (seconds * 1000000)).any():
            return fields
    return 7


def _located_moments(index, key):
    """Positions of the rows at a moment, or within what text means."""
    values = index.values
    if isinstance(key, str):
        try:
            first, last, is_coarse = _bounds(index, key.replace("/", "-"))
        except ValueError:
            raise KeyError(key) from None
        found = np.flatnonzero((values >= first) & (values <= last) if is_coarse else values == first)
    elif isinstance(key, (datetime.date, np.datetime64)):
        found = np.flatnonzero(values == np.datetime64(key))
    else:
        raise KeyError(key)
    if not len(found):
        raise KeyError(key)
    return found


def _is_part(index, key):
    """Whether a label means all rows within a year, a month or another span."""
    return isinstance(index, DatetimeIndex) and isinstance(key, str) and _bounds(index, key.replace("/", "-"))[2]


def _moment_slice(index, key):
    """The slice of rows from one moment to another, text standing for all of what it means."""

    def end(label, place):
        return _bounds(index, label)[place] if isinstance(label, str) else np.datetime64(label)

    values = index.values
    step = values[1:] >= values[:-1]
    descends = len(step) and not step.all() and (~step | (values[1:] == values[:-1])).all()
    if not step.all() and not descends:
        raise KeyError(
            "Value based partial slicing on non-monotonic DatetimeIndexes with non-existing keys is not allowed."
        )
    start, stop = (key.stop, key.start) if descends else (key.start, key.stop)
    first = 0 if start is None else int((values < end(start, 0)).sum())
    last = len(values) if stop is None else int((values <= end(stop, 1)).sum())
    return slice(len(values) - last, len(values) - first) if descends else slice(first, last)


def date_range(start=None, end=None, periods=None, freq=None, tz=None, normalize=False, name=None, inclusive="both"):
    given = {"start": start, "end": end, "periods": periods, "freq": freq}
    given = {key: value for key, value in given.items() if value is not None}
    index = DatetimeIndex(pd._date_range(**given, tz=tz, normalize=normalize, inclusive=inclusive), name=name)
    index.freq = None if periods is not None and start is not None and end is not None else freq or "D"
    return index


def to_datetime(arg, **options):
    if pd._is_series(arg):
        gaps = [np.datetime64("NaT") if pd._is_gap(item) else item for item in arg.tolist()]
        return arg._with([np.asarray(pd._to_datetime(gaps, **options))]) if gaps else arg
    made = pd._to_datetime(arg, **options)
    if isinstance(made, datetime.datetime):
        return pd.Timestamp(made)
    return DatetimeIndex(made) if isinstance(made, np.ndarray) and made.ndim == 1 else made


def _indexed(values, name):
    return {"M": DatetimeIndex, "m": TimedeltaIndex}[values.dtype.kind](values, name=name)


def _quoted(text):
    return "None" if text is None else f"'{text}'"


def _listed(opening, items, ends):
    """As pandas lists the elements of an index: in lines of eighty characters, below one another."""
    line = f"{opening}{', '.join(items)}], {', '.join(ends)})"
    if len(line) <= 80:
        return line
    if len(items) <= 2:
        # Only what follows the elements goes on new lines.
        lines = [f"{opening}{', '.join(items)}],"]
        for place, end in enumerate(ends):
            end += "," if place + 1 < len(ends) else ")"
            fits = len(lines[-1]) + len(end) + 1 <= 80
            lines[-1:] = [f"{lines[-1]} {end}"] if fits else [lines[-1], " " * (len(opening) - 1) + end]
        return "\n".join(lines)
    width, indent = max(map(len, items)), " " * len(opening)
    lines, current = [], opening
    for place, item in enumerate(items):
        piece = item.rjust(width) if item != "..." else item
        piece += "," if place + 1 < len(items) else ""
        if item == "...":
            lines += [current.rstrip(), indent + "..."]
            current = indent
        elif len(current) + len(piece) + 1 > 80:
            lines.append(current.rstrip())
            current = indent + piece + " "
        else:
            current += piece + " "
    lines.append(current.rstrip() + "],")
    return "\n".join(lines) + "\n" + indent[:-1] + ", ".join(ends) + ")"
