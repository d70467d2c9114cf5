"""Files of numpy: tables of text, and `.npy`."""

import ast
import io
import math
import os

import numpy as np

_MAGIC = b"\x93NUMPY"


def loadtxt(
    fname,
    dtype=float,
    comments="#",
    delimiter=None,
    converters=None,
    skiprows=0,
    usecols=None,
    unpack=False,
    ndmin=0,
    encoding=None,
    max_rows=None,
    *,
    quotechar=None,
):
    if quotechar is not None:
        raise NotImplementedError("loadtxt(quotechar=) isn't supported by swath: use the module csv")
    _refuse_compressed(fname, "read", "give loadtxt a file opened by gzip.open(..., 'rt')")
    usecols = [usecols] if isinstance(usecols, int) else usecols
    rows = []
    for number, line in enumerate(_lines(fname, encoding), 1):
        fields = _fields(line, comments, delimiter)
        if number <= skiprows or not fields:
            continue
        if max_rows is not None and len(rows) >= max_rows:
            break
        try:
            fields = fields if usecols is None else [fields[column] for column in usecols]
        except IndexError:
            raise ValueError(f"invalid column index at row {number} with {len(fields)} columns") from None
        if rows and len(fields) != len(rows[0]):
            raise ValueError(
                f"the number of columns changed from {len(rows[0])} to {len(fields)} at row {number}; "
                "use `usecols` to select a subset and avoid this error"
            )
        columns = range(len(fields)) if usecols is None else usecols
        rows.append([_converted(field, place, dtype, converters, number) for place, field in zip(columns, fields)])
    return _table(rows, dtype, unpack, ndmin)


def genfromtxt(
    fname,
    dtype=float,
    comments="#",
    delimiter=None,
    skip_header=0,
    skip_footer=0,
    converters=None,
    missing_values=None,
    filling_values=None,
    usecols=None,
    names=None,
    unpack=False,
    ndmin=0,
    encoding=None,
    max_rows=None,
):
    if names is not None or dtype is None:
        raise NotImplementedError(
            "genfromtxt of columns with names isn't supported by swath: skip_header= leaves them out"
        )
    if converters is not None or isinstance(missing_values, dict) or isinstance(filling_values, (dict, list, tuple)):
        raise NotImplementedError(
            "genfromtxt with a rule for each column isn't supported by swath: use loadtxt(converters=)"
        )
    _refuse_compressed(fname, "read", "give genfromtxt a file opened by gzip.open(..., 'rt')")
    missing = {missing_values} if isinstance(missing_values, str) else set(missing_values or ())
    filling = filling_values if filling_values is not None else (-1 if np.dtype(dtype).kind in "iu" else np.nan)
    usecols = [usecols] if isinstance(usecols, int) else usecols
    lines = list(_lines(fname, encoding))[skip_header:]
    lines = lines[: len(lines) - skip_footer] if skip_footer else lines
    rows = []
    for line in lines:
        fields = _fields(line, comments, delimiter)
        if not fields or (max_rows is not None and len(rows) >= max_rows):
            continue
        fields = fields if usecols is None else [fields[column] for column in usecols]
        rows.append([_number(field.strip(), missing, filling, np.dtype(dtype)) for field in fields])
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise ValueError(f"Some errors were detected ! The lines have {sorted(widths)} columns")
    return _table(rows, dtype, unpack, ndmin)


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    X = np.asarray(X)
    if X.dtype.kind in "mMUO":
        X = np.array([str(value) for value in np.ravel(X)]).reshape(X.shape)
    if not 1 <= X.ndim <= 2:
        raise ValueError(f"Expected 1D or 2D array, got {X.ndim}D array instead")
    rows = X.reshape(-1, 1) if X.ndim < 2 else X
    columns = rows.shape[1]
    if isinstance(fmt, (list, tuple)):
        if len(fmt) != columns:
            raise AttributeError(f"fmt has wrong shape.  {fmt}")
        line = delimiter.join(fmt)
    else:
        line = fmt if fmt.count("%") > 1 else delimiter.join([fmt] * columns)

    def write(file):
        if header:
            file.write(comments + header.replace("\n", "\n" + comments) + newline)
        for row in rows:
            file.write(line % tuple(row.tolist()) + newline)
        if footer:
            file.write(comments + footer.replace("\n", "\n" + comments) + newline)

    if isinstance(fname, io.TextIOBase):
        write(fname)
    elif hasattr(fname, "write"):
        text = io.StringIO()
        write(text)
        fname.write(text.getvalue().encode(encoding or "latin1"))
    else:
        _refuse_compressed(fname, "written", "give savetxt a file opened by gzip.open(..., 'wt')")
        with open(fname, "w", encoding=encoding or "latin1") as file:
            write(file)


def save(file, arr, allow_pickle=True):
    arr = np.asarray(arr)
    if arr.dtype.kind not in "biufmM":
        raise NotImplementedError(f"save of {arr.dtype} isn't supported by swath: numbers and times are")
    shape = repr(tuple(int(length) for length in arr.shape))
    header = f"{{'descr': '{arr.dtype.str}', 'fortran_order': False, 'shape': {shape}, }}"
    # The data begin at a multiple of 64 bytes.
    used = len(_MAGIC) + 4 + len(header) + 1
    header += " " * (-used % 64) + "\n"
    content = _MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little") + header.encode("latin1") + arr.tobytes()
    if hasattr(file, "write"):
        file.write(content)
        return
    path = str(file)
    with open(path if path.endswith(".npy") else path + ".npy", "wb") as opened:
        opened.write(content)


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII"):
    if hasattr(file, "read"):
        content = file.read()
    else:
        with open(file, "rb") as opened:
            content = opened.read()
    if content[:6] != _MAGIC:
        raise ValueError(f"{file}: no .npy file, which is all that load reads in swath")
    size = 2 if content[6] == 1 else 4
    first = 8 + size + int.from_bytes(content[8 : 8 + size], "little")
    header = ast.literal_eval(content[8 + size : first].decode("utf-8" if content[6] > 2 else "latin1"))
    if "O" in header["descr"] or not isinstance(header["descr"], str):
        raise ValueError("Object arrays cannot be loaded when allow_pickle=False")
    values = np.frombuffer(content[first:], dtype=header["descr"], count=math.prod(header["shape"]))
    shape = header["shape"]
    return values.reshape(shape[::-1]).T.copy() if header["fortran_order"] else values.reshape(shape)


def _refuse_compressed(fname, what, instead):
    if isinstance(fname, (str, os.PathLike)) and str(fname).endswith((".gz", ".bz2", ".xz")):
        raise NotImplementedError(f"compressed text isn't {what} by swath: {instead}")


def _lines(fname, encoding):
    if hasattr(fname, "read"):
        lines = fname.read()
        lines = lines.decode(encoding or "latin1") if isinstance(lines, bytes) else lines
        return lines.splitlines()
    if isinstance(fname, (list, tuple)):
        return fname
    with open(fname, encoding=encoding or "latin1") as file:
        return file.read().splitlines()


def _fields(line, comments, delimiter):
    for comment in [comments] if isinstance(comments, str) else comments or []:
        line = line.split(comment, 1)[0]
    line = line.strip("\r\n") if delimiter else line.strip()
    return line.split(delimiter) if line.strip() else []


def _converted(field, place, dtype, converters, row):
    convert = converters.get(place) if isinstance(converters, dict) else converters
    if convert is not None:
        return convert(field)
    kind = np.dtype(dtype).kind
    if kind == "U":
        return field.strip()
    try:
        return int(field) if kind in "iu" else bool(int(field)) if kind == "b" else float(field)
    except ValueError:
        message = f"could not convert string '{field}' to {np.dtype(dtype)} at row {row - 1}, column {place + 1}."
        raise ValueError(message) from None


def _number(field, missing, filling, dtype):
    if not field or field in missing:
        return filling
    try:
        return field if dtype.kind == "U" else int(field) if dtype.kind in "iu" else float(field)
    except ValueError:
        return filling


def _table(rows, dtype, unpack, ndmin):
    table = np.array(rows, dtype=dtype) if rows else np.zeros((0, 0) if ndmin == 2 else (0,), dtype=dtype)
    if table.ndim == 2 and ndmin < 2:
        table = table[0] if table.shape[0] == 1 else table[:, 0] if table.shape[1] == 1 else table
        if table.size == 1 and ndmin < 1:
            table = table.reshape(())
    return table.T if unpack else table
