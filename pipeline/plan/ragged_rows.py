"""Which leaves of elements are rows of `Ragged` values: arrays whose first axis has a length of its own in each."""

from __future__ import annotations

from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.columns import RaggedColumn
from ...core.random import FunctionSeeds
from ...core.specs import RaggedSpec
from .base import Node, SameElements
from .certain import certain_spec
from .concatenate import Concatenate
from .enumerate import Enumerate
from .flat_map import FlatMap
from .from_tensor_slices import FromTensorSlices
from .interleave import Interleave
from .rows import Rows
from .unbatch import Unbatch
from .window import Window
from .zip import Zip


def ragged_rows(node: Node) -> frozenset[int]:
    """Return the numbers of the leaves that are rows of `Ragged` values, as far as the plan tells.

    Their spec does not: it is that of an array, and where all rows have one length it says so.
    """
    marks = _marks(node)
    return frozenset(i for i, mark in enumerate(nest.flatten(marks)[0]) if mark)


def _marks(node: Node) -> Any:
    """Return a nest like an element, with True for such leaves; None where there are none."""
    match node:
        case FromTensorSlices():
            return node.block.structure.pack([_holds_rows(column) for column in node.block.columns])
        case Rows():
            return node.block.structure.pack([i in node.ragged for i in range(len(node.block.columns))])
        case SameElements():
            return _marks(node.input)
        case Concatenate():
            return _marks(node.first)
        case Enumerate():
            return (False, _marks(node.input))
        case Unbatch():
            spec = certain_spec(node.input)
            if spec is None and (made := _made(_without_same(node.input))) is not None:
                spec = certain_spec(made)
            return None if spec is None else nest.map_structure(_gives_rows, spec)
        case Zip():
            return _zipped(node)
        case FlatMap() | Interleave():
            made = _made(node)
            return None if made is None else _marks(made)
    return None


def _made(node: Node) -> Node | None:
    """Return what the function of `flat_map` or `interleave` makes of windows that hold such rows, or None.

    It is called once, with windows of no rows, and not at all where there are no such windows: nothing is read.
    """
    window = _without_same(node.input) if isinstance(node, FlatMap | Interleave) else None
    if not isinstance(window, Window) or not isinstance(node, FlatMap | Interleave):
        return None
    marks = _marks(window.input)
    if marks is None or not any(nest.flatten(marks)[0]):
        return None
    spec = window.input.element_spec
    if spec is None:
        return None

    def of_no_rows(leaf: Any, mark: bool) -> Any:  # noqa: FBT001 (leaves of two nests)
        return window.dataset_of(Rows(Block.empty(leaf), leaf, frozenset((0,) if mark else ())))

    datasets = nest.map_structure(of_no_rows, spec, marks)
    try:
        with FunctionSeeds(node.global_seed):
            return node.function(datasets)
    except Exception:  # it comes again when the function gets an element
        return None


def _without_same(node: Node) -> Node:
    while isinstance(node, SameElements):
        node = node.input
    return node


def _zipped(node: Zip) -> Any:
    marks = [_marks(dataset) for dataset in node.datasets]
    for i, dataset in enumerate(node.datasets):
        if marks[i] is None:
            spec = dataset.element_spec
            if spec is None:
                return None
            marks[i] = nest.map_structure(lambda leaf: False, spec)
    return node.structure.pack(marks)


def _holds_rows(column: Any) -> bool:
    return isinstance(column, RaggedColumn) and not isinstance(column.values, RaggedColumn)


def _gives_rows(spec: Any) -> bool:
    return isinstance(spec, RaggedSpec) and spec.ragged_rank == 1
