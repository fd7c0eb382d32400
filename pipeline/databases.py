"""Datasets over databases: `SqlDataset`."""

from __future__ import annotations

import os
from typing import Any

from ..core import nest
from ..core.dtypes import as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.specs import TensorSpec
from . import plan
from .exec.sql import DRIVERS, SQL_DATASET
from .readers import FileDataset


def sql_node(driver_name: Any, data_source_name: Any, query: Any, output_types: Any) -> plan.Sql:
    """Return the plan of a query.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
    """
    if driver_name not in DRIVERS:
        raise InvalidArgumentError(
            f"{SQL_DATASET}: driver_name must be one of {', '.join(map(repr, DRIVERS))}. "
            f"Received: driver_name={describe(driver_name)}."
        )
    if not isinstance(data_source_name, str | os.PathLike) or not isinstance(query, str):
        raise InvalidArgumentError(
            f"{SQL_DATASET}: data_source_name must be a path and query a str. "
            f"Received: {describe(data_source_name)}, {describe(query)}."
        )
    types, structure = nest.flatten(output_types)
    if not types:
        raise InvalidArgumentError(f"{SQL_DATASET}: output_types must hold at least one dtype. Received: none.")
    dtypes = [as_dtype(kind) for kind in types]
    for dtype in dtypes:
        if dtype.numpy.kind == "c":
            raise DTypeError(f"{SQL_DATASET}: output_types must be real numbers, bool or string. Received: {dtype}.")
    spec = structure.pack([TensorSpec((), dtype) for dtype in dtypes])
    return plan.Sql(driver_name, os.fspath(data_source_name), query, spec)


class SqlDataset(FileDataset[Any]):
    """Yields the rows of a database query.

    The connection is opened for reading only when the first row is asked for, and closed behind the last one or when
    the iterator is closed. A resumed iterator runs the query again and reads past the rows of before: end the query
    with ORDER BY, so that their order is fixed.

    Args:
        driver_name: `"sqlite"`.
        data_source_name: Path of the database file.
        query: SQL statement that gives the rows.
        output_types: Nest of dtypes, usually a tuple, one per column of the query: integers, floats, bool or string.
            NULL becomes 0, False or `b""`. Text that spells a number is one where a number is wanted.

    Raises:
        NotFoundError: There is no such file (raised while iterating).
        InvalidArgumentError: The query fails, or has another number of columns (raised while iterating).
        ParseError: A value does not fit its type (raised while iterating); the rows before it have been yielded.

    Example:
        >>> import contextlib, os, sqlite3, tempfile
        >>> from penstock import SqlDataset
        >>> path = os.path.join(tempfile.mkdtemp(), "shop.db")
        >>> with contextlib.closing(sqlite3.connect(path)) as shop, shop:
        ...     _ = shop.execute("CREATE TABLE items (name TEXT, price REAL)")
        ...     _ = shop.executemany("INSERT INTO items VALUES (?, ?)", [("tea", 2.5), ("cake", 4.0)])
        >>> query = "SELECT name, price FROM items ORDER BY price DESC"
        >>> list(SqlDataset("sqlite", path, query, ("string", "float32")))
        [(b'cake', np.float32(4.0)), (b'tea', np.float32(2.5))]
    """

    __slots__ = ()

    def __init__(self, driver_name: str, data_source_name: Any, query: str, output_types: Any) -> None:
        super().__init__(sql_node(driver_name, data_source_name, query, output_types))
