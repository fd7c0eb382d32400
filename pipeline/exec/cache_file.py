"""`cache(filename)`: writes the rows of the first complete pass to a file and serves later passes from it.

Guarantees: the file gets its name when it is complete, so whoever finds it finds all rows; any number of iterators and
processes may run at once, each writes a file of its own until the first one is done. A file that is damaged, or that
holds the elements of another pipeline, is refused.

The file (`storage.block_file`) keeps as `meta` the plan that made it, and the state of the input at its first row, so
that a saved position knows whether the file holds the rows that it was saved in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ...core import nest
from ...core.block import Block
from ...core.errors import FailedPreconditionError, InvalidArgumentError
from ...core.nest import Structure
from ...core.nest_json import has_classes
from ...core.replacing import temporary_beside
from .. import plan
from ..inspection import resolved_spec
from ..plan import walk
from ..plan.passes import draws_anew
from ..storage.block_file import BlockFile, BlockFileWriter, RowReader
from .base import Context, Operator, State, executes, plain
from .epochs import restore_epochs, save_epochs
from .recording import Recording

# Rows made at a time when a whole file is made again.
REFILL_ROWS: Final = 1024


@executes(plan.CacheFile)
class CacheFile(Operator[plan.CacheFile]):
    """Passes the input on while the file is written; a pass that is not finished leaves no file."""

    def __init__(self, node: plan.CacheFile, context: Context) -> None:
        super().__init__(node, context)
        self._recording: Recording | None = None
        self._reader: RowReader | None = None
        self._start: State = {}
        self._given = 0
        if Path(node.filename).exists():
            self._serve(0)
        else:
            self._record(self.context.build(node.input))

    def _record(self, source: Operator[Any], start: State | None = None, *, writes: bool = True) -> None:
        """Read the input from the start of a pass on, and write what comes."""
        if start is not None:
            source.set_state(start)
        self._start = plain(source.get_state()) if start is None else start
        self._recording = Recording(source, _CacheWriter(self.node, self._start) if writes else None)

    def _serve(self, row: int) -> None:
        """Read the file from a row on."""
        file = _open(self.node)
        self._start = file.meta["start"]
        self._reader = RowReader(file, row)

    @property
    def is_pure(self) -> bool:
        # As for a cache in memory: completing it early can be seen when the next pass would have another order.
        return self._recording is None or (self._recording.source.is_pure and not draws_anew(self.node.input))

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._recording is None else (self._recording.source,)

    def pull(self, max_rows: int) -> Block | None:
        rows = self._reader or self._recording
        assert rows is not None
        block = rows.pull(max_rows)
        if block is not None:
            self._given += block.n
        return block

    def get_state(self) -> State:
        is_full = self._reader is not None
        epochs = save_epochs(self.node.input, self.context) if is_full else []
        return {"given": self._given, "full": is_full, "start": self._start, "epochs": epochs}

    def set_state(self, state: State) -> None:
        """Go on in the file where it holds the rows of the state; else make them once more.

        All of them where the file was complete, so that no function runs later which would not have run; otherwise
        those before the position.
        """
        has_other_rows = self._reader is not None and self._start != state["start"]
        if has_other_rows and state["full"]:
            raise FailedPreconditionError(
                f"set_state: {self.node.filename} was complete when the state was saved, and now holds the rows of "
                "another pass. Remove the file to have the saved ones made again."
            )
        if state["full"] and self._reader is None:
            self._make_again(state["start"])
        if state["full"]:
            restore_epochs(self.node.input, state["epochs"], self.context)
        if self._reader is not None and not has_other_rows:
            self._reader.close()
            self._serve(state["given"])
            self._given = state["given"]
            return
        # Where another pass was the first to be complete, this one goes on in its own order and writes nothing.
        source = self.context.build(self.node.input) if self._recording is None else self._recording.source
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._record(source, state["start"], writes=not has_other_rows)
        while self._given < state["given"]:
            if self.pull(state["given"] - self._given) is None:
                break

    def _make_again(self, start: State) -> None:
        """Write the whole file again, by the pass that wrote it first."""
        self.close()
        # The pass has been counted when it was made first.
        source = self.context.apart().build(self.node.input)
        try:
            self._record(source, start)
            assert self._recording is not None
            while self._recording.pull(REFILL_ROWS if source.is_pure else 1) is not None:
                pass
        finally:
            self.close()
        self._recording = None
        self._serve(0)

    def advanced(self, state: State, rows: int) -> State:
        return {**state, "given": state["given"] + rows}

    def close(self) -> None:
        if self._recording is not None:
            self._recording.give_up()
        if self._reader is not None:
            self._reader.close()
        super().close()


class _CacheWriter:
    """Writes a file of its own, and gives it the cache's name when it is complete."""

    def __init__(self, node: plan.CacheFile, start: State) -> None:
        self._node = node
        self._start = start
        self._file: BlockFileWriter | None = None
        self._classes = False

    def write(self, block: Block) -> None:
        self._classes = self._classes or has_classes(block.structure)
        self._opened().write(block)

    def _opened(self) -> BlockFileWriter:
        if self._file is None:
            self._file = BlockFileWriter(str(temporary_beside(Path(self._node.filename))))
        return self._file

    def finish(self) -> None:
        file = self._opened()
        target = Path(self._node.filename)
        if target.exists():
            # Another pass was faster.
            file.abort()
            return
        file.finish({"plan": _labels(self._node.input), "start": self._start, "classes": self._classes})
        try:
            Path(file.path).replace(target)
        except PermissionError:
            # Where open files cannot be replaced, somebody else's cache is there, and open.
            Path(file.path).unlink()
            if not target.exists():
                raise

    def abort(self) -> None:
        if self._file is not None:
            self._file.abort()


def _open(node: plan.CacheFile) -> BlockFile:
    """Open the cache and make sure that it is this pipeline's."""
    file = BlockFile(node.filename, _structure(node.input.element_spec))
    try:
        mine = _labels(node.input)
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


def _labels(root: plan.Node) -> list[str]:
    return [node.fingerprint for node in walk(root) if node.fingerprint]


def _structure(spec: Any) -> Structure | None:
    return None if spec is None else nest.structure_of(spec)
