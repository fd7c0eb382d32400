"""Where the pairs of tables come from: arrays, or the lines of a text file; and how tables hold keys and values."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.dtypes import DType, as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, NotFoundError, ParseError, ShapeError, describe
from ..core.values import encode
from .keys import IntegerKeys, Keys, StringKeys
from .numeric import as_flat_numbers
from .string_ops.base import Items
from .string_ops.numbers import to_number
from .strings import Form, as_strings

Array = npt.NDArray[Any]

_KEY_DTYPES: Final = ("string", "int32", "int64")


def as_keys(dtype: DType, where: str) -> Keys:
    """Return how keys of a dtype are held.

    Raises:
        DTypeError: There are no such keys.
    """
    if dtype.name not in _KEY_DTYPES:
        raise DTypeError(f"{where}: keys must be {', '.join(_KEY_DTYPES)}. Received: key_dtype={dtype.name}.")
    return StringKeys() if dtype.is_string else IntegerKeys(farmhash=True)


def read_keys(keys: Keys, value: Any, where: str) -> tuple[BytesColumn, Form]:
    """Return the keys of a value in any form, and their form.

    Raises:
        DTypeError: They are of another kind than the table's.
    """
    if keys.dtype != "string":
        numbers, _ = as_flat_numbers(value, where=where)
        if numbers.dtype.kind not in "iu" and numbers.size:
            raise DTypeError(f"{where}: keys must be integers. Received: {describe(value)}.")
    return keys.read(value, where)


def as_items(values: Any, dtype: DType, where: str) -> Items:
    """Return values of a table, one per key.

    Raises:
        DTypeError: They are no values of the dtype.
    """
    if dtype.is_string:
        return as_strings(values, where=where)[0]
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or not np.can_cast(array.dtype, dtype.numpy, "same_kind"):
        raise DTypeError(f"{where}: values must be {dtype.name}. Received: {describe(values)}.")
    return array.reshape(-1).astype(dtype.numpy)


class TableInitializer(ABC):
    """Where the pairs of a table come from.

    Attributes:
        key_dtype: string, int32 or int64.
        value_dtype: Any dtype.
    """

    key_dtype: DType
    value_dtype: DType

    @abstractmethod
    def pairs(self) -> tuple[BytesColumn, Items]:
        """Return the keys as their table holds them, and a value for each."""


class KeyValueTensorInitializer(TableInitializer):
    """Pairs given as two arrays.

    Args:
        keys: Strings or integers.
        values: One for each key.
        key_dtype: string, int32 or int64; that of `keys` when None.
        value_dtype: That of `values` when None.

    Raises:
        DTypeError: There are no tables of such keys, or keys or values are of another kind.
        ShapeError: There are more keys than values, or fewer.
    """

    def __init__(self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None) -> None:
        where = type(self).__name__
        self.key_dtype = _dtype_of(keys) if key_dtype is None else as_dtype(key_dtype)
        self.value_dtype = _dtype_of(values) if value_dtype is None else as_dtype(value_dtype)
        self._keys, _ = read_keys(as_keys(self.key_dtype, where), keys, where)
        self._values = as_items(values, self.value_dtype, where)
        if len(self._keys) != len(self._values):
            raise ShapeError(
                f"{where}: there must be one value for each key. "
                f"Received: {len(self._keys)} keys and {len(self._values)} values."
            )

    def pairs(self) -> tuple[BytesColumn, Items]:
        return self._keys, self._values


def _dtype_of(values: Any) -> DType:
    array = np.asarray(values)
    return as_dtype("string" if array.dtype.kind in "OSUT" else array.dtype)


class TextFileIndex:
    """What a `TextFileInitializer` takes from a line besides a column."""

    WHOLE_LINE: Final = -2
    LINE_NUMBER: Final = -1


class TextFileInitializer(TableInitializer):
    """Pairs read from the lines of a text file.

    Args:
        filename: The file; a carriage return at the end of a line is dropped.
        key_dtype: string, int32 or int64.
        key_index: Column of the keys, from 0 on, `TextFileIndex.WHOLE_LINE` or `TextFileIndex.LINE_NUMBER`.
        value_dtype: string, or a number.
        value_index: As `key_index`.
        vocab_size: Read so many lines; None for all.
        delimiter: What stands between columns.
        value_index_offset: Added to line numbers that are values.

    Raises:
        InvalidArgumentError: An option is out of range, or the file has fewer lines than `vocab_size`.
        DTypeError: Line numbers are to be something else than int64, or whole lines something else than strings.
        NotFoundError: There is no such file.
        ParseError: A line is empty or has too few columns, or a column is no number; names the line.
    """

    def __init__(
        self,
        filename: str | os.PathLike[str],
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        value_index_offset: int = 0,
    ) -> None:
        self._where = type(self).__name__
        self.filename = os.fspath(filename)
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._keys = as_keys(self.key_dtype, self._where)
        self._key_index, self._value_index = int(key_index), int(value_index)
        self._delimiter, self._offset, self._size = encode(delimiter), int(value_index_offset), vocab_size
        for name, index, dtype in (
            ("key", self._key_index, self.key_dtype),
            ("value", self._value_index, self.value_dtype),
        ):
            if index < TextFileIndex.WHOLE_LINE:
                raise InvalidArgumentError(f"{self._where}: {name}_index must be at least -2. Received: {index}.")
            wanted = {TextFileIndex.LINE_NUMBER: "int64", TextFileIndex.WHOLE_LINE: "string"}.get(index)
            if wanted is not None and dtype.name != wanted:
                raise DTypeError(
                    f"{self._where}: {name}_dtype must be {wanted} for {name}_index={index}. Received: {dtype.name}."
                )
        if vocab_size is not None and vocab_size < 1:
            raise InvalidArgumentError(f"{self._where}: vocab_size must be at least 1. Received: {vocab_size}.")

    def pairs(self) -> tuple[BytesColumn, Items]:
        lines = self._lines()
        found = self._column(lines, self._key_index, self.key_dtype, 0)
        keys, _ = read_keys(self._keys, found, self._where)
        return keys, self._column(lines, self._value_index, self.value_dtype, self._offset)

    def _lines(self) -> list[bytes]:
        try:
            raw = Path(self.filename).read_bytes()
        except FileNotFoundError as err:
            raise NotFoundError(f"{self._where}: the file must exist. Received: filename={self.filename!r}.") from err
        lines = [line.removesuffix(b"\r") for line in raw.split(b"\n")]
        lines = lines[:-1] if not lines[-1] else lines
        if not lines or b"" in lines:
            number = lines.index(b"") + 1 if lines else 1
            raise ParseError(
                f"{self.filename}, line {number}: the file must hold one key or more, each in a line that is not "
                "empty. Fix the file.",
                path=self.filename,
                line=number,
            )
        if self._size is not None and len(lines) < self._size:
            raise InvalidArgumentError(
                f"{self._where}: {self.filename} must have vocab_size={self._size} lines. Received: {len(lines)} lines."
            )
        return lines[: self._size]

    def _column(self, lines: list[bytes], index: int, dtype: DType, offset: int) -> Items:
        if index == TextFileIndex.LINE_NUMBER:
            return np.arange(len(lines), dtype=np.int64) + offset
        if index == TextFileIndex.WHOLE_LINE:
            return BytesColumn.from_list(lines)
        fields = []
        for number, line in enumerate(lines, start=1):
            columns = line.split(self._delimiter)
            if index >= len(columns):
                raise ParseError(
                    f"{self.filename}, line {number}: the line must have at least {index + 1} columns. "
                    f"Received: {len(columns)}. Fix the file or the delimiter.",
                    path=self.filename,
                    line=number,
                )
            fields.append(columns[index])
        return BytesColumn.from_list(fields) if dtype.is_string else self._numbers(fields, dtype)

    def _numbers(self, fields: list[bytes], dtype: DType) -> Array:
        parsed = "float64" if dtype.is_floating else "int64"
        try:
            return np.asarray(to_number(fields, parsed)).astype(dtype.numpy)
        except InvalidArgumentError:
            for number, field in enumerate(fields, start=1):
                try:
                    to_number([field], parsed)
                except InvalidArgumentError as err:
                    raise ParseError(
                        f"{self.filename}, line {number}: the column must be {dtype.name}. Received: {field!r}.",
                        path=self.filename,
                        line=number,
                    ) from err
            raise
