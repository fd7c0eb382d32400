"""`choose_from_datasets`: choices schedule rows of the datasets; one gather per pull makes it so."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.errors import InvalidArgumentError
from .. import plan
from .base import Context, Operator, State, executes
from .choose_kernels import CHOICES_USED, NO_SUCH_LANE, choose_kernel
from .input import Input
from .lanes import Lanes


@executes(plan.Choose)
class Choose(Operator[plan.Choose]):
    """Rows in the order of the choices. A choice whose element fails is used up."""

    def __init__(self, node: plan.Choose, context: Context) -> None:
        super().__init__(node, context)
        self._source = Input(context.build(node.choices), ahead=True, oldest=self._used)
        self._choices = np.empty(0, dtype=np.int64)
        self._next = 0
        self._lanes = Lanes([context.build(dataset) for dataset in node.datasets])
        self._no_more_choices = False

    @property
    def is_pure(self) -> bool:
        return self._source.is_pure and self._lanes.is_pure

    @property
    def sight(self) -> int:
        return min(self._source.sight, self._lanes.sight)

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return (self._source.source, *(lane.input.source for lane in self._lanes.lanes))

    @property
    def _ended(self) -> bool:
        closed = self._lanes.closed
        some = closed.any() if self.node.stop_on_empty_dataset else closed.all()
        return self._no_more_choices or bool(some)

    def pull(self, max_rows: int) -> Block | None:
        rows = min(max_rows, self.context.max_block_rows)
        out_lanes, out_rows = np.empty(rows, np.int64), np.empty(rows, np.int64)
        lanes = self._lanes
        while not self._ended:
            before = lanes.taken.copy()
            status, n, self._next = choose_kernel(
                self._choices, self._next, lanes.available, lanes.taken, lanes.closed, out_lanes, out_rows
            )
            if n:
                return lanes.gather(out_lanes[:n], out_rows[:n], before)
            if status == CHOICES_USED:
                self._read_choices(rows)
            elif status == NO_SUCH_LANE:
                self._next += 1
                raise self._no_such_dataset(int(self._choices[self._next - 1]))
            else:
                self._supply(int(self._choices[self._next]), rows)
        return None

    def _read_choices(self, rows: int) -> None:
        block = self._source.pull(max(1, min(rows, self._source.sight)))
        self._no_more_choices = block is None
        self._next = 0
        self._choices = np.empty(0, dtype=np.int64) if block is None else _numbers(block)

    def _supply(self, lane: int, rows: int) -> None:
        """Get rows of the chosen lane, or find that it has ended."""
        try:
            if not self._lanes.refill(lane, rows):
                self._lanes.close(lane)
        except Exception:
            self._next += 1
            raise

    def _no_such_dataset(self, choice: int) -> InvalidArgumentError:
        last = len(self.node.datasets) - 1
        return InvalidArgumentError(
            f"Dataset.choose_from_datasets: choices must be numbers of datasets, 0 to {last}. "
            f"Received: choice {choice}."
        )

    def _used(self) -> int:
        """Return how many choices are used up."""
        return self._source.rows - (len(self._choices) - self._next)

    def get_state(self) -> State:
        used = self._used()
        choices = self._source.get_state() if used == self._source.rows else self._source.state_at(used)
        return {"choices": choices, "lanes": self._lanes.get_state()}

    def set_state(self, state: State) -> None:
        self._source.set_state(state["choices"])
        self._lanes.set_state(state["lanes"])


def _numbers(block: Block) -> np.ndarray[Any, np.dtype[np.int64]]:
    column = block.columns[0] if len(block.columns) == 1 else None
    if isinstance(column, DenseColumn) and column.values.ndim == 1 and column.values.dtype == np.int64:
        return np.ascontiguousarray(column.values)
    raise InvalidArgumentError(
        f"Dataset.choose_from_datasets: elements of choice_dataset must be int64 scalars. Received: {block.spec!r}."
    )
