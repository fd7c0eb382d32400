"""Which shard each row of a block goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.errors import InvalidArgumentError, describe
from ...core.trace.rows import RowFunction
from .row_runner import RowRunner


class Sharder:
    """Divides blocks by a user's function of one element; one shard for all where there is none.

    Args:
        function: Returns the shard's number, an integer scalar; or None.
        stage: Transformation, for messages.
        node: Number of the plan node, for messages.
        check_running: Called before each row; raises when the work is to end.
        count: How many rows came before, for messages.
    """

    def __init__(
        self,
        function: RowFunction | None,
        stage: str,
        node: int | None = None,
        check_running: Callable[[], None] = lambda: None,
        count: int = 0,
    ) -> None:
        self._stage = stage
        self._runner = None if function is None else RowRunner(function, stage, node, check_running)
        self._count = count

    def parts(self, block: Block) -> Iterator[tuple[int, Block]]:
        """Yield shards and their rows of a block.

        Raises:
            StageError: The function failed.
            InvalidArgumentError: It returned something else than an integer >= 0.
        """
        if self._runner is None:
            yield 0, block
            return
        results, _, error = self._runner.run(block, self._count)
        if error is not None:
            raise error
        self._count += block.n
        shards = self._numbers(results)
        for shard in np.unique(shards):
            yield int(shard), block.take(np.flatnonzero(shards == shard))

    def _numbers(self, results: Any) -> npt.NDArray[np.int64]:
        if isinstance(results, Block):
            column = results.columns[0] if len(results.columns) == 1 else None
            values: Any = column.values if isinstance(column, DenseColumn) else results.to_list()
        else:
            values = results
        try:
            shards = np.asarray(values)
        except ValueError:
            shards = np.asarray("rows")
        if shards.ndim != 1 or shards.dtype.kind not in "iu" or (shards.size and int(shards.min()) < 0):
            assert self._runner is not None
            wrong = values[int(shards.argmin()) if shards.dtype.kind == "i" else 0]
            raise InvalidArgumentError(
                f"{self._stage}: shard_func must return an integer >= 0. "
                f"Received: {describe(wrong.item() if isinstance(wrong, np.generic) else wrong)} "
                f"from {self._runner.function.name!r}."
            )
        return shards.astype(np.int64)
