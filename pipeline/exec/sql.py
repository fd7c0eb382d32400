"""Rows of a database query, through the standard library's sqlite3."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...core import nest
from ...core.block import Block
from ...core.columns import BytesColumn, Column, DenseColumn
from ...core.dtypes import DType
from ...core.errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    PenstockError,
    describe,
)
from ...core.provenance import Provenance
from .. import plan
from .base import Context, Operator, State, executes

DRIVERS: Final = ("sqlite",)
SQL_DATASET: Final = "SqlDataset"

_INTEGER: Final = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
_NUMBER: Final = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)
_SKIP_ROWS: Final = 4096


@executes(plan.Sql)
class Sql(Operator[plan.Sql]):
    """Runs the query of a node; the connection is opened for the first row and closed behind the last one.

    A query that fails has ended; behind a row that does not fit come the others.
    """

    def __init__(self, node: plan.Sql, context: Context) -> None:
        super().__init__(node, context)
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None
        self._row = 0
        # What the query failed with behind the rows that came first, and whether that was told.
        self._failure: sqlite3.Error | None = None
        self._has_failed = False
        # Rows that were fetched and not yet returned: only while a value among them does not fit its type.
        self._rows: list[tuple[Any, ...]] = []
        specs, self._structure = nest.flatten(node.spec)
        self._dtypes: list[DType] = [spec.dtype for spec in specs]

    def pull(self, max_rows: int) -> Block | None:
        rows, self._rows = self._rows, []
        if not rows:
            rows = self._fetch(max_rows)
            if not rows:
                self.close()
                return None
        take, rest = rows[:max_rows], rows[max_rows:]
        bad = min((self._first_misfit(take, i) for i in range(len(self._dtypes))), default=len(take))
        if bad == 0:
            self._rows = rows[1:]
            self._row += 1
            raise self._misfit(take[0])
        self._rows = take[bad:] + rest
        origin = Provenance.of_file(self.node.data_source_name, self._row, bad, unit="row")
        self._row += bad
        columns = [
            _column_of([row[i] for row in take[:bad]], dtype, self._as_text) for i, dtype in enumerate(self._dtypes)
        ]
        return Block(self._structure, columns, bad, origin)

    def _fetch(self, max_rows: int) -> list[tuple[Any, ...]]:
        """Return the next rows; an empty list at the end.

        Those before the query fails come first, but for one: the sqlite3 module steps ahead of the row that it gives.
        """
        rows: list[tuple[Any, ...]] = []
        if self._has_failed:
            return rows
        try:
            if self._failure is not None:
                raise self._failure
            if self._cursor is None:
                self._cursor = self._open()
            rows.extend(islice(self._cursor, max_rows))
        except Exception as err:
            if rows and isinstance(err, sqlite3.Error):
                self._failure = err
                return rows
            self._has_failed = True
            self.close()
            if not isinstance(err, sqlite3.Error):
                raise
            raise InvalidArgumentError(
                f"{SQL_DATASET}: {self.node.data_source_name}: the query failed ({err}). "
                f"Received: query={self.node.query!r}."
            ) from err
        return rows

    def _open(self) -> sqlite3.Cursor:
        """Connect, run the query and read past the rows of before a resume."""
        node = self.node
        path = Path(node.data_source_name)
        if not path.is_file():
            raise NotFoundError(f"{SQL_DATASET}: {node.data_source_name}: no such database file.")
        # A pull may come from another thread than the one before, never from two at once.
        uri = f"{path.absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._connection.text_factory = bytes
        cursor = self._connection.execute(node.query)
        found = len(cursor.description or ())
        if found != len(self._dtypes):
            self.close()
            raise InvalidArgumentError(
                f"{SQL_DATASET}: output_types must have one entry per column of the query. "
                f"Received: {len(self._dtypes)} for {found} columns. Received: query={node.query!r}."
            )
        left = self._row
        while left:
            skipped = len(cursor.fetchmany(min(left, _SKIP_ROWS)))
            left -= skipped
            if not skipped:
                self.close()
                raise FailedPreconditionError(
                    f"set_state: the query of {SQL_DATASET} gives {self._row - left} rows; the state was saved after "
                    f"{self._row}. The database must be the same."
                )
        return cursor

    def _first_misfit(self, rows: Sequence[tuple[Any, ...]], column: int) -> int:
        """Return the first row whose value in a column does not fit, or the number of rows."""
        dtype = self._dtypes[column]
        kinds = {type(row[column]) for row in rows}
        if kinds <= _EASY_KINDS[dtype.numpy.kind] and (dtype.size == 8 or dtype.numpy.kind in "bO"):
            return len(rows)
        return next((i for i, row in enumerate(rows) if not _fits(row[column], dtype)), len(rows))

    def _misfit(self, row: tuple[Any, ...]) -> PenstockError:
        """Return the error of a row."""
        column = next(i for i, dtype in enumerate(self._dtypes) if not _fits(row[i], dtype))
        assert self._cursor is not None
        name = self._cursor.description[column][0]
        value = row[column].decode("utf-8", "backslashreplace") if isinstance(row[column], bytes) else row[column]
        return ParseError(
            f"{SQL_DATASET}: {self.node.data_source_name}: column {name!r} of row {self._row - 1} must fit "
            f"{self._dtypes[column].name}. Received: {describe(value)}. Give another type in output_types, or convert "
            "it in the query with CAST.",
            path=self.node.data_source_name,
            record_index=self._row - 1,
        )

    def _as_text(self, value: float) -> bytes:
        """Return a number as SQLite writes it."""
        assert self._connection is not None
        text: bytes = self._connection.execute("SELECT CAST(? AS TEXT)", (value,)).fetchone()[0]
        return text

    def get_state(self) -> State:
        return {"row": self._row, "has_failed": self._has_failed}

    def set_state(self, state: State) -> None:
        self._row, self._has_failed = state["row"], state["has_failed"]

    def advanced(self, state: State, rows: int) -> State:
        return {**state, "row": state["row"] + rows}

    def close(self) -> None:
        connection, self._connection, self._cursor = self._connection, None, None
        if connection is not None:
            connection.close()


# What sqlite3 gives, by the kind of dtype that takes it as it is (into 64 bits).
_EASY_KINDS: Final[dict[str, set[type]]] = {
    "i": {int},
    "u": set(),
    "f": {int, float, type(None)},
    "b": {int, float, type(None)},
    "O": {bytes, int, float, type(None)},
    "c": set(),
}


def _fits(value: Any, dtype: DType) -> bool:
    """Whether a value of the database is a value of a type: nothing is lost, and text spells a number."""
    if value is None or dtype.is_string:
        return True
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        if not (_INTEGER if dtype.is_integer else _NUMBER).fullmatch(text):
            return False
        value = _number(value)
    if dtype.is_integer:
        info = np.iinfo(dtype.numpy)
        return (isinstance(value, int) or float(value).is_integer()) and info.min <= value <= info.max
    if dtype.is_floating and math.isfinite(value):
        return bool(abs(value) <= float(np.finfo(dtype.numpy).max))
    return True


def _number(value: Any) -> int | float:
    """Return a value that fits a numeric type as a number; null is 0."""
    if isinstance(value, bytes):
        text = value.decode()
        return int(text) if _INTEGER.fullmatch(text) else float(text)
    return value or 0


def _column_of(values: list[Any], dtype: DType, as_text: Any) -> Column:
    """Return a column of values that fit a type."""
    if dtype.is_string:
        return BytesColumn.from_list([_text(value, as_text) for value in values])
    if dtype.is_integer:
        return DenseColumn(np.array([int(_number(value)) for value in values], dtype.numpy))
    numbers = np.array([_number(value) for value in values], np.float64)
    return DenseColumn(numbers != 0 if dtype.numpy.kind == "b" else numbers.astype(dtype.numpy))


def _text(value: Any, as_text: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if value is None:
        return b""
    text: bytes = str(value).encode() if isinstance(value, int) else as_text(value)
    return text
