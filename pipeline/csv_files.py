"""Datasets over CSV files: `CsvDataset`, and `make_csv_dataset` with its column names and inferred types."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..core.errors import InvalidArgumentError, describe, suggest
from ..records.csv.format import CsvFormat, make_format
from ..records.csv.inference import Probe, column_names_of, infer_types
from ..records.files import check_compression
from . import plan
from .calling import AUTOTUNE, check_count, check_parallel_calls, paths_of
from .dataset import Dataset
from .listing import match_files
from .plan import Node
from .readers import FileDataset, files_node

SHUFFLE_BUFFER_SIZE = 10_000


def csv_format(
    record_defaults: Sequence[Any],
    field_delim: str | bytes,
    use_quote_delim: bool,  # noqa: FBT001
    na_value: str | bytes,
    select_cols: Sequence[int] | None,
    exclude_cols: Sequence[int] | None,
) -> CsvFormat:
    """Return how the rows of a `CsvDataset` are read.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
    """
    where = "CsvDataset"
    selected = tuple(select_cols) if select_cols is not None and len(select_cols) else None
    row_fields = None
    if exclude_cols is not None and len(exclude_cols):
        if selected is not None:
            raise InvalidArgumentError(
                f"{where}: select_cols or exclude_cols can be given, not both. "
                f"Received: select_cols={list(selected)}, exclude_cols={list(exclude_cols)}."
            )
        selected, row_fields = _without(where, exclude_cols, len(record_defaults))
    form = make_format(record_defaults, field_delim, use_quote_delim, na_value, selected, where)
    return CsvFormat(
        form.columns, form.field_delim, form.use_quote_delim, form.na_value, form.select_cols, row_fields, True
    )


def _without(where: str, exclude_cols: Sequence[int], columns: int) -> tuple[tuple[int, ...], int]:
    """Return the fields that make `columns` columns when some are left out, and how many fields a row has then."""
    excluded = {check_count(where, "exclude_cols", index, 0) for index in exclude_cols}
    selected: list[int] = []
    field = 0
    while len(selected) < columns or field in excluded:
        if field not in excluded:
            selected.append(field)
        field += 1
    return tuple(selected), field


def csv_dataset_node(
    filenames: Any,
    record_defaults: Sequence[Any],
    compression_type: str | None,
    buffer_size: int | None,
    header: bool,  # noqa: FBT001
    field_delim: str | bytes,
    use_quote_delim: bool,  # noqa: FBT001
    na_value: str | bytes,
    select_cols: Sequence[int] | None,
    exclude_cols: Sequence[int] | None,
) -> Node:
    """Return the plan of a `CsvDataset`; its arguments."""
    form = csv_format(record_defaults, field_delim, use_quote_delim, na_value, select_cols, exclude_cols)
    kind = functools.partial(plan.Csv, form=form, header=bool(header))
    return files_node("CsvDataset", kind, filenames, compression_type, buffer_size, None)


class CsvDataset(FileDataset[tuple[Any, ...]]):
    r"""Yields the rows of CSV files as tuples of scalars.

    Rows are split and decoded in blocks. A quoted field may hold line ends. Every row of a block knows its file and
    line, and so does the error of a row that cannot be read; the rows before it have been yielded, and those behind it
    can still be read.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        record_defaults: One entry per column: a list or array of one value, used where the field is missing, whose
            type is the column's (Python's float is float32, int is int32); an empty array or a dtype for a field that
            must be there. Types: float32, float64, int32, int64, string.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB.
        header: Whether each file begins with a line that is left out.
        field_delim: One byte between fields.
        use_quote_delim: Whether double quotes mark fields.
        na_value: A field of exactly this text is missing, as an empty one is.
        select_cols: Numbers of the fields to read, increasing; None for all, and then a row must have exactly as many
            fields as there are columns.
        exclude_cols: Numbers of the fields to leave out, instead of `select_cols`; all others are columns.

    Raises:
        ParseError: A row has the wrong number of fields, is not well formed, or a field is missing or not of its
            column's type (raised while iterating). `path` and `line` say where.
        NotFoundError: A file does not exist (raised while iterating, when its turn comes).

    Example:
        >>> import os, tempfile
        >>> from penstock import CsvDataset
        >>> path = os.path.join(tempfile.mkdtemp(), "flowers.csv")
        >>> with open(path, "w") as file:
        ...     _ = file.write('length,petals,kind\n5.1,3,setosa\n,5,"iris, blue"\n')
        >>> for row in CsvDataset(path, [[0.0], [0], [""]], header=True):
        ...     print(row)
        (np.float32(5.1), np.int32(3), b'setosa')
        (np.float32(0.0), np.int32(5), b'iris, blue')
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: str | None = None,
        buffer_size: int | None = None,
        header: bool = False,  # noqa: FBT001, FBT002  (TensorFlow's order of arguments)
        field_delim: str | bytes = ",",
        use_quote_delim: bool = True,  # noqa: FBT001, FBT002
        na_value: str | bytes = "",
        select_cols: Sequence[int] | None = None,
        exclude_cols: Sequence[int] | None = None,
    ) -> None:
        options = (compression_type, buffer_size, header, field_delim, use_quote_delim, na_value)
        super().__init__(csv_dataset_node(filenames, record_defaults, *options, select_cols, exclude_cols))


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[str | int] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,  # noqa: FBT001, FBT002  (TensorFlow's order of arguments)
    na_value: str = "",
    header: bool = True,  # noqa: FBT001, FBT002
    num_epochs: int | None = None,
    shuffle: bool = True,  # noqa: FBT001, FBT002
    shuffle_buffer_size: int = SHUFFLE_BUFFER_SIZE,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,  # noqa: FBT001, FBT002
    num_rows_for_inference: int | None = 100,
    compression_type: str | None = None,
    ignore_errors: bool = False,  # noqa: FBT001, FBT002
    encoding: str = "utf-8",
) -> Dataset[Any]:
    r"""Return a dataset of batches of CSV rows, by column name.

    Args:
        file_pattern: A glob pattern, or a list of them.
        batch_size: Rows of a batch.
        column_names: Names of all columns of the files; None reads them from the first line of each file, which must be
            the same everywhere.
        column_defaults: One entry per column (per selected one with `select_columns`), as `CsvDataset` takes them. None
            infers the types: each column gets the first of int32, int64, float32, float64 and string that holds all its
            values among the first rows, and 0 or `""` where a field is missing.
        label_name: Name of the column that becomes the second part of the element; None for no label.
        select_columns: Names or numbers of the columns to read; None for all. They keep the order of the file.
        field_delim: One byte between fields.
        use_quote_delim: Whether double quotes mark fields.
        na_value: A field of exactly this text is missing, as an empty one is.
        header: Whether each file begins with a line of column names, which is left out.
        num_epochs: Passes over the data; None goes on for ever.
        shuffle: Whether the order of files and the rows in a buffer are shuffled.
        shuffle_buffer_size: Rows in the buffer.
        shuffle_seed: Seed of the order.
        prefetch_buffer_size: Batches made ahead; None lets the engine choose, 0 makes none.
        num_parallel_reads: How many files are read at once, one row from each in turn; None and 1 read file after file.
        sloppy: Whether rows of files read at once may come in any order, to be faster.
        num_rows_for_inference: Rows that types are inferred from; None for all.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        ignore_errors: Whether rows that cannot be read are skipped; the iterator counts and reports them.
        encoding: Encoding of the column names in the files.

    Returns:
        A dataset of dicts of arrays `[batch_size]` by column name, or of `(dict, label)`. With `num_epochs=None` there
        is no smaller last batch.

    Raises:
        InvalidArgumentError: An argument breaks its rule, or the files' header lines differ.
        NotFoundError: A pattern matches no file.
        ParseError: While iterating: a row cannot be read. The message names file, line, column and value, and where the
            type was inferred, what to do.

    Example:
        >>> import os, tempfile
        >>> from penstock import make_csv_dataset
        >>> path = os.path.join(tempfile.mkdtemp(), "flowers.csv")
        >>> with open(path, "w") as file:
        ...     _ = file.write("length,petals,kind\n5.1,3,a\n4.9,5,b\n")
        >>> for features, label in make_csv_dataset(path, 2, label_name="kind", num_epochs=1, shuffle=False):
        ...     print(features, label)
        {'length': array([5.1, 4.9], dtype=float32), 'petals': array([3, 5], dtype=int32)} [b'a' b'b']
    """
    where = "make_csv_dataset"
    files = match_files(paths_of(where, file_pattern))
    compression = check_compression(where, compression_type)
    probe = Probe(where, files, compression, _one_byte(where, field_delim), bool(use_quote_delim), bool(header))
    names = _names(where, column_names, probe, encoding)
    selected = _selected(where, select_columns, names)
    inferred = None
    if column_defaults is None:
        types, inferred = infer_types(probe, names, selected, na_value.encode(), num_rows_for_inference)
        column_defaults = types
    chosen = names if selected is None else [names[i] for i in selected]
    if len(column_defaults) != len(chosen):
        raise InvalidArgumentError(
            f"{where}: column_defaults must have one entry per column read. "
            f"Received: {len(column_defaults)} for {len(chosen)} columns: {', '.join(chosen)}."
        )
    if label_name is not None and label_name not in chosen:
        raise InvalidArgumentError(
            f"{where}: label_name must be one of the columns read: {', '.join(chosen)}. "
            f"Received: label_name={describe(label_name)}.{suggest(str(label_name), chosen)}"
        )
    form = csv_format(column_defaults, field_delim, use_quote_delim, na_value, selected, None)
    node = functools.partial(
        plan.Csv,
        compression_type=compression or None,
        form=form,
        header=bool(header),
        names=tuple(chosen),
        label_name=label_name,
        inferred_rows=inferred,
    )
    rows = _read(files, node, shuffle, shuffle_seed, num_parallel_reads, sloppy=sloppy, ignore_errors=ignore_errors)
    if shuffle:
        rows = rows.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        rows = rows.repeat(num_epochs)
    batches = rows.batch(batch_size, drop_remainder=num_epochs is None)
    return batches if prefetch_buffer_size == 0 else batches.prefetch(prefetch_buffer_size or AUTOTUNE)


def _read(
    files: list[str],
    csv_of: Callable[..., Node],
    shuffle: bool,  # noqa: FBT001
    seed: int | None,
    num_parallel_reads: int | None,
    *,
    sloppy: bool,
    ignore_errors: bool,
) -> Dataset[Any]:
    """Return a dataset of the rows of some files."""

    def open_one(name: Any) -> Dataset[Any]:
        made: Dataset[Any] = Dataset(csv_of(paths_of("make_csv_dataset", name)))
        return made.ignore_errors() if ignore_errors else made

    reads = check_parallel_calls("make_csv_dataset", num_parallel_reads, "num_parallel_reads") or 1
    if reads == 1 and not shuffle:
        return open_one(files)
    open_one.__name__ = csv_of(("…",)).label
    names: Dataset[Any] = Dataset.from_tensor_slices(files)
    if shuffle:
        names = names.shuffle(len(files), seed)
    if reads == 1:
        return names.interleave(open_one, cycle_length=1)
    cycle = None if reads == AUTOTUNE else reads
    return names.interleave(open_one, cycle_length=cycle, num_parallel_calls=reads, deterministic=not sloppy)


def _one_byte(where: str, field_delim: str | bytes) -> bytes:
    delimiter = field_delim.encode() if isinstance(field_delim, str) else field_delim
    if not isinstance(delimiter, bytes) or len(delimiter) != 1:
        raise InvalidArgumentError(f"{where}: field_delim must be one byte. Received: field_delim={field_delim!r}.")
    return delimiter


def _names(where: str, column_names: Sequence[str] | None, probe: Probe, encoding: str) -> list[str]:
    """Return the names of all columns of the files."""
    if column_names is None:
        if not probe.header:
            raise InvalidArgumentError(
                f"{where}: column_names must be given when the files have no header line. "
                "Received: column_names=None, header=False."
            )
        names = column_names_of(probe, encoding)
    else:
        names = [str(name) for name in column_names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidArgumentError(
            f"{where}: column names must differ. Received: {', '.join(map(repr, twice))} more than once. "
            "Give other names in column_names."
        )
    return names


def _selected(where: str, select_columns: Sequence[str | int] | None, names: list[str]) -> list[int] | None:
    """Return the numbers of the columns to read, increasing, or None for all."""
    if select_columns is None:
        return None
    numbers = []
    for column in select_columns:
        if isinstance(column, str):
            if column not in names:
                raise InvalidArgumentError(
                    f"{where}: select_columns must name columns of the files: {', '.join(names)}. "
                    f"Received: {column!r}.{suggest(column, names)}"
                )
            numbers.append(names.index(column))
        else:
            index = check_count(where, "select_columns", column, 0)
            if index >= len(names):
                raise InvalidArgumentError(
                    f"{where}: select_columns must be numbers below {len(names)}, the number of columns. "
                    f"Received: {index}."
                )
            numbers.append(index)
    if len(set(numbers)) < len(numbers) or not numbers:
        raise InvalidArgumentError(
            f"{where}: select_columns must name at least one column, and each once. Received: {list(select_columns)}."
        )
    return sorted(numbers)
