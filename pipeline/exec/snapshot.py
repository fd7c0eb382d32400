"""`snapshot`: writes the rows of the first complete pass to a folder of shards, and reads later passes from it.

Each pipeline has a folder of its own in the snapshot's, named by the fingerprint of its plan; the folder appears as a
dataset when it is complete (`storage.folder`). Any number of iterators and processes may run at once: each writes
files of its own, and what the last one writes stays.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.errors import FailedPreconditionError
from ...core.nest_json import has_classes
from .. import plan
from ..inspection import resolved_spec
from ..plan import walk
from ..storage import folder
from .base import Context, Operator, State, executes
from .epochs import restore_epochs, save_epochs
from .recording import Recording
from .sharding import Sharder


@executes(plan.Snapshot)
class Snapshot(Operator[plan.Snapshot]):
    """Passes the input on while the shards are written; a pass that is not finished leaves no snapshot."""

    def __init__(self, node: plan.Snapshot, context: Context) -> None:
        super().__init__(node, context)
        self._folder = str(Path(node.path) / _plan_hash(node.input))
        self._recording: Recording | None = None
        self._source: Operator[Any]
        # The names of the files that are read, which tell this snapshot from a later one in the same folder.
        self._files: list[str] | None = None
        if folder.is_complete(self._folder):
            saved = self._saved()
            self._files = [name for name, _ in saved.files]
            self._source = context.build(self._reading(saved))
        else:
            self._source = context.build(node.input)
            self._recording = Recording(self._source, self._writer())

    def _writer(self) -> _SnapshotWriter:
        node, context = self.node, self.context
        sharder = Sharder(node.shard_function, node.name, context.number(node), context.check_running)
        return _SnapshotWriter(node, self._folder, sharder)

    def _saved(self) -> folder.Saved:
        spec = self.node.input.element_spec
        if spec is None and folder.read(self._folder, classes=False).meta["classes"]:
            # Only the program has the classes: its first element shows them.
            spec = resolved_spec(self.node.input)
        return folder.read(self._folder, None if spec is None else nest.structure_of(spec))

    def _reading(self, saved: folder.Saved) -> plan.Node:
        """Return the plan that reads the shards; made anew for each pass, as in TensorFlow: shuffles start over."""
        files = tuple(zip(saved.paths, (rows for _, rows in saved.files), strict=True))
        node = plan.Load(self._folder, files, saved.spec)
        return node if self.node.reader is None else self.node.reader(node)

    @property
    def is_pure(self) -> bool:
        function = self.node.shard_function
        shards = self._recording is not None and self._recording.is_writing and function is not None
        return self._source.is_pure and not (shards and function is not None and not function.is_pure)

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return (self._source,)

    def pull(self, max_rows: int) -> Block | None:
        return (self._recording or self._source).pull(max_rows)

    def get_state(self) -> State:
        epochs = [] if self._files is None else save_epochs(self.node.input, self.context)
        return {"files": self._files, "epochs": epochs, "rows": self._source.get_state()}

    def set_state(self, state: State) -> None:
        """Go on in the snapshot, or in the pass that was writing one; that pass writes no more."""
        if state["files"] is not None:
            if state["files"] != self._files:
                raise FailedPreconditionError(
                    f"set_state: {self._folder} no longer holds the snapshot in which the state was saved. "
                    "Start a new iterator."
                )
            restore_epochs(self.node.input, state["epochs"], self.context)
        else:
            if self._recording is None:
                # Another pass was complete in between; the order of this one is that of the input.
                self._source.close()
                self._source, self._files = self.context.build(self.node.input), None
            self._recording = Recording(self._source, None)
        self._source.set_state(state["rows"])

    def advanced(self, state: State, rows: int) -> State | None:
        moved = self._source.advanced(state["rows"], rows)
        return None if moved is None else {**state, "rows": moved}

    def close(self) -> None:
        if self._recording is not None:
            self._recording.give_up()
        super().close()


def _plan_hash(root: plan.Node) -> str:
    """Return a short name for a plan's elements."""
    labels = [node.fingerprint for node in walk(root) if node.fingerprint]
    return hashlib.sha256("\n".join(labels).encode()).hexdigest()[:16]


class _SnapshotWriter:
    """Writes the shards of one pass."""

    def __init__(self, node: plan.Snapshot, path: str, sharder: Sharder) -> None:
        self._node = node
        self._path = path
        self._sharder = sharder
        self._writer: folder.FolderWriter | None = None
        self._classes = False

    def _opened(self) -> folder.FolderWriter:
        if self._writer is None:
            self._writer = folder.FolderWriter(self._path, self._node.codec)
        return self._writer

    def write(self, block: Block) -> None:
        self._classes = self._classes or has_classes(block.structure)
        for shard, rows in self._sharder.parts(block):
            self._opened().write(shard, rows)

    def finish(self) -> None:
        writer = self._opened()
        if folder.is_complete(self._path):
            # Another pass was faster.
            writer.abort()
            return
        writer.finish(self._node.input.element_spec, {"classes": self._classes})

    def abort(self) -> None:
        if self._writer is not None:
            self._writer.abort()
