"""The reference executor's part for transformations that change what an element is: batches, windows, groups."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..core import nest
from ..core.block import Block
from ..core.errors import DTypeError, ShapeError
from ..core.random import uniform
from ..core.specs import TensorSpec, spec_of
from ..core.values import Ragged, Sparse
from ..pipeline import plan
from ..pipeline.plan.certain import certain_spec
from ..pipeline.plan.class_shares import SUPPOSED_ROWS
from ..pipeline.plan.padded_batch import padding_of, target_of
from ..pipeline.plan.ragged_batch import ragged_depths
from .combining import skipping, until_error

if TYPE_CHECKING:
    from .executor import Run

Elements: TypeAlias = Iterator[Any]

_END = object()


def _columns(elements: list[Any]) -> tuple[nest.Structure, list[list[Any]]]:
    """Return the structure of elements, and their leaves by column."""
    structure = nest.structure_of(elements[0])
    return structure, [list(column) for column in zip(*map(structure.unpack, elements), strict=True)]


def _groups(source: Elements, size: int, *, drop: bool) -> Iterator[list[Any]]:
    while elements := list(itertools.islice(source, size)):
        if drop and len(elements) < size:
            return
        yield elements


# --- batches ----------------------------------------------------------------------------------------------------


def _unbatch(node: plan.Unbatch, run: Run) -> Elements:
    for element in run.open(node.input):
        leaves, structure = nest.flatten(element)
        if any(np.ndim(leaf) == 0 for leaf in leaves if not isinstance(leaf, Ragged | Sparse)):
            raise ShapeError("every leaf must have a first axis")
        rows = [_rows_of(leaf) for leaf in leaves]
        if len({len(leaf) for leaf in rows}) > 1:
            raise ShapeError("leaves differ in their first axis")
        yield from (structure.pack(list(row)) for row in zip(*rows, strict=True))


def _rows_of(leaf: Any) -> list[Any]:
    if not isinstance(leaf, Sparse):
        return list(leaf)
    rows = []
    for i in range(int(leaf.dense_shape[0])):
        mine = leaf.indices[:, 0] == i
        rows.append(Sparse(leaf.indices[mine, 1:], leaf.values[mine], leaf.dense_shape[1:]))
    return rows


def _rebatch(node: plan.Rebatch, run: Run) -> Elements:
    source = run.open(node.input)
    for size in itertools.cycle(node.batch_sizes):
        elements = list(itertools.islice(source, size))
        if not elements or (len(elements) < size and node.drop_remainder):
            return
        structure, columns = _columns(elements)
        batches = [
            Ragged.from_row_lengths(np.concatenate(rows), [len(row) for row in rows])
            if node.is_ragged(i)
            else _stacked(rows)
            for i, rows in enumerate(columns)
        ]
        yield structure.pack(batches)


def _stacked(rows: list[Any]) -> Any:
    if len({(np.shape(row), getattr(row, "dtype", None)) for row in rows}) > 1:
        raise ShapeError("elements differ in shape or dtype")
    if isinstance(rows[0], bytes):
        return np.array(rows, dtype=object)
    return np.stack(rows)


def _padded_batch(node: plan.PaddedBatch, run: Run) -> Elements:
    for elements in _groups(run.open(node.input), node.batch_size, drop=node.drop_remainder):
        structure, columns = _columns(elements)
        options = zip(columns, *node.targets(structure), structure.paths(), strict=True)
        yield structure.pack([_padded(*option) for option in options])


def _padded(rows: list[Any], target: Any, padding: Any, path: str) -> Any:
    specs = [spec_of(row) for row in rows]
    for spec in specs:
        target_of(target, spec, path)
    first = specs[0]
    assert isinstance(first, TensorSpec)
    if any((spec.rank, spec.dtype) != (first.rank, first.dtype) for spec in specs if isinstance(spec, TensorSpec)):
        raise ShapeError("elements differ in rank or dtype")
    largest = [max(sizes) for sizes in zip(*(np.shape(row) for row in rows), strict=True)]
    shape = largest if target is None else [a if t is None else t for a, t in zip(largest, target, strict=True)]
    out = np.empty((len(rows), *shape), dtype=object if first.dtype.is_string else first.dtype.numpy)
    out.fill(padding_of(padding, first.dtype, path))
    for i, row in enumerate(rows):
        place: tuple[Any, ...] = (i, *map(slice, np.shape(row)))
        out[place] = row
    return out


def _ragged_batch(node: plan.RaggedBatch, run: Run) -> Elements:
    spec = certain_spec(node.input)
    for elements in _groups(run.open(node.input), node.batch_size, drop=node.drop_remainder):
        structure, columns = _columns(elements)
        leaves = [spec_of(rows[0]) for rows in columns] if spec is None else nest.flatten(spec)[0]
        depths = ragged_depths(node.input, leaves)
        yield structure.pack([_ragged(rows, depth) for rows, depth in zip(columns, depths, strict=True)])


def _ragged(rows: list[Any], depth: int) -> Any:
    if isinstance(rows[0], Ragged):
        return Ragged.from_row_lengths(_ragged([part for row in rows for part in row], 1), [len(row) for row in rows])
    if depth == 0:
        return _stacked(rows)
    flat = np.concatenate(rows)
    inner = flat if depth == 1 else _ragged([part for row in rows for part in row], depth - 1)
    return Ragged.from_row_lengths(inner, [len(row) for row in rows])


def _sparse_batch(node: plan.SparseBatch, run: Run) -> Elements:
    limit = node.row_shape or ()
    for elements in _groups(run.open(node.input), node.batch_size, drop=False):
        for element in elements:
            spec = spec_of(element)
            if not isinstance(spec, TensorSpec):
                raise DTypeError("elements must be single dense arrays")
            sizes = np.shape(element)
            if len(sizes) != len(limit) or any(b is not None and a > b for a, b in zip(sizes, limit, strict=True)):
                raise ShapeError("an element does not fit into row_shape")
        indices = [(i, *at) for i, element in enumerate(elements) for at in np.ndindex(np.shape(element))]
        values = [item for element in elements for item in np.asarray(element, dtype=_dtype(element)).reshape(-1)]
        largest = [max(each) for each in zip(*(np.shape(element) for element in elements), strict=True)]
        shape = [a if b is None else b for a, b in zip(largest, limit, strict=True)]
        yield Sparse(
            np.array(indices, dtype=np.int64).reshape(-1, 1 + len(limit)),
            np.array(values, dtype=_dtype(elements[0])),
            np.array([len(elements), *shape], dtype=np.int64),
        )


def _dtype(element: Any) -> Any:
    return object if isinstance(element, bytes) else element.dtype


# --- windows and groups -----------------------------------------------------------------------------------------


def _rows(node: plan.Rows, run: Run) -> Elements:
    return (node.block.element(i) for i in range(node.block.n))


def _window(node: plan.Window, run: Run) -> Elements:
    source = run.open(node.input)
    spec = certain_spec(node.input)
    specs = None if spec is None else nest.flatten(spec)[0]
    held: list[Any] = []
    ended = False
    skip = 0
    while True:
        # An input that has ended is not asked again.
        while not ended and len(held) < node.span:
            element = next(source, _END)
            if element is _END:
                ended = True
            elif skip:
                skip -= 1
            else:
                held.append(element)
        rows = held[: node.span : node.stride]
        if not rows or (node.drop_remainder and len(held) < node.span):
            return
        structure, columns = _columns(rows)
        windows = [
            plan.Rows(Block.from_elements(column), None if specs is None else specs[i])
            for i, column in enumerate(columns)
        ]
        yield structure.pack([node.dataset_of(window) for window in windows])
        skip = max(0, node.shift - len(held))
        held = held[node.shift :]


def _flat_map(node: plan.FlatMap, run: Run) -> Elements:
    seeds = run.streams(node, node.global_seed)

    def open_next(element: Any) -> Elements:
        with seeds:
            inner = node.function(element)
        return run.open_made(node, inner)

    source = run.open(node.input)
    if not node.errors.skips:
        for element in source:
            yield from open_next(element)
    for _, inner in skipping(open_next, source, node.errors):
        yield from until_error(inner, node.errors)


def _group_by_window(node: plan.GroupByWindow, run: Run) -> Elements:
    seeds, key_of = run.streams(node, node.global_seed, function=1), run.call(node, node.key_func)
    groups: dict[int, list[Any]] = {}
    sizes: dict[int, int] = {}

    def reduced(key: int) -> Elements:
        window = plan.Rows(Block.from_elements(groups.pop(key)), certain_spec(node.input))
        with seeds:
            inner = node.reduce_func(key, window)
        return run.open_made(node, inner)

    for element in run.open(node.input):
        key = int(key_of(element))
        if key not in sizes:
            with seeds:
                sizes[key] = node.window_size(key) if callable(node.window_size) else node.window_size
        groups.setdefault(key, []).append(element)
        if len(groups[key]) >= sizes[key]:
            yield from reduced(key)
    while groups:
        yield from reduced(min(groups))


def _pack_sequences(node: plan.PackSequences, run: Run) -> Elements:
    bins: list[_Bin] = []
    for element in run.open(node.input):
        leaves, structure = nest.flatten(element)
        capacity, _ = node.options(structure)
        lengths = [len(leaf) for leaf in leaves]
        if any(a > b for a, b in zip(lengths, capacity, strict=True)):
            raise ShapeError("a sequence is too long")
        if not any(lengths):
            continue
        fitting = [each for each in bins if each.fits(lengths)]
        if not fitting and len(bins) == node.num_bins:
            yield _taken(bins, _best(bins, node)).packed(node)
        if not fitting:
            fitting = [_Bin(structure, capacity)]
            bins.append(fitting[0])
        chosen = _best(fitting, node)
        chosen.add(leaves)
        if chosen.is_full():
            yield _taken(bins, chosen).packed(node)
    yield from (each.packed(node) for each in bins)


class _Bin:
    """A row that is being filled."""

    def __init__(self, structure: nest.Structure, capacity: list[int]) -> None:
        self._structure, self._capacity = structure, capacity
        self._sequences: list[list[Any]] = []

    def _used(self) -> list[int]:
        return [sum(len(leaves[i]) for leaves in self._sequences) for i in range(len(self._capacity))]

    def left(self) -> int:
        return sum(self._capacity) - sum(self._used())

    def fits(self, lengths: list[int]) -> bool:
        return all(a + b <= c for a, b, c in zip(lengths, self._used(), self._capacity, strict=True))

    def is_full(self) -> bool:
        return any(a == b for a, b in zip(self._used(), self._capacity, strict=True))

    def add(self, leaves: list[Any]) -> None:
        self._sequences.append(leaves)

    def packed(self, node: plan.PackSequences) -> plan.PackedSequences:
        capacity, paddings = node.options(self._structure)
        parts: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        for i, (length, padding) in enumerate(zip(capacity, paddings, strict=True)):
            rows = [leaves[i] for leaves in self._sequences]
            ids = np.concatenate([np.full(len(row), k, np.int32) for k, row in enumerate(rows, 1)])
            positions = np.concatenate([np.arange(len(row), dtype=np.int32) for row in rows])
            for part, row, default in zip(
                parts, (np.concatenate(rows), ids, positions), (padding, None, None), strict=True
            ):
                part.append(_padded([row], [length, *row.shape[1:]], default, "")[0])
        return plan.PackedSequences(*map(self._structure.pack, parts))


def _best(bins: list[_Bin], node: plan.PackSequences) -> _Bin:
    """Return the bin that was opened first, or the fullest one."""
    return bins[0] if node.strategy == "first_fit" else min(bins, key=_Bin.left)


def _taken(bins: list[_Bin], chosen: _Bin) -> _Bin:
    bins.remove(chosen)
    return chosen


def _accept(node: plan.Accept, run: Run) -> Elements:
    seeds = run.streams(node, node.global_seed)
    for element in run.open(node.input):
        probabilities, pair = (node.probabilities, element) if node.probabilities is not None else element
        with seeds:
            number = uniform((), seed=node.seed)
        if number < np.float32(probabilities[int(pair[0])]):
            yield pair


def _class_shares(node: plan.ClassShares, run: Run) -> Elements:
    seen = np.full(len(node.target), SUPPOSED_ROWS)
    for classes in run.open(node.input):
        for label in classes:
            seen[int(label)] += 1
        yield node.estimate(seen)


OPEN: dict[type[plan.Node], Callable[[Any, Run], Elements]] = {
    plan.Accept: _accept,
    plan.ClassShares: _class_shares,
    plan.FlatMap: _flat_map,
    plan.GroupByWindow: _group_by_window,
    plan.PackSequences: _pack_sequences,
    plan.PaddedBatch: _padded_batch,
    plan.RaggedBatch: _ragged_batch,
    plan.Rebatch: _rebatch,
    plan.Rows: _rows,
    plan.SparseBatch: _sparse_batch,
    plan.Unbatch: _unbatch,
    plan.Window: _window,
}
"""How the reference executor runs each of these nodes."""
