"""Rows of Parquet files."""

from __future__ import annotations

import dataclasses

from .table_source import TableSource


@dataclasses.dataclass(frozen=True)
class Parquet(TableSource):
    """The rows of Parquet files, row group by row group."""

    name = "parquet"
