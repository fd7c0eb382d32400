"""The reference executor's view of tables: rows of Parquet and Arrow files and of databases, one at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core import nest
from ..core.block import Block
from ..core.dtypes import DType
from ..pipeline import plan
from ..pipeline.plan.table_source import TableSource

if TYPE_CHECKING:
    from .executor import Run

Elements: TypeAlias = Iterator[Any]


def _parquet(node: plan.Parquet, run: Run) -> Elements:
    import pyarrow.parquet as pq

    for path in node.files:
        yield from _rows(node, pq.read_table(path))


def _arrow(node: plan.Arrow, run: Run) -> Elements:
    import pyarrow as pa

    for path in node.files:
        data = pa.py_buffer(Path(path).read_bytes())
        is_file = data.to_pybytes().startswith(b"ARROW1")
        yield from _rows(node, (pa.ipc.open_file if is_file else pa.ipc.open_stream)(data).read_all())


def _rows(node: TableSource, table: Any) -> Elements:
    fills = dict(node.fill_null)
    for row in table.select(list(node.spec)).to_pylist():
        element = {name: _filled(row[name], spec, name, fills) for name, spec in node.spec.items()}
        yield Block.from_elements([element], node.spec).element(0)


def _filled(value: Any, spec: Any, name: str, fills: dict[str, Any]) -> Any:
    if not isinstance(spec, dict):
        return fills[name] if value is None else value
    return {
        child: _filled(None if value is None else value[child], of, f"{name}.{child}", fills)
        for child, of in spec.items()
    }


def _sql(node: plan.Sql, run: Run) -> Elements:
    specs, structure = nest.flatten(node.spec)
    with closing(sqlite3.connect(node.data_source_name)) as connection:
        for row in connection.execute(node.query).fetchall():
            values = [_typed(value, spec.dtype, connection) for value, spec in zip(row, specs, strict=True)]
            yield Block.from_elements([structure.pack(values)], node.spec).element(0)


def _typed(value: Any, dtype: DType, connection: sqlite3.Connection) -> Any:
    """Return a value of a database as one of a dtype; null is 0, False or an empty string."""
    if dtype.is_string:
        text = (
            value if isinstance(value, bytes) else connection.execute("SELECT CAST(? AS TEXT)", (value,)).fetchone()[0]
        )
        return b"" if text is None else text
    number = float(value or 0)
    return dtype.numpy.type(int(value or 0) if dtype.is_integer and number.is_integer() else number)


OPEN: dict[type[plan.Node], Callable[[Any, Run], Elements]] = {
    plan.Arrow: _arrow,
    plan.Parquet: _parquet,
    plan.Sql: _sql,
}
"""How the reference executor runs each of these nodes."""
