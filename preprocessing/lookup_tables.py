"""Immutable tables from keys to values: `StaticHashTable`, `StaticVocabularyTable`, and where their pairs come from.

Names and results are those of TensorFlow's `tf.lookup`. Keys are strings or integers, held in the hash table of the
lookup layers; looking up inside `Dataset.map` runs on whole columns.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, DenseColumn, RaggedColumn
from ..core.dtypes import DType, as_dtype
from ..core.errors import (
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    ShapeError,
    describe,
)
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import encode
from .coding import column_of, element_of, with_values
from .keys import IntegerKeys, Keys, StringKeys
from .numeric import as_flat_numbers
from .string_ops.base import Items, as_array, as_rows, restored, run
from .string_ops.numbers import to_number
from .strings import Form, as_strings
from .transform import Transform
from .vocabulary import Vocabulary

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

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


@dataclass(frozen=True, eq=False, kw_only=True)
class TableLookup(Transform):
    """Keys to the values of a table.

    Attributes:
        keys: What keys are.
        vocabulary: The keys.
        values: The values, and the default as the last one.
        value_dtype: Name of their dtype.
        where: Start of messages.
    """

    name = "table_lookup"

    keys: Keys
    vocabulary: Vocabulary
    values: Items
    value_dtype: str
    where: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_array", as_array(self.values))

    def indices(self, items: BytesColumn) -> Int64s:
        """Return the index of each key's value, -1 for keys that are not there."""
        return self.vocabulary.codes(items, 0, (-1, 1))[0]

    def results(self, items: BytesColumn) -> Array:
        """Return the value of each key."""
        values: Array = self._array[self.indices(items)]  # type: ignore[attr-defined]
        return values

    def apply(self, value: Any) -> Any:
        items, form = read_keys(self.keys, value, self.where)
        return restored(self.results(items), form)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn):
            return with_values(rows, self)
        if not isinstance(rows, BytesColumn | DenseColumn | np.ndarray):
            return column_of([self.apply(element_of(rows, i)) for i in range(n)])
        items, _ = read_keys(self.keys, rows, self.where)
        shape = rows.values.shape[1:] if isinstance(rows, DenseColumn) else getattr(rows, "shape", ())
        shape = shape[1:] if isinstance(rows, np.ndarray) else shape
        if isinstance(self.values, BytesColumn):
            indices = self.indices(items)
            return as_rows(self.values.take(np.where(indices < 0, len(self.values) - 1, indices)), n, shape)
        return as_rows(self.results(items), n, shape)

    def infer_spec(self, spec: Spec) -> Spec:
        self.keys.check_spec(spec, self.where)
        assert isinstance(spec, TensorSpec | RaggedSpec | SparseSpec)
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, self.value_dtype, spec.ragged_rank)
        return type(spec)(spec.shape, self.value_dtype)


@dataclass(frozen=True, eq=False, kw_only=True)
class VocabularyLookup(TableLookup):
    """Keys to the codes of a table, unknown keys to one of the codes behind them.

    Attributes:
        n_oov: How many codes unknown keys share.
    """

    n_oov: int

    def results(self, items: BytesColumn) -> Array:
        found = super().results(items)
        unknown = np.flatnonzero(self.indices(items) < 0)
        if len(unknown):
            found[unknown] = len(self.vocabulary) + self.keys.buckets(items.take(unknown), self.n_oov)
        return found


class StaticHashTable:
    """An immutable table from keys to values.

    Args:
        initializer: Where the pairs come from.
        default_value: For keys that are not there; one value of the values' dtype.

    Attributes:
        key_dtype: Of the keys.
        value_dtype: Of the values.
        default_value: As given.

    Raises:
        FailedPreconditionError: A key stands there twice, with different values; names it.
        DTypeError: The default is no such value.

    Example:
        >>> table = StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        >>> table.lookup(["b", "c"])
        array([ 2, -1])
    """

    def __init__(self, initializer: TableInitializer, default_value: Any) -> None:
        self._where = type(self).__name__
        self.key_dtype, self.value_dtype = initializer.key_dtype, initializer.value_dtype
        default = as_items(default_value, self.value_dtype, f"{self._where}, default_value")
        if len(default) != 1 or np.ndim(default_value):
            raise ShapeError(
                f"{self._where}: default_value must be one value. Received: default_value={describe(default_value)}."
            )
        self.default_value = as_array(default)[0]
        keys, values = distinct(*initializer.pairs(), as_keys(self.key_dtype, self._where), self._where)
        self._transform = TableLookup(
            keys=as_keys(self.key_dtype, self._where),
            vocabulary=Vocabulary(keys, where=self._where),
            values=_joined(values, default),
            value_dtype=self.value_dtype.name,
            where=self._where,
        )

    def size(self) -> int:
        """Return the number of keys."""
        return len(self._transform.vocabulary)

    def lookup(self, keys: Any) -> Any:
        """Return the value of each key, in the form of the keys (dense, ragged, sparse, Tensor, symbol).

        Raises:
            DTypeError: The keys are of another kind than the table's.
        """
        return run(self._transform, keys)

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def export(self) -> tuple[Array, Array]:
        """Return all keys, in the order in which they were given, and their values."""
        keys = self._transform.keys.values(self._transform.vocabulary.tokens)
        exported = keys if self.key_dtype.is_string else keys.astype(self.key_dtype.numpy)
        return exported, as_array(self._transform.values)[:-1].copy()

    def __repr__(self) -> str:
        return f"{self._where}({self.size()} keys, {self.key_dtype.name} to {self.value_dtype.name})"


class StaticVocabularyTable:
    """An immutable table from keys to codes, with codes for unknown keys too.

    An unknown key gets `len(keys) + hash(key) % num_oov_buckets`, the hash being FarmHash64 of the string, or of the
    integer written in decimals.

    Args:
        initializer: Pairs of keys and int64 codes, which should be 0, 1, 2, …; None for no keys.
        num_oov_buckets: Codes that unknown keys share, at least 1.
        lookup_key_dtype: Dtype of the keys that are looked up; the initializer's, or string, when None.

    Raises:
        InvalidArgumentError: `num_oov_buckets` is below 1.
        DTypeError: Values are not int64, or keys are of another kind than `lookup_key_dtype`.
        FailedPreconditionError: A key stands there twice, with different values.

    Example:
        >>> table = StaticVocabularyTable(KeyValueTensorInitializer(["a", "b"], [0, 1]), 3)
        >>> table.lookup(["b", "c", "zz"])
        array([1, 3, 3])
    """

    def __init__(
        self, initializer: TableInitializer | None, num_oov_buckets: int, lookup_key_dtype: Any = None
    ) -> None:
        self._where = where = type(self).__name__
        if not isinstance(num_oov_buckets, int | np.integer) or num_oov_buckets < 1:
            raise InvalidArgumentError(
                f"{where}: num_oov_buckets must be an int >= 1. Received: num_oov_buckets={num_oov_buckets!r}. "
                "Use StaticHashTable for a table without."
            )
        self.value_dtype = as_dtype("int64")
        given = as_dtype("string") if initializer is None else initializer.key_dtype
        self.key_dtype = given if lookup_key_dtype is None else as_dtype(lookup_key_dtype)
        if initializer is not None and initializer.value_dtype != self.value_dtype:
            raise DTypeError(f"{where}: values must be int64. Received: {initializer.value_dtype.name}.")
        if given.is_string != self.key_dtype.is_string:
            raise DTypeError(
                f"{where}: lookup_key_dtype must be of the kind of the keys ({given.name}). "
                f"Received: lookup_key_dtype={self.key_dtype.name}."
            )
        keys = as_keys(self.key_dtype, where)
        pairs: tuple[BytesColumn, Items] = (BytesColumn.from_list([]), np.empty(0, dtype=np.int64))
        if initializer is not None:
            pairs = distinct(*initializer.pairs(), keys, where)
        self._transform = VocabularyLookup(
            keys=keys,
            vocabulary=Vocabulary(pairs[0], where=where),
            values=_joined(pairs[1], np.array([-1], dtype=np.int64)),
            value_dtype="int64",
            where=where,
            n_oov=int(num_oov_buckets),
        )

    def size(self) -> int:
        """Return the number of keys and of codes for unknown ones."""
        return len(self._transform.vocabulary) + self._transform.n_oov

    def lookup(self, keys: Any) -> Any:
        """Return the code of each key, as int64, in the form of the keys.

        Raises:
            DTypeError: The keys are of another kind than the table's.
        """
        return run(self._transform, keys)

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def __repr__(self) -> str:
        known = len(self._transform.vocabulary)
        return f"{self._where}({known} keys, {self._transform.n_oov} codes for others)"


def distinct(keys: BytesColumn, values: Items, kind: Keys, where: str) -> tuple[BytesColumn, Items]:
    """Return pairs with each key once.

    Raises:
        FailedPreconditionError: A key has two values.
    """
    first: dict[bytes, int] = {}
    array = as_array(values)
    kept = []
    for i, key in enumerate(keys.strings()):
        before = first.setdefault(key, i)
        if before == i:
            kept.append(i)
        elif array[before] != array[i]:
            shown, both = kind.shown(keys.slice(i, i + 1))[0], array[[before, i]].tolist()
            raise FailedPreconditionError(
                f"{where}: a key must have one value. Received: {shown} with {both[0]!r} and {both[1]!r}."
            )
    if len(kept) == len(keys):
        return keys, values
    order = np.array(kept, dtype=np.int64)
    return keys.take(order), values.take(order) if isinstance(values, BytesColumn) else values[order]


def _joined(values: Items, default: Items) -> Items:
    if isinstance(values, BytesColumn):
        assert isinstance(default, BytesColumn)
        both = BytesColumn.concat_same([values, default])
        assert both is not None
        return both
    return np.concatenate([values, np.asarray(default)])
