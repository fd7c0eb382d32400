"""The closed registry of classes and functions that saved files may name.

A saved config says `{"package": …, "class_name": …, "config": …}`. Only registered names, and those handed over by the
caller as `custom_objects`, are looked up: a file never causes an import or runs code of its own.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from ..errors import InvalidArgumentError, NotFoundError, describe, suggest

T = TypeVar("T", bound=Callable[..., Any])

_objects: Final[dict[str, Any]] = {}
_names: Final[dict[Any, str]] = {}
_homes: Final[dict[str, str]] = {}


def register_serializable(package: str = "custom", name: str | None = None) -> Callable[[T], T]:
    """Decorate a class (with `get_config` and `from_config`) or a function so that saved files may name it.

    Args:
        package: First part of the registered name; names of different packages do not collide.
        name: Second part; the object's own name when None.

    Raises:
        InvalidArgumentError: The name belongs to another object.

    Example:
        >>> @register_serializable("my_project")
        ... class Doubling:
        ...     def get_config(self):
        ...         return {}
        >>> serialize(Doubling())
        {'package': 'my_project', 'class_name': 'Doubling', 'config': {}}
    """

    def decorate(target: T) -> T:
        own = name or target.__name__
        key = f"{package}>{own}"
        known = _objects.get(key)
        # Running a notebook cell or reloading a module again replaces the object of the same home.
        if known is not None and (known.__module__, known.__qualname__) != (target.__module__, target.__qualname__):
            raise InvalidArgumentError(
                f"register_serializable: names must be unique. Received: {key}, which is "
                f"{known.__module__}.{known.__qualname__}."
            )
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise InvalidArgumentError(
                f"register_serializable: a class must define get_config(). Received: {target.__qualname__}."
            )
        _objects[key] = target
        _names[target] = key
        return target

    return decorate


def saved_as(original: Callable[..., Any]) -> Callable[[T], T]:
    """Decorate a class so that its objects are saved as those of a registered class, and loaded as such.

    For variants that differ only in how they meet user code: files do not depend on the variant.

    Args:
        original: A registered class whose `from_config` takes what `get_config` of the decorated class returns.

    Raises:
        NotFoundError: `original` is not registered.
    """
    key = _names.get(original)
    if key is None:
        raise NotFoundError(f"saved_as: the class must be registered. Received: {describe(original)}.")

    def decorate(target: T) -> T:
        _names[target] = key
        return target

    return decorate


def register_home(package: str, module: str) -> None:
    """Say which module registers the objects of a package, so that loading a file imports it when needed.

    Args:
        package: First part of registered names.
        module: Absolute module name.
    """
    _homes[package] = module


def registered_name(target: Any) -> str | None:
    """Return `"package>name"` of a registered class or function, or None."""
    return _names.get(target)


def serialize(value: Any) -> Any:
    """Return plain JSON values for an object, a function, or a nest of them with numbers, strings and None.

    Raises:
        InvalidArgumentError: A class or function is not registered, or a value has no place in JSON.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [serialize(item) for item in value]
    if isinstance(value, dict):
        return {str(key): serialize(item) for key, item in value.items()}
    function = inspect.isroutine(value)
    key = _names.get(value if function else type(value))
    if key is None:
        what = getattr(value, "__qualname__", type(value).__qualname__)
        raise InvalidArgumentError(
            f"serialize: classes and functions must be registered. Received: {what}. Decorate it with "
            f'@register_serializable("my_project"), so that a saved file can name it.'
        )
    package, _, own = key.partition(">")
    if function:
        return {"package": package, "function_name": own}
    return {"package": package, "class_name": own, "config": value.get_config()}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the object for what `serialize` returned.

    Args:
        config: JSON values.
        custom_objects: Class or function by its registered name (`"package>name"`) or its bare name; they go before the
            registry.

    Raises:
        NotFoundError: The class or function is not registered; the message has the closest name.
        InvalidArgumentError: The config has another form, or its class refuses it.
    """
    if isinstance(config, list):
        return [deserialize(item, custom_objects) for item in config]
    if not isinstance(config, Mapping):
        return config
    if "function_name" in config:
        return _look_up(config, "function_name", custom_objects)
    if "class_name" not in config:
        return {key: deserialize(item, custom_objects) for key, item in config.items()}
    target = _look_up(config, "class_name", custom_objects)
    options = config.get("config", {})
    if not isinstance(options, Mapping):
        raise InvalidArgumentError(
            f"deserialize: config of {config['class_name']!r} must be a mapping. Received: {describe(options)}."
        )
    make = getattr(target, "from_config", None)
    try:
        return target(**options) if make is None else _call_from_config(make, options, custom_objects)
    except TypeError as err:
        raise InvalidArgumentError(
            f"deserialize: the saved config of {config['class_name']!r} does not fit its class. {err}"
        ) from err


def _call_from_config(make: Any, options: Mapping[str, Any], custom_objects: Mapping[str, Any] | None) -> Any:
    """Hand custom objects on to classes that hold other objects and ask for them."""
    if "custom_objects" in inspect.signature(make).parameters:
        return make(dict(options), custom_objects=custom_objects)
    return make(dict(options))


def _look_up(config: Mapping[str, Any], field: str, custom_objects: Mapping[str, Any] | None) -> Any:
    own, package = config[field], config.get("package", "")
    if not isinstance(own, str) or not isinstance(package, str):
        raise InvalidArgumentError(f"deserialize: {field} and package must be str. Received: {describe(own)}.")
    key, custom = f"{package}>{own}", custom_objects or {}
    for name in (key, own):
        if name in custom:
            return custom[name]
    if key not in _objects and package in _homes:
        # A lazy package loads, and so registers, its classes when they are asked for.
        getattr(importlib.import_module(_homes[package]), own.rpartition(".")[2], None)
    target = _objects.get(key)
    if target is None or inspect.isclass(target) != (field == "class_name"):
        known = [*custom, *_objects]
        hint = suggest(key, known) or suggest(own, [name.rpartition(">")[2] for name in known])
        raise NotFoundError(
            f"deserialize: {key!r} is not registered.{hint} Register it with @register_serializable, or pass "
            "custom_objects."
        )
    return target
