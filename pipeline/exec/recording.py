"""Recording: passes rows on, and writes them down on the way."""

from __future__ import annotations

from typing import Any, Protocol

from ...core.block import Block
from .base import Operator


class Writer(Protocol):
    """What takes the rows of a pass."""

    def write(self, block: Block) -> None:
        """Take rows."""
        ...

    def finish(self) -> None:
        """Make the rows count: the pass is complete."""
        ...

    def abort(self) -> None:
        """Remove what was written, unless it is finished; idempotent."""
        ...


class Recording:
    """The rows of an operator, written down as they pass.

    A pass that loses a row to an error, or whose rows cannot be written, leaves nothing. The error arrives once;
    whoever goes on after it gets all rows, and nothing more is written.

    Args:
        source: The operator.
        writer: Takes the rows; None passes them on only.
    """

    def __init__(self, source: Operator[Any], writer: Writer | None) -> None:
        self.source = source
        self._writer = writer
        self._unsent: Block | None = None

    @property
    def is_writing(self) -> bool:
        """Whether rows are still written."""
        return self._writer is not None

    def pull(self, max_rows: int) -> Block | None:
        """Return the next 1 to `max_rows` rows, or None at the end."""
        if self._unsent is not None:
            block = self._unsent
            self._unsent = block.slice(max_rows, block.n) if max_rows < block.n else None
            return block.slice(0, min(max_rows, block.n))
        rows = None
        try:
            rows = self.source.pull(max_rows)
            if self._writer is not None:
                self._writer.finish() if rows is None else self._writer.write(rows)
        except BaseException:
            self._unsent = rows
            self.give_up()
            raise
        return rows

    def give_up(self) -> None:
        """Write no more, and remove what was written, unless it is finished; idempotent."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.abort()
