"""Reading by number: `global_shuffle`, and `shard` of what can be had by number.

The position of such an operator is a number of the whole source, not of this worker's share: the first one that no
worker has read, when all have read equally many. So a state that one worker saved lets any number of workers go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF
from ...core.random.permutation import KeyedPermutation
from .. import plan
from ..plan import walk
from ..plan.global_shuffle import is_indexed
from .base import Context, N, Operator, State, executes
from .from_source import SourceReader
from .shard import Shard

Indices: TypeAlias = npt.NDArray[np.int64]
Rows: TypeAlias = Callable[[Indices], Block]


def rows_of(node: plan.Node, context: Context) -> Rows:
    """Return the function that makes the elements of a random-access plan with given numbers.

    It may return fewer where a later element fails; it raises when the first one does.
    """
    match node:
        case plan.Range():
            return lambda numbers: _range_rows(node, numbers)
        case plan.FromTensorSlices():
            rows = node.rows
            return lambda numbers: node.block.take(rows.start + numbers * rows.step)
        case plan.FromSource():
            reader, taken = SourceReader(node, context), node.rows
            assert taken is not None
            return lambda numbers: reader.read((taken.start + numbers * taken.step).tolist())
        case plan.Take():
            return rows_of(node.input, context)
        case plan.Skip():
            made, count = rows_of(node.input, context), node.count
            return lambda numbers: made(numbers + count)
        case plan.Shard():
            made, step, first = rows_of(node.input, context), node.num_shards, node.index
            return lambda numbers: made(first + numbers * step)
    raise AssertionError(f"{node.label} has no elements by number")


def _range_rows(node: plan.Range, numbers: Indices) -> Block:
    values = node.start + numbers * node.step
    return Block(LEAF, [DenseColumn(values.astype(node.dtype.numpy, copy=False))], len(numbers))


class _Indexed(Operator[N]):
    """Rows of a random-access plan, in an order of its own, every `workers`-th of them.

    Args:
        node: The plan node.
        context: Shared by all operators of the iterator.
        source: The random-access plan.
        workers: How many workers share the rows.
        worker: Which one of them this is.
    """

    def __init__(self, node: N, context: Context, source: plan.Node, workers: int = 1, worker: int = 0) -> None:
        super().__init__(node, context)
        self._rows = rows_of(source, context)
        self._is_pure = all(not isinstance(n, plan.FromSource) or n.is_batched for n in walk(source))
        self._n = source.cardinality
        self._workers, self._worker = workers, worker
        # The first number that no worker had read when this one began.
        self._base = 0
        self._given = 0

    @property
    def is_pure(self) -> bool:
        return self._is_pure

    def pull(self, max_rows: int) -> Block | None:
        step = self._workers
        numbers = range(self._base + self._worker, self._n, step)[self._given : self._given + max_rows]
        if not numbers:
            return None
        try:
            block = self._rows(self._places(np.arange(numbers.start, numbers.stop, step, dtype=np.int64)))
        except Exception:
            self._given += 1
            raise
        self._given += block.n
        return block

    def _places(self, numbers: Indices) -> Indices:
        """Return which rows of the source stand at some places of this operator's order."""
        return numbers

    def get_state(self) -> State:
        return {"next": self._base + self._given * self._workers}

    def set_state(self, state: State) -> None:
        self._base, self._given = state["next"], 0

    def advanced(self, state: State, rows: int) -> State:
        return {**state, "next": state["next"] + rows * self._workers}


class _IndexedShard(_Indexed[plan.Shard]):
    """Part of the rows of a source; no row of another worker is made."""

    def __init__(self, node: plan.Shard, context: Context) -> None:
        super().__init__(node, context, node.input, node.num_shards, node.index)


class _GloballyShuffled(_Indexed[N]):
    """Rows in the order of a keyed permutation, a new one for each pass."""

    def __init__(
        self, node: N, context: Context, shuffle: plan.GlobalShuffle, workers: int = 1, worker: int = 0
    ) -> None:
        super().__init__(node, context, shuffle.input, workers, worker)
        self._seeds = context.seeds(shuffle.seeds, shuffle)
        self._pair = self._seeds.pair
        self._pass = self._seeds.next_pass()
        self._order = KeyedPermutation(self._n, *self._seeds.of_pass(self._pass))

    def _places(self, numbers: Indices) -> Indices:
        return self._order.places(numbers)

    def get_state(self) -> State:
        return {**super().get_state(), "pass": self._pass, "pair": list(self._pair)}

    def set_state(self, state: State) -> None:
        super().set_state(state)
        self._pass, self._pair = state["pass"], state["pair"]
        self._seeds.restore_pass(self._pair, self._pass)
        self._order = KeyedPermutation(self._n, *self._seeds.of_pass(self._pass))


@executes(plan.GlobalShuffle)
class GlobalShuffle(_GloballyShuffled[plan.GlobalShuffle]):
    """All rows of a source in random order."""

    def __init__(self, node: plan.GlobalShuffle, context: Context) -> None:
        super().__init__(node, context, node)


class _GlobalShuffleShard(_GloballyShuffled[plan.Shard]):
    """Part of the rows of a source in random order."""

    def __init__(self, node: plan.Shard, context: Context, shuffle: plan.GlobalShuffle) -> None:
        super().__init__(node, context, shuffle, node.num_shards, node.index)


@executes(plan.Shard)
def shard(node: plan.Shard, context: Context) -> Operator[plan.Shard]:
    """Return the operator of a `shard`: by number where the input can be read so."""
    if not is_indexed(node.input):
        return Shard(node, context)
    if isinstance(node.input, plan.GlobalShuffle):
        return _GlobalShuffleShard(node, context, node.input)
    return _IndexedShard(node, context)
