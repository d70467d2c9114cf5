"""Statistics of the rows of tables of numbers, all rows at once."""

import numpy as np


def _across(columns, name, skipna, ddof):
    """A reduction of each row at once, where its values are numbers; None of all else."""
    kinds = {column.dtype.kind for column in columns}
    if not columns or not kinds <= set("iufb") or name in ("skew", "kurt", "sem", "median"):
        return None
    if "b" in kinds and (len(kinds) > 1 or name not in ("any", "all", "count", "min", "max")):
        columns = [column.astype("int64") if column.dtype.kind == "b" else column for column in columns]
    values = np.stack(columns, axis=1)
    gaps = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, dtype=bool)
    counts = (~gaps).sum(axis=1)
    if name == "count":
        return counts
    if name in ("any", "all"):
        return (values.astype(bool) & ~gaps).any(axis=1) if name == "any" else (values.astype(bool) | gaps).all(axis=1)
    neutral = {"prod": 1, "min": np.inf, "max": -np.inf}.get(name, 0)
    present = np.where(gaps, neutral, values) if gaps.any() else values
    absent = gaps.any(axis=1) if not skipna else np.zeros(len(values), dtype=bool)
    if name in ("sum", "prod", "min", "max"):
        made = getattr(np, name)(present, axis=1)
        absent = absent | (counts == 0) if name in ("min", "max") else absent
    else:
        present = present if present.dtype.kind == "f" else present.astype(float)
        counts = counts.astype(present.dtype)
        mean = present.sum(axis=1) / np.where(counts > 0, counts, 1)
        absent = absent | (counts <= (0 if name == "mean" else ddof))
        made = mean
        if name != "mean":
            squares = np.where(gaps, 0, (present - mean[:, None]) ** 2).sum(axis=1)
            made = squares / np.where(absent, 1, counts - ddof)
            made = np.sqrt(made) if name == "std" else made
    return np.where(absent, np.nan, made) if absent.any() else made
