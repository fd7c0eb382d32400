"""`global_shuffle`: a full shuffle of a source whose elements can be had by number."""

from __future__ import annotations

import dataclasses

from ...core.errors import InvalidArgumentError
from .base import Node, SameElements
from .from_source import FromSource
from .from_tensor_slices import FromTensorSlices
from .map import Map
from .range import Range
from .shard import Shard
from .shuffle import UNDRAWN, ShuffleSeeds, draw_seeds
from .skip import Skip
from .take import Take


@dataclasses.dataclass(frozen=True)
class GlobalShuffle(SameElements):
    """All elements in random order, none of them held: each place of the order is computed.

    Attributes:
        seed: The user's seed, or None.
        reshuffle_each_iteration: Whether each pass has its own order.
        seeds: The seeds of the passes; they are derived as those of `shuffle` are.
    """

    name = "global_shuffle"
    seed: int | None = None
    reshuffle_each_iteration: bool = True
    seeds: ShuffleSeeds = dataclasses.field(default=UNDRAWN, compare=False, repr=False)

    def __post_init__(self) -> None:
        draw_seeds(self, reshuffle=self.reshuffle_each_iteration)

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        parts = [f"seed={self.seed}"] if self.seed is not None else []
        return ", ".join(parts + ([] if self.reshuffle_each_iteration else ["reshuffle_each_iteration=False"]))


def is_random_access(node: Node) -> bool:
    """Whether a plan's elements can be had by number: ranges, arrays, random-access sources, and parts of them."""
    while isinstance(node, Take | Skip | Shard):
        node = node.input
    return isinstance(node, Range | FromTensorSlices) or (isinstance(node, FromSource) and node.is_indexed)


def is_indexed(node: Node) -> bool:
    """Whether a plan reads its elements by number, in their own order or in a shuffled one."""
    return is_random_access(node.input if isinstance(node, GlobalShuffle) else node)


def shuffle_globally(node: Node, seed: int | None, *, reshuffle_each_iteration: bool) -> Node:
    """Return a plan of the same elements in random order.

    Functions of `map` run on the elements in their new order: `x.map(f)` shuffled is `x` shuffled and mapped.

    Raises:
        InvalidArgumentError: The elements cannot be had by number.
    """
    maps: list[Map] = []
    source = node
    while isinstance(source, Map):
        maps.append(source)
        source = source.input
    if not is_random_access(source):
        raise InvalidArgumentError(
            "Dataset.global_shuffle: the elements must be had by number: range, from_tensor_slices and random-access "
            f"sources, take, skip and shard of these, and map on top. Received: {source.label}. "
            "Shuffle before it, or use shuffle(buffer_size)."
        )
    shuffled: Node = GlobalShuffle(source, seed, reshuffle_each_iteration)
    for mapped in reversed(maps):
        shuffled = mapped.with_inputs([shuffled])
    return shuffled
