"""Values of columns and indexes as text, as pandas prints them: of one width, with as many digits as are needed."""

import re

import numpy as np
import pandas as pd
import xarray as xr
from pandas import _Objects, _column, _is_gap, _items, _missing

_DECIMAL = re.compile(r"^\s*[+-]?[0-9]+\.[0-9]*$")


def _value_texts(values, gap="NaN", float_format=None, leading=" ", left=False):
    """Text of each value of a column, not yet of one width."""
    kind = values.dtype.kind
    if kind == "f":
        return _float_texts(values, gap, float_format, leading, left)
    if kind in "iu":
        return [f"{value:{leading}d}" for value in values.tolist()]
    if kind == "M":
        return _moment_texts(values, "NaT")
    if kind == "m":
        return _span_texts(values)
    return [leading + _object_text(item, gap, float_format) for item in values.tolist()]


def _object_text(item, gap, float_format=None):
    if item is None:
        return "None" if gap == "NaN" else gap
    if _is_gap(item):
        return gap if isinstance(item, float) else "NaT"
    if isinstance(item, (float, np.floating)):
        text = _number_format(float_format)(item) if float_format else f"{item:.6f}".rstrip("0")
        return text + "0" if text.endswith(".") else text
    return str(item).replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")


def _number_format(float_format):
    if callable(float_format):
        return float_format
    return (lambda value: float_format % value) if "%" in float_format else float_format.format


def _float_texts(values, gap, float_format, leading, left):
    gaps, items = _missing(values).tolist(), values.tolist()
    gap = " " + gap if left else gap

    def formatted(form):
        return [gap if is_gap else form(item) for is_gap, item in zip(gaps, items)]

    if float_format:
        return formatted(_number_format(float_format))
    texts = _trimmed(formatted(f"{{:{leading}.6f}}".format))
    sizes = np.abs(values[~np.array(gaps, dtype=bool)]) if len(values) else values
    is_small = bool(((sizes < 1e-6) & (sizes > 0)).any())
    if is_small or (max(map(len, texts), default=0) > 12 and bool((sizes > 1e6).any())):
        return formatted(f"{{:{leading}.6e}}".format)
    return texts


def _trimmed(texts):
    """Texts of numbers without the zeros that all of them end in, but for one."""
    decimals = [text for text in texts if _DECIMAL.match(text)]
    if not decimals:
        return texts
    excess = min(len(text) - len(text.rstrip("0")) for text in decimals)
    known = {text: text[: len(text) - excess] for text in decimals}
    known = {text: short + "0" if short.endswith(".") else short for text, short in known.items()}
    return [known.get(text, text) for text in texts]


def _moment_texts(values, gap, date_format=None):
    """Moments without their time of day where all are midnights."""
    gaps = np.isnat(values)
    if gaps.all():
        return [gap] * len(values)
    filled = np.where(gaps, values[~gaps][0], values)
    if date_format is None:
        whole = bool((filled == filled.astype("datetime64[D]")).all())
        date_format = "%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S"
        if not whole and bool((filled != filled.astype("datetime64[s]")).any()):
            date_format += ".%f"
    texts = xr.DataArray(filled, dims="index").dt.strftime(date_format).values.tolist()
    if date_format.endswith(".%f") and bool((filled == filled.astype("datetime64[ms]")).all()):
        texts = [text[:-3] for text in texts]
    return [gap if is_gap else text for is_gap, text in zip(gaps.tolist(), texts)]


def _span_texts(values, gap="NaT"):
    spans = _items(values)
    whole = all(_is_gap(span) or not (span.seconds or span.microseconds) for span in spans)
    return [gap if _is_gap(span) else f"{span.days} days" if whole else str(span) for span in spans]


def _of_one_width(texts, left=False, minimum=0, widest=50):
    if not texts:
        return texts
    width = max(minimum, max(map(len, texts)))
    if widest is not None and width > widest:
        width = widest
        texts = [text if len(text) <= width else text[: width - 3] + "..." for text in texts]
    return [text.ljust(width) if left else text.rjust(width) for text in texts]


def _column_texts(values, gap="NaN", float_format=None, widest=50):
    return _of_one_width(_value_texts(values, gap, float_format), widest=widest)


def _label_texts(index):
    """Text of each label of an index of one level."""
    values = _column(index)
    is_text = isinstance(values, _Objects) or values.dtype.kind == "U"
    texts = _value_texts(values, left=not is_text)
    texts = texts if is_text else _of_one_width(texts, left=True)
    while texts and all(text.startswith(" ") for text in texts):
        texts = [text[1:] for text in texts]
    return texts


def _quoted_texts(index):
    """Labels as an index lists them, of one width."""
    values = _column(index)
    if isinstance(values, _Objects) or values.dtype.kind == "U":
        texts = [repr(item) for item in values.tolist()]
    else:
        is_time = values.dtype.kind in "mM"
        texts = [f"'{text.strip()}'" for text in _label_texts(index)] if is_time else list(map(str, values.tolist()))
    return [text.rjust(max(map(len, texts))) for text in texts]


def _name_text(name):
    if name is None:
        return ""
    if isinstance(name, tuple):
        return f"({', '.join(map(str, name))})"
    return _float_texts(np.array([name]), "NaN", None, "", False)[0] if isinstance(name, float) else str(name)


def _level_texts(index, names):
    """A list for each level, in which labels that repeat those above them are left out."""
    levels = [_label_texts(index.get_level_values(level)) for level in range(index.nlevels)]
    rows, above = [], None
    for row in zip(*levels):
        same = 0
        while above is not None and same < len(row) - 1 and row[same] == above[same]:
            same += 1
        rows.append([""] * same + list(row[same:]))
        above = row
    columns = [list(level) for level in zip(*rows)]
    if names:
        columns = [[_name_text(name)] + level for name, level in zip(index.names, columns)]
    return columns


def _side_by_side(gap, columns):
    """Lines of columns of text beside one another."""
    widths = [max(map(len, column), default=0) for column in columns]
    padded = []
    for place, (column, width) in enumerate(zip(columns, widths)):
        width += gap if place + 1 < len(columns) else 0
        padded.append([text.ljust(width) for text in column])
    return ["".join(row) for row in zip(*padded)]


def _index_texts(index, names, gap):
    if isinstance(index, pd.MultiIndex):
        columns = _level_texts(index, names)
        return columns if gap is None else _side_by_side(gap, columns)
    texts = ([_name_text(index.name)] if names else []) + _label_texts(index)
    return [texts] if gap is None else texts
