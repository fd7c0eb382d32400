"""Rows of a database query."""

from __future__ import annotations

import dataclasses
from pathlib import PurePath
from typing import Any

from .base import UNKNOWN, Source


@dataclasses.dataclass(frozen=True)
class Sql(Source):
    """The rows that a query gives.

    Attributes:
        driver_name: The kind of database.
        data_source_name: Where it is.
        query: The statement that gives the rows.
        spec: Nest of scalar specs, one per column of the query.
    """

    name = "sql"
    driver_name: str
    data_source_name: str
    query: str
    spec: Any

    @property
    def element_spec(self) -> Any:
        return self.spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        return f"{self.driver_name!r}, {self.data_source_name!r}, {self.query!r}, {_types_of(self.spec)}"

    @property
    def fingerprint(self) -> str:
        # The database may have moved to another folder.
        return dataclasses.replace(self, data_source_name=PurePath(self.data_source_name).name).label


def _types_of(spec: Any) -> str:
    from ...core import nest

    return repr(nest.map_structure(lambda leaf: leaf.dtype.name, spec))
