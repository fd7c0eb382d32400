"""Side effects and randomness of a user function, found around its trace and taken back.

A function that changes something outside of it, or draws random numbers, must run once for each element; traced, it
would run once in all. `EffectGuard` compares what the function can reach before and after the trace, and puts it back,
so that the trace leaves nothing behind. (A change that another thread makes meanwhile counts as the function's.) What
it cannot see (files, the network, C state) is left to names: functions that print or use modules like `time` are not
traced at all.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, Final, Self

import numpy as np

from ..random.seeds import FunctionSeeds
from .reachable import Found, global_names, is_closed, is_library, reachable

# Names whose use means that calling the function has an effect, or a result, beyond its arguments.
_EFFECTFUL_BUILTINS: Final = frozenset(map(id, (print, open, input, exec, breakpoint)))
_EFFECTFUL_MODULES: Final = frozenset(
    {"datetime", "io", "logging", "multiprocessing", "os", "secrets", "shutil", "socket", "subprocess", "sys"}
    | {"tempfile", "threading", "time", "urllib", "uuid", "warnings"}
)
# Larger arrays are not copied to be compared; a function that writes into one is found by the check of its results.
_MAX_ARRAY_BYTES: Final = 1 << 24

Undo = Callable[[], None]
Check = Callable[[], str | None]


class EffectGuard:
    """Context around a trace that finds side effects and undoes them.

    Args:
        function: The user's function.

    Attributes:
        reason: The first effect that was found, in a few words, or None.
    """

    def __init__(self, function: Any) -> None:
        self._watches: list[tuple[Check, Undo]] = []
        self._seeds = FunctionSeeds(0)
        self.reason: str | None = None
        self._function = function

    def __enter__(self) -> Self:
        self._watches = [*_watch_randomness(), *(w for found in reachable(self._function) for w in _watch(found))]
        self._seeds.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._seeds.__exit__(*exc)
        if self._seeds.streams:
            self.reason = "draws from penstock.random"
        for check, undo in self._watches:
            changed = check()
            if changed is not None:
                self.reason = self.reason or changed
                undo()
        self._watches = []


def forbidden_use(function: Any) -> str | None:
    """Return why a function must not even be traced once, or None: it prints, reads the clock, advances an iterator."""
    for found in reachable(function):
        value = found.value
        if id(value) in _EFFECTFUL_BUILTINS:
            return f"calls {value.__name__}()"
        if isinstance(value, ModuleType) and value.__name__.partition(".")[0] in _EFFECTFUL_MODULES:
            return f"uses the module '{value.__name__}'"
        if hasattr(type(value), "__next__"):
            return f"can advance the iterator '{found.name}'"
        if getattr(value, "__module__", None) in _EFFECTFUL_MODULES and callable(value):
            return f"uses {value.__module__}.{getattr(value, '__name__', found.name)}"
    return None


def _watch(found: Found) -> Iterator[tuple[Check, Undo]]:
    """Yield how to see and undo changes of one object."""
    value, name = found.value, found.name
    if isinstance(value, FunctionType):
        if not is_closed(value):
            yield from _watch_function(value)
    elif isinstance(value, list):
        yield _watch_list(value, name)
    elif isinstance(value, dict):
        yield _watch_dict(value, f"changes dict '{name}'")
    elif isinstance(value, set | bytearray | deque):
        yield _watch_copy(value, name)
    elif isinstance(value, np.ndarray):
        if value.nbytes <= _MAX_ARRAY_BYTES and value.flags.writeable:
            yield _watch_array(value, name)
    elif isinstance(value, np.random.Generator | np.random.BitGenerator):
        yield _watch_bits(value if isinstance(value, np.random.BitGenerator) else value.bit_generator, name)
    elif isinstance(value, random.Random):
        yield _watch_state(value.getstate, value.setstate, f"draws from the generator '{name}'")
    elif not isinstance(value, type | ModuleType) and not is_library(value):
        attributes = getattr(value, "__dict__", None)
        if isinstance(attributes, dict):
            yield _watch_dict(attributes, f"changes attributes of '{name}'")


def _watch_randomness() -> Iterator[tuple[Check, Undo]]:
    yield _watch_state(random.getstate, random.setstate, "draws from random")
    before = np.random.get_state(legacy=False)

    def check() -> str | None:
        return "draws from np.random" if _differ(before, np.random.get_state(legacy=False)) else None

    yield check, lambda: np.random.set_state(before)


def _differ(a: Any, b: Any) -> bool:
    """Whether two states (nested dicts of numbers and arrays) differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() != b.keys() or any(_differ(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return not np.array_equal(a, b)
    return bool(a != b)


def _watch_state(get: Callable[[], Any], put: Callable[[Any], None], reason: str) -> tuple[Check, Undo]:
    before = get()
    return (lambda: reason if get() != before else None), (lambda: put(before))


def _watch_bits(bits: Any, name: str) -> tuple[Check, Undo]:
    before = bits.state

    def undo() -> None:
        bits.state = before

    return (lambda: f"draws from the generator '{name}'" if _differ(before, bits.state) else None), undo


def _same_items(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def _watch_list(value: list[Any], name: str) -> tuple[Check, Undo]:
    before = list(value)

    def check() -> str | None:
        if _same_items(before, value):
            return None
        grew = len(value) > len(before) and _same_items(before, value[: len(before)])
        return f"appends to list '{name}'" if grew else f"changes list '{name}'"

    def undo() -> None:
        value[:] = before

    return check, undo


def _watch_dict(value: dict[Any, Any], reason: str) -> tuple[Check, Undo]:
    before = dict(value)

    def check() -> str | None:
        same = before.keys() == value.keys() and all(value[k] is v for k, v in before.items())
        return None if same else reason

    def undo() -> None:
        value.clear()
        value.update(before)

    return check, undo


def _watch_copy(value: Any, name: str) -> tuple[Check, Undo]:
    before = value.copy()

    def undo() -> None:
        if isinstance(value, bytearray):
            value[:] = before
        else:
            value.clear()
            (value.update if isinstance(value, set) else value.extend)(before)

    return (lambda: f"changes {type(value).__name__} '{name}'" if value != before else None), undo


def _watch_array(value: np.ndarray[Any, Any], name: str) -> tuple[Check, Undo]:
    before = value.copy()

    def check() -> str | None:
        same = np.array_equal(before, value, equal_nan=value.dtype.kind in "fc")
        return None if same else f"writes into the array '{name}'"

    def undo() -> None:
        value[...] = before

    return check, undo


def _watch_function(function: FunctionType) -> Iterator[tuple[Check, Undo]]:
    """Watch the variables that a function may assign with `nonlocal` and `global`."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield _watch_cell(cell, name)
    variables = function.__globals__
    names = [name for name in global_names(function) if name in variables]
    before = {name: variables[name] for name in names}

    def check() -> str | None:
        changed = [name for name in names if variables.get(name) is not before[name]]
        return f"assigns the global '{changed[0]}'" if changed else None

    yield check, lambda: variables.update(before)


def _watch_cell(cell: Any, name: str) -> tuple[Check, Undo]:
    def read() -> Any:
        try:
            return cell.cell_contents
        except ValueError:  # the variable has no value yet
            return cell

    before = read()

    def undo() -> None:
        cell.cell_contents = before

    return (lambda: f"assigns the variable '{name}'" if read() is not before else None), undo
