"""Tables, as layers of several columns take them: batches of rows, by column name, out of data of every kind.

A dict of columns, a DataFrame, an Arrow table or batch, and a Block of dicts are one whole, which `batch_size` cuts. A
Dataset of dicts and other iterables give rows (when a column of an element is a scalar) or batches of them; an iterable
may also give tables (`pandas.read_csv(chunksize=…)`, `ParquetFile.iter_batches()`). Of elements `(x, y, …)` the first
counts.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from ..core.block import Block
from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, describe, suggest
from ..core.ops import registry
from ..core.values import Ragged, Sparse
from .data_adapter import check_counts, elements_in
from .hashing import holds_strings
from .numeric import number_array
from .strings import DenseForm, as_strings

_STACKED: Final = 1024  # rows of an iterable that are joined to a batch

Batch = Mapping[str, Any]


class Table(NamedTuple):
    """Batches of rows.

    Attributes:
        batches: Each batch by column name, as `as_samples` makes it, with its number of rows.
        total: How many units of work there are, or None when that is not known.
        unit: What is counted: `"samples"`, `"elements"` or `"batches"`.
    """

    batches: Iterator[tuple[Batch, int]]
    total: int | None
    unit: str


def open_table(
    data: Any, columns: Collection[str], *, batch_size: int | None = None, steps: int | None = None, where: str
) -> Table:
    """Return the batches of a table of any kind.

    Args:
        data: See the module.
        columns: Names of the columns that are needed; others are left out.
        batch_size: Rows per batch for data that is one whole; None for all at once.
        steps: At most this many batches; for Datasets, elements.
        where: Start of messages.

    Raises:
        InvalidArgumentError: An option is out of range, or a column is missing.
        DTypeError: The data is no table.
    """
    check_counts(where, batch_size=batch_size, steps=steps)
    whole = table_columns(data)
    if whole is not None:
        batch = samples_of(whole, columns, where)
        rows = rows_of(batch, where)
        used = rows if steps is None else min(rows, steps * (batch_size or rows))
        return Table(itertools.islice(_cuts(batch, rows, batch_size), steps), used, "samples")
    if not isinstance(data, Iterable) or isinstance(data, str | bytes | np.ndarray):
        raise DTypeError(
            f"{where}: data must be a table (a dict of columns, a DataFrame, an Arrow table), a Dataset of dicts or an "
            f"iterable of such. Received: {describe(data)}."
        )
    total = elements_in(data, steps)
    spec = getattr(data, "element_spec", None)
    if hasattr(data, "iter_blocks") and spec is not None:
        specs = _inputs_of(spec)
        check_columns(specs, columns, where)
        is_row = any(_rank(one) == 0 for one in specs.values())
        return Table(_of_blocks(data.iter_blocks(), columns, steps, where, is_row=is_row), total, "elements")
    return Table(_of_elements(itertools.islice(data, steps), columns, where), total, "elements")


def table_columns(value: Any) -> Mapping[str, Any] | None:
    """Return the columns of a value that is one whole table, by name, or None."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Block):
        element = value.structure.pack(list(value.columns))
        return element if isinstance(element, dict) else None
    library = type(value).__module__.partition(".")[0]
    if library == "pandas" and hasattr(value, "items") and getattr(value, "ndim", 0) == 2:
        return {str(name): column for name, column in value.items()}
    if library == "pyarrow" and hasattr(value, "column_names"):
        return dict(zip(value.column_names, value.columns, strict=True))
    if library == "pyarrow" and hasattr(value, "schema") and hasattr(value, "columns"):
        return dict(zip(value.schema.names, value.columns, strict=True))
    return None


def as_samples(value: Any, *, where: str) -> Any:
    """Return a column as layers are adapted to it: samples along the first axis, scalars as `[rows, 1]`.

    Args:
        value: Column of any kind: array, list, pyarrow or pandas column, `Ragged`, `Sparse`, column of a Block.
        where: Start of messages.
    """
    if isinstance(value, Ragged | Sparse | RaggedColumn):
        return value
    if isinstance(value, DenseColumn):
        value = value.values
    elif isinstance(value, BytesColumn):
        return value if value.shape else BytesColumn(value.data, value.offsets, (1,))
    elif isinstance(value, Column):
        raise DTypeError(f"{where}: columns must hold strings or numbers. Received: {value.spec!r}.")
    elif holds_strings(value):
        strings, form = as_strings(value, where=where)
        if not isinstance(form, DenseForm) or not form.shape:
            raise InvalidArgumentError(f"{where}: a column must have rows. Received: {describe(value)}.")
        return BytesColumn(strings.data, strings.offsets, form.shape[1:] or (1,), rows=form.shape[0])
    array = number_array(value, where, rows_of="a column")
    if not array.ndim:
        raise InvalidArgumentError(f"{where}: a column must have rows. Received: {describe(value)}.")
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{where}: columns must hold strings or numbers. Received: {describe(value)}.")
    return array[:, None] if array.ndim == 1 else array


def samples_of(table: Mapping[str, Any], columns: Collection[str], where: str) -> dict[str, Any]:
    """Return the columns that are needed, as `as_samples` makes them."""
    check_columns(table, columns, where)
    return {name: as_samples(table[name], where=f"{where}, column {name!r}") for name in columns}


def check_columns(table: Any, columns: Collection[str], where: str) -> None:
    """Raise unless a table has the columns.

    Raises:
        DTypeError: It is no table.
        InvalidArgumentError: A column is missing.
    """
    if not isinstance(table, Mapping):
        raise DTypeError(f"{where}: elements must be dicts of columns. Received: {describe(table)}.")
    for name in columns:
        if name not in table:
            known = [str(key) for key in table]
            raise InvalidArgumentError(
                f"{where}: data must have the column {name!r}. Received: columns {', '.join(map(repr, known))}."
                f"{suggest(name, known)}"
            )


def rows_of(batch: Batch, where: str) -> int:
    """Return the number of rows of a batch, the same for all columns."""
    lengths = {name: _length(column) for name, column in batch.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name!r}: {n}" for name, n in lengths.items())
        raise InvalidArgumentError(f"{where}: columns must have as many rows as each other. Received: {shown}.")
    return next(iter(lengths.values()), 0)


def _length(column: Any) -> int:
    return int(column.shape[0]) if isinstance(column, Sparse) else len(column)


def _cuts(batch: Batch, rows: int, batch_size: int | None) -> Iterator[tuple[Batch, int]]:
    if batch_size is None or batch_size >= rows:
        if rows:
            yield batch, rows
        return
    for start in range(0, rows, batch_size):
        stop = min(start + batch_size, rows)
        yield {name: _slice(column, start, stop) for name, column in batch.items()}, stop - start


def _slice(column: Any, start: int, stop: int) -> Any:
    if isinstance(column, Ragged):
        return column.rows(start, stop)
    if isinstance(column, Column):
        return column.slice(start, stop)
    if isinstance(column, Sparse):
        held = (column.indices[:, 0] >= start) & (column.indices[:, 0] < stop)
        indices = column.indices[held] - np.eye(1, column.indices.shape[1], dtype=np.int64) * start
        return Sparse(indices, column.values[held], (stop - start, *column.shape[1:]))
    return column[start:stop]


def _of_blocks(
    blocks: Iterable[Block],
    columns: Collection[str],
    steps: int | None,
    where: str,
    *,
    is_row: bool,
) -> Iterator[tuple[Batch, int]]:
    left = math.inf if steps is None else steps
    for block in blocks:
        taken = block.slice(0, int(min(block.n, left)))
        left -= taken.n
        if taken.n:
            found = _inputs_of(taken.structure.pack(list(range(len(taken.columns)))))
            picked = {name: taken.columns[found[name]] for name in columns}
            yield _samples_of_block(picked, where, is_row=is_row), taken.n
        if left <= 0:
            return


def _samples_of_block(columns: Mapping[str, Column], where: str, *, is_row: bool) -> Batch:
    if is_row:
        return {name: as_samples(column, where=f"{where}, column {name!r}") for name, column in columns.items()}
    return {name: _joined(column, f"{where}, column {name!r}") for name, column in columns.items()}


def _joined(column: Column, where: str) -> Any:
    """Return batches, which are the rows of a column, put end to end."""
    if isinstance(column, DenseColumn) and column.values.ndim > 1:
        return as_samples(column.values.reshape(-1, *column.values.shape[2:]), where=where)
    if isinstance(column, BytesColumn) and column.shape:
        rows = len(column) * column.shape[0]
        return BytesColumn(column.data, column.offsets, column.shape[1:] or (1,), rows=rows)
    if isinstance(column, RaggedColumn):
        return as_samples(column.values.slice(int(column.splits[0]), int(column.splits[-1])), where=where)
    raise DTypeError(f"{where}: batches must be dense or ragged arrays. Received: {column.spec!r}.")


def _of_elements(elements: Iterable[Any], columns: Collection[str], where: str) -> Iterator[tuple[Batch, int]]:
    """Return the batches of an iterable of rows, batches or tables; counts are elements."""
    waiting: list[dict[str, Any]] = []
    for element in elements:
        inputs = _inputs_of(element)
        table = table_columns(inputs)
        if table is None:
            raise DTypeError(f"{where}: elements must be dicts of columns. Received: {describe(inputs)}.")
        check_columns(table, columns, where)
        picked = {name: table[name] for name in columns}
        if any(map(is_scalar, table.values())):
            waiting.append({n: np.asarray(v) if registry.operand_kind(v) else v for n, v in picked.items()})
            if len(waiting) == _STACKED:
                yield _stacked(waiting, where), len(waiting)
                waiting = []
        else:
            yield samples_of(picked, columns, where), 1
    if waiting:
        yield _stacked(waiting, where), len(waiting)


def _stacked(rows: list[dict[str, Any]], where: str) -> Batch:
    block = Block.from_elements(rows)
    columns: dict[str, Column] = block.structure.pack(list(block.columns))
    return _samples_of_block(columns, where, is_row=True)


def is_scalar(value: Any) -> bool:
    """Whether a value (or symbol, or spec) is a scalar: what a column holds in one row."""
    if isinstance(value, Column):
        return False
    return isinstance(value, str | bytes | int | float | np.generic) or getattr(value, "shape", None) == ()


def _inputs_of(element: Any) -> Any:
    """Return the inputs of an element `(x, y, …)`, or the element itself."""
    return _inputs_of(element[0]) if isinstance(element, tuple) and element else element


def _rank(spec: Any) -> int | None:
    try:
        return len(spec.shape)
    except (AttributeError, TypeError, ValueError):
        return None
