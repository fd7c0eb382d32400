"""`snapshot`: the elements of the first full pass, kept in a folder of shards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from ...core.trace.rows import RowFunction
from .base import Node, SameElements
from .load import Load


@dataclasses.dataclass(frozen=True)
class Snapshot(SameElements):
    """Elements computed in the first complete pass and read from files afterwards, in this process and later ones.

    Attributes:
        path: The folder; each pipeline has a folder of its own in it.
        codec: How the files are compressed.
        shard_function: Returns the number of an element's shard; None for one shard.
        reader: Turns the plan that reads all shards in order into the one that is read; None reads that.
    """

    name = "snapshot"
    path: str
    codec: str = "SNAPPY"
    shard_function: RowFunction | None = None
    reader: Callable[[Load], Node] | None = dataclasses.field(default=None, repr=False)

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        parts = [repr(self.path)]
        if self.codec != "SNAPPY":
            parts.append(f"compression={self.codec or None!r}")
        if self.shard_function is not None:
            parts.append(f"shard_func={self.shard_function.name}")
        return ", ".join(parts + (["reader_func"] if self.reader is not None else []))

    def notes(self) -> Sequence[str]:
        return ("reads what a pipeline like this one has written",) if Path(self.path).exists() else ()
