"""Which leaves of elements are rows of `Ragged` values: arrays whose first axis has a length of its own in each."""

from __future__ import annotations

from typing import Any

from ...core import nest
from ...core.columns import RaggedColumn
from ...core.specs import RaggedSpec
from .base import Node, SameElements
from .certain import certain_spec
from .concatenate import Concatenate
from .enumerate import Enumerate
from .from_tensor_slices import FromTensorSlices
from .rows import Rows
from .unbatch import Unbatch
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
            return None if spec is None else nest.map_structure(_gives_rows, spec)
        case Zip():
            return _zipped(node)
    return None


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
