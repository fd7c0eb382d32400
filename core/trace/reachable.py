"""What a function can reach: its closure, defaults, the globals it names, and what these hold."""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

# Enough for any function a person writes; a walk that is cut off here misses changes far away, nothing else.
MAX_OBJECTS: Final = 2000
MAX_ITEMS: Final = 200
_LIBRARIES: Final = frozenset({__name__.partition(".")[0], "numpy"})
_MISSING: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An object that a function reaches.

    Attributes:
        name: How the function calls it.
        value: The object.
    """

    name: str
    value: Any


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code and that of the functions written inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def global_names(function: FunctionType) -> list[str]:
    """Return the names a function may look up, in the order of its code; attribute names are among them."""
    return list(dict.fromkeys(name for code in codes(function.__code__) for name in code.co_names))


def named_globals(function: FunctionType) -> Iterator[Found]:
    """Yield the globals and builtins that a function names."""
    for name in global_names(function):
        value = function.__globals__.get(name, getattr(builtins, name, _MISSING))
        if value is not _MISSING:
            yield Found(name, value)


def is_library(value: Any) -> bool:
    """Whether a function, class or instance belongs to this library or to NumPy, whose own state is left alone."""
    module = getattr(value, "__module__", None)
    if not isinstance(module, str):
        module = getattr(type(value), "__module__", "")
    return isinstance(module, str) and module.partition(".")[0] in _LIBRARIES


def is_closed(function: FunctionType) -> bool:
    """Whether a function is not entered: this library's, NumPy's and the standard library's keep their own caches."""
    module = function.__module__  # None for code that ran in a namespace without a name
    return is_library(function) or (module is not None and module.partition(".")[0] in sys.stdlib_module_names)


def reachable(function: Any) -> Iterator[Found]:
    """Yield every object that a callable reaches without calling anything, itself first.

    Walks functions, bound methods, partials, containers and the attributes of plain objects; modules, classes and what
    belongs to this library or NumPy are yielded but not entered.
    """
    pending = [Found(getattr(function, "__name__", type(function).__name__), function)]
    seen: set[int] = set()
    while pending and len(seen) < MAX_OBJECTS:
        found = pending.pop(0)
        if id(found.value) in seen:
            continue
        seen.add(id(found.value))
        yield found
        pending.extend(_parts(found))


def _parts(found: Found) -> list[Found]:
    value, name = found.value, found.name
    if isinstance(value, FunctionType):
        return [] if is_closed(value) else _parts_of_function(value)
    if isinstance(value, MethodType):
        return [Found(name, value.__func__), Found("self", value.__self__)]
    if isinstance(value, functools.partial):
        inner = [Found(name, value.func), *(Found(name, a) for a in value.args)]
        return inner + [Found(k, v) for k, v in value.keywords.items()]
    if isinstance(value, list | tuple | set | frozenset | dict) and len(value) > MAX_ITEMS:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return [Found(name, item) for item in value]
    if isinstance(value, dict):
        return [Found(f"{name}[{key!r}]", item) for key, item in value.items()]
    if isinstance(value, type | ModuleType) or is_library(value):
        return []
    attributes = getattr(value, "__dict__", None)
    parts = [Found(f"{name}.{key}", item) for key, item in attributes.items()] if isinstance(attributes, dict) else []
    call = vars(type(value)).get("__call__")
    return [*parts, Found(name, call)] if isinstance(call, FunctionType) else parts


def _used(module: Found, function: FunctionType) -> Iterator[Found]:
    """Yield what a function may use of a module of the user's own."""
    name = module.value.__name__.partition(".")[0]
    if name in _LIBRARIES or name in sys.stdlib_module_names:
        return
    contents = vars(module.value)
    for attribute in global_names(function):
        if attribute in contents:
            yield Found(f"{module.name}.{attribute}", contents[attribute])


def _parts_of_function(function: FunctionType) -> list[Found]:
    parts = list(named_globals(function))
    parts += [part for found in parts if isinstance(found.value, ModuleType) for part in _used(found, function)]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            parts.append(Found(name, cell.cell_contents))
        except ValueError:  # the variable has no value yet
            continue
    parts += [Found("a default", value) for value in function.__defaults__ or ()]
    parts += [Found(name, value) for name, value in (function.__kwdefaults__ or {}).items()]
    return parts
