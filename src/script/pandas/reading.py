"""Tables from text files with separators."""

import csv
import io
import os

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
    lines = _lines(filepath_or_buffer, skiprows, comment, encoding, skip_blank_lines)
    rows = _split_rows(lines, sep if delimiter is None else delimiter, quotechar, skipinitialspace)
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
        convert = (converters or {}).get(name)
        wanted = dtype.get(name) if isinstance(dtype, dict) else dtype
        if convert is not None:
            made[name] = _column(list(map(convert, fields[place])))
        else:
            made[name] = _parsed(fields[place], gaps(name) if na_filter else frozenset(), wanted)
    if is_labelled:
        index_col = [None]
    return _finished(made, index_col, parse_dates, date_format)


def _lines(source, skiprows, comment, encoding, skip_blank_lines):
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
    lines = text.removeprefix("\ufeff").splitlines()
    if skiprows is not None:
        skips = (
            skiprows
            if callable(skiprows)
            else (lambda place: place < skiprows) if isinstance(skiprows, int) else set(skiprows).__contains__
        )
        lines = [line for place, line in enumerate(lines) if not skips(place)]
    if comment is not None:
        lines = [line.split(comment, 1)[0] for line in lines if not line.startswith(comment)]
    return [line for line in lines if line.strip()] if skip_blank_lines else lines


def _split_rows(lines, sep, quotechar, skipinitialspace):
    if sep in (r"\s+", r"\s*", r"[ \t]+"):
        return [line.split() for line in lines]
    if sep is None or len(sep) != 1:
        raise NotImplementedError(r"read_csv(sep=) is one character or '\s+' in swath")
    if not any(quotechar in line for line in lines):
        rows = [line.split(sep) for line in lines]
        return [[field.lstrip(" ") for field in row] for row in rows] if skipinitialspace else rows
    text = io.StringIO("\n".join(lines), newline="")
    return list(csv.reader(text, delimiter=sep, quotechar=quotechar, skipinitialspace=skipinitialspace))


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
    own = _GAPS if keep_default else frozenset()

    def texts(values):
        values = [values] if isinstance(values, (str, int, float)) else values
        found = {str(value) for value in values}
        numbers = [value for value in values if isinstance(value, (int, float))]
        return (
            found
            | {str(float(value)) for value in numbers}
            | {str(int(value)) for value in numbers if value == int(value)}
        )

    if isinstance(na_values, dict):
        return lambda name: own | texts(na_values[name]) if name in na_values else own
    wanted = own if na_values is None else own | texts(na_values)
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


def _parsed(fields, gaps, dtype):
    """A column of numbers, of truth values or of text."""
    present = [field for field in fields if field not in gaps] if gaps else list(fields)
    has_gaps = len(present) < len(fields)
    if dtype is not None and np.dtype(str if dtype in (object, "object") else dtype).kind == "U":
        return _column([np.nan if field in gaps else field for field in fields]) if has_gaps else _column(present)
    made = _numbers(present)
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
        made[name] = _dates(made[name], date_format)
    kept = [name for name in names if not labels or name not in labels]
    rows = len(made[names[0]]) if names else 0
    index = _index(range(rows))
    if labels and len(labels) == 1:
        called = None if str(labels[0]).startswith("Unnamed: ") else labels[0]
        index = _index(_in_a_row(made[labels[0]]), called)
    elif labels:
        index = pd.MultiIndex.from_arrays([made[label] for label in labels], labels)
    return pd.DataFrame._of([made[name] for name in kept], _index(kept) if kept else _index(_Objects([])), index)


def _dates(values, date_format):
    """Text as moments; as it is where it is none, as in pandas."""
    items = [np.datetime64("NaT") if _is_gap(item) else str(item) for item in values.tolist()]
    try:
        return np.asarray(pd._moments(items) if date_format is None else pd._to_datetime(items, format=date_format))
    except ValueError:
        return values


class errors:
    """What goes wrong when text is read."""

    class EmptyDataError(ValueError):
        """There is nothing in a file."""

    class ParserError(ValueError):
        """A row has other fields than there are columns."""
