"""Names of layers and models: snake_case from class names, unique in a process."""

from __future__ import annotations

import re
from typing import Final

from .forks import new_lock

_used: Final[dict[str, int]] = {}
_lock: Final = new_lock()


def snake_case(class_name: str) -> str:
    """Return a class name in snake_case, as Keras does: `Conv2DTranspose` gives `conv2d_transpose`."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name.lstrip("_"))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(prefix: str) -> str:
    """Return `prefix` the first time, then `prefix_1`, `prefix_2` and so on."""
    with _lock:
        count = _used.get(prefix, 0)
        _used[prefix] = count + 1
    return f"{prefix}_{count}" if count else prefix


def reset_names() -> None:
    """Start counting from the first name again; layers that exist keep their names."""
    with _lock:
        _used.clear()
