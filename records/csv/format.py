"""What decode_csv is told about rows, checked once: delimiter, quoting, and a type and default for each column."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...core.dtypes import DType, as_dtype, float32, float64, int32, int64, string
from ...core.errors import DTypeError, InvalidArgumentError, describe

DTYPES: Final = (float32, float64, int32, int64, string)
_NAMES: Final = frozenset(dtype.name for dtype in DTYPES)
# Python's numbers are the narrow types here, as in TensorFlow.
_PYTHON_TYPES: Final[dict[type, DType]] = {float: float32, int: int32, str: string, bytes: string}


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """One column of the result.

    Attributes:
        dtype: float32, float64, int32, int64 or string.
        default: Value of an empty field; None when the field must be there.
    """

    dtype: DType
    default: float | int | bytes | None


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How rows are read; hashable, so that it can stand in a traced graph.

    Attributes:
        columns: One per column of the result.
        field_delim: One byte.
        use_quote_delim: Whether a field that begins with a double quote is a quoted one.
        na_value: A field of exactly these bytes is missing, as an empty one is.
        select_cols: The fields of the row that make the columns, increasing; None for all of them.
        row_fields: With `select_cols`, how many fields a row must have; None for any number that has those selected.
        empty_is_field: Whether a row of no bytes is one empty field; otherwise it has none.
    """

    columns: tuple[CsvColumn, ...]
    field_delim: bytes = b","
    use_quote_delim: bool = True
    na_value: bytes = b""
    select_cols: tuple[int, ...] | None = None
    row_fields: int | None = None
    empty_is_field: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether a row must end with the last field that is looked at."""
        return self.select_cols is None or self.row_fields is not None

    @property
    def fields(self) -> int:
        """How many fields of a row are looked at."""
        if self.row_fields is not None:
            return self.row_fields
        return len(self.columns) if self.select_cols is None else self.select_cols[-1] + 1

    def column_of(self, field: int) -> int | None:
        """Return the column that a field of the row makes, or None."""
        if self.select_cols is None:
            return field if field < len(self.columns) else None
        return self.select_cols.index(field) if field in self.select_cols else None


def make_format(
    record_defaults: Sequence[Any],
    field_delim: str | bytes,
    use_quote_delim: bool,  # noqa: FBT001
    na_value: str | bytes,
    select_cols: Sequence[int] | None,
    where: str = "decode_csv",
) -> CsvFormat:
    """Check the arguments of `decode_csv` and put them in one value; `where` names the caller in messages.

    Raises:
        InvalidArgumentError: One of them breaks its rule.
    """
    columns = tuple(_column(where, i, value) for i, value in enumerate(record_defaults))
    if not columns:
        raise InvalidArgumentError(f"{where}: record_defaults must name at least one column. Received: none.")
    delimiter = _bytes(where, "field_delim", field_delim)
    if len(delimiter) != 1:
        raise InvalidArgumentError(f"{where}: field_delim must be one byte. Received: field_delim={field_delim!r}.")
    selected = None if select_cols is None else tuple(int(i) for i in select_cols)
    if selected is not None:
        if len(selected) != len(columns):
            raise InvalidArgumentError(
                f"{where}: select_cols and record_defaults must have the same length. "
                f"Received: {len(selected)} and {len(columns)}."
            )
        if selected[0] < 0 or any(a >= b for a, b in itertools.pairwise(selected)):
            raise InvalidArgumentError(
                f"{where}: select_cols must be >= 0 and strictly increasing. Received: select_cols={list(selected)}."
            )
    return CsvFormat(columns, delimiter, bool(use_quote_delim), _bytes(where, "na_value", na_value), selected)


def _bytes(where: str, name: str, value: str | bytes) -> bytes:
    if not isinstance(value, str | bytes):
        raise InvalidArgumentError(f"{where}: {name} must be str or bytes. Received: {name}={describe(value)}.")
    return value.encode() if isinstance(value, str) else value


def _column(where: str, index: int, value: Any) -> CsvColumn:
    """Read one of `record_defaults`: a dtype (required), or an array or list of one value or of none (required)."""
    if type(value) is list and len(value) == 1 and (short := _PYTHON_TYPES.get(type(value[0]))) is not None:
        return CsvColumn(short, _default(where, index, value[0], short))
    if isinstance(value, DType | np.dtype | type):
        return CsvColumn(_checked(where, index, as_dtype(value)), None)
    typed = getattr(value, "dtype", None) is not None
    array = np.asarray(value) if typed or not isinstance(value, str | bytes) else np.asarray(value, dtype=object)
    if array.size > 1 or array.ndim > 1:
        raise InvalidArgumentError(
            f"{where}: record_defaults[{index}] must hold one value, or none for a required field. "
            f"Received: {describe(array)}."
        )
    dtype = as_dtype(array.dtype)
    if not typed and not dtype.is_string:
        dtype = int32 if dtype.is_integer else float32 if dtype.is_floating else dtype
    _checked(where, index, dtype)
    return CsvColumn(dtype, _default(where, index, array.reshape(-1)[0], dtype) if array.size else None)


def _checked(where: str, index: int, dtype: DType) -> DType:
    if dtype.name not in _NAMES:
        names = ", ".join(d.name for d in DTYPES)
        raise DTypeError(f"{where}: record_defaults[{index}] must be one of {names}. Received: {dtype.name}.")
    return dtype


def _default(where: str, index: int, value: Any, dtype: DType) -> float | int | bytes:
    if dtype.is_string:
        return _bytes(where, f"record_defaults[{index}]", value)
    if dtype.is_floating:
        return float(value)
    info = np.iinfo(dtype.numpy)
    if not info.min <= int(value) <= info.max:
        raise InvalidArgumentError(f"{where}: record_defaults[{index}] must fit {dtype.name}. Received: {value}.")
    return int(value)
