import functools
import itertools
import logging
import random
import time
import types
from collections import deque

import numpy as np
import pytest

import penstock
from penstock import TensorSpec
from penstock.core.errors import TraceError
from penstock.core.trace import trace
from penstock.core.trace.effects import EffectGuard, forbidden_use
from penstock.core.trace.reachable import reachable

seen = []
table = {"a": [1]}
members = {1}
recent = deque()
own = types.ModuleType("own")
own.log = []
buffer = bytearray(b"ab")
counts = np.zeros(3)
generator = np.random.default_rng(0)
python_generator = random.Random(0)
numbers = itertools.count()
total = 0


class Counter:
    def __init__(self):
        self.calls = 0
        self.log = []

    def __call__(self, x):
        self.calls += 1
        return x

    def method(self, x):
        self.log.append(1)
        return x


counter = Counter()


def assigns_global(x):
    global total
    total += 1
    return x


def default(x, log=[]):  # noqa: B006
    log.append(1)
    return x


def helper(x):
    seen.append(2)
    return x


def nonlocal_function():
    count = 0

    def function(x):
        nonlocal count
        count += 1
        return x

    return function


own.helper = helper


def fresh():
    """Return another number each time, from a source that no guard can see."""
    return float(np.random.SeedSequence().entropy % 2**31)


EFFECTS = {
    "list": (lambda x: seen.append(1) or x, "appends to list 'seen'"),
    "list item": (lambda x: table["a"].clear() or x, r"changes list 'table\['a'\]'"),
    "dict": (lambda x: table.update(b=2) or x, "changes dict 'table'"),
    "set": (lambda x: members.add(2) or x, "changes set 'members'"),
    "deque": (lambda x: recent.append(1) or x, "changes deque 'recent'"),
    "module": (lambda x: own.log.append(1) or x, "appends to list 'own.log'"),
    "function of a module": (lambda x: own.helper(x), "appends to list 'seen'"),
    "bytearray": (lambda x: buffer.extend(b"c") or x, "changes bytearray 'buffer'"),
    "array": (lambda x: counts.__setitem__(0, 5) or x, "writes into the array 'counts'"),
    "object": (counter, "changes attributes of 'Counter'"),
    "method": (counter.method, "appends to list 'self.log'"),
    "partial": (functools.partial(lambda log, x: log.append(1) or x, seen), "appends to list"),
    "default": (default, "appends to list 'a default'"),
    "helper": (lambda x: helper(x), "appends to list 'seen'"),
    "global": (assigns_global, "assigns the global 'total'"),
    "nonlocal": (nonlocal_function(), "assigns the variable 'count'"),
    "random": (lambda x: x + random.random(), "draws from random"),
    "np.random": (lambda x: x + np.random.normal(), "draws from np.random"),
    "generator": (lambda x: x + generator.normal(), "draws from the generator 'generator'"),
    "python generator": (lambda x: x + python_generator.random(), "draws from the generator 'python_generator'"),
    "penstock.random": (lambda x: x + penstock.random.uniform(()), "draws from penstock.random"),
    "print": (lambda x: print("x") or x, r"calls print\(\)"),
    "clock": (lambda x: x + time.time(), "uses the module 'time'"),
    "logging": (lambda x: logging.info("x") or x, "uses the module 'logging'"),
    "iterator": (lambda x: x + next(numbers), "can advance the iterator 'numbers'"),
    "fresh constants": (lambda x: x + fresh(), "calling it twice gives two different computations"),
}  # fmt: skip


@pytest.mark.parametrize("name", EFFECTS)
def test_side_effects_and_randomness_fail_the_trace_and_are_undone(name):
    function, reason = EFFECTS[name]

    def state():
        plain = (
            seen,
            recent,
            own.log,
            table,
            table["a"],
            members,
            buffer,
            counts.tolist(),
            counter.calls,
            counter.log,
            total,
        )
        generators = (
            random.getstate(),
            np.random.get_state(),
            generator.bit_generator.state,
            python_generator.getstate(),
        )
        return repr((plain, generators, default.__defaults__))

    before = state()
    with pytest.raises(TraceError, match=reason):
        trace(function, TensorSpec(()))
    assert state() == before


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + total + len(seen) + table["a"][0] + counts[0],
        lambda x: x * np.float32(2),
        functools.partial(lambda y, x: x + y, 3),
        lambda x: sum([x, x]),
    ],
)
def test_reading_is_no_effect(function):
    trace(function, TensorSpec(()))


def test_effects_are_undone_when_the_trace_fails_for_another_reason():
    before = list(seen)

    def function(x):
        seen.append(1)
        return float(x)

    with pytest.raises(TraceError, match="float"):
        trace(function, TensorSpec(()))
    assert seen == before


def test_a_guard_around_nothing_finds_nothing():
    with EffectGuard(helper) as guard:
        pass
    assert guard.reason is None
    assert forbidden_use(helper) is None


def test_large_containers_are_not_walked():
    big = [[i] for i in range(100_000)]
    assert sum(1 for _ in reachable(lambda: big)) < 100


def test_cells_without_a_value_are_left_alone():
    def outer():
        def inner(x):
            return x if True else later

        guarded = EffectGuard(inner)
        with guarded:
            pass
        later = 1
        return guarded.reason, later

    assert outer() == (None, 1)
