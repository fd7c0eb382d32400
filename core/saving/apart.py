"""Whether configs leave out what a layer learned, because arrays beside them hold it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

_apart: Final[ContextVar[bool]] = ContextVar("penstock_state_apart", default=False)


@contextlib.contextmanager
def state_apart() -> Iterator[None]:
    """Make `get_config` of adapted layers leave out what `save_arrays` returns, within the block."""
    token = _apart.set(True)
    try:
        yield
    finally:
        _apart.reset(token)


def is_state_apart() -> bool:
    """Whether `get_config` should leave the adapted state to `save_arrays`."""
    return _apart.get()
