"""Datasets over files of Arrow columns: `ParquetDataset` and `ArrowDataset`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import InvalidArgumentError, describe
from . import plan
from .calling import check_parallel_calls, paths_of
from .dataset import Dataset
from .exec.arrow_columns import ArrowFormat
from .exec.tables import ARROW_DATASET, PARQUET_DATASET, ArrowFile, ParquetFile
from .plan import UNKNOWN, Node
from .plan.table_source import TableSource
from .readers import FileDataset

_FILES = {PARQUET_DATASET: ParquetFile, ARROW_DATASET: ArrowFile}
_NODES: dict[str, type[TableSource]] = {PARQUET_DATASET: plan.Parquet, ARROW_DATASET: plan.Arrow}


def _tables_node(
    where: str,
    filenames: Any,
    columns: Sequence[str] | None,
    fill_null: Mapping[str, Any] | None,
    num_parallel_reads: int | None,
) -> Node:
    """Return the plan that reads files of tables; see `readers.files_node` for `num_parallel_reads`."""
    if isinstance(columns, str) or (columns is not None and not all(isinstance(name, str) for name in columns)):
        raise InvalidArgumentError(f"{where}: columns must be a list of names, or None. Received: {describe(columns)}.")
    chosen = None if columns is None else tuple(columns)
    if chosen is not None and len(set(chosen)) < max(len(chosen), 1):
        raise InvalidArgumentError(
            f"{where}: columns must name at least one column, and each once. Received: {list(chosen)}."
        )
    fills = dict(fill_null or {})

    def open_one(name: Any) -> Dataset[Any]:
        return Dataset(_node_of(where, paths_of(where, name), chosen, fills))

    shown = "" if chosen is None else f", columns={list(chosen)}"
    open_one.__name__ = f"{_NODES[where].name}('…'{shown}{f', fill_null={fills}' if fills else ''})"
    reads = check_parallel_calls(where, num_parallel_reads, "num_parallel_reads") or 1
    if isinstance(filenames, Dataset):
        names = filenames
    else:
        paths = paths_of(where, filenames)
        if reads == 1:
            return _node_of(where, paths, chosen, fills)
        names = Dataset.from_tensor_slices(list(paths))
    return names.interleave(open_one, cycle_length=reads, num_parallel_calls=num_parallel_reads)._node


def _node_of(where: str, paths: tuple[str, ...], columns: tuple[str, ...] | None, fills: Mapping[str, Any]) -> Node:
    """Return the node of some files, with what their headers tell."""
    spec = None
    rows = 0
    for path in paths:
        file = _FILES[where](path, columns)
        try:
            spec = spec or ArrowFormat(where, fills).spec_of(file.schema)
            rows = rows + file.rows if isinstance(file, ParquetFile) else UNKNOWN
        finally:
            file.close()
        if rows == UNKNOWN:
            break
    return _NODES[where](paths, spec, columns, tuple(fills.items()), rows)


class ParquetDataset(FileDataset[dict[str, Any]]):
    """Yields the rows of Parquet files as dicts of the columns.

    Row groups are read whole, one at a time, and only the columns asked for; pyarrow does it. Strings become `bytes`,
    lists become arrays of varying length (fixed-size lists arrays of that shape), structs become dicts.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        columns: Names of the columns to read, in this order; None for all.
        fill_null: Values that take the place of nulls, by column name (`"outer.inner"` inside structs). A null in any
            other column is an error.
        num_parallel_reads: How many files are read at once, one row from each in turn; None reads file after file.

    Raises:
        NotFoundError: A file does not exist.
        DataLossError: A file is damaged or no Parquet file.
        InvalidArgumentError: An argument breaks its rule, or (while iterating) a column holds nulls.
        DTypeError: A column's type (times, decimals) has no counterpart.

    Example:
        >>> import os, tempfile
        >>> import pyarrow as pa, pyarrow.parquet as pq
        >>> from penstock import ParquetDataset
        >>> path = os.path.join(tempfile.mkdtemp(), "people.parquet")
        >>> pq.write_table(pa.table({"name": ["ann", "bo"], "age": [31, None], "note": ["", ""]}), path)
        >>> for person in ParquetDataset(path, columns=["age", "name"], fill_null={"age": -1}):
        ...     print(person)
        {'age': np.int64(31), 'name': b'ann'}
        {'age': np.int64(-1), 'name': b'bo'}
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        columns: Sequence[str] | None = None,
        *,
        fill_null: Mapping[str, Any] | None = None,
        num_parallel_reads: int | None = None,
    ) -> None:
        super().__init__(_tables_node(PARQUET_DATASET, filenames, columns, fill_null, num_parallel_reads))


class ArrowDataset(FileDataset[dict[str, Any]]):
    """Yields the rows of Arrow IPC files (also called Feather) and streams as dicts of the columns.

    Record batches are read one at a time through a memory map: columns of files that are not compressed are not copied.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        columns: Names of the columns to read, in this order; None for all.
        fill_null: Values that take the place of nulls, as for `ParquetDataset`.
        num_parallel_reads: How many files are read at once, one row from each in turn; None reads file after file.

    Raises:
        NotFoundError: A file does not exist.
        DataLossError: A file is damaged or no Arrow file.
        InvalidArgumentError: An argument breaks its rule, or (while iterating) a column holds nulls.
        DTypeError: A column's type (times, decimals) has no counterpart.

    Example:
        >>> import os, tempfile
        >>> import pyarrow as pa, pyarrow.feather as feather
        >>> from penstock import ArrowDataset
        >>> path = os.path.join(tempfile.mkdtemp(), "points.arrow")
        >>> feather.write_feather(pa.table({"x": [1.5, 2.5], "y": [1, 2]}), path)
        >>> [float(point["x"]) for point in ArrowDataset(path, columns=["x"])]
        [1.5, 2.5]
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        columns: Sequence[str] | None = None,
        *,
        fill_null: Mapping[str, Any] | None = None,
        num_parallel_reads: int | None = None,
    ) -> None:
        super().__init__(_tables_node(ARROW_DATASET, filenames, columns, fill_null, num_parallel_reads))
