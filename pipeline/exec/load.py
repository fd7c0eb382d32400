"""`load`: reads block files, one after another."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from itertools import accumulate
from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.errors import DataLossError
from .. import plan
from ..storage.block_file import BlockFile, RowReader
from .base import Context, Operator, State, executes
from .numbered import Numbered


@executes(plan.Load)
def load(node: plan.Load, context: Context) -> Operator[Any]:
    """Return the operator of a `load`: of what its reader makes of it, anew for each pass, where it has one."""
    if node.reader is None:
        return Load(node, context)
    return context.build(node.reader(dataclasses.replace(node, reader=None)))


class Load(Numbered[plan.Load]):
    """Rows of the files in order; a file is opened when its first row is asked for."""

    def __init__(self, node: plan.Load, context: Context) -> None:
        super().__init__(node, context)
        self._like = nest.structure_of(node.spec)
        self._file = 0
        self._reader: RowReader | None = None
        # How many rows come before each file.
        self._firsts = [0, *accumulate(rows for _, rows in node.files)]

    def pull(self, max_rows: int) -> Block | None:
        while self._file < len(self.node.files):
            if self._reader is None:
                self._reader = self._open()
            block = self._reader.pull(max_rows)
            if block is not None:
                self._next += block.n
                return block
            self.close()
            self._file += 1
        return None

    def _open(self) -> RowReader:
        path, rows = self.node.files[self._file]
        file = BlockFile(path, self._like)
        if file.rows != rows:
            file.close()
            raise DataLossError(f"{path}: has {file.rows} elements, the manifest beside it says {rows}.", path=path)
        return RowReader(file, self._next - self._firsts[self._file])

    def set_state(self, state: State) -> None:
        super().set_state(state)
        self._file = max(0, bisect_right(self._firsts, self._next) - 1)

    def close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
