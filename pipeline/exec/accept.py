"""`accept`: one random number for each row, compared with the probability of its class.

The numbers are those of TensorFlow's `random.uniform([], seed=seed)` in a function that is called for each element.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import nest
from ...core.block import Block
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.random import Philox, get_seed
from ...core.random.philox import WORDS_PER_BLOCK
from ...core.random.samplers import BLOCKS_PER_OUTPUT
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .input import Input


@executes(plan.Accept)
class Accept(UnaryOperator[plan.Accept]):
    """Rows in the order of the input."""

    def __init__(self, node: plan.Accept, context: Context) -> None:
        super().__init__(node, context)
        self._number = context.number(node)
        self._source = Input(self.input)
        self._seeds = context.streams.of(node, node.global_seed)

    def pull(self, max_rows: int) -> Block | None:
        while (block := self._source.pull(max_rows)) is not None:
            kept = np.flatnonzero(self._uniform(block.n) < self._probabilities(block))
            if len(kept):
                return self._pairs(block).take(kept)
        return None

    def _uniform(self, n: int) -> npt.NDArray[np.float32]:
        """Return float32[n] in [0, 1), each the first word of its own run of blocks."""
        offsets = np.arange(n, dtype=np.uint64) * np.uint64(BLOCKS_PER_OUTPUT)
        random = self._stream()
        words = random.blocks(offsets)[:, 0]
        random.skip(n * BLOCKS_PER_OUTPUT * WORDS_PER_BLOCK)
        bits = (words & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)
        return np.asarray(bits.view(np.float32) - np.float32(1))

    def _stream(self) -> Philox:
        """Return the stream of the numbers, which goes on from pass to pass."""
        seeds = self._seeds
        if not seeds.streams:
            with seeds:
                seeds.streams[0] = seeds.stream(get_seed(self.node.seed))
        return seeds.streams[0]

    def _probabilities(self, block: Block) -> npt.NDArray[np.float32]:
        """Return the probability that each row is kept."""
        given = self.node.probabilities
        if given is not None:
            classes = check_classes(block.columns[0].as_value(), len(given), self._number)
            return np.array(given, dtype=np.float32)[classes]
        rows = block.columns[0].as_value()
        classes = check_classes(block.columns[1].as_value(), rows.shape[1], self._number)
        return np.asarray(rows[np.arange(block.n), classes])

    def _pairs(self, block: Block) -> Block:
        if self.node.probabilities is not None:
            return block
        return Block(nest.children(block.structure)[1], block.columns[1:], block.n, block.provenance)

    def get_state(self) -> State:
        return {"streams": self._seeds.get_state(), "input": self._source.get_state()}

    def set_state(self, state: State) -> None:
        self._seeds.set_state(state["streams"])
        self._source.set_state(state["input"])


def check_classes(classes: Any, count: int, number: int | None) -> npt.NDArray[np.int64]:
    """Return what a user's function said the classes are.

    Args:
        classes: int[n] in [0, count).
        count: How many classes there are.
        number: Number of the plan node, for messages.

    Raises:
        DTypeError: They are no integers.
        InvalidArgumentError: One is no class.
    """
    where = "Dataset.rejection_resample" + (f" (node {number})" if number is not None else "")
    values = np.asarray(classes)
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise DTypeError(f"{where}: class_func must return one integer. Received: {describe(values)} for a block.")
    wrong = (values < 0) | (values >= count)
    if wrong.any():
        raise InvalidArgumentError(
            f"{where}: classes must be in [0, {count}), one for each share of target_dist. "
            f"Received: class {int(values[wrong.argmax()])}."
        )
    return values.astype(np.int64, copy=False)
