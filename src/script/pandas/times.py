"""Moments and spans of pandas, as classes over Python's own."""

import calendar
import datetime

import numpy as np
import pandas as pd
import xarray as xr


class Timestamp(datetime.datetime):
    """A moment, to the microsecond."""

    def __new__(cls, ts_input=None, *fields, **named):
        if fields and isinstance(ts_input, int):
            # All fields, as `datetime` passes them when it makes another one.
            return super().__new__(cls, ts_input, *fields, **named)
        return _moment(pd._timestamp(ts_input, **named) if ts_input is not None else pd._timestamp(**named))

    @property
    def asm8(self):
        return np.datetime64(self)

    to_datetime64 = to_numpy = lambda self: self.asm8

    @property
    def day_of_week(self):
        return self.weekday()

    @property
    def day_of_year(self):
        return self.timetuple().tm_yday

    @property
    def days_in_month(self):
        return calendar.monthrange(self.year, self.month)[1]

    dayofweek, dayofyear, daysinmonth = day_of_week, day_of_year, days_in_month

    @property
    def is_leap_year(self):
        return calendar.isleap(self.year)

    @property
    def is_month_start(self):
        return self.day == 1

    @property
    def is_month_end(self):
        return self.day == self.days_in_month

    @property
    def is_year_start(self):
        return self.month == self.day == 1

    @property
    def is_year_end(self):
        return (self.month, self.day) == (12, 31)

    @property
    def quarter(self):
        return (self.month + 2) // 3

    @property
    def nanosecond(self):
        return 0

    @property
    def week(self):
        return self.isocalendar()[1]

    weekofyear = week

    @property
    def value(self):
        return int(self.asm8.astype("datetime64[ns]").astype("int64"))

    def day_name(self):
        return calendar.day_name[self.weekday()]

    def month_name(self):
        return calendar.month_name[self.month]

    def normalize(self):
        return self.replace(hour=0, minute=0, second=0, microsecond=0)

    def floor(self, freq):
        return _moment_of(xr.DataArray(self.asm8).dt.floor(freq))

    def ceil(self, freq):
        return _moment_of(xr.DataArray(self.asm8).dt.ceil(freq))

    def round(self, freq):
        return _moment_of(xr.DataArray(self.asm8).dt.round(freq))

    def to_pydatetime(self):
        return datetime.datetime(*_fields(self))

    def __add__(self, other):
        if isinstance(other, DateOffset):
            return other._added(self)
        return _wrapped(super().__add__(other))

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, DateOffset):
            return (-other)._added(self)
        return _wrapped(super().__sub__(other))

    def __rsub__(self, other):
        return (
            _wrapped(datetime.datetime.__sub__(other, self)) if isinstance(other, datetime.datetime) else NotImplemented
        )

    def __repr__(self):
        return f"Timestamp('{self}')"

    @classmethod
    def now(cls, tz=None):
        return _moment(datetime.datetime.now(tz))

    @classmethod
    def today(cls):
        return cls.now()


class Timedelta(datetime.timedelta):
    """A span, to the microsecond."""

    def __new__(cls, value=None, unit=None, *rest, **spans):
        if rest or (isinstance(value, int) and isinstance(unit, int)):
            return super().__new__(cls, value or 0, unit or 0, *rest, **spans)
        given = {} if value is None else {"value": value}
        return _wrapped(pd._timedelta(**given, **({} if unit is None else {"unit": unit}), **spans))

    @property
    def asm8(self):
        return np.timedelta64(self)

    to_timedelta64 = to_numpy = lambda self: self.asm8

    @property
    def nanoseconds(self):
        return 0

    @property
    def value(self):
        return int(self.asm8.astype("timedelta64[ns]").astype("int64"))

    def to_pytimedelta(self):
        return datetime.timedelta(self.days, self.seconds, self.microseconds)

    def __str__(self):
        hours, rest = divmod(self.seconds, 3600)
        fraction = f".{self.microseconds:06d}" if self.microseconds else ""
        sign = "+" if self.days < 0 and (self.seconds or self.microseconds) else ""
        sign = "+" if self.days < 0 else sign
        return f"{self.days} days {sign}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}{fraction}"

    def __repr__(self):
        return f"Timedelta('{self}')"


def _passing(name):
    def operator(self, *others):
        return _wrapped(getattr(datetime.timedelta, name)(self, *others))

    return operator


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "floordiv", "mod", "neg", "pos", "abs"):
    setattr(Timedelta, f"__{_name}__", _passing(f"__{_name}__"))


class DateOffset:
    """A span of calendar units, which takes as long as the months in it are."""

    def __init__(self, n=1, normalize=False, **spans):
        known = {"years", "months", "weeks", "days", "hours", "minutes", "seconds", "microseconds"}
        unknown = set(spans) - known
        if unknown or normalize:
            raise NotImplementedError(f"DateOffset({', '.join(unknown) or 'normalize'}=) isn't supported by swath")
        self.spans = {name: n * count for name, count in (spans or {"days": 1}).items()}

    def _added(self, moment):
        spans = dict(self.spans)
        months = 12 * moment.year + moment.month - 1 + 12 * spans.pop("years", 0) + spans.pop("months", 0)
        year, month = months // 12, months % 12 + 1
        day = min(moment.day, calendar.monthrange(year, month)[1])
        return _moment(moment.replace(year=year, month=month, day=day)) + datetime.timedelta(**spans)

    def __neg__(self):
        return DateOffset(**{name: -count for name, count in self.spans.items()})

    def __mul__(self, count):
        return DateOffset(**{name: count * own for name, own in self.spans.items()})

    __rmul__ = __mul__

    def __add__(self, moment):
        return self._added(moment) if isinstance(moment, datetime.datetime) else NotImplemented

    __radd__ = __add__

    def __rsub__(self, moment):
        return (-self)._added(moment) if isinstance(moment, datetime.datetime) else NotImplemented

    def __repr__(self):
        return f"<DateOffset: {', '.join(f'{name}={count}' for name, count in self.spans.items())}>"


def to_timedelta(arg, unit=None, errors="raise"):
    made = pd._to_timedelta(arg, unit, errors) if unit is not None else pd._to_timedelta(arg, errors=errors)
    is_index = isinstance(made, np.ndarray) and made.ndim == 1
    return pd.TimedeltaIndex(made) if is_index else _wrapped(made)


def _fields(moment):
    return moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond


def _moment(made):
    # A missing one is numpy's.
    return Timestamp(*_fields(made)) if isinstance(made, datetime.datetime) else made


def _moment_of(value):
    return _moment(pd._timestamp(value))


def _wrapped(made):
    if isinstance(made, datetime.datetime):
        return made if isinstance(made, Timestamp) else _moment(made)
    if isinstance(made, datetime.timedelta) and not isinstance(made, Timedelta):
        return Timedelta(made.days, made.seconds, made.microseconds)
    return made
