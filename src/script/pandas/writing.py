"""Tables as text: files with separators, and what `to_string` gives."""

import csv
import os

import pandas as pd
from pandas import _column, _is_gap, _missing, _moment_texts, _number_format, _span_texts


def _csv_texts(values, na_rep, float_format, date_format, quote):
    """Text of each value of a column as it stands in a file."""
    kind = values.dtype.kind
    if kind in "iub":
        return list(map(str, values.tolist()))
    if kind == "M":
        return list(map(quote, _moment_texts(values, na_rep, date_format)))
    if kind == "m":
        return list(map(quote, _span_texts(values, na_rep)))
    if kind == "f":
        texts = list(map(_number_format(float_format), values.tolist())) if float_format else pd._texts(values)
        gaps = _missing(values)
        if gaps.any():
            texts = [na_rep if gap else text for gap, text in zip(gaps.tolist(), texts)]
        return texts
    return [na_rep if _is_gap(item) else quote(str(item)) for item in values.tolist()]


def _quoting(sep, quotechar):
    special = {sep, quotechar, "\n", "\r"}

    def quoted(text):
        if special.isdisjoint(text) or not text:
            return text
        return quotechar + text.replace(quotechar, quotechar * 2) + quotechar

    return quoted


def _label_columns(index, *options):
    """Texts of the labels of each level."""
    if not isinstance(index, pd.MultiIndex):
        return [_csv_texts(_column(index), *options)]
    texts = []
    for level, codes in zip(index.levels, index.codes):
        known = _csv_texts(_column(level), *options)
        texts.append([known[code] if code >= 0 else options[0] for code in codes.tolist()])
    return texts


def _table_csv(table, sep, na_rep, float_format, columns, header, index, index_label, date_format, quotechar, end):
    table = table if columns is None else table[list(columns)]
    options = (na_rep, float_format, date_format, _quoting(sep, quotechar))
    texts = [_csv_texts(values, *options) for values in table._columns]
    labels = _label_columns(table.index, *options) if index else []
    lines = []
    if header is not False:
        names = _csv_texts(_column(table.columns), "", None, None, str) if header is True else list(header)
        if len(names) != len(table._columns):
            raise ValueError(f"Writing {len(table._columns)} cols but got {len(names)} aliases")
        above = []
        if index and index_label is not False:
            above = table.index.names if index_label is None else index_label
            above = [above] if isinstance(above, str) else above
            above = ["" if name is None else str(name) for name in above]
        lines.append(sep.join(options[3](str(name)) for name in [*above, *names]))
    alone = len(labels) + len(texts) == 1
    fields = [[text or quotechar * 2 for text in column] if alone else column for column in [*labels, *texts]]
    lines += map(sep.join, zip(*fields))
    return "".join([line + end for line in lines]) if len(lines) < 1000 else end.join(lines) + end


def _to_csv(
    self,
    path_or_buf=None,
    *,
    sep=",",
    na_rep="",
    float_format=None,
    columns=None,
    header=True,
    index=True,
    index_label=None,
    mode="w",
    encoding=None,
    compression="infer",
    quoting=None,
    quotechar='"',
    lineterminator=None,
    chunksize=None,
    date_format=None,
    doublequote=True,
    escapechar=None,
    decimal=".",
    errors="strict",
):
    if (
        quoting not in (None, csv.QUOTE_MINIMAL)
        or not doublequote
        or escapechar is not None
        or decimal != "."
        or errors != "strict"
    ):
        raise NotImplementedError(
            "to_csv(quoting=, doublequote=, escapechar=, decimal=, errors=) isn't supported by swath"
        )
    if not isinstance(sep, str) or len(sep) != 1:
        raise TypeError('"delimiter" must be a 1-character string')
    table = self.to_frame() if isinstance(self, pd.Series) else self
    end = lineterminator or "\n"
    text = _table_csv(
        table, sep, na_rep, float_format, columns, header, index, index_label, date_format, quotechar, end
    )
    if path_or_buf is None:
        return text
    if hasattr(path_or_buf, "write"):
        path_or_buf.write(text)
        return None
    path = os.fspath(path_or_buf)
    if compression not in ("infer", None) or path.endswith((".gz", ".bz2", ".xz", ".zst", ".zip")):
        raise NotImplementedError(
            "compressed text isn't written by swath: give to_csv a file opened by gzip.open(..., 'wt')"
        )
    directory = os.path.dirname(path)
    if directory and not os.path.isdir(directory):
        raise OSError(f"Cannot save file into a non-existent directory: '{directory}'")
    with open(path, mode, encoding=encoding or "utf-8", newline="") as file:
        file.write(text)
    return None


pd.Series.to_csv = pd.DataFrame.to_csv = _to_csv


def _to_string(self, buf=None, na_rep="NaN", float_format=None, index=True, header=True, max_rows=None, **options):
    unknown = [name for name, value in options.items() if value is not None and value is not False]
    if unknown:
        raise NotImplementedError(f"to_string({', '.join(f'{name}=' for name in unknown)}) isn't supported by swath")
    if isinstance(self, pd.Series):
        if not index or not header:
            raise NotImplementedError(
                "to_string(index=False) of a series isn't supported by swath: s.to_frame().to_string(index=False)"
            )
        text = pd._series_text(self, max_rows, max_rows, na_rep, float_format, footer=False)
    else:
        text = pd._table_text(self, max_rows, max_rows, na_rep, float_format, index=index, header=header)
    return text if buf is None else buf.write(text) and None


pd.Series.to_string = pd.DataFrame.to_string = _to_string
