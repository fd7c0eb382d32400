"""Running a RowFunction over blocks, with every row that succeeds before a failure delivered first."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Self

from ...core.block import Block
from ...core.errors import ParseError
from ...core.random import FunctionSeeds
from ...core.random.seeds import Resumable
from ...core.trace.rows import CalledDirectly, RowFunction
from ..plan import Node
from .base import Context
from .failures import failure


class RowRunner:
    """Results of a function for the rows of a block, and the row that failed.

    Args:
        function: The user's function.
        stage: Transformation, for messages.
        node: Number of the plan node, for messages.
        check_running: Called before each row that runs by itself; raises when the work is to end.
        streams: Gives the random streams of the function for its global seed and generators.
    """

    def __init__(
        self,
        function: RowFunction,
        stage: str,
        node: int | None,
        check_running: Callable[[], None] = lambda: None,
        streams: Callable[[int | None, Sequence[Resumable]], FunctionSeeds] = FunctionSeeds,
    ) -> None:
        self.function, self.stage, self.node = function, stage, node
        self._check_running = check_running
        # Random operations inside the function follow TensorFlow's rule: the n-th one of each call has its own stream.
        # What it draws from generators of its own, those of layers among them, is part of the position as well.
        self.seeds = streams(function.global_seed, () if function.is_vectorized else function.generators)

    @classmethod
    def of(cls, function: RowFunction, node: Node, context: Context) -> Self:
        """Return one for a function of a node, whose streams go on from pass to pass."""
        streams = functools.partial(context.streams.of, node)
        return cls(function, node.name, context.number(node), context.check_running, streams)

    def run(self, block: Block, first: int) -> tuple[Block | list[Any] | None, int, Exception | None]:
        """Run all rows.

        Args:
            block: The rows.
            first: Index of the first row among all rows of the stage.

        Returns:
            The results of the rows before the first failure (a Block from the traced form, else a list of elements,
            None when there are none), how many rows that is, and the error to raise after them, or None.
        """
        try:
            result = self.function.run_block(block)
        except CalledDirectly as stop:
            if stop.error is not None:
                return stop.results or None, len(stop.results), self.wrap(stop.error, block, len(stop.results), first)
            return self.run_rows(block, first, stop.results)
        except Exception as err:
            return self._run_until_failure(block, first, err)
        if result is not None:
            return result, block.n, None
        return self.run_rows(block, first)

    def run_rows(
        self, block: Block, first: int, done: Sequence[Any] = ()
    ) -> tuple[list[Any] | None, int, Exception | None]:
        """Call the function row by row; `done` are the results of the first rows."""
        results: list[Any] = list(done)
        call, seeds = self.function.call, self.seeds
        for i, element in enumerate(block.slice(len(results), block.n).to_list(), len(results)):
            self._check_running()
            try:
                with seeds:
                    results.append(call(element))
            except Exception as err:
                return results or None, i, self.wrap(err, block, i, first)
        return results, block.n, None

    def _run_until_failure(
        self, block: Block, first: int, err: Exception
    ) -> tuple[Block | list[Any] | None, int, Exception | None]:
        """Find the first row that fails, and run the rows before it.

        The error may name its row; rows below it are known to be good. Otherwise the function is called row by row.
        """
        row = err.record_index if isinstance(err, ParseError) else None
        if row is not None and 0 <= row < block.n:
            good = self.function.run_block(block.slice(0, row)) if row else None
            if good is not None or row == 0:
                return good, row, self.wrap(err, block, row, first)
        results, n, error = self.run_rows(block, first)
        if error is None:
            self.function.give_up(f"its traced form raised {type(err).__name__}: {err}")
        return results, n, error

    def wrap(self, err: Exception, block: Block, row: int, first: int) -> Exception:
        """Return the stage's error for a failure at a row, with `err` as its cause."""
        origin = block.provenance.where(row) if block.provenance is not None else None
        text: Exception = err
        if isinstance(err, ParseError) and err.record_index is not None:
            text = _without_row(err)
        raised = failure(self.stage, self.function.name, text, self.node, first + row, origin)
        raised.__cause__ = err
        return raised


def _without_row(err: ParseError) -> ParseError:
    """Return the same error without the number of its row in the block, which says nothing to users."""
    return ParseError(
        str(err).replace(f"row {err.record_index} ", "the row ").replace(f" of row {err.record_index}", "")
    )
