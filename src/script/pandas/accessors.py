"""`.dt` and `.str`: what series of moments and of text are asked."""

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _column, _is_gap, _missing


class _Moments:
    """`.dt` of a series of moments or of spans."""

    def __init__(self, series):
        if series.dtype.kind not in "mM":
            raise AttributeError("Can only use .dt accessor with datetimelike values")
        object.__setattr__(self, "_series", series)

    def _made(self, values):
        return self._series._with([values if values.dtype.kind != "U" else _column(values.tolist())])

    def __getattr__(self, name):
        series = self._series
        if name == "date":
            return series._with([pd._Objects([np.nan if _is_gap(item) else item.date() for item in series])])
        times = xr.DataArray(series._values, dims="index").dt
        gaps = _missing(series._values)
        found = getattr(
            times, {"weekday": "dayofweek", "day_of_week": "dayofweek", "day_of_year": "dayofyear"}.get(name, name)
        )
        if callable(found) and not isinstance(found, xr.DataArray):
            return lambda *args: self._made(found(*args).values)
        values = found.values
        values = values.astype("int32") if values.dtype == np.dtype("int64") and series.dtype.kind == "M" else values
        return self._made(
            np.where(gaps, np.nan, values.astype(float)) if gaps.any() and values.dtype.kind in "iuf" else values
        )

    def day_name(self):
        return self._series.map(lambda moment: moment.day_name(), na_action="ignore")

    def month_name(self):
        return self._series.map(lambda moment: moment.month_name(), na_action="ignore")

    def total_seconds(self):
        values = self._series._values
        if values.dtype.kind != "m":
            raise AttributeError("'DatetimeProperties' object has no attribute 'total_seconds'")
        ticks = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[pd._unit(values.dtype)]
        return self._made(np.where(_missing(values), np.nan, values.astype("int64") / ticks))


class _Texts:
    """`.str` of a series of text."""

    def __init__(self, series, index_name=False):
        is_text = series.dtype.kind == "U" or series.dtype.kind == "O"
        if not is_text:
            raise AttributeError("Can only use .str accessor with string values")
        self.series, self.of_index, self.name = series, index_name is not False, index_name

    def _each(self, function, gap=np.nan):
        made = self.series.map(lambda item: function(item) if isinstance(item, str) else gap)
        return made._as_index(self.name) if self.of_index else made

    def contains(self, pat, case=True, na=False, regex=True):
        import re

        if not regex:
            return self._each(lambda item: pat in item, na)
        pattern = re.compile(pat, 0 if case else re.IGNORECASE)
        return self._each(lambda item: pattern.search(item) is not None, na)

    def startswith(self, pat):
        return self._each(lambda item: item.startswith(pat), False)

    def endswith(self, pat):
        return self._each(lambda item: item.endswith(pat), False)

    def replace(self, pat, repl, regex=False):
        import re

        return self._each(lambda item: re.sub(pat, repl, item) if regex else item.replace(pat, repl))

    def split(self, pat=None, expand=False):
        if expand:
            raise NotImplementedError("split(expand=True) isn't supported by swath: take .str[0] and so on")
        return self._each(lambda item: item.split(pat))

    def len(self):
        return self._each(len)

    def get(self, i):
        return self[i]

    def slice(self, start=None, stop=None, step=None):
        return self._each(lambda item: item[slice(start, stop, step)])

    def __getitem__(self, key):
        def part(item):
            try:
                return item[key]
            except IndexError:
                return np.nan

        made = self.series.map(lambda item: part(item) if isinstance(item, (str, list, tuple)) else np.nan)
        return made._as_index(self.name) if self.of_index else made


def _passing(name):
    return lambda self, *args: self._each(lambda item: getattr(item, name)(*args))


for (
    _name
) in "strip lstrip rstrip upper lower title capitalize swapcase zfill ljust rjust center isdigit isalpha isnumeric".split():
    setattr(_Texts, _name, _passing(_name))
