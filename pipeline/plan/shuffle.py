"""`shuffle`: a buffer from which elements are drawn at random."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core.forks import new_lock
from ...core.random import Philox, get_seed
from ..calling import check_count
from .base import SameElements


class ShuffleSeeds:
    """The seeds of each pass over one `shuffle`, as tf.data derives them.

    With `reshuffle`, pass `k` takes the two uint32 words `2k` and `2k + 1` of a Philox stream on the original pair;
    without, every pass takes the original pair itself. The passes of all iterators over the dataset count together,
    so that a second `for` loop sees the second epoch.
    """

    def __init__(self, seed: int | None, *, reshuffle: bool) -> None:
        self.pair = get_seed(seed)
        self.reshuffle = reshuffle
        self._lock = new_lock()
        self._passes = 0

    @property
    def passes(self) -> int:
        """How many passes have started."""
        return self._passes

    def next_pass(self) -> int:
        """Return the number of the pass that starts now, and count it."""
        with self._lock:
            self._passes += 1
            return self._passes - 1

    def restore(self, pair: Sequence[int], passes: int) -> None:
        """Go on from a saved pair of seeds and number of passes."""
        first, second = pair
        with self._lock:
            self.pair, self._passes = (first, second), passes

    def restore_pass(self, pair: Sequence[int], number: int) -> None:
        """Go on from a saved pair of seeds; pass `number` and those before it have started."""
        self.restore(pair, max(self._passes, number + 1))

    def copy(self, passes: int) -> ShuffleSeeds:
        """Return seeds of their own, of which `passes` passes have started."""
        twin = copy.copy(self)
        twin._lock, twin._passes = new_lock(), passes
        return twin

    def of_pass(self, number: int) -> tuple[int, int]:
        """Return the pair of seeds of one pass."""
        if not self.reshuffle:
            return self.pair
        parent = Philox(*self.pair)
        parent.skip(2 * number)
        first, second = parent.uint32(2)
        return int(first), int(second)


UNDRAWN: Any = None
"""Default of the field `seeds` of a random node, which `draw_seeds` fills."""


def draw_seeds(node: Any, *, reshuffle: bool) -> None:
    """Give a new node the seeds of its passes, from its `seed`; a node that another one was made of has them."""
    if node.seeds is UNDRAWN:
        object.__setattr__(node, "seeds", ShuffleSeeds(node.seed, reshuffle=reshuffle))


@dataclasses.dataclass(frozen=True)
class Shuffle(SameElements):
    """Elements in the order of tf.data's shuffle buffer.

    Attributes:
        buffer_size: How many elements the buffer holds.
        seed: The user's seed, or None.
        reshuffle_each_iteration: Whether each pass has its own order.
        seeds: The seeds of the passes.
    """

    name = "shuffle"
    buffer_size: int
    seed: int | None = None
    reshuffle_each_iteration: bool = True
    seeds: ShuffleSeeds = dataclasses.field(default=UNDRAWN, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_count("Dataset.shuffle", "buffer_size", self.buffer_size, 1)
        draw_seeds(self, reshuffle=self.reshuffle_each_iteration)

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        text = str(self.buffer_size) + (f", seed={self.seed}" if self.seed is not None else "")
        return text + ("" if self.reshuffle_each_iteration else ", reshuffle_each_iteration=False")
