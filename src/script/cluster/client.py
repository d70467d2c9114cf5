"""The client of a cluster: functions that it is given run at once, here on rank 0; arrays are computed by all ranks."""

import collections
import weakref

import dask
from dask import base, distributed

_clients = []


class Client:
    """A connection to the ranks of this run."""

    def __init__(self, address=None, *, asynchronous=False, **settings):
        if asynchronous:
            raise NotImplementedError("Client(asynchronous=True) isn't supported by swath: leave asynchronous out")
        self._cluster = distributed._connect()
        # A pure function with the same arguments is called once, while its result is in use.
        self._futures = weakref.WeakValueDictionary()
        _clients.append(self)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"'Client' object has no attribute '{name}'")
        try:
            return getattr(self._cluster, name)
        except AttributeError as error:
            raise AttributeError(str(error).replace("'Cluster'", "'Client'")) from None

    def __repr__(self):
        return repr(self._cluster)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self, *args, **kwargs):
        if self in _clients:
            _clients.remove(self)

    shutdown = close

    @classmethod
    def current(cls, allow_global=True):
        return get_client()

    def as_current(self):
        import contextlib

        return contextlib.nullcontext(self)

    def _forget(self, future):
        if self._futures.get(future.key) is future:
            del self._futures[future.key]

    def _future(self, prefix, key, call, pure, retries):
        names = []
        key = base.new_key(prefix, call, pure, names) if key is None else key
        future = self._futures.get(key)
        if future is None:
            future = distributed.Future._made(key, self, _called(*call, retries), names)
            self._futures[key] = future
        return future

    def submit(
        self,
        func,
        *args,
        key=None,
        workers=None,
        resources=None,
        retries=None,
        priority=0,
        fifo_timeout="100 ms",
        allow_other_workers=False,
        actor=False,
        actors=False,
        pure=True,
        **kwargs,
    ):
        if not callable(func):
            raise TypeError("First input to submit must be a callable function")
        _refuse_actors(actor or actors)
        return self._future(base.funcname(func), key, (func, args, kwargs), pure, retries)

    def map(
        self,
        func,
        *iterables,
        key=None,
        workers=None,
        retries=None,
        resources=None,
        priority=0,
        allow_other_workers=False,
        fifo_timeout="100 ms",
        actor=False,
        actors=False,
        pure=True,
        batch_size=None,
        **kwargs,
    ):
        if not callable(func):
            raise TypeError("First input to map must be a callable function")
        if all(isinstance(one, collections.abc.Iterator) for one in iterables):
            raise TypeError("iterators aren't mapped over: make a list of them, or call client.submit in a loop")
        _refuse_actors(actor or actors)
        calls = [(func, args, kwargs) for args in zip(*iterables)]
        keys = key if isinstance(key, list) else [None] * len(calls)
        if len(keys) != len(calls):
            raise ValueError(f"map was given {len(keys)} keys for {len(calls)} calls")
        prefix = key if isinstance(key, str) else base.funcname(func)
        return [self._future(prefix, one, call, pure, retries) for one, call in zip(keys, calls)]

    def gather(self, futures, errors="raise", direct=None, asynchronous=None):
        if errors not in ("raise", "skip"):
            raise ValueError(f"Bad value, `errors={errors}`")
        futures = list(futures) if isinstance(futures, collections.abc.Iterator) else futures
        if errors == "skip":
            futures = _without_failed(futures)
        found = distributed.futures_of(futures)
        values = {future.key: future.result() for future in found}
        return base.with_values(futures, values, distributed.is_future)

    def scatter(self, data, workers=None, broadcast=False, direct=None, hash=True, timeout=None, asynchronous=None):
        def future(value, key=None):
            names = []
            key = base.new_key(type(value).__name__, value, hash, names) if key is None else key
            return distributed.Future._made(key, self, value, names)

        if isinstance(data, dict):
            return {key: future(value, key) for key, value in data.items()}
        if isinstance(data, (list, tuple, set, frozenset)):
            return type(data)([future(value) for value in data])
        if isinstance(data, (range, collections.abc.Iterator)):
            return [future(value) for value in data]
        return future(data)

    def compute(self, collections, sync=False, optimize_graph=True, traverse=True, **kwargs):
        is_many = isinstance(collections, (list, tuple, set, frozenset))
        wanted = list(collections) if is_many else [collections]
        if traverse:
            wanted = [dask.delayed(one) if type(one) in (list, set, tuple, dict) else one for one in wanted]
        values = base.evaluate([one for one in wanted if base.is_dask_collection(one)], keeps_errors=True)

        def future(one):
            key = base.new_key("finalize", one, True)
            return distributed.Future._made(key, self, values[base.name_of(one)])

        futures = [future(one) if base.is_dask_collection(one) else one for one in wanted]
        result = futures if is_many else futures[0]
        return self.gather(result) if sync else result

    def persist(self, collections, optimize_graph=True, **kwargs):
        is_many = isinstance(collections, (list, tuple, set, frozenset))
        kept = base.persist(*(collections if is_many else [collections]), traverse=False)
        return list(kept) if is_many else kept[0]

    def cancel(self, futures, asynchronous=None, force=False, reason=None, msg=None):
        for future in distributed.futures_of(futures):
            future.cancel(reason, msg)


def _refuse_actors(wanted):
    if wanted:
        raise NotImplementedError("actors aren't supported by swath: functions run one after another on rank 0")


def _called(function, arguments, keywords, retries):
    """What a call gives, or why it failed, if need be after as many trials more."""
    values = {}
    for future in distributed.futures_of((arguments, keywords)):
        if isinstance(future._value, base.Failed):
            return future._value
        values[future.key] = future._value
    arguments = base.with_values(arguments, values, distributed.is_future)
    keywords = base.with_values(keywords, values, distributed.is_future)
    for _ in range((retries or 0) + 1):
        try:
            return function(*arguments, **keywords)
        except Exception as error:
            failed = base.Failed(error)
    return failed


def _without_failed(value):
    def is_failed(part):
        return distributed.is_future(part) and part.status != "finished"

    if type(value) in (list, tuple, set):
        return type(value)(_without_failed(part) for part in value if not is_failed(part))
    if type(value) is dict:
        return {key: _without_failed(part) for key, part in value.items() if not is_failed(part)}
    return value


def get_client(address=None, timeout=None, resolve_address=True):
    if not _clients:
        raise ValueError("No global client found and no address provided")
    return _clients[-1]


default_client = get_client


def worker_client(timeout=None, separate_thread=True):
    return get_client().as_current()
