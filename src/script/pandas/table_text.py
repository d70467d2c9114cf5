"""Tables and series as pandas prints them: aligned, and cut where they have many rows or are wide."""

import os

import numpy as np
import pandas as pd
from pandas import _column_texts, _index_texts, _label_texts, _name_text, _of_one_width, _side_by_side, _value_texts

_MOST_ROWS, _FEWEST_ROWS = 60, 10


def _parts(count, most, fewest):
    """How many first and last rows are shown of too many, None where all are."""
    return None if most is None or count <= most else min(fewest or most, most) // 2


def _ends(rows, half):
    count = len(rows)
    return rows._rows(np.concatenate([np.arange(half), np.arange(count - half, count)]))


def _series_text(series, most=None, fewest=None, gap="NaN", float_format=None, footer=True):
    half = _parts(len(series), most, fewest)
    notes = []
    if getattr(series.index, "freq", None) is not None:
        notes.append(f"Freq: {series.index.freq}")
    if series.name is not None:
        notes.append(f"Name: {_name_text(series.name)}")
    if half is not None:
        notes.append(f"Length: {len(series)}")
    notes.append(f"dtype: {series.dtype}")
    if not len(series):
        return f"Series([], {', '.join(notes)})"
    shown = series if half is None else _ends(series, half)
    named = any(name is not None for name in series.index.names)
    labels = _index_texts(shown.index, True, 2)
    head, labels = labels[0], labels[1:]
    values = _column_texts(shown._values, gap, float_format)
    if half is not None:
        width = len(values[half - 1])
        values.insert(half, ("..." if width > 3 else "..").center(width))
        labels.insert(half, "")
    lines = ([head] if named else []) + _side_by_side(3, [labels, values])
    return "\n".join(lines + ([", ".join(notes)] if footer else []))


def _table_text(table, most=None, fewest=None, gap="NaN", float_format=None, width=None, index=True, header=True):
    count, names = len(table), table.columns
    if not count or not len(names):
        columns, rows = ", ".join(map(str, names.tolist())), ", ".join(_label_texts(table.index)[:100])
        return f"Empty DataFrame\nColumns: [{columns}]\nIndex: [{rows}]"
    half = _parts(count, most, fewest)
    shown = table if half is None else _ends(table, half)
    columns = _table_columns(shown, gap, float_format, 50 if width is not None else None, index, header)
    if half is not None:
        _cut_rows(columns, half, len(shown), index)
    cut = width is not None and _cut_columns(columns, width, index)
    text = "\n".join(_side_by_side(1, columns))
    if width is not None and (cut or half is not None):
        text += f"\n\n[{count} rows x {len(names)} columns]"
    return text


def _table_columns(table, gap, float_format, widest, index, header):
    names = table.columns
    named = index and any(name is not None for name in table.index.names)
    columns = []
    for label, values in zip(_label_texts(names), table._columns):
        label = " " + label if values.dtype.kind in "biuf" else label
        above = ([label] + ([""] if named else [])) if header else []
        minimum = max(map(len, above), default=0)
        texts = _value_texts(values, gap, float_format, leading=" " if index else "")
        texts = _of_one_width(_of_one_width(texts, widest=widest), minimum=minimum, widest=widest)
        size = max(minimum, max(map(len, texts)))
        columns.append([text.rjust(size) for text in above] + texts)
    if index:
        levels = [_of_one_width(level, left=True, widest=widest) for level in _index_texts(table.index, named, None)]
        above = [_name_text(names.name)] if header else []
        columns.insert(0, above + _side_by_side(1, levels))
    return columns


def _cut_rows(columns, half, rows, index):
    for place, column in enumerate(columns):
        width = len(column[half])
        dots = "..." if width > 3 else ".."
        at = half + len(column) - rows
        column.insert(at, dots.ljust(width) if index and place == 0 else dots.rjust(width))


def _cut_columns(columns, width, index):
    """Takes columns out of the middle until the others fit."""
    widths = [max(map(len, column)) for column in columns]
    excess = sum(widths) + len(widths) - width
    if excess <= 0:
        return False
    excess += 5
    while excess > 0 and len(widths) > 1:
        excess -= widths.pop(round(len(widths) / 2)) + 1
    fitting = max(len(widths) - index, 2)
    if fitting >= len(columns) - index:
        return False
    half = fitting // 2
    columns[half + index : len(columns) - half] = [[" ..."] * len(columns[0])]
    return True


def _printed(rows):
    if isinstance(rows, pd.Series):
        return _series_text(rows, _MOST_ROWS, _FEWEST_ROWS)
    return _table_text(rows, _MOST_ROWS, _FEWEST_ROWS, width=int(os.environ.get("COLUMNS") or 80))
