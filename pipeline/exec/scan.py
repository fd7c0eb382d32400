"""`scan`: calls a function for each element, with the state that the call before returned."""

from __future__ import annotations

from collections import deque
from typing import Any

from ...core.block import Block
from ...core.errors import InvalidArgumentError, describe
from ...core.leaves import as_element
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .failures import failure
from .fold import FoldedState
from .input import Input
from .leading import leading_block
from .saved_values import load_values, save_values


@executes(plan.Scan)
class Scan(UnaryOperator[plan.Scan]):
    """Outputs in the order of the input; an element that fails leaves the state as it was."""

    def __init__(self, node: plan.Scan, context: Context) -> None:
        super().__init__(node, context)
        self._source = Input(self.input, ahead=True)
        self._states = FoldedState("Dataset.scan", node.function_name, node.initial_state)
        self._seeds = context.streams.of(node, node.global_seed)
        self._state = self._states.initial
        # Outputs that wait, each with the state and the random streams after it.
        self._outputs: deque[tuple[Any, Any, list[Any]]] = deque()
        # The state and the streams after the last output that was returned.
        self._returned, self._streams = self._state, self._seeds.get_state()
        self._count = 0
        self._error: Exception | None = None
        self._rest: Block | None = None

    @property
    def is_pure(self) -> bool:
        return False

    def pull(self, max_rows: int) -> Block | None:
        elements = self._next_outputs(max_rows)
        if elements is None:
            return None
        block, _ = leading_block(elements)
        assert block is not None, "an element alone always makes a block"
        self._give(block.n)
        return block

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        elements = self._next_outputs(max_rows)
        if elements is not None:
            self._give(len(elements))
        return elements

    def _next_outputs(self, max_rows: int) -> list[Any] | None:
        while not self._outputs:
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            block, self._rest = self._rest, None
            if block is None:
                block = self._source.pull(max_rows)
            if block is None:
                return None
            self._run(block)
        return [output for output, _, _ in list(self._outputs)[:max_rows]]

    def _give(self, n: int) -> None:
        for _ in range(n):
            _, self._returned, self._streams = self._outputs.popleft()

    def _run(self, block: Block) -> None:
        for i, element in enumerate(block.to_list()):
            self._count += 1
            try:
                self._outputs.append(self._call(element))
            except Exception as err:
                origin = block.provenance.where(i) if block.provenance is not None else None
                number = self.context.number(self.node)
                self._error = failure("scan", self.node.function_name, err, number, self._count - 1, origin)
                self._error.__cause__ = err
                self._rest = block.slice(i + 1, block.n) if i + 1 < block.n else None
                return

    def _call(self, element: Any) -> tuple[Any, Any, list[Any]]:
        with self._seeds:
            result = self.node.function(self._state, element)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise InvalidArgumentError(
                f"Dataset.scan: {self.node.function_name!r} must return a pair, the new state and an output. "
                f"Received: {describe(result)}."
            )
        output = as_element(result[1])
        self._state = self._states.next(result[0])
        return output, self._state, self._seeds.get_state()

    def get_state(self) -> State:
        source = self._source
        held = len(self._outputs) + (self._error is not None) + (self._rest.n if self._rest is not None else 0)
        position = source.state_at(source.rows - held) if held else source.get_state()
        return {
            "count": self._count - len(self._outputs) - (self._error is not None),
            "state": save_values(self._returned),
            "streams": self._streams,
            "input": position,
        }

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._state = self._returned = load_values(state["state"], self._states.initial)
        self._streams = state["streams"]
        self._seeds.set_state(self._streams)
        self._source.set_state(state["input"])
