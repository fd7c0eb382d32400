"""`cache`: the elements of the first full pass, kept in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core.block import Block
from ...core.forks import new_lock
from .base import SameElements


class MemoryCache:
    """Blocks of one complete pass; shared by all iterators over the dataset."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._blocks: tuple[Block, ...] | None = None
        self._start: Any = None

    @property
    def blocks(self) -> tuple[Block, ...] | None:
        """The elements, or None until one pass has come to its end."""
        return self._blocks

    @property
    def start(self) -> Any:
        """The state of the input at the start of the pass that was kept, or is to be; None for any."""
        return self._start

    def restart(self, start: Any) -> None:
        """Have the next pass that fills the memory be one that was kept before; None for any."""
        with self._lock:
            if self._blocks is None:
                self._start = start

    def fill(self, blocks: Sequence[Block], start: Any) -> None:
        """Keep the blocks of a complete pass, and what makes them anew; the first one to finish wins."""
        with self._lock:
            if self._blocks is None:
                self._blocks, self._start = tuple(blocks), start


@dataclasses.dataclass(frozen=True)
class Cache(SameElements):
    """Elements computed in the first complete pass and served from memory afterwards."""

    name = "cache"
    memory: MemoryCache = dataclasses.field(default_factory=MemoryCache, compare=False, repr=False)

    @property
    def cardinality(self) -> int:
        blocks = self.memory.blocks
        return self.input.cardinality if blocks is None else sum(b.n for b in blocks)
