"""Rows of Arrow IPC files."""

from __future__ import annotations

import dataclasses

from .table_source import TableSource


@dataclasses.dataclass(frozen=True)
class Arrow(TableSource):
    """The rows of Arrow IPC files and streams, record batch by record batch."""

    name = "arrow"
