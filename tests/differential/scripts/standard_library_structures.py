"""Python's own structures and functions around arrays."""

import abc
import collections
import contextlib
import copy
import dataclasses
import decimal
import enum
import fractions
import functools
import itertools
import logging
import math
import operator
import random
import statistics
import sys
import typing

import numpy as np
import xarray as xr


@dataclasses.dataclass(order=True)
class Station:
    name: str
    height: float = 0.0
    tags: list = dataclasses.field(default_factory=list)

    @property
    def label(self):
        return f"{self.name}@{self.height:.1f}"


class Season(enum.Enum):
    WINTER = "DJF"
    SUMMER = "JJA"


one = Station("a", 12.5)
print(one, one.label, dataclasses.asdict(one), dataclasses.replace(one, height=3.0), sorted([Station("b"), one])[0].name, Season("JJA").name, list(Season))
print(list(collections.OrderedDict(a=1).items()), collections.defaultdict(list, {"x": [1]})["y"], collections.deque([1, 2, 3], maxlen=2), collections.Counter("hello").most_common(2), collections.ChainMap({"a": 1}, {"b": 2})["b"])
print(list(itertools.chain([1], [2, 3])), list(itertools.islice(itertools.count(5), 3)), list(itertools.combinations("abc", 2)), list(itertools.accumulate([1, 2, 3])), [(k, len(list(g))) for k, g in itertools.groupby("aabccc")], list(itertools.zip_longest([1], [2, 3])), list(itertools.pairwise([1, 2, 3])))
print(functools.reduce(operator.mul, [1, 2, 3, 4]), functools.partial(pow, 2)(5), operator.itemgetter(1)([5, 6]), operator.attrgetter("name")(one))


@functools.lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@contextlib.contextmanager
def section(name):
    print("begin", name)
    yield name.upper()
    print("end", name)


class Base(abc.ABC):
    @abc.abstractmethod
    def area(self): ...


class Square(Base):
    def area(self) -> typing.Optional[float]:
        return 4.0


with section("part") as title:
    print(title, fibonacci(30), Square().area())
print(math.hypot(3, 4), math.factorial(6), math.gcd(12, 18), math.prod([1, 2, 3]), math.ceil(1.2), math.log(math.e), math.degrees(math.pi), math.fsum([0.1] * 10), math.isnan(float("nan")))
print(statistics.mean([1, 2, 4]), statistics.median([3, 1, 2]), fractions.Fraction(1, 3) + 1, decimal.Decimal("0.1") + decimal.Decimal("0.2"), copy.deepcopy({"a": [1]}))
random.seed(3)
print(0 <= random.random() < 1, random.choice([7]), sorted(random.sample(range(3), 3)), random.randint(4, 4))
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
logging.getLogger("run").info("mean %.2f", xr.DataArray([1.0, 2.0]).mean())
logging.debug("not shown")
print({name: float(array.mean()) for name, array in {"a": xr.DataArray([1.0, 3.0]), "b": xr.DataArray([2.0])}.items()}, [*map(lambda v: v * 2, np.arange(3))], any(np.arange(3) > 1), dict(zip("ab", np.arange(2))))
match one:
    case Station(name="a", height=h):
        print("matched", h)
print((n := 3) + n, [i for i, v in enumerate("abc") if v != "b"], {**{"a": 1}, "b": 2}, max([1, 5, 2], key=lambda v: -v), sorted({"b": 1, "a": 2}), *range(3), sep="|")
