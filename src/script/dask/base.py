"""What waits to be computed, alone or deep in containers, and how it all is computed together.

Arrays are computed by all ranks (`dask._compute`). Calls run here, on rank 0, one after another.
"""

import collections
import functools
import itertools

import dask

# Arrays that calls wait for are computed together until they take more than this: they may share what they read.
_TOGETHER_BYTES = 2**28

_numbers = itertools.count()


class Task:
    """A call that waits to be computed, or without a function a value; its arguments may hold what waits itself."""

    __slots__ = ("_key", "_function", "_arguments", "_keywords", "_inputs")

    def _wait(self, key, function, arguments, keywords):
        inputs = []
        if function is not None:
            find_lazy((arguments, keywords), inputs)
        if inputs:
            # Arrays, datasets and containers may be changed in place before the call.
            kept = {name_of(thing): thing if isinstance(thing, Task) else dask._snapshot(thing) for thing in inputs}
            arguments, keywords = with_values((arguments, keywords), kept)
            inputs = [kept[name_of(thing)] for thing in inputs]
        values = (key, function, arguments, keywords, inputs)
        for name, value in zip(Task.__slots__, values):
            object.__setattr__(self, name, value)

    def _run(self, values):
        if self._function is None:
            return self._arguments
        return self._function(*with_values(self._arguments, values), **with_values(self._keywords, values))


class Failed:
    """Stands for the value of what couldn't be computed."""

    def __init__(self, error):
        self.error = error


def is_dask_collection(x):
    return isinstance(x, Task) and x._is_collection or dask._is_lazy(x)


def _is_waiting(value):
    return isinstance(value, Task) or dask._is_lazy(value)


def name_of(thing):
    """What the value of a thing is found by."""
    return thing._key if isinstance(thing, Task) else id(thing)


def _parts(value):
    """What is in a container that Dask looks into, and what makes one of other parts; nothing of anything else."""
    kind = type(value)
    if kind in (list, tuple, set):
        return list(value), kind
    if kind in (dict, collections.OrderedDict):
        count = len(value)
        return [*value, *value.values()], lambda parts: kind(zip(parts[:count], parts[count:]))
    if kind is slice:
        return [value.start, value.stop, value.step], lambda parts: slice(*parts)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return list(value), lambda parts: kind(*parts)
    if hasattr(kind, "__dataclass_fields__"):
        names = [name for name in kind.__dataclass_fields__ if hasattr(value, name)]
        return [getattr(value, name) for name in names], lambda parts: kind(**dict(zip(names, parts)))
    return None


def find_lazy(value, found, is_lazy=_is_waiting):
    """Adds what is lazy in a value to what was found."""
    if is_lazy(value):
        found.append(value)
    elif (parts := _parts(value)) is not None:
        for part in parts[0]:
            find_lazy(part, found, is_lazy)


def with_values(value, values, is_lazy=_is_waiting):
    """A value with what is lazy in it replaced, in containers of their own: the same object where nothing is."""
    return _replaced(value, values, is_lazy)[0]


def _replaced(value, values, is_lazy):
    if is_lazy(value):
        return values[name_of(value)], True
    if (parts := _parts(value)) is not None:
        new = [_replaced(part, values, is_lazy) for part in parts[0]]
        if any(is_new for _, is_new in new):
            return parts[1]([part for part, _ in new]), True
    return value, False


def _ordered(wanted):
    """Tasks and all that they wait for, each key once and behind what it waits for."""
    done, ordered = set(), []
    stack = [(thing, False) for thing in reversed(wanted) if isinstance(thing, Task)]
    while stack:
        task, is_ready = stack.pop()
        if task._key in done:
            continue
        if is_ready:
            done.add(task._key)
            ordered.append(task)
        else:
            stack.append((task, True))
            stack.extend((needed, False) for needed in reversed(task._inputs) if isinstance(needed, Task))
    return ordered


def _soon_wanted(tasks, values):
    """Arrays that the next tasks wait for, by name."""
    found, size = {}, 0
    for task in tasks:
        for thing in task._inputs:
            if not isinstance(thing, Task) and name_of(thing) not in values and name_of(thing) not in found:
                found[name_of(thing)] = thing
                size += thing.nbytes
        if size > _TOGETHER_BYTES:
            break
    return found


def evaluate(wanted, keeps_errors=False):
    """The values of tasks and lazy arrays by key or id; where errors are kept, `Failed` for what couldn't be computed."""

    def attempt(function, *arguments):
        try:
            return function(*arguments)
        except Exception as error:
            if not keeps_errors:
                raise
            return Failed(error)

    def compute_arrays(arrays):
        computed = attempt(dask._compute, *arrays.values())
        failed = isinstance(computed, Failed)
        values.update(zip(arrays, [computed] * len(arrays) if failed else computed))

    tasks, values = _ordered(wanted), {}
    waiting = collections.Counter(name_of(thing) for thing in wanted)
    for task in tasks:
        waiting.update(name_of(thing) for thing in task._inputs)
    arrays = {name_of(thing): thing for thing in wanted if not isinstance(thing, Task)}
    for place, task in enumerate(tasks):
        if any(not isinstance(thing, Task) and name_of(thing) not in values for thing in task._inputs):
            compute_arrays(arrays | _soon_wanted(itertools.islice(tasks, place, None), values))
            arrays = {}
        failures = [values[name_of(thing)] for thing in task._inputs if isinstance(values[name_of(thing)], Failed)]
        values[task._key] = failures[0] if failures else attempt(task._run, values)
        for thing in task._inputs:
            waiting[name_of(thing)] -= 1
            if not waiting[name_of(thing)]:
                values.pop(name_of(thing), None)
    if arrays:
        compute_arrays(arrays)
    return values


def _together(arguments, traverse, evaluated):
    """Arguments with what is lazy in them replaced by what a function makes of all that."""
    if traverse:
        arguments = tuple(list(one) if isinstance(one, collections.abc.Iterator) else one for one in arguments)
        found = []
        find_lazy(arguments, found, is_dask_collection)
        return with_values(arguments, evaluated(found), is_dask_collection) if found else arguments
    found = [one for one in arguments if is_dask_collection(one)]
    values = evaluated(found)
    return tuple(values[name_of(one)] if is_dask_collection(one) else one for one in arguments)


def compute(*args, traverse=True, optimize_graph=True, scheduler=None, get=None, **kwargs):
    return _together(args, traverse, evaluate)


def persist(*args, traverse=True, optimize_graph=True, scheduler=None, **kwargs):
    def persisted(found):
        arrays = {name_of(thing): thing for thing in found if not isinstance(thing, Task)}
        tasks = {thing._key: thing for thing in found if isinstance(thing, Task)}
        values = evaluate(list(tasks.values()))
        kept = {key: task._kept(values[key]) for key, task in tasks.items()}
        return kept | dict(zip(arrays, dask._persist(*arrays.values())))

    return _together(args, traverse, persisted)


def visualize(*args, traverse=True, **kwargs):
    found = []
    find_lazy(args, found, is_dask_collection)
    if not found or any(isinstance(thing, Task) for thing in found):
        raise NotImplementedError("swath draws the plan of lazy arrays and datasets, and none of delayed calls")
    return dask._visualize(*found, **kwargs)


def optimize(*args, traverse=True, **kwargs):
    return args


def funcname(func):
    while isinstance(func, functools.partial):
        func = func.func
    name = getattr(func, "__name__", type(func).__name__)
    return "lambda" if name == "<lambda>" else name[:50]


def new_key(prefix, what, pure, names=None):
    """A key: the same for the same things where these are plain values and functions, and a call of them is pure.

    Functions are known by where they lie, so that they must live as long as the key is in use: they are added to `names`.
    """
    text = _text(what, [] if names is None else names) if pure else None
    if text is None:
        return f"{prefix}-{next(_numbers)}"
    import hashlib

    return f"{prefix}-{hashlib.md5(text.encode()).hexdigest()}"


def _text(value, names):
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, bytes):
        return f"{kind.__name__} {value!r}"
    if isinstance(value, Task):
        return f"key {value._key!r}"
    if kind in (type(_text), type(len), type):
        names.append(value)
        return f"id {id(value)}"
    if kind in (list, tuple, set, dict, slice):
        texts = [_text(part, names) for part in _parts(value)[0]]
        if None not in texts:
            return f"{kind.__name__} [{', '.join(sorted(texts) if kind is set else texts)}]"
    return None
