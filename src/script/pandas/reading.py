"""Tables from text files with separators."""

import os
import re

import numpy as np
import pandas as pd
from pandas import _Objects, _column, _in_a_row, _index, _is_gap, _taken

_GAPS = frozenset(
    [
        "",
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
    ]
    + ["NaN", "None", "n/a", "nan", "null"]
)
_TRUTHS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}


def read_csv(
    filepath_or_buffer,
    *,
    sep=",",
    delimiter=None,
    header="infer",
    names=None,
    index_col=None,
    usecols=None,
    dtype=None,
    engine=None,
    converters=None,
    skipinitialspace=False,
    skiprows=None,
    skipfooter=0,
    nrows=None,
    na_values=None,
    keep_default_na=True,
    na_filter=True,
    skip_blank_lines=True,
    parse_dates=None,
    date_format=None,
    compression="infer",
    thousands=None,
    decimal=".",
    quotechar='"',
    comment=None,
    encoding=None,
    low_memory=None,
):
    if thousands is not None or decimal != "." or isinstance(parse_dates, dict):
        raise NotImplementedError("read_csv(thousands=, decimal=) isn't supported by swath: use converters=")
    if compression not in ("infer", None):
        raise NotImplementedError(
            "compressed text isn't read by swath: give read_csv a file opened by gzip.open(path, 'rt')"
        )
    sep = sep if delimiter is None else delimiter
    sep = r"\s+" if sep in (r"\s*", r"[ \t]+") else sep
    if sep is None or len(sep) != 1 and sep != r"\s+":
        raise NotImplementedError(r"read_csv(sep=) is one character or '\s+' in swath")
    lines = _text(filepath_or_buffer, encoding).split("\n")
    rows = _TextRows(lines[:-1] if not lines[-1] else lines, sep, quotechar, comment, skipinitialspace)
    rows = rows.read(_skipped(skiprows), skip_blank_lines)
    header = (0 if names is None else None) if header == "infer" else header
    if not isinstance(header, (int, type(None))):
        raise NotImplementedError(
            "read_csv(header=[...]) of several lines isn't supported by swath: skiprows= and names="
        )
    above = None if header is None else rows[header] if len(rows) > header else None
    if above is None and not rows or header is not None and above is None:
        raise pd.errors.EmptyDataError("No columns to parse from file")
    rows = rows[0 if header is None else header + 1 :]
    rows = rows[: len(rows) - skipfooter] if skipfooter else rows
    rows = rows if nrows is None else rows[:nrows]
    width = max((len(row) for row in rows[:1]), default=0)
    names = _column_names(names, above, width)
    is_labelled = index_col is None and width == len(names) + 1
    if index_col is None and width > len(names) + 1:
        raise NotImplementedError(
            "rows with several fields more than there are names aren't read by swath: give names="
        )
    names = [None, *names] if is_labelled else names
    for number, row in enumerate(rows):
        if len(row) > len(names):
            at = number + 2 + (header or 0)
            raise pd.errors.ParserError(
                f"Error tokenizing data. C error: Expected {len(names)} fields in line {at}, saw {len(row)}\n"
            )
    short = any(len(row) < len(names) for row in rows)
    rows = [row + [""] * (len(names) - len(row)) for row in rows] if short else rows
    fields = list(zip(*rows)) if rows else [()] * len(names)
    gaps = _gaps(na_values, keep_default_na)
    chosen = _chosen_columns(names, usecols, is_labelled)
    made = {}
    for place in chosen:
        name = names[place]
        convert = converters.get(name, converters.get(place)) if converters else None
        wanted = dtype.get(name, dtype.get(place)) if isinstance(dtype, dict) else dtype
        if convert is not None:
            made[name] = _column(list(map(convert, fields[place])))
        else:
            made[name] = _parsed(fields[place], *(gaps(name) if na_filter else (frozenset(), [])), wanted)
    if is_labelled:
        index_col = [None]
    return _finished(made, index_col, parse_dates, date_format)


def _text(source, encoding):
    """The text of a file or of what is read like one, its lines ended by line feeds."""
    if hasattr(source, "read"):
        text = source.read()
        text = text.decode(encoding or "utf-8") if isinstance(text, bytes) else text
    else:
        path = os.fspath(source)
        if "://" in path:
            raise NotImplementedError(f"{path}: swath reads files, download it before")
        if path.endswith((".gz", ".bz2", ".xz", ".zst", ".zip")):
            raise NotImplementedError(
                "compressed text isn't read by swath: give read_csv a file opened by gzip.open(path, 'rt')"
            )
        with open(path, encoding=encoding or "utf-8", newline="") as file:
            text = file.read()
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _skipped(skiprows):
    if skiprows is None or callable(skiprows):
        return skiprows
    if isinstance(skiprows, int):
        return lambda place: place < skiprows
    return set(skiprows).__contains__


class _TextRows:
    """The rows of a text, whose quoted fields may hold separators, comments and ends of lines."""

    def __init__(self, lines, sep, quotechar, comment, skipinitialspace):
        self.lines, self.sep, self.quote, self.comment = iter(lines), sep, quotechar, comment
        self.by_space = sep == r"\s+"
        self.skips = " \t" if self.by_space else " " if skipinitialspace else ""
        ends = [r"[ \t]" if self.by_space else re.escape(sep), *([re.escape(comment)] if comment else [])]
        self.end = re.compile("|".join(ends))
        # What a line is blank with: spaces that separate nothing.
        self.spaces = " \t" if self.by_space else " \t".replace(sep, "")

    def read(self, is_skipped, skip_blank):
        rows, place = [], -1
        for line in self.lines:
            place += 1
            if self.quote in line:
                row = self._quoted(line)
                if is_skipped is None or not is_skipped(place):
                    rows.append(row)
                continue
            if is_skipped is not None and is_skipped(place):
                continue
            if self.comment is not None and self.comment in line:
                line = line.split(self.comment, 1)[0]
                if not line:
                    continue
            if skip_blank and not line.strip(self.spaces):
                continue
            row = line.strip(" \t").split() if self.by_space else line.split(self.sep)
            rows.append([field.lstrip(" ") for field in row] if self.skips == " " else row)
        return [row for row in rows if row is not None]

    def _quoted(self, line):
        """The fields of a row that has quotes, with the lines that belong to it; None of a comment."""
        fields, at = [], 0
        if self.comment is not None and line.startswith(self.comment):
            return None
        while True:
            while at < len(line) and line[at] in self.skips:
                at += 1
            if self.by_space and fields and at == len(line):
                return fields
            text = ""
            if line.startswith(self.quote, at):
                text, line, at = self._within(line, at + 1)
            found = self.end.search(line, at)
            end = len(line) if found is None else found.start()
            fields.append(text + line[at:end])
            if found is None or found.group() == self.comment:
                return fields
            at = end + 1

    def _within(self, line, at):
        """Text up to the closing quote, the line as far as it was read on, and where it goes on."""
        parts = []
        while True:
            end = line.find(self.quote, at)
            if end < 0:
                parts.append(line[at:] + "\n")
                line, at = next(self.lines, None), 0
                if line is None:
                    raise errors.ParserError("Error tokenizing data. C error: EOF inside string")
                continue
            parts.append(line[at:end])
            at = end + 1
            if not line.startswith(self.quote, at):
                return "".join(parts), line, at
            parts.append(self.quote)
            at += 1


def _column_names(names, above, width):
    if names is not None:
        return list(names)
    if above is None:
        return list(range(width))
    seen, made = {}, []
    for place, name in enumerate(above):
        name = name or f"Unnamed: {place}"
        count = seen.get(name, 0)
        seen[name] = count + 1
        made.append(f"{name}.{count}" if count else name)
    return made


def _gaps(na_values, keep_default):
    """The texts and the numbers that stand for missing values in a column."""
    own = _GAPS if keep_default else frozenset()

    def gaps(values):
        values = [values] if isinstance(values, (str, int, float)) else list(values)
        numbers = [_numbers([str(value)]) for value in values]
        numbers = [float(made[0]) for made in numbers if made is not None]
        whole = {form for number in numbers if number == int(number) for form in (str(int(number)), str(number))}
        return own | {str(value) for value in values} | whole, numbers

    if isinstance(na_values, dict):
        return lambda name: gaps(na_values[name]) if name in na_values else (own, [])
    wanted = (own, []) if na_values is None else gaps(na_values)
    return lambda name: wanted


def _chosen_columns(names, usecols, is_labelled):
    places = range(len(names))
    if usecols is None:
        return places
    if callable(usecols):
        return [place for place in places if usecols(names[place])]
    missing = [name for name in usecols if isinstance(name, str) and name not in names]
    if missing:
        raise ValueError(f"Usecols do not match columns, columns expected but not found: {missing}")
    return [place for place in places if place in usecols or names[place] in usecols or is_labelled and place == 0]


def _parsed(fields, gaps, missing, dtype):
    """A column of numbers, of truth values or of text."""
    present = [field for field in fields if field not in gaps] if gaps else list(fields)
    has_gaps = len(present) < len(fields)
    if dtype is not None and np.dtype(str if dtype in (object, "object") else dtype).kind == "U":
        return _column([np.nan if field in gaps else field for field in fields]) if has_gaps else _column(present)
    made = _numbers(present) if fields else _Objects([])
    if fields and made is not None and missing and np.isin(made.astype(float), missing).any():
        made = np.where(np.isin(made.astype(float), missing), np.nan, made.astype(float))
    if made is None and present and all(field in _TRUTHS for field in present):
        made = np.array([_TRUTHS[field] for field in present])
    if made is None:
        made = _column(present) if present else np.zeros(0)
    if has_gaps:
        made = (
            _taken(made, np.cumsum([field not in gaps for field in fields]) - 1)
            if len(made)
            else np.full(len(fields), np.nan)
        )
        rows = [field in gaps for field in fields]
        made = _with_gaps(made, rows)
    return made if dtype is None else _column(made, dtype)


def _with_gaps(values, gaps):
    if values.dtype.kind in "iuf":
        return np.where(np.array(gaps, dtype=bool), np.nan, values.astype(float))
    return _Objects([np.nan if gap else item for gap, item in zip(gaps, values.tolist())])


def _numbers(texts):
    if not texts or any("_" in text for text in texts):
        return None
    try:
        return np.array(list(map(int, texts)))
    except (ValueError, OverflowError):
        pass
    try:
        return np.array(list(map(float, texts)))
    except ValueError:
        return None


def _finished(made, index_col, parse_dates, date_format):
    names = list(made)
    labels = None
    if index_col is not None and index_col is not False:
        wanted = index_col if isinstance(index_col, list) else [index_col]
        labels = [names[one] if isinstance(one, int) and one not in made else one for one in wanted]
        for label in labels:
            if label not in made:
                raise ValueError(f"Index {label} invalid")
    dates = []
    if isinstance(parse_dates, (list, tuple)):
        dates = [names[one] if isinstance(one, int) and one not in made else one for one in parse_dates]
    elif parse_dates and labels:
        dates = labels
    for name in dates:
        if name not in made:
            raise ValueError(f"Missing column provided to 'parse_dates': '{name}'")
        if parse_dates is True and made[name].dtype.kind in "iufb" and date_format is None:
            # As in pandas, numbers aren't dates unless they are asked for by name.
            continue
        made[name] = _dates(name, made[name], date_format)
    kept = [name for name in names if not labels or name not in labels]
    rows = len(made[names[0]]) if names else 0
    index = _index(range(rows))
    if labels and len(labels) == 1:
        called = None if str(labels[0]).startswith("Unnamed: ") else labels[0]
        index = _index(_in_a_row(made[labels[0]]), called)
    elif labels:
        index = pd.MultiIndex.from_arrays([made[label] for label in labels], labels)
    return pd.DataFrame._of([made[name] for name in kept], _index(kept) if kept else _index(_Objects([])), index)


_DATES = (
    ["%Y/%m/%d"]
    + [f"%m{mark}%d{mark}%Y" for mark in "/-."]
    + [f"%d{mark}%m{mark}%Y" for mark in "/-."]
    + [
        *(f"%d{mark}%{month}{mark}%Y" for mark in "- " for month in "bB"),
        *(f"%{month} %d{mark} %Y" for mark in (",", "") for month in "bB"),
    ]
)
_CLOCKS = ["", " %H:%M", " %H:%M:%S"]


def _dates(name, values, date_format):
    """Text as moments: as xarray writes them, or in the format that the first of them has."""
    if values.dtype.kind == "M" or not len(values):
        return values
    items = [np.datetime64("NaT") if _is_gap(item) else str(item) for item in values.tolist()]
    if date_format is not None:
        return np.asarray(pd._to_datetime(items, format=date_format))
    try:
        return np.asarray(pd._moments(items))
    except ValueError:
        pass
    first = next(item for item in items if isinstance(item, str))
    if values.dtype.kind in "iu" and all(len(item) == 8 for item in items):
        return np.asarray(pd._to_datetime(items, format="%Y%m%d"))
    for form in [date + clock for date in _DATES for clock in _CLOCKS]:
        try:
            pd._to_datetime([first], format=form)
        except ValueError:
            continue
        try:
            return np.asarray(pd._to_datetime(items, format=form))
        except ValueError:
            break
    raise ValueError(
        f"the dates in {name!r} aren't all in one format that swath knows, as {first!r}: give date_format="
    )


class errors:
    """What goes wrong when text is read."""

    class EmptyDataError(ValueError):
        """There is nothing in a file."""

    class ParserError(ValueError):
        """A row has other fields than there are columns."""
