"""Indexes of several levels, as the dimensions of an array become in a table."""

import numpy as np
import pandas as pd
from pandas import (
    _Labels,
    _Objects,
    _column,
    _element,
    _factorised,
    _index,
    _is_one,
    _items,
    _label_slice,
    _located,
    _taken,
)


class MultiIndex(_Labels):
    """A label of each level for each row: of every level its labels, and which of them each row has."""

    ndim, name, dtype = 1, None, "object"

    def __init__(self, levels, codes, names=None):
        self.levels = [level if isinstance(level, _Labels) else _index(level) for level in levels]
        self.codes = [np.asarray(code) for code in codes]
        self._names = list(names) if names is not None else [None] * len(self.levels)

    @classmethod
    def from_product(cls, iterables, names=None):
        indexes = [_index(each) for each in iterables]
        names = [index.name for index in indexes] if names is None else names
        pairs = [_factorised(_column(index)) for index in indexes]
        return cls._product([_index(unique) for _, unique in pairs], names, [codes for codes, _ in pairs])

    @classmethod
    def _product(cls, levels, names, own=None):
        """Every combination of labels, in the order that the levels have them in, or that codes say."""
        own = [np.arange(len(level)) for level in levels] if own is None else own
        lengths, codes = [len(code) for code in own], []
        for place, code in enumerate(own):
            inner, outer = int(np.prod(lengths[place + 1 :])), int(np.prod(lengths[:place]))
            codes.append(np.tile(np.repeat(code, inner), outer))
        return cls(levels, codes, names)

    @classmethod
    def from_arrays(cls, arrays, names=None):
        pairs = [_factorised(_column(array)) for array in arrays]
        names = [getattr(array, "name", None) for array in arrays] if names is None else names
        return cls([_index(unique) for _, unique in pairs], [codes for codes, _ in pairs], names)

    @classmethod
    def from_tuples(cls, tuples, names=None):
        return cls.from_arrays([list(level) for level in zip(*tuples)], names or [None] * len(tuples[0]))

    @property
    def nlevels(self):
        return len(self.levels)

    @property
    def names(self):
        return list(self._names)

    @names.setter
    def names(self, names):
        self._names = list(names)

    @property
    def shape(self):
        return (len(self),)

    @property
    def size(self):
        return len(self)

    def _level(self, level):
        if level in self._names:
            return self._names.index(level)
        if isinstance(level, int) and -self.nlevels <= level < self.nlevels:
            return level % self.nlevels
        raise KeyError(f"Level {level} not found")

    def get_level_values(self, level):
        place = self._level(level)
        return _index(_taken(_column(self.levels[place]), self.codes[place]), self._names[place])

    def droplevel(self, level=0):
        kept = [place for place in range(self.nlevels) if place != self._level(level)]
        if len(kept) == 1:
            return self.get_level_values(kept[0])
        return MultiIndex(*([part[place] for place in kept] for part in (self.levels, self.codes, self._names)))

    def tolist(self):
        return list(zip(*(_items(_column(self.get_level_values(level))) for level in range(self.nlevels))))

    @property
    def values(self):
        return _Objects(self.tolist())

    def rename(self, names):
        return MultiIndex(self.levels, self.codes, names)

    set_names = rename

    def sort_values(self, ascending=True):
        order = np.lexsort(tuple(code if ascending else -code for code in reversed(self.codes)))
        return self[order]

    def __len__(self):
        return len(self.codes[0])

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, key):
        if _is_one(key) and not isinstance(key, slice):
            columns = (_column(level)[int(code[key])] for level, code in zip(self.levels, self.codes))
            return tuple(item.item() if isinstance(item, np.number) else item for item in map(_element, columns))
        key = np.asarray(key) if isinstance(key, list) else key
        return MultiIndex(self.levels, [code[key] for code in self.codes], self._names)

    def __repr__(self):
        shown = (
            self if len(self) <= 100 else self[np.concatenate([np.arange(10), np.arange(len(self) - 10, len(self))])]
        )
        levels = [pd._quoted_texts(shown.get_level_values(level)) for level in range(self.nlevels)]
        rows = [f"({', '.join(row)}{',' * (len(row) == 1)})" for row in zip(*levels)]
        lines = [row + "," for row in rows[:-1]] + rows[-1:]
        if len(self) > 100:
            lines.insert(10, "...")
        notes = f"names={self.names!r}" if any(name is not None for name in self.names) else ""
        notes += f", length={len(self)}" if len(self) > 100 else ""
        joined = "\n            ".join(lines)
        return f"MultiIndex([{joined}],\n           {notes.removeprefix(', ')})"


def _located_in_levels(index, key):
    key = key if isinstance(key, tuple) else (key,)
    if len(key) > index.nlevels:
        raise KeyError(f"a key of {len(key)} labels for an index of {index.nlevels} levels")
    rows = np.ones(len(index), dtype=bool)
    for level, (label, codes) in zip(index.levels, zip(key, index.codes)):
        if isinstance(label, slice):
            if (label.start, label.stop, label.step) == (None, None, None):
                continue
            wanted = np.arange(len(level))[_label_slice(level, label)]
        else:
            labels = label if isinstance(label, list) else [label]
            wanted = np.concatenate([np.asarray(_located(level, each)) for each in labels])
        rows &= np.isin(codes, wanted)
    if not rows.any():
        raise KeyError(key if len(key) > 1 else key[0])
    return np.flatnonzero(rows)
