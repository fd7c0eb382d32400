"""`pack_sequences`: bounded-space bin packing of the rows of columns.

A sequence goes into an open bin that has room for it: the one opened first (first-fit), or the fullest one (best-fit).
When none has room and `num_bins` are open, one is closed to make place: the one opened first, or the fullest one. These
are the k-bounded first-fit and best-fit rules of J. Csirik and D. S. Johnson, "Bounded Space On-Line Bin Packing: Best
Is Better Than First", Algorithmica 31 (2001). A bin without room is closed at once here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import nest
from ...core.block import Block
from ...core.columns import Column, DenseColumn, RaggedColumn
from ...core.errors import InvalidArgumentError, ShapeError
from ...core.nest import Structure
from ...core.specs import TensorSpec
from .. import plan
from ..plan.pack_sequences import WHERE, PackedSequences, check_sequence
from ..plan.padded_batch import padding_of
from .base import BlockSizer, Context, State, UnaryOperator, executes
from .chain_kernels import pack_kernel
from .chains import Chains
from .input import Input
from .padding import pad_rows

Int64s = npt.NDArray[np.int64]


@executes(plan.PackSequences)
class PackSequences(UnaryOperator[plan.PackSequences]):
    """Sequences wait in the chains of their bins; a closed bin is one gather and one padding."""

    def __init__(self, node: plan.PackSequences, context: Context) -> None:
        super().__init__(node, context)
        self._number = context.number(node)
        self._source = Input(self.input, ahead=True, oldest=self._oldest)
        self._sizer = BlockSizer(context.max_block_rows)
        self._chains = Chains(node.num_bins)
        self._opened: Int64s = np.zeros(node.num_bins, np.int64)
        self._open_number = 0
        self._structure: Structure | None = None
        self._capacity: Int64s = np.empty(0, np.int64)
        self._used: Int64s = np.empty((node.num_bins, 0), np.int64)
        # Lengths of the leaves of sequences that are in no bin yet.
        self._lengths: Int64s = np.empty((0, 0), np.int64)
        self._count = 0
        self._ended = False
        self._failed: Exception | None = None
        self._rest: Block | None = None

    def pull(self, max_rows: int) -> Block | None:
        while True:
            closed = self._pack(max_rows)
            if len(closed):
                return self._emit(closed)
            if self._failed is not None:
                failed, self._failed = self._failed, None
                raise failed
            if not self._ended:
                self._read()
                continue
            left = np.flatnonzero(self._chains.counts)
            if not len(left):
                return None
            return self._emit(left[np.argsort(self._opened[left])][:max_rows])

    def _pack(self, max_rows: int) -> Int64s:
        """Put waiting sequences into bins; return those that are to be emitted."""
        chains = self._chains
        if not len(self._lengths):
            return np.empty(0, np.int64)
        closed = np.empty(min(max_rows, self.node.num_bins), dtype=np.int64)
        done, n, self._open_number = pack_kernel(
            self._lengths,
            chains.incoming,
            self._capacity,
            self.node.strategy == "best_fit",
            chains.next_row,
            chains.heads,
            chains.tails,
            chains.counts,
            self._used,
            self._opened,
            self._open_number,
            closed,
        )
        chains.incoming += done
        self._lengths = self._lengths[done:]
        return closed[:n]

    def _read(self) -> None:
        """Get sequences; when one is too long, those before it first."""
        block, self._rest = self._rest, None
        if block is None:
            block = self._source.pull(self._sizer.rows if self.input.is_pure else 1)
            if block is None:
                self._ended = True
                return
            self._sizer.saw(block)
            self._count += block.n
        try:
            lengths = self._lengths_of(block)
        except InvalidArgumentError as err:
            raise type(err)(str(err).replace(WHERE, self._where(), 1)) from err
        arrivals = np.arange(self._source.rows - block.n, self._source.rows)
        too_long = (lengths > self._capacity).any(axis=1)
        if too_long.any():
            row = int(too_long.argmax())
            self._failed = self._error(block, row, lengths[row], self._count - block.n + row)
            self._rest = block.slice(row + 1, block.n) if row + 1 < block.n else None
            block, arrivals, lengths = block.slice(0, row), arrivals[:row], lengths[:row]
        # Empty sequences take no room and leave no trace.
        kept = lengths.any(axis=1)
        if not kept.all():
            block, arrivals, lengths = block.take(np.flatnonzero(kept)), arrivals[kept], lengths[kept]
        if block.n:
            self._chains.append(block, arrivals)
            self._lengths = lengths

    def _lengths_of(self, block: Block) -> Int64s:
        """Return int64[rows, leaves]."""
        if self._structure is None:
            self._structure = block.structure
            self._capacity = np.array(self.node.options(block.structure)[0], dtype=np.int64)
            self._used = np.zeros((self.node.num_bins, len(self._capacity)), np.int64)
        for column, path in zip(block.columns, block.structure.paths(), strict=True):
            check_sequence(column.spec, path)
        return np.stack([column.explode()[1] for column in block.columns], axis=1)

    def _error(self, block: Block, row: int, lengths: Int64s, element: int) -> ShapeError:
        origin = block.provenance.where(row) if block.provenance is not None else None
        named = dict(zip(block.structure.paths(), lengths.tolist(), strict=True))
        text = ", ".join(f"{path or 'the element'} of {n}" for path, n in named.items())
        return ShapeError(
            f"{self._where()}: sequences must not be longer than max_length={self.node.max_length!r}. "
            f"Received: element {element}{f' ({origin})' if origin else ''}: {text}. "
            "Cut it in map(), or filter() it out."
        )

    def _where(self) -> str:
        return WHERE + (f" (node {self._number})" if self._number is not None else "")

    def _emit(self, bins: Int64s) -> Block:
        """Return the rows of bins, and empty them."""
        chains = self._chains
        sequences = chains.take(chains.rows_of(bins))
        counts = np.abs(chains.counts[bins])
        chains.forget(bins)
        structure = sequences.structure
        lengths, paddings = self.node.options(structure)
        values: list[Column] = []
        ids: list[Column] = []
        positions: list[Column] = []
        for column, length, padding, path in zip(sequences.columns, lengths, paddings, structure.paths(), strict=True):
            packed = _packed(column, counts, length, padding, path)
            for part, into in zip(packed, (values, ids, positions), strict=True):
                into.append(part)
        shape = nest.structure_of(PackedSequences(*[structure.pack([None] * structure.n_leaves)] * 3))
        return Block(shape, [*values, *ids, *positions], len(bins))

    def _oldest(self) -> int:
        """Return the first row of the input that is still needed, or that comes next."""
        rest = self._rest.n if self._rest is not None else 0
        return self._chains.oldest(self._source.rows - rest - (self._failed is not None))

    @property
    def checkpoint_rows(self) -> int:
        # The state has an entry for each sequence that waits.
        return max(super().checkpoint_rows, self._chains.rows)

    def get_state(self) -> State:
        chains, source, oldest = self._chains, self._source, self._oldest()
        live = np.flatnonzero(chains.counts)
        live = live[np.argsort(self._opened[live])]
        # Where to go on: at the first sequence that is in no bin, at one that fails, or behind what was read.
        read = source.rows - (self._rest.n if self._rest is not None else 0) - (self._failed is not None)
        if chains.incoming < chains.rows:
            read = int(chains.arrivals(np.array([chains.incoming]))[0])
        return {
            "bins": [chains.arrivals(chains.rows_of([b])) - oldest for b in live.tolist()],
            "count": self._count - (source.rows - read),
            "read": read - oldest,
            "input": source.get_state() if oldest == source.rows else source.state_at(oldest),
        }

    def set_state(self, state: State) -> None:
        self._source.set_state(state["input"])
        self._count = state["count"]
        bins = state["bins"]
        self._chains.restore(self._source, bins, state["read"])
        self._opened[: len(bins)] = np.arange(len(bins))
        self._open_number = len(bins)
        for b in range(len(bins)):
            lengths = self._lengths_of(self._chains.take(self._chains.rows_of([b])))
            self._used[b] = lengths.sum(axis=0)


def _packed(column: Column, counts: Int64s, length: int, padding: Any, path: str) -> tuple[Column, Column, Column]:
    """Return one leaf of bins: values, segment ids and positions.

    Args:
        column: The sequences, bin after bin.
        counts: How many sequences each bin has.
        length: Items in a row.
        padding: The user's padding value.
        path: The leaf, for messages.
    """
    items, lengths = column.explode()
    spec = column.spec
    assert isinstance(spec, TensorSpec)
    ends = np.cumsum(lengths)
    total = int(lengths.sum())
    splits = np.zeros(len(counts) + 1, dtype=np.int64)
    splits[1:] = np.concatenate([np.zeros(1, np.int64), ends])[np.cumsum(counts)]
    inner = [size for size in (spec.shape or ())[1:] if size is not None]
    if 1 + len(inner) != spec.rank:
        raise ShapeError(
            f"{WHERE}: sequences must differ in their first axis only. Received: {spec!r}. Use map() first."
        )
    values = pad_rows(RaggedColumn(items, splits), (length, *inner), padding_of(padding, spec.dtype, path))
    number = np.arange(len(lengths)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    ids = np.repeat(number, lengths).astype(np.int32)
    positions = (np.arange(total) - np.repeat(ends - lengths, lengths)).astype(np.int32)
    zero = np.int32(0)
    return (
        values,
        pad_rows(RaggedColumn(DenseColumn(ids), splits), (length,), zero),
        pad_rows(RaggedColumn(DenseColumn(positions), splits), (length,), zero),
    )
