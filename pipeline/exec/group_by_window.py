"""`group_by_window`: rows wait in chains by key; a full chain becomes a dataset."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.errors import DTypeError, InvalidArgumentError, describe
from .. import plan
from ..plan.certain import certain_spec
from ..plan.ragged_rows import ragged_rows
from .base import BlockSizer, Context, Operator, State, UnaryOperator, executes
from .chain_kernels import chain_kernel
from .chains import Chains
from .failures import failure
from .input import Input
from .row_runner import RowRunner


@executes(plan.GroupByWindow)
class GroupByWindow(UnaryOperator[plan.GroupByWindow]):
    """Windows in the order in which they are full; at the end those that are not, by ascending key."""

    def __init__(self, node: plan.GroupByWindow, context: Context) -> None:
        super().__init__(node, context)
        node.key_func.prepare(node.input.element_spec)
        self._number = context.number(node)
        self._runner = RowRunner.of(node.key_func, node, context)
        self._source = Input(self.input, ahead=True, oldest=self._oldest)
        self._sizer = BlockSizer(context.max_block_rows)
        self._seeds = context.streams.of(node, node.global_seed, function=1)
        # The random streams of reduce_func before it was called for the open window.
        self._streams: list[Any] = []
        self._chains = Chains()
        self._sizes: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._groups: dict[int, int] = {}
        self._keys: list[int] = []
        # The last block that was read, and how many of its rows have a key.
        self._block: Block | None = None
        self._elements: list[Any] | None = None
        self._keyed = 0
        # For the rows with a key that are in no chain yet the number of their key among `kinds`, and the group of each
        # of these; an error comes after them.
        self._coming: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._kinds: list[int] = []
        self._group_of: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._error: Exception | None = None
        self._single = 0
        self._count = 0
        self._ended = False
        self._window: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._key = 0
        self._inner: Input | None = None
        self._opened = 0
        # Datasets that were made outside of the function begin passes that can be seen.
        self._captures = context.captures(node)
        # How many were opened in earlier passes over this node.
        self._before = context.elements_before(node)

    @property
    def is_pure(self) -> bool:
        # Before the first dataset is open nothing is known of those to come.
        inner = self._inner is None or self._inner.is_pure
        is_pure = self.input.is_pure and self.node.key_func.is_pure and inner
        return self._opened > 0 and is_pure and not self._captures

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return (self.input,) if self._inner is None else (self.input, self._inner.source)

    def pull(self, max_rows: int) -> Block | None:
        # Whoever asks a pure operator may ask for more than the user did: a dataset that is opened during this pull
        # and turns out not to be pure must then be read one element at a time.
        ahead = self.is_pure
        while self._inner is not None or self._next_window():
            assert self._inner is not None
            block = self._inner.pull(1 if ahead and not self._inner.is_pure else max_rows)
            if block is not None:
                return block
            inner, self._inner = self._inner, None
            self._window = self._window[:0]
            inner.source.close()
        return None

    def _next_window(self) -> bool:
        """Open the dataset of the next window; False at the end."""
        while True:
            group = self._fill_groups()
            if group is not None:
                self._open(group)
                return True
            if self._error is not None:
                error, self._error = self._error, None
                self._chains.incoming += 1
                raise error
            if self._read_keys():
                continue
            left = [key for key, g in self._groups.items() if self._chains.counts[g]]
            if not left:
                return False
            self._open(self._groups[min(left)])
            return True

    def _fill_groups(self) -> int | None:
        """Put the rows with known keys into chains, until a group is full; None when none is."""
        while len(self._coming):
            chains = self._chains
            done, full = chain_kernel(
                self._coming,
                self._group_of,
                chains.incoming,
                chains.next_row,
                chains.heads,
                chains.tails,
                chains.counts,
                self._sizes,
            )
            chains.incoming += done
            self._coming = self._coming[done:]
            if full >= 0:
                return full
            if len(self._coming):
                kind = int(self._coming[0])
                self._group_of[kind] = self._add_group(self._kinds[kind])
        return None

    def _add_group(self, key: int) -> int:
        """Make a group for a key that is new; return its number."""
        size = self._window_size(key)
        group = len(self._keys)
        self._groups[key] = group
        self._keys.append(key)
        self._chains.grow(group + 1)
        if group >= len(self._sizes):
            self._sizes = np.concatenate([self._sizes, np.zeros(len(self._chains.counts) - len(self._sizes), np.int64)])
        self._sizes[group] = size
        return group

    def _window_size(self, key: int) -> int:
        """Ask how large windows of a key are; when that fails the element with the new key is dropped."""
        size = self.node.window_size
        if isinstance(size, int):
            return size
        try:
            with self._seeds:
                found = size(key)
        except Exception as err:
            raise self._dropped(self.node.size_name, err) from err
        return found

    def _dropped(self, function: str, err: Exception) -> Exception:
        """Drop the first row that is in no chain yet, and return the error of the function that failed on it."""
        row = np.array([self._chains.incoming])
        provenance = self._chains.take(row).provenance
        origin = provenance.where(0) if provenance is not None else None
        element = self._count - (self._chains.rows - self._chains.incoming)
        self._chains.incoming += 1
        self._coming = self._coming[1:]
        return failure(self.node.name, function, err, self._number, element, origin)

    def _read_keys(self) -> bool:
        """Get the keys of the next rows; False at the end."""
        block = self._block
        if block is None or self._keyed == block.n:
            block = self._read()
            if block is None:
                return False
        start = self._keyed
        first = self._count - block.n + start
        if self.node.key_func.is_pure:
            results, done, self._error = self._runner.run(block.slice(start, block.n), first)
        elif self._single < SINGLE_ROWS:
            # An opaque function is called for one row at a time, and perhaps is found to be none on the first ones.
            self._single += 1
            results, done, self._error = self._runner.run(block.slice(start, start + 1), first)
        else:
            results, done, self._error = self._call(block, start, first)
        self._keyed += done + (self._error is not None)
        if results is not None:
            self._set_kinds(results)
        return True

    def _read(self) -> Block | None:
        block = None if self._ended else self._source.pull(self._sizer.rows if self.input.is_pure else 1)
        self._block, self._elements, self._keyed = block, None, 0
        if block is None:
            self._ended = True
            return None
        self._sizer.saw(block)
        self._count += block.n
        self._chains.append(block, np.arange(self._source.rows - block.n, self._source.rows))
        return block

    def _call(self, block: Block, row: int, first: int) -> tuple[list[Any] | None, int, Exception | None]:
        """Call the key function for one row of a block; the fast way for functions that will not be traced."""
        if self._elements is None:
            self._elements = block.to_list()
        try:
            with self._runner.seeds:
                return [self.node.key_func.call(self._elements[row])], 1, None
        except Exception as err:
            return None, 0, self._runner.wrap(err, block, row, first - row)

    def _set_kinds(self, results: Block | list[Any]) -> None:
        if isinstance(results, list) and len(results) == 1 and isinstance(results[0], np.integer):
            self._kinds, self._coming = [int(results[0])], np.zeros(1, np.int64)
        else:
            kinds, self._coming = np.unique(self._key_numbers(results), return_inverse=True)
            self._kinds = kinds.tolist()
        self._group_of = np.array([self._groups.get(key, -1) for key in self._kinds], dtype=np.int64)

    def _key_numbers(self, results: Block | list[Any]) -> npt.NDArray[np.int64]:
        """Return the keys of rows as int64."""
        try:
            keys = results if isinstance(results, Block) else Block.from_elements(results)
        except InvalidArgumentError as err:
            raise self._key_error(str(err)) from err
        column = keys.columns[0] if keys.structure.is_leaf() else None
        if not isinstance(column, DenseColumn) or column.values.ndim != 1 or column.values.dtype.kind not in "iu":
            raise self._key_error(f"Received: {describe(keys.element(0))}.")
        return column.values.astype(np.int64, copy=False)

    def _key_error(self, text: str) -> DTypeError:
        at = f" (node {self._number})" if self._number is not None else ""
        return DTypeError(f"Dataset.{self.node.name}{at}: key_func must return one integer. {text}")

    def _open(self, group: int) -> None:
        """Give the rows of a group to the user's function, and open the dataset that it returns."""
        rows = self._chains.rows_of([group])
        self._window = self._chains.arrivals(rows)
        block = self._chains.take(rows)
        self._key = self._keys[group]
        self._chains.forget([group])
        self._streams = self._seeds.get_state()
        self._inner = Input(self._dataset_of(block))

    def _dataset_of(self, block: Block) -> Operator[Any]:
        self._opened += 1
        window = plan.Rows(block, certain_spec(self.node.input), ragged_rows(self.node.input))
        try:
            with self._seeds:
                node = self.node.reduce_func(self._key, window)
        except Exception as err:
            self._window = self._window[:0]
            raise failure(self.node.name, self.node.reduce_name, err, self._number, self._opened - 1) from err
        return self.context.build_made(self.node, self._before + self._opened - 1, node)

    def _oldest(self) -> int:
        """Return the first row of the input that is still needed, or that comes next."""
        return min(self._chains.oldest(self._source.rows), int(self._window.min(initial=self._source.rows)))

    @property
    def checkpoint_rows(self) -> int:
        # The state has an entry for each row that waits.
        return max(super().checkpoint_rows, self._chains.rows)

    def get_state(self) -> State:
        chains, source, oldest = self._chains, self._source, self._oldest()
        live = sorted((key, g) for key, g in self._groups.items() if chains.counts[g])
        waiting = chains.rows - chains.incoming
        inner = None
        if self._inner is not None:
            rows = self._window - oldest
            inner = {"key": self._key, "window": rows, "streams": self._streams, "rows": self._inner.get_state()}
        return {
            "groups": [
                {"key": key, "size": int(self._sizes[g]), "rows": chains.arrivals(chains.rows_of([g])) - oldest}
                for key, g in live
            ],
            "count": self._count - waiting,
            "before": self._before,
            "opened": self._opened,
            "read": source.rows - waiting - oldest,
            "streams": [self._runner.seeds.get_state(), self._seeds.get_state()],
            "inner": inner,
            "input": source.get_state() if oldest == source.rows else source.state_at(oldest),
        }

    def set_state(self, state: State) -> None:
        self._before = state["before"]
        self._source.set_state(state["input"])
        self._count, inner = state["count"], state["inner"]
        window = inner["window"] if inner is not None else []
        for group in state["groups"]:
            self._keys.append(group["key"])
            self._groups[group["key"]] = len(self._groups)
        block = self._chains.restore(self._source, [g["rows"] for g in state["groups"]], state["read"], sorted(window))
        self._sizes = np.zeros(len(self._chains.counts), np.int64)
        self._sizes[: len(self._keys)] = [group["size"] for group in state["groups"]]
        if inner is not None and block is not None:
            self._key, self._window = inner["key"], np.array(window, dtype=np.int64)
            self._opened, self._streams = state["opened"] - 1, inner["streams"]
            self._seeds.set_state(self._streams)
            with self.context.passes.pause():
                self._inner = Input(self._dataset_of(block))
            self._inner.set_state(inner["rows"])
        self._opened = state["opened"]
        for seeds, streams in zip((self._runner.seeds, self._seeds), state["streams"], strict=True):
            seeds.set_state(streams)
        self.context.restore_elements(self.node, self._before + self._opened)


# How many rows are given one by one to a key function that may yet be found to run on whole blocks.
SINGLE_ROWS = 8
