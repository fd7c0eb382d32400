"""Closing: things that hold a file, a mapping or threads, and can be used in a `with` block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Something that is closed at the end of a `with` block, however the block ends."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held; may be called again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
