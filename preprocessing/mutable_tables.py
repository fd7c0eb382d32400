"""Tables from keys to values that can change, as in `tf.lookup.experimental`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.dtypes import as_dtype
from ..core.errors import InvalidArgumentError, ShapeError, describe
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from .coding import column_of, element_of
from .string_ops.base import as_array, restored, run
from .strings import DenseForm
from .table_initializers import as_items, as_keys, read_keys
from .transform import Transform

Array = npt.NDArray[Any]


class MutableHashTable:
    """A table from keys to values, or to vectors of values, that can change.

    Args:
        key_dtype: string, int32 or int64.
        value_dtype: Any dtype.
        default_value: For keys that are not there; its shape is that of every value.

    Raises:
        DTypeError: There are no tables of such keys, or the default is no such value.

    Example:
        >>> table = MutableHashTable("string", "int64", -1)
        >>> table.insert(["a", "b"], [1, 2])
        >>> table.lookup(["b", "c"])
        array([ 2, -1])
    """

    def __init__(self, key_dtype: Any, value_dtype: Any, default_value: Any) -> None:
        self._where = type(self).__name__
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self._keys = as_keys(self.key_dtype, self._where)
        self.value_shape = np.shape(default_value)
        items = as_items(default_value, self.value_dtype, f"{self._where}, default_value")
        self.default_value: Array = as_array(items).reshape(self.value_shape)
        self._held: dict[bytes, Array] = {}
        self._transform = MutableLookup(self)

    def insert(self, keys: Any, values: Any) -> None:
        """Set the values of keys; known keys get new ones.

        Raises:
            ShapeError: There is not one value for each key.
        """
        items, form = self._read(keys)
        flat = as_items(values, self.value_dtype, self._where)
        shape = form.shape if isinstance(form, DenseForm) else (len(items),)
        if np.shape(values) != (*shape, *self.value_shape):
            raise ShapeError(
                f"{self._where}: values must have shape {(*shape, *self.value_shape)}. Received: {describe(values)}."
            )
        rows = as_array(flat).reshape(len(items), *self.value_shape)
        self._held.update(zip(items.strings(), rows, strict=True))

    def remove(self, keys: Any) -> None:
        """Forget keys; those that are not there are passed over."""
        for key in self._read(keys)[0].strings():
            self._held.pop(key, None)

    def lookup(self, keys: Any, dynamic_default_values: Any = None) -> Any:
        """Return the value of each key.

        Args:
            keys: In any form.
            dynamic_default_values: A default for each key, instead of the table's.

        Raises:
            DTypeError: The keys are of another kind than the table's.
        """
        if dynamic_default_values is None:
            return run(self._transform, keys)
        items, form = self._read(keys)
        return restored(self.found(items, np.asarray(dynamic_default_values)), form)

    def found(self, items: BytesColumn, defaults: Array | None = None) -> Array:
        """Return the value of each key that the table would hold so."""
        get = self._held.get
        out = np.empty((len(items), *self.value_shape), dtype=self.default_value.dtype)
        for i, key in enumerate(items.strings()):
            value = get(key)
            out[i] = (self.default_value if defaults is None else defaults[i]) if value is None else value
        return out

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def size(self) -> int:
        """Return the number of keys."""
        return len(self._held)

    def export(self) -> tuple[Array, Array]:
        """Return all keys and their values."""
        column = BytesColumn.from_list(list(self._held))
        keys = self._keys.values(column)
        return keys if self.key_dtype.is_string else keys.astype(self.key_dtype.numpy), self.found(column)

    def _read(self, keys: Any) -> Any:
        return read_keys(self._keys, keys, self._where)

    def __repr__(self) -> str:
        return f"{self._where}({self.size()} keys, {self.key_dtype.name} to {self.value_dtype.name})"


class DenseHashTable(MutableHashTable):
    """A `MutableHashTable` that refuses two keys, which TensorFlow's marks free places with.

    Args:
        key_dtype: string, int32 or int64.
        value_dtype: Any dtype.
        default_value: For keys that are not there; its shape is that of every value.
        empty_key: Not allowed as a key.
        deleted_key: Another one that is not allowed.

    Raises:
        InvalidArgumentError: The two keys are the same.
    """

    def __init__(self, key_dtype: Any, value_dtype: Any, default_value: Any, empty_key: Any, deleted_key: Any) -> None:
        super().__init__(key_dtype, value_dtype, default_value)
        special = [read_keys(self._keys, [key], self._where)[0].element(0) for key in (empty_key, deleted_key)]
        if special[0] == special[1]:
            raise InvalidArgumentError(
                f"{self._where}: empty_key and deleted_key must differ. Received: {empty_key!r} for both."
            )
        self._special = {special[0]: ("empty_key", empty_key), special[1]: ("deleted_key", deleted_key)}

    def insert_or_assign(self, keys: Any, values: Any) -> None:
        """Set the values of keys: `insert`."""
        self.insert(keys, values)

    def erase(self, keys: Any) -> None:
        """Forget keys: `remove`."""
        self.remove(keys)

    def _read(self, keys: Any) -> Any:
        items, form = super()._read(keys)
        self.check(items)
        return items, form

    def found(self, items: BytesColumn, defaults: Array | None = None) -> Array:
        self.check(items)
        return super().found(items, defaults)

    def check(self, items: BytesColumn) -> None:
        """Raise if a key is one of the two special ones.

        Raises:
            InvalidArgumentError: One is.
        """
        for key in items.strings():
            if key in self._special:
                name, shown = self._special[key]
                raise InvalidArgumentError(f"{self._where}: the {name} must not be a key. Received: {shown!r}.")


@dataclass(frozen=True, eq=False)
class MutableLookup(Transform):
    """Keys to the present values of a table.

    Attributes:
        table: The table.
    """

    name = "mutable_table_lookup"

    table: MutableHashTable

    def apply(self, value: Any) -> Any:
        items, form = self.table._read(value)
        return restored(self.table.found(items), form)

    def apply_rows(self, n: int, rows: Any) -> Any:
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        table = self.table
        table._keys.check_spec(spec, type(table).__name__)
        assert isinstance(spec, TensorSpec | RaggedSpec | SparseSpec)
        shape = None if spec.shape is None else (*spec.shape, *table.value_shape)
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(shape, table.value_dtype, spec.ragged_rank)
        return type(spec)(shape, table.value_dtype)
