"""The reference executor: what a plan means, one element at a time.

`reference_iterator(dataset)` walks the plan of a `Dataset` as it was written and runs it with Python iterators: no
blocks, no rules, no threads, every function called for each element when its turn comes. It is slow and meant to be
read; the engine must give the same elements in the same order, call the user's functions in the same order, and fail
at the same place.

Each plan node has one small function here that turns the node and a `Run` into an iterator.
"""

from __future__ import annotations

import copy
import gzip
import inspect
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ..core import nest
from ..core.block import Block
from ..core.errors import ShapeError
from ..core.leaves import as_element
from ..core.random import FunctionSeeds, Philox
from ..core.random.permutation import KeyedPermutation
from ..core.trace.rows import RowFunction
from ..core.values import Ragged
from ..pipeline import Dataset, plan
from ..pipeline.plan.file_source import FileSource
from ..pipeline.plan.passes import as_tree
from ..pipeline.plan.shuffle import ShuffleSeeds
from ..records.csv.format import CsvFormat
from ..records.csv.row import decode_row
from . import combining, shaping, storage, tables
from .reference import shuffled

Elements: TypeAlias = Iterator[Any]


def reference_iterator(dataset: Dataset[Any]) -> Elements:
    """Return an iterator over the first epoch of a dataset."""
    return Run().open(as_tree(dataset._node))


def reference_epochs(dataset: Dataset[Any], count: int) -> list[list[Any]]:
    """Return the elements of the first `count` epochs of a dataset, read one after another."""
    run, root = Run(), as_tree(dataset._node)
    return [list(run.anew().open(root)) for _ in range(count)]


class Run:
    """What passes over one dataset share: how many epochs its shuffles had, and what its caches hold."""

    def __init__(self) -> None:
        self._epochs: dict[ShuffleSeeds, int] = {}
        self._opened: dict[int, Elements] = {}
        self.cached: dict[Any, list[Any]] = {}
        # The streams of functions and the numbers of datasets that they made, by node; what this one is made of.
        self._streams: dict[tuple[int, int], FunctionSeeds] = {}
        self._made: dict[int, int] = {}
        self._part: tuple[int, ...] = ()

    def open(self, node: plan.Node) -> Elements:
        """Make an iterator over the elements of a node."""
        if id(node) in self._opened:
            return self._opened.pop(id(node))
        function = _OPEN[type(node)]
        # A generator function would make the iterators of its inputs when its first element is asked for.
        return function(node, self._ahead(node.inputs) if inspect.isgeneratorfunction(function) else self)

    def _ahead(self, inputs: Sequence[plan.Node]) -> Run:
        """Return the same run, with iterators of some nodes that are made already."""
        twin = copy.copy(self)
        twin._opened = {id(node): self.open(node) for node in inputs}
        return twin

    def anew(self) -> Run:
        """Return the same run for another iterator: its random streams begin anew."""
        twin = copy.copy(self)
        twin._streams, twin._made = {}, {}
        return twin

    def streams(self, node: plan.Node, global_seed: int | None, function: int = 0) -> FunctionSeeds:
        """Return the random streams of one of a node's functions, which go on over all passes."""
        return self._streams.setdefault((id(node), function), FunctionSeeds(global_seed, part=self._part))

    def call(self, node: plan.Node, function: RowFunction) -> Callable[[Any], Any]:
        """Return what calls a function of a node with one element."""
        streams = self.streams(node, function.global_seed)

        def called(element: Any) -> Any:
            with streams:
                return function.call(element)

        return called

    def open_made(self, node: plan.Node, made: plan.Node) -> Elements:
        """Make an iterator over a dataset that a node's function made: one more of them."""
        number = self._made.get(id(node), 0)
        self._made[id(node)] = number + 1
        twin = copy.copy(self)
        twin._opened, twin._streams, twin._made, twin._part = {}, {}, {}, (*self._part, number)
        return twin.open(as_tree(made))

    def next_epoch(self, seeds: ShuffleSeeds) -> int:
        """Return the number of the epoch that starts now."""
        self._epochs[seeds] = self._epochs.get(seeds, -1) + 1
        return self._epochs[seeds]


# --- sources ----------------------------------------------------------------------------------------------------


def _rows(node: plan.FromTensorSlices | plan.FromTensors, run: Run) -> Elements:
    rows = node.rows if isinstance(node, plan.FromTensorSlices) else range(1)
    return (node.block.element(i) for i in rows)


def _range(node: plan.Range, run: Run) -> Elements:
    return (node.dtype.numpy.type(i) for i in range(node.start, node.stop, node.step))


def _from_generator(node: plan.FromGenerator, run: Run) -> Elements:
    for element in node.generator(*node.args):
        if node.output_signature is None:
            yield as_element(element)
        else:
            yield Block.from_elements([as_element(element)], node.output_signature).element(0)


def _from_source(node: plan.FromSource, run: Run) -> Elements:
    source = node.source
    elements = iter(source) if node.rows is None else (source[i] for i in node.rows)
    for element in elements:
        yield Block.from_elements([as_element(element)], node.spec).element(0)


def _text_line(node: plan.TextLine, run: Run) -> Elements:
    for path in node.files:
        lines = _contents(node, path).replace(b"\r", b"").split(b"\n")
        # What stands behind the last line end is a line only if there is something.
        yield from lines if lines[-1] else lines[:-1]


def _tfrecord(node: plan.TFRecord, run: Run) -> Elements:
    for path in node.files:
        data, start = _contents(node, path), 0
        while start < len(data):
            length = int.from_bytes(data[start : start + 8], "little")
            yield data[start + 12 : start + 12 + length]
            start += 12 + length + 4


def _fixed_length(node: plan.FixedLength, run: Run) -> Elements:
    for path in node.files:
        data = _contents(node, path)
        body = data[node.header_bytes : len(data) - node.footer_bytes]
        yield from (body[i : i + node.record_bytes] for i in range(0, len(body), node.record_bytes))


def _csv(node: plan.Csv, run: Run) -> Elements:
    for path in node.files:
        lines = _csv_lines(_contents(node, path), node.form)
        for number, line in enumerate(lines):
            if number or not node.header:
                values = decode_row(line, node.form, number)
                typed = [
                    value if column.dtype.is_string else column.dtype.numpy.type(value)
                    for value, column in zip(values, node.form.columns, strict=True)
                ]
                yield node.element_of(typed)


def _csv_lines(text: bytes, form: CsvFormat) -> Iterator[bytes]:
    """Split at line ends that no open quote covers; a quote opens at the beginning of a field."""
    start = i = 0
    quoted = False
    while i < len(text):
        byte = text[i : i + 1]
        if quoted:
            if text[i : i + 2] == b'""':
                i += 1
            elif byte == b'"':
                quoted = False
        elif byte in b"\r\n":
            yield text[start:i]
            i += text[i : i + 2] == b"\r\n"
            start = i + 1
        elif form.use_quote_delim and byte == b'"':
            quoted = i == start or text[i - 1 : i] == form.field_delim
        i += 1
    if start < len(text):
        yield text[start:]


def _contents(node: FileSource, path: str) -> bytes:
    data = Path(path).read_bytes()
    match node.compression_type:
        case "GZIP":
            return gzip.decompress(data)
        case "ZLIB":
            return zlib.decompress(data)
    return data


# --- element-wise -----------------------------------------------------------------------------------------------


def _map(node: plan.Map, run: Run) -> Elements:
    call, source = run.call(node, node.function), run.open(node.input)
    if not node.errors.skips:
        return map(call, source)
    return (result for _, result in combining.skipping(call, source, node.errors))


def _filter(node: plan.Filter, run: Run) -> Elements:
    call, source = run.call(node, node.predicate), run.open(node.input)
    if not node.errors.skips:
        return filter(call, source)
    return (element for element, is_kept in combining.skipping(call, source, node.errors) if is_kept)


def _batch(node: plan.Batch, run: Run) -> Elements:
    return _batched(run.open(node.input), node.batch_size, node.batch_size if node.drop_remainder else 1)


def _batched(source: Elements, size: int, least: int) -> Elements:
    while len(elements := list(itertools.islice(source, size))) >= least:
        yield _stack_elements(elements)


# --- order and extent -------------------------------------------------------------------------------------------


def _shuffle(node: plan.Shuffle, run: Run) -> Elements:
    # The epoch is counted when the iterator is made, not when its first element is read.
    words = Philox(*node.seeds.of_pass(run.next_epoch(node.seeds)))
    return shuffled(lambda: run.open(node.input), node.buffer_size, words)


def _open_late(node: plan.Node, run: Run) -> Elements:
    """Make an iterator when its first element is asked for, as TensorFlow does below an endless repeat."""
    yield from run.open(node)


def _global_shuffle(node: plan.GlobalShuffle, run: Run) -> Elements:
    seeds = node.seeds.of_pass(run.next_epoch(node.seeds))
    elements = list(run.open(node.input))
    places = KeyedPermutation(len(elements), *seeds).places(np.arange(len(elements)))
    return (elements[place] for place in places)


def _interleave(node: plan.Interleave, run: Run) -> Elements:
    seeds = run.streams(node, node.global_seed)

    def open_next(element: Any) -> Elements:
        with seeds:
            inner = node.function(element)
        return run.open_made(node, inner)

    source = run.open(node.input)
    opened: Iterator[Elements] = map(open_next, source)
    if node.errors.skips:
        opened = (
            combining.until_error(inner, node.errors) for _, inner in combining.skipping(open_next, source, node.errors)
        )
    return _interleaved(opened, node.cycle_length, node.block_length)


def _interleaved(sources: Iterator[Elements], cycle_length: int, block_length: int) -> Elements:
    """Go round the places of the cycle; a place whose source has ended takes the next one when its turn comes again."""
    places: list[Elements | None] = [None] * cycle_length
    more = True
    for turn in itertools.cycle(range(cycle_length)):
        if places[turn] is None and more:
            places[turn] = next(sources, None)
            more = places[turn] is not None
        if not more and all(place is None for place in places):
            return
        given = 0
        for element in itertools.islice(places[turn] or (), block_length):
            given += 1
            yield element
        if given < block_length:
            places[turn] = None


def _repeat(node: plan.Repeat, run: Run) -> Elements:
    if node.count == 0:
        return iter(())
    passes = itertools.count() if node.count < 0 else range(node.count)
    # An endless repeat right on top of a shuffle is one operator with it in TensorFlow.
    is_late = node.count < 0 and not isinstance(node.input, plan.Shuffle)
    first = _open_late(node.input, run) if is_late else run.open(node.input)
    return _repeated(node, run, first, iter(passes))


def _repeated(node: plan.Repeat, run: Run, current: Elements, passes: Iterator[int]) -> Elements:
    for number in passes:
        empty = True
        for element in current:
            empty = False
            yield element
        if empty and node.count < 0:
            return
        # As in TensorFlow, an iterator that nobody reads follows the last pass, except right on top of a shuffle.
        is_last = number + 1 == node.count
        if not is_last or (node.count > 1 and not isinstance(node.input, plan.Shuffle)):
            current = run.open(node.input)


def _take(node: plan.Take, run: Run) -> Elements:
    if node.count == 0:
        return iter(())
    return itertools.islice(run.open(node.input), None if node.count < 0 else node.count)


def _skip(node: plan.Skip, run: Run) -> Elements:
    return iter(()) if node.count < 0 else itertools.islice(run.open(node.input), node.count, None)


# --- storage ----------------------------------------------------------------------------------------------------


def _prefetch(node: plan.Prefetch, run: Run) -> Elements:
    return run.open(node.input)


def _cache(node: plan.Cache, run: Run) -> Elements:
    kept = run.cached.get(node.memory)
    return iter(kept) if kept is not None else storage.keeping(run.open(node.input), node.memory, run)


# --- stacking ---------------------------------------------------------------------------------------------------


def _stack_elements(elements: list[Any]) -> Any:
    """Stack the leaves of elements of one structure."""
    structure = nest.structure_of(elements[0])
    leaves = zip(*(structure.unpack(element) for element in elements), strict=True)
    return structure.pack([_stack(list(column)) for column in leaves])


def _stack(values: list[Any]) -> Any:
    if all(isinstance(value, Ragged) for value in values):
        return Ragged.from_row_lengths(_joined(values), [len(value) for value in values])
    if len({(np.shape(value), getattr(value, "dtype", None)) for value in values}) > 1:
        raise ShapeError("elements differ in shape or dtype")
    if isinstance(values[0], bytes):
        out = np.empty(len(values), dtype=object)
        out[:] = values
        return out
    return np.stack(values)


def _joined(values: list[Any]) -> Any:
    """Join rows along their first axis."""
    if not isinstance(values[0], Ragged):
        return np.concatenate(values)
    lengths = np.concatenate([value.row_lengths for value in values])
    return Ragged.from_row_lengths(_joined([value.values for value in values]), lengths)


_OPEN: dict[type[plan.Node], Callable[[Any, Run], Elements]] = {
    **combining.OPEN,
    **shaping.OPEN,
    **storage.OPEN,
    **tables.OPEN,
    plan.Batch: _batch,
    plan.Cache: _cache,
    plan.Csv: _csv,
    plan.Filter: _filter,
    plan.FixedLength: _fixed_length,
    plan.FromGenerator: _from_generator,
    plan.FromSource: _from_source,
    plan.FromTensorSlices: _rows,
    plan.FromTensors: _rows,
    plan.GlobalShuffle: _global_shuffle,
    plan.Interleave: _interleave,
    plan.Map: _map,
    plan.Prefetch: _prefetch,
    plan.Range: _range,
    plan.Repeat: _repeat,
    plan.Shuffle: _shuffle,
    plan.Skip: _skip,
    plan.Take: _take,
    plan.TFRecord: _tfrecord,
    plan.TextLine: _text_line,
}
