"""Running a graph over the rows of a block by the batching rules of its ops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns import BytesColumn, Column, DenseColumn, empty_column, from_elements
from ..ops.batching import loop_rows
from ..ops.registry import OpLike, operand_kind
from ..specs import Spec, TensorSpec, spec_of
from .graph import Graph
from .symbol import Symbol


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value that is known when the rows are."""

    number: int


@dataclass(frozen=True, slots=True)
class Step:
    """One op of a plan.

    Attributes:
        op: The op.
        attrs: Its attributes.
        args: Slots, and constants.
        first: Slot of its first output; the others follow.
        single: Whether the op returns one value.
        done: Slots that no later step reads.
    """

    op: OpLike
    attrs: dict[str, Any]
    args: tuple[Any, ...]
    first: int
    single: bool
    done: tuple[int, ...]


class BlockPlan:
    """A graph in the form that runs over blocks: values in numbered slots, dropped after their last use.

    Args:
        graph: The graph; every input stands for one column.
    """

    __slots__ = ("_n_slots", "_outputs", "_specs", "_steps")

    def __init__(self, graph: Graph) -> None:
        slots: dict[tuple[int, int], int] = {}
        for symbol in graph.inputs:
            slots[symbol.node.serial, symbol.index] = len(slots)
        last_use: dict[int, int] = {}
        drafts: list[tuple[Any, tuple[Any, ...], int]] = []
        for position, node in enumerate(graph.nodes):
            args = tuple(_place(a, slots) for a in node.inputs)
            last_use.update({a.number: position for a in args if isinstance(a, Slot)})
            drafts.append((node, args, len(slots)))
            for index in range(len(node.specs)):
                slots[node.serial, index] = len(slots)
        self._outputs = tuple(_place(o, slots) for o in graph.outputs)
        self._specs = tuple(o.spec if isinstance(o, Symbol) else spec_of(o) for o in graph.outputs)
        kept = {o.number for o in self._outputs if isinstance(o, Slot)}
        self._steps = tuple(
            Step(
                node.op,
                node.attrs,
                args,
                first,
                node.single,
                tuple(s for s, position in last_use.items() if position == i and s not in kept),
            )
            for i, (node, args, first) in enumerate(drafts)
        )
        self._n_slots = len(slots)

    def run(self, columns: Sequence[Column], n: int) -> list[Column]:
        """Return one column of `n` rows for each output.

        With no rows nothing is computed; unknown dimensions are 0.
        """
        if n == 0:
            return [_no_rows(o, spec, columns) for o, spec in zip(self._outputs, self._specs, strict=True)]
        values: list[Any] = [None] * self._n_slots
        batched = [True] * self._n_slots
        for i, column in enumerate(columns):
            values[i] = _rows(column)
        for step in self._steps:
            args = tuple([values[a.number] if isinstance(a, Slot) else _constant(a) for a in step.args])
            rows = tuple([batched[a.number] if isinstance(a, Slot) else False for a in step.args])
            result = _apply(step, n, args, rows)
            for i, output in enumerate((result,) if step.single else result):
                values[step.first + i] = _rows(output)
                batched[step.first + i] = any(rows)
            for slot in step.done:
                values[slot] = None
        return [self._column(o, n, values, batched, columns) for o in self._outputs]

    def _column(
        self, output: Any, n: int, values: Sequence[Any], batched: Sequence[bool], columns: Sequence[Column]
    ) -> Column:
        if not isinstance(output, Slot):
            return repeated(_constant(output), n)
        if output.number < len(columns):
            return columns[output.number]
        value = values[output.number]
        return as_column(value) if batched[output.number] else repeated(value, n)


def _rows(value: Any) -> Any:
    """Return what batching rules take: the array of a dense column, anything else as it is."""
    return value.values if isinstance(value, DenseColumn) else value


def _place(value: Any, slots: dict[tuple[int, int], int]) -> Any:
    return Slot(slots[value.node.serial, value.index]) if isinstance(value, Symbol) else value


def _constant(value: Any) -> Any:
    """Return a constant as plain data; a Variable gives its present value."""
    return value._data if operand_kind(value) == "tensor" else value


def _apply(step: Step, n: int, args: tuple[Any, ...], rows: tuple[bool, ...]) -> Any:
    if not any(rows):
        return step.op.forward(*args, **step.attrs)
    if not getattr(step.op, "columns", False) and any(isinstance(a, Column) for a in args):
        return loop_rows(step.op.forward, n, args, rows, step.attrs)
    return step.op.batch(n, args, rows, step.attrs)


def as_column(rows: Any) -> Column:
    """Return the rows that a batching rule gave as a column."""
    if isinstance(rows, Column):
        return rows
    array = np.asarray(rows)
    return BytesColumn.from_array(array) if array.dtype.kind in "SUO" else DenseColumn(array)


def repeated(value: Any, n: int) -> Column:
    """Return a column that has one value in all its rows; arrays are not copied."""
    if isinstance(value, bytes | str) or not isinstance(spec_of(value), TensorSpec):
        return from_elements([value] * n)
    array = np.asarray(value)
    if array.dtype.kind in "SUO":
        return from_elements([array] * n)
    return DenseColumn(np.broadcast_to(array, (n, *array.shape)))


def _no_rows(output: Any, spec: Spec, columns: Sequence[Column]) -> Column:
    if isinstance(output, Slot) and output.number < len(columns):
        return columns[output.number]
    return empty_column(spec)
