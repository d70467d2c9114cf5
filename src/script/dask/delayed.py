"""`dask.delayed`: calls that wait, and what is done with their results meanwhile."""

import functools
import operator
import types

from dask import base

_ABSENT = object()


def _same(value):
    return value


def _apply(function, arguments, keywords):
    return function(*arguments, **keywords)


def _method(attribute):
    def call(owner, *arguments, **keywords):
        return getattr(owner, attribute)(*arguments, **keywords)

    call.__name__ = attribute
    return call


class Delayed(base.Task):
    """The value of a call, or of an object, to be computed."""

    __slots__ = ("_length",)
    _is_collection = True

    def __init__(self, key, dsk=None, length=None, layer=None):
        raise NotImplementedError("Delayed objects aren't made of graphs by swath: use dask.delayed(function)(...)")

    @classmethod
    def _made(cls, key, function, arguments, keywords, length=None):
        made = object.__new__(cls)
        made._wait(key, function, arguments, keywords)
        object.__setattr__(made, "_length", length)
        return made

    def _kept(self, value):
        return Delayed._made(self._key, None, value, {}, self._length)

    @property
    def key(self):
        return self._key

    @property
    def dask(self):
        raise NotImplementedError(
            "Delayed objects have no graph in swath: compute() runs their calls one after another"
        )

    def compute(self, **kwargs):
        return base.compute(self, traverse=False, **kwargs)[0]

    def persist(self, **kwargs):
        return base.persist(self, traverse=False, **kwargs)[0]

    def visualize(self, *args, **kwargs):
        return base.visualize(self)

    def __repr__(self):
        return f"Delayed({self._key!r})"

    def __hash__(self):
        return hash(self._key)

    def __getattr__(self, attr):
        if attr.startswith("_"):
            raise AttributeError(f"Attribute {attr} not found")
        return DelayedAttr._made(base.new_key("getattr", (self, attr), True), getattr, (self, attr), {})

    def __setattr__(self, attr, value):
        raise TypeError("Delayed objects are immutable")

    def __setitem__(self, index, value):
        raise TypeError("Delayed objects are immutable")

    def __iter__(self):
        if self._length is None:
            raise TypeError("Delayed objects of unspecified length are not iterable")
        for i in range(self._length):
            yield self[i]

    def __len__(self):
        if self._length is None:
            raise TypeError("Delayed objects of unspecified length have no len()")
        return self._length

    def __call__(self, *args, pure=None, dask_key_name=None, **kwargs):
        named = {} if dask_key_name is None else {"dask_key_name": dask_key_name}
        return _call(_apply, "apply", (self, args, kwargs), named, pure)

    def __bool__(self):
        raise TypeError("Truth of Delayed objects is not supported")

    def __get__(self, instance, cls):
        return self if instance is None else types.MethodType(self, instance)


class DelayedLeaf(Delayed):
    """An object that isn't lazy; calls of it are."""

    __slots__ = ("_pure",)

    def __call__(self, *args, **kwargs):
        return _call(self._arguments, self._key, args, kwargs, self._pure, self._length)

    @property
    def __name__(self):
        return self._arguments.__name__

    @property
    def __doc__(self):
        return self._arguments.__doc__

    @property
    def __wrapped__(self):
        return self._arguments


class DelayedAttr(Delayed):
    """An attribute of what is to be computed; calls of it are calls of a method."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        owner, attribute = self._arguments
        return _call(_method(attribute), attribute, (owner, *args), kwargs, None)


def _call(function, token, arguments, keywords, pure, length=None):
    keywords = dict(keywords)
    key = keywords.pop("dask_key_name", None)
    pure = keywords.pop("pure", pure)
    if key is None:
        key = base.new_key(base.funcname(function), (token, arguments, keywords), pure)
    return Delayed._made(key, function, arguments, keywords, length)


def delayed(obj=_ABSENT, name=None, pure=None, nout=None, traverse=True):
    if obj is _ABSENT:
        return functools.partial(delayed, name=name, pure=pure, nout=nout, traverse=traverse)
    if isinstance(obj, Delayed):
        return obj
    if not (nout is None or (type(nout) is int and nout >= 0)):
        raise ValueError(f"nout must be None or a non-negative integer, got {nout}")
    inputs = []
    if traverse:
        base.find_lazy(obj, inputs)
    if inputs:
        key = name or base.new_key(type(obj).__name__, (obj,), pure)
        return Delayed._made(key, _same, (obj,), {}, nout)
    leaf = DelayedLeaf._made(name or base.new_key(base.funcname(obj), (obj, nout), pure), None, obj, {}, nout)
    object.__setattr__(leaf, "_pure", pure)
    return leaf


def _operator(function, is_swapped=False):
    def operate(*operands):
        operands = operands[::-1] if is_swapped else operands
        return _call(function, function, operands, {}, True)

    return operate


for _symbol in "abs neg pos invert eq ge gt ne le lt getitem".split():
    setattr(Delayed, f"__{_symbol}__", _operator(getattr(operator, _symbol)))
for _symbol in "add sub mul matmul floordiv truediv mod pow and or xor lshift rshift".split():
    _function = getattr(operator, f"__{_symbol}__")
    setattr(Delayed, f"__{_symbol}__", _operator(_function))
    setattr(Delayed, f"__r{_symbol}__", _operator(_function, is_swapped=True))
