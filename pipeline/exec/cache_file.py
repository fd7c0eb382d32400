"""`cache(filename)`: writes the rows of the first complete pass to a file and serves later passes from it.

Guarantees: the file gets its name when it is complete, so whoever finds it finds all rows; any number of iterators and
processes may run at once, each writes a file of its own until the first one is done. A file that is damaged, or that
holds the elements of another pipeline, is refused.

The file (`storage.block_file`) keeps as `meta` the plan that made it, and the state of the input at its first row, so
that a saved position knows whether the file holds the rows that it was saved in.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Final

from ...core import nest
from ...core.block import Block
from ...core.errors import FailedPreconditionError, InvalidArgumentError
from ...core.nest import Structure
from ...core.nest_json import has_classes
from .. import plan
from ..inspection import resolved_spec
from ..storage.block_file import BlockFile, BlockFileWriter, RowReader
from .base import Context, Operator, State, executes, plain
from .checkpoint import fingerprints
from .epochs import restore_epochs, save_epochs

# Rows made at a time when a whole file is made again.
REFILL_ROWS: Final = 1024


@executes(plan.CacheFile)
class CacheFile(Operator[plan.CacheFile]):
    """Passes the input on while the file is written; a pass that is not finished leaves no file."""

    def __init__(self, node: plan.CacheFile, context: Context) -> None:
        super().__init__(node, context)
        self._input: Operator[Any] | None = None
        self._reader: RowReader | None = None
        self._start: State = {}
        self._writer: _CacheWriter | None = None
        self._unsent: Block | None = None
        self._given = 0
        if Path(node.filename).exists():
            self._serve(0)
        else:
            self._begin()

    def _begin(self) -> None:
        """Read the input from its first row, and write what comes."""
        self._input = self.context.build(self.node.input)
        self._start = plain(self._input.get_state())
        self._writer = _CacheWriter(self.node)

    def _serve(self, row: int) -> None:
        """Read the file from a row on."""
        file = _open(self.node)
        self._start = file.meta["start"]
        self._reader = RowReader(file, row)

    @property
    def is_pure(self) -> bool:
        return self._input is None or self._input.is_pure

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._input is None else (self._input,)

    def pull(self, max_rows: int) -> Block | None:
        block = self._next(max_rows)
        if block is not None:
            self._given += block.n
        return block

    def _next(self, max_rows: int) -> Block | None:
        if self._reader is not None:
            return self._reader.pull(max_rows)
        assert self._input is not None
        if self._unsent is not None:
            # The disk was full: the pass goes on without a cache for whoever goes on after the error.
            block, self._unsent = self._unsent.slice(0, min(max_rows, self._unsent.n)), _rest(self._unsent, max_rows)
            return block
        rows = None
        try:
            rows = self._input.pull(max_rows)
            if self._writer is not None:
                self._writer.finish(self._start) if rows is None else self._writer.write(rows)
        except BaseException:
            # A pass that lost an element, or found no room, makes no cache.
            self._unsent = rows
            self._give_up()
            raise
        return rows

    def _give_up(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abort()

    def get_state(self) -> State:
        epochs = save_epochs(self.node.input, self.context) if self._input is None else []
        return {"given": self._given, "full": self._input is None, "start": self._start, "epochs": epochs}

    def set_state(self, state: State) -> None:
        """Go on in the file where it holds the rows of the state; else make them once more.

        All of them where the file was complete, so that no function runs later which would not have run; otherwise
        those before the position.
        """
        if self._reader is not None and self._start != state["start"]:
            self._leave_file(state)
        if self._reader is None and state["full"]:
            self._make_again(state)
        if self._reader is not None:
            self._reader.close()
            self._serve(state["given"])
            self._given = state["given"]
            if state["full"]:
                restore_epochs(self.node.input, state["epochs"], self.context)
            return
        assert self._input is not None
        self._start = state["start"]
        self._input.set_state(self._start)
        while self._given < state["given"]:
            if self.pull(state["given"] - self._given) is None:
                break

    def _leave_file(self, state: State) -> None:
        """Go on without the file: another pass was the first to be complete, and its rows are not those of the state.

        Raises:
            FailedPreconditionError: The state was saved in the file.
        """
        assert self._reader is not None
        if state["full"]:
            raise FailedPreconditionError(
                f"set_state: {self.node.filename} was complete when the state was saved, and now holds the rows of "
                "another pass. Remove the file to have the saved ones made again."
            )
        self._reader.close()
        self._reader = None
        self._begin()
        self._writer = None

    def _make_again(self, state: State) -> None:
        """Write the whole file again, by the pass that wrote it first."""
        self.close()
        # The pass has been counted when it was made first.
        source = self.context.apart().build(self.node.input)
        writer = _CacheWriter(self.node)
        try:
            source.set_state(state["start"])
            while (block := source.pull(REFILL_ROWS if source.is_pure else 1)) is not None:
                writer.write(block)
            writer.finish(state["start"])
        finally:
            writer.abort()
            source.close()
        self._input = self._writer = None
        self._serve(0)

    def advanced(self, state: State, rows: int) -> State:
        return {**state, "given": state["given"] + rows}

    def close(self) -> None:
        self._give_up()
        if self._reader is not None:
            self._reader.close()
        super().close()


class _CacheWriter:
    """Writes a file of its own, and gives it the cache's name when it is complete."""

    def __init__(self, node: plan.CacheFile) -> None:
        self._node = node
        self._file: BlockFileWriter | None = None
        self._classes = False

    def write(self, block: Block) -> None:
        """Append rows."""
        self._classes = self._classes or has_classes(block.structure)
        self._opened().write(block)

    def _opened(self) -> BlockFileWriter:
        if self._file is None:
            self._file = BlockFileWriter(f"{self._node.filename}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        return self._file

    def finish(self, start: State) -> None:
        """Make the file the cache, unless another pass was faster."""
        file = self._opened()
        target = Path(self._node.filename)
        if target.exists():
            file.abort()
            return
        file.finish({"plan": fingerprints(self._node.input), "start": start, "classes": self._classes})
        try:
            Path(file.path).replace(target)
        except PermissionError:
            # Where open files cannot be replaced, somebody else's cache is there, and open.
            Path(file.path).unlink()
            if not target.exists():
                raise

    def abort(self) -> None:
        """Remove what was written, unless it is the cache already; idempotent."""
        if self._file is not None:
            self._file.abort()


def _open(node: plan.CacheFile) -> BlockFile:
    """Open the cache and make sure that it is this pipeline's."""
    file = BlockFile(node.filename, _structure(node.input.element_spec))
    try:
        mine = fingerprints(node.input)
        saved = file.meta["plan"] if isinstance(file.meta, dict) and "plan" in file.meta else ["another kind of file"]
        for i in range(max(len(saved), len(mine))):
            one, other = (labels[i] if i < len(labels) else "nothing" for labels in (saved, mine))
            if one != other:
                raise InvalidArgumentError(
                    f"Dataset.cache: {node.filename} holds the elements of another pipeline: {one} at node {i}, where "
                    f"this one has {other}. Remove the file, or name another one."
                )
        if file.meta["classes"] and node.input.element_spec is None:
            # Only the program has the classes: its first element shows them.
            file.like = _structure(resolved_spec(node.input))
    except BaseException:
        file.close()
        raise
    return file


def _structure(spec: Any) -> Structure | None:
    return None if spec is None else nest.structure_of(spec)


def _rest(block: Block, rows: int) -> Block | None:
    return block.slice(rows, block.n) if rows < block.n else None
