"""The tapes that are recording on each thread.

This module knows nothing of Tensors or of `GradientTape`: it stands between the two, so that computing with Tensors
costs one attribute read when no tape is active.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from .ops.registry import OpLike


class Recorder(Protocol):
    """What an active tape does."""

    def record(self, op: OpLike, args: Sequence[Any], attrs: Mapping[str, Any], outputs: tuple[Any, ...]) -> None:
        """Note that `outputs` (Tensors) were computed from `args` (Tensors, Variables and plain data)."""
        ...


class _Stack(threading.local):
    def __init__(self) -> None:
        self.tapes: list[Recorder] = []


stack: Final = _Stack()
"""`stack.tapes`: this thread's active tapes, outermost first."""


@contextmanager
def paused() -> Iterator[None]:
    """Suspend all tapes of this thread."""
    suspended, stack.tapes = stack.tapes, []
    try:
        yield
    finally:
        stack.tapes = suspended
