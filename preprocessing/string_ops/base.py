"""What functions of strings share: they take strings in any form, and work on whole columns inside `Dataset.map`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, DenseColumn, RaggedColumn
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.ops import registry
from ...core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ...core.tensor import Tensor
from ..coding import column_of, element_of, with_values
from ..strings import DenseForm, Form, RaggedForm, as_strings, flat_column
from ..text import even_splits
from ..transform import Transform, run_transform

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]
Items = BytesColumn | Array
"""One item each: strings, or numbers in an array of one axis."""


def run(op: Transform, *inputs: Any) -> Any:
    """Apply an operation: arrays, lists and columns give arrays, Tensors give Tensors, symbols are recorded."""
    result = run_transform(op, *inputs)
    if isinstance(result, bytes) and any(registry.operand_kind(v) == "tensor" for v in inputs):
        return Tensor(np.array(result, dtype=object))
    return result


def as_array(items: Items) -> Array:
    """Return items as an array; strings as objects."""
    return items.as_value() if isinstance(items, BytesColumn) else items


def restored(items: Items, form: Form) -> Any:
    """Return items in the form in which their strings stood."""
    result = form.restore(as_array(items))
    return result[()] if isinstance(form, DenseForm) and not form.shape else result


def as_rows(items: Items, n: int, shape: tuple[int, ...]) -> Any:
    """Return items as `n` rows of a shape."""
    if isinstance(items, BytesColumn):
        return BytesColumn(items.data, items.offsets, shape, rows=n)
    return items.reshape(n, *shape)


def check_strings(spec: Spec, where: str) -> TensorSpec | RaggedSpec | SparseSpec:
    """Return a spec of strings.

    Raises:
        DTypeError: It is of something else.
    """
    if isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) and spec.dtype.is_string:
        return spec
    raise DTypeError(f"{where}: inputs must be strings. Received: {spec!r}.")


def as_choice(name: str, value: Any, choices: tuple[str, ...], where: str) -> str:
    """Return an option that must be one of some words.

    Raises:
        InvalidArgumentError: It is none of them.
    """
    if value not in choices:
        raise InvalidArgumentError(f"{where}: {name} must be one of {choices}. Received: {name}={describe(value)}.")
    return str(value)


@dataclass(frozen=True)
class StringOp(Transform):
    """A function of single strings: one result for each, in the form of the strings.

    Attributes:
        name: Shown in graphs and messages.
        dtype: Of the results.
    """

    dtype: ClassVar[str] = "string"

    @abstractmethod
    def compute(self, strings: BytesColumn) -> Items:
        """Return the result of each string."""

    @property
    def result_dtype(self) -> str:
        """Dtype of the results; overridden where an option says it."""
        return self.dtype

    def apply(self, value: Any) -> Any:
        strings, form = as_strings(value, where=self.name)
        return restored(self.compute(strings), form)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn):
            return with_values(rows, self)
        if isinstance(rows, BytesColumn):
            return as_rows(self.compute(flat_column(rows)), n, rows.shape)
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        found = check_strings(spec, self.name)
        if isinstance(found, RaggedSpec):
            return RaggedSpec(found.shape, self.result_dtype, found.ragged_rank)
        return type(found)(found.shape, self.result_dtype)


@dataclass(frozen=True)
class RowsOp(Transform):
    """A function that makes a row of items of each string: a last axis more, which is ragged.

    Attributes:
        name: Shown in graphs and messages.
        dtype: Of the items.
    """

    dtype: ClassVar[str] = "string"

    @abstractmethod
    def rows(self, strings: BytesColumn) -> tuple[Items, Int64s]:
        """Return the items of all strings, and int64[strings + 1] row splits over them."""

    def apply(self, value: Any) -> Any:
        strings, form = as_strings(value, where=self.name)
        items, splits = self.rows(strings)
        if isinstance(form, DenseForm):
            if not form.shape:
                return as_array(items)
            return RaggedForm((*even_splits(form.shape), splits), ()).restore(as_array(items))
        if isinstance(form, RaggedForm) and not form.inner:
            return RaggedForm((*form.splits, splits), ()).restore(as_array(items))
        raise DTypeError(f"{self.name}: inputs must be dense or ragged strings. Received: {describe(value)}.")

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, BytesColumn) and not rows.shape:
            items, splits = self.rows(rows)
            return RaggedColumn(items if isinstance(items, BytesColumn) else DenseColumn(items), splits)
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        found = check_strings(spec, self.name)
        if isinstance(found, SparseSpec):
            raise DTypeError(f"{self.name}: inputs must be dense or ragged strings. Received: {spec!r}.")
        if found.shape is None:
            return TensorSpec(None, self.dtype)
        shape = (*found.shape, None)
        if isinstance(found, TensorSpec) and len(shape) == 1:
            return TensorSpec(shape, self.dtype)
        return RaggedSpec(shape, self.dtype, len(shape) - 1)
