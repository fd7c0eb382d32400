"""What sources that read files of Arrow columns have in common."""

from __future__ import annotations

import dataclasses
from typing import Any

from .base import UNKNOWN, Source
from .file_source import moved_fingerprint


@dataclasses.dataclass(frozen=True)
class TableSource(Source):
    """Rows of tables in files, one file after another, as dicts of the columns.

    Attributes:
        files: Paths, read in this order.
        spec: Spec of the elements, as the first file's schema has it.
        columns: Names of the columns to read, in this order; None for all.
        fill_null: Values that take the place of nulls, by column.
        rows: Number of rows of all files; `UNKNOWN` where only reading can tell.
    """

    files: tuple[str, ...]
    spec: Any = dataclasses.field(compare=False)
    columns: tuple[str, ...] | None = None
    fill_null: tuple[tuple[str, Any], ...] = ()
    rows: int = UNKNOWN

    @property
    def element_spec(self) -> Any:
        return self.spec

    @property
    def cardinality(self) -> int:
        return self.rows

    def describe(self) -> str:
        shown = repr(self.files[0]) if len(self.files) == 1 else f"{len(self.files)} files"
        if self.columns is not None:
            shown += f", columns={list(self.columns)}"
        return shown + (f", fill_null={dict(self.fill_null)}" if self.fill_null else "")

    @property
    def fingerprint(self) -> str:
        return moved_fingerprint(self)
