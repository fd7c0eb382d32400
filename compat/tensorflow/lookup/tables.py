"""The classes of `tf.lookup` by TensorFlow's arguments; keys must be of the table's dtype, results are Tensors."""

from __future__ import annotations

from typing import Any

from ....core.composites import RaggedTensor, SparseTensor, plain
from ....core.ops.registry import operand_kind
from ....core.tensor import Tensor, to_array, wrap
from ....pipeline.tensors import as_tensor
from ....preprocessing import lookup_tables, mutable_tables, table_initializers
from ..renamed import operand


class KeyValueTensorInitializer(table_initializers.KeyValueTensorInitializer):
    """`penstock.preprocessing.table_initializers.KeyValueTensorInitializer`; Python numbers are int32 and float32."""

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        super().__init__(to_array(plain(keys), key_dtype), to_array(plain(values), value_dtype), key_dtype, value_dtype)


class TextFileInitializer(table_initializers.TextFileInitializer):
    """`penstock.preprocessing.table_initializers.TextFileInitializer`."""

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
        value_index_offset: int = 0,
    ) -> None:
        super().__init__(
            filename, key_dtype, key_index, value_dtype, value_index, vocab_size, delimiter, value_index_offset
        )


def _given(table: Any, keys: Any) -> Any:
    """Return keys as tables take them.

    Raises:
        TypeError: They are of another dtype than the table's.
    """
    if not isinstance(keys, RaggedTensor | SparseTensor) and operand_kind(keys) is None:
        keys = operand(keys, table.key_dtype)
    dtype = keys.dtype if not hasattr(keys, "spec") else getattr(keys.spec, "dtype", table.key_dtype)
    if dtype != table.key_dtype:
        raise TypeError(f"{type(table).__name__}: keys must be {table.key_dtype.name}. Received: {dtype.name}.")
    return plain(keys)


class StaticHashTable(lookup_tables.StaticHashTable):
    """`penstock.preprocessing.lookup_tables.StaticHashTable` that returns Tensors."""

    def __init__(
        self,
        initializer: Any,
        default_value: Any,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(initializer, to_array(default_value, initializer.value_dtype))
        self.default_value = wrap(self.default_value)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """Return the value of each key, as a Tensor, RaggedTensor or SparseTensor."""
        return as_tensor(super().lookup(_given(self, keys)))

    def size(self, name: str | None = None) -> Any:
        """Return the number of keys."""
        return to_tensor(super().size())

    def export(self, name: str | None = None) -> Any:
        """Return all keys and their values."""
        return tuple(wrap(part) for part in super().export())


class StaticVocabularyTable(lookup_tables.StaticVocabularyTable):
    """`penstock.preprocessing.lookup_tables.StaticVocabularyTable` that returns Tensors."""

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(initializer, num_oov_buckets, lookup_key_dtype)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """Return the code of each key, as a Tensor, RaggedTensor or SparseTensor."""
        return as_tensor(super().lookup(_given(self, keys)))

    def size(self, name: str | None = None) -> Any:
        """Return the number of keys and of codes for unknown ones."""
        return to_tensor(super().size())


class _TensorTable(mutable_tables.MutableHashTable):
    """A mutable table that takes keys and values in any form and returns Tensors."""

    def lookup(self, keys: Any, dynamic_default_values: Any = None, name: str | None = None) -> Any:
        """Return the value of each key, as a Tensor, RaggedTensor or SparseTensor."""
        return as_tensor(super().lookup(_given(self, keys), dynamic_default_values))

    def insert(self, keys: Any, values: Any, name: str | None = None) -> None:
        """Set the values of keys."""
        super().insert(_given(self, keys), to_array(values, self.value_dtype))

    def remove(self, keys: Any, name: str | None = None) -> None:
        """Forget keys."""
        super().remove(_given(self, keys))

    def size(self, name: str | None = None) -> Any:
        """Return the number of keys."""
        return to_tensor(super().size())

    def export(self, name: str | None = None) -> Any:
        """Return all keys and their values."""
        return tuple(wrap(part) for part in super().export())


class MutableHashTable(_TensorTable):
    """`penstock.preprocessing.mutable_tables.MutableHashTable` that returns Tensors."""

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(key_dtype, value_dtype, to_array(default_value, value_dtype))


class DenseHashTable(_TensorTable, mutable_tables.DenseHashTable):
    """`penstock.preprocessing.mutable_tables.DenseHashTable` that returns Tensors."""

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any,
        initial_num_buckets: int | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
        experimental_is_anonymous: bool = False,
    ) -> None:
        super().__init__(key_dtype, value_dtype, to_array(default_value, value_dtype), empty_key, deleted_key)


def to_tensor(size: Any) -> Tensor:
    """Return a size as int64."""
    return wrap(to_array(size, "int64"))
