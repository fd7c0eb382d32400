"""Tables of other libraries as columns: Arrow tables, DataFrames, blocks.

Arrow's nulls are missing values: which rows hold one is kept beside the column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.block import Block
from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, describe


@dataclass(frozen=True, slots=True)
class Nullable:
    """A column some of whose rows are missing.

    Attributes:
        column: The rows; anything where they are missing.
        missing: bool[n].
    """

    column: Column
    missing: npt.NDArray[np.bool_]


def columns_of(table: Any) -> Mapping[str, Any]:
    """Return the columns of a mapping, a Block of a dict, an Arrow table or batch, or a DataFrame, by name.

    Raises:
        InvalidArgumentError: The table is none of these.
    """
    if isinstance(table, Mapping):
        return table
    if isinstance(table, Block):
        element = table.structure.pack(list(table.columns))
        if isinstance(element, dict) and all(isinstance(column, Column) for column in element.values()):
            return element
    elif hasattr(table, "iloc") and hasattr(table, "columns"):
        return {name: _of_series(series) for name, series in table.items()}
    elif hasattr(table, "__arrow_c_stream__") and not hasattr(table, "iloc"):
        import pyarrow as pa

        read = table if isinstance(table, pa.Table) else pa.table(table)
        return dict(zip(read.column_names, read.columns, strict=True))
    elif hasattr(table, "__arrow_c_array__"):
        import pyarrow as pa

        batch = pa.record_batch(table)
        return dict(zip(batch.schema.names, batch.columns, strict=True))
    hint = ""
    if isinstance(table, list | tuple) and table and isinstance(table[0], Mapping):
        hint = " For a list of dicts, use encode_example() for each."
    raise InvalidArgumentError(
        "encode_examples: columns must be a dict of columns, an Arrow table, a DataFrame or a Block of a dict. "
        f"Received: {describe(table)}.{hint}"
    )


def _of_series(series: Any) -> Any:
    """Return a column of a pandas DataFrame: numbers of NumPy as they are (NaN is a number), the rest through Arrow."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf":
        return series.to_numpy()
    import pyarrow as pa

    return pa.array(series, from_pandas=True)


def is_arrow(value: Any) -> bool:
    """Whether a value is an array of pyarrow, or one that can be read as such."""
    return not isinstance(value, np.ndarray | Column) and (
        hasattr(value, "__arrow_c_array__") or hasattr(value, "__arrow_c_stream__")
    )


def of_arrow(where: str, value: Any) -> Nullable:
    """Return an Arrow array (chunked or not) of numbers, booleans, strings or lists of them as a column.

    Raises:
        DTypeError: Records hold no values of this type.
        InvalidArgumentError: A list holds a null.
    """
    import pyarrow as pa

    if isinstance(value, pa.ChunkedArray | pa.Array):
        array = value
    else:
        array = pa.chunked_array(value) if hasattr(value, "__arrow_c_stream__") else pa.array(value)
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    parts = [_of_chunk(where, chunk) for chunk in chunks]
    if not parts:
        parts = [_of_chunk(where, pa.array([], array.type))]
    if len(parts) == 1:
        return parts[0]
    joined = type(parts[0].column).concat_same([part.column for part in parts])
    assert joined is not None
    return Nullable(joined, np.concatenate([part.missing for part in parts]))


def _of_chunk(where: str, array: Any) -> Nullable:
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        return _of_chunk(where, array.dictionary_decode())
    missing = np.zeros(len(array), np.bool_)
    if array.null_count:
        missing = array.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_null(kind):
        return Nullable(RaggedColumn(DenseColumn(np.empty(0, np.int64)), np.zeros(len(array) + 1, np.int64)), missing)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return Nullable(_of_lists(where, array, missing), missing)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        filled = array.fill_null(False if pa.types.is_boolean(kind) else 0) if array.null_count else array
        return Nullable(DenseColumn(filled.to_numpy(zero_copy_only=False)), missing)
    if any(check(kind) for check in _string_checks(pa)):
        strings = array.cast(pa.large_binary()) if not pa.types.is_large_string(kind) else array
        filled = strings.fill_null(b"" if strings.type == pa.large_binary() else "") if array.null_count else strings
        return Nullable(BytesColumn.from_arrow(filled), missing)
    raise DTypeError(
        f"{where} must be integers (of 64 bits), floats or strings, or lists of them. Received: an Arrow array of "
        f"{kind}. Cast it first."
    )


def _string_checks(pa: Any) -> list[Any]:
    names = ("is_string", "is_large_string", "is_binary", "is_large_binary", "is_fixed_size_binary")
    later = ("is_string_view", "is_binary_view")
    return [getattr(pa.types, name) for name in (*names, *later) if hasattr(pa.types, name)]


def _of_lists(where: str, array: Any, missing: npt.NDArray[np.bool_]) -> RaggedColumn:
    """Return lists as ragged rows; a missing list has no values."""
    inner = _of_chunk(where, array.flatten())
    if inner.missing.any():
        at = int(inner.missing.argmax())
        raise InvalidArgumentError(
            f"{where} must hold no nulls inside lists. Received: one at value {at}. Fill or drop them first."
        )
    lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    lengths = np.where(missing, 0, lengths)
    return RaggedColumn(inner.column, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))
