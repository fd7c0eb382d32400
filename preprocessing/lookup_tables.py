"""Immutable tables from keys to values: `StaticHashTable` and `StaticVocabularyTable`.

Names and results are those of TensorFlow's `tf.lookup`. Keys are strings or integers, held in the hash table of the
lookup layers; looking up inside `Dataset.map` runs on whole columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, DenseColumn, RaggedColumn
from ..core.dtypes import DType, as_dtype
from ..core.errors import DTypeError, FailedPreconditionError, InvalidArgumentError, ShapeError, describe
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from .coding import column_of, element_of, with_values
from .keys import Keys
from .string_ops.base import Items, as_array, as_rows, restored, run
from .table_initializers import TableInitializer, as_items, as_keys, read_keys
from .transform import Transform
from .vocabulary import Vocabulary

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]


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
    _array: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_array", as_array(self.values))

    def indices(self, items: BytesColumn) -> Int64s:
        """Return the index of each key's value, -1 for keys that are not there."""
        return self.vocabulary.codes(items, 0, (-1, 1))[0]

    def results(self, items: BytesColumn) -> Array:
        """Return the value of each key."""
        values: Array = self._array[self.indices(items)]
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


class StaticTable:
    """What immutable tables share.

    Attributes:
        key_dtype: Of the keys.
        value_dtype: Of the values.
    """

    key_dtype: DType
    value_dtype: DType
    _transform: TableLookup

    def lookup(self, keys: Any) -> Any:
        """Return the value of each key, in the form of the keys (dense, ragged, sparse, Tensor, symbol).

        Raises:
            DTypeError: The keys are of another kind than the table's.
        """
        return run(self._transform, keys)

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)


class StaticHashTable(StaticTable):
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
        >>> from penstock.preprocessing.table_initializers import KeyValueTensorInitializer
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

    def export(self) -> tuple[Array, Array]:
        """Return all keys, in the order in which they were given, and their values."""
        keys = self._transform.keys.values(self._transform.vocabulary.tokens)
        exported = keys if self.key_dtype.is_string else keys.astype(self.key_dtype.numpy)
        return exported, as_array(self._transform.values)[:-1].copy()

    def __repr__(self) -> str:
        return f"{self._where}({self.size()} keys, {self.key_dtype.name} to {self.value_dtype.name})"


class StaticVocabularyTable(StaticTable):
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
        >>> from penstock.preprocessing.table_initializers import KeyValueTensorInitializer
        >>> table = StaticVocabularyTable(KeyValueTensorInitializer(["a", "b"], [0, 1]), 3)
        >>> table.lookup(["b", "c", "zz"])
        array([1, 3, 3])
    """

    _transform: VocabularyLookup

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
