"""Futures: results of functions that have run, and of what has been computed. There is nothing to wait for."""

import collections

from dask import base

DoneAndNotDoneFutures = collections.namedtuple("DoneAndNotDoneFutures", "done not_done")


class CancelledError(Exception):
    """A future was cancelled."""


class FutureCancelledError(CancelledError):
    def __init__(self, key, reason="unknown", msg=None):
        super().__init__(key, reason, msg)
        self.key, self.reason, self.msg = key, reason, msg

    def __str__(self):
        return f"{self.key} cancelled for reason: {self.reason}." + (f"\n{self.msg}" if self.msg else "")


class Future(base.Task):
    """A value, or the error instead of it; `names` is what its key was made of, which lives as long."""

    __slots__ = ("_value", "_names", "_client", "__weakref__")
    _is_collection = False

    def __init__(self, key, client=None, inform=True, state=None):
        raise NotImplementedError("futures are made by client.submit, map, scatter and compute in swath")

    @classmethod
    def _made(cls, key, client, value, names=()):
        made = object.__new__(cls)
        made._wait(key, None, None, {})
        made._value, made._names, made._client = value, names, client
        return made

    def _run(self, values):
        return self.result()

    @property
    def key(self):
        return self._key

    @property
    def client(self):
        return self._client

    @property
    def status(self):
        if self.cancelled():
            return "cancelled"
        return "error" if isinstance(self._value, base.Failed) else "finished"

    @property
    def type(self):
        return type(self._value) if self.status == "finished" else None

    def done(self):
        return True

    def cancelled(self):
        return isinstance(self._value, base.Failed) and isinstance(self._value.error, CancelledError)

    def result(self, timeout=None):
        if isinstance(self._value, base.Failed):
            raise self._value.error
        return self._value

    def exception(self, timeout=None, **kwargs):
        return self._value.error if isinstance(self._value, base.Failed) else None

    def traceback(self, timeout=None, **kwargs):
        return self._value.error.__traceback__ if isinstance(self._value, base.Failed) else None

    def add_done_callback(self, fn):
        fn(self)

    def cancel(self, reason=None, msg=None, **kwargs):
        self._client._forget(self)
        self._value = base.Failed(FutureCancelledError(self._key, reason or "unknown", msg))

    def retry(self, **kwargs):
        raise NotImplementedError("Future.retry isn't supported by swath: submit the function once more")

    def release(self):
        self._client._forget(self)

    def __repr__(self):
        kind = self.type
        if kind is None:
            return f"<Future: {self.status}, key: {self._key}>"
        name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        return f"<Future: {self.status}, type: {name}, key: {self._key}>"

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


def is_future(value):
    return isinstance(value, Future)


def futures_of(o, client=None):
    found = []
    base.find_lazy(list(o) if isinstance(o, collections.abc.Iterator) else o, found, is_future)
    return list(dict.fromkeys(found))


def wait(fs, timeout=None, return_when="ALL_COMPLETED"):
    if timeout is not None and not isinstance(timeout, (int, float, str)):
        raise TypeError("wait takes a list of futures, as wait([x, y, z]), and a number of seconds behind it")
    if return_when not in ("ALL_COMPLETED", "FIRST_COMPLETED"):
        raise NotImplementedError("Only return_when='ALL_COMPLETED' and 'FIRST_COMPLETED' are supported")
    done = futures_of(fs)
    for future in done:
        if future.cancelled():
            future.result()
    return DoneAndNotDoneFutures(set(done), set())


def fire_and_forget(obj):
    """What was submitted has run already."""


class as_completed:
    """Futures in the order in which they were added."""

    def __init__(self, futures=None, loop=None, with_results=False, raise_errors=True, *, timeout=None):
        self._waiting = collections.deque()
        self.with_results, self.raise_errors = with_results, raise_errors
        self.update(futures or ())

    def update(self, futures):
        for future in futures:
            if not isinstance(future, Future):
                raise TypeError(f"Input must be a future, got {future}")
            self._waiting.append(future)

    def add(self, future):
        self.update((future,))

    def count(self):
        return len(self._waiting)

    def is_empty(self):
        return not self._waiting

    def has_ready(self):
        return bool(self._waiting)

    def __iter__(self):
        return self

    def __next__(self):
        if not self._waiting:
            raise StopIteration
        future = self._waiting.popleft()
        if not self.with_results:
            return future
        if self.raise_errors or future.status == "finished":
            return future, future.result()
        error = future.exception()
        return future, error if future.cancelled() else (type(error), error, error.__traceback__)

    def next_batch(self, block=True):
        return [next(self) for _ in range(len(self._waiting))]

    def batches(self):
        while self._waiting:
            yield self.next_batch()

    def clear(self):
        self._waiting.clear()
