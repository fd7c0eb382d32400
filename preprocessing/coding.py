"""CodingTransform: items to integer codes, or to rows that count them; for layers that look up, hash or bin."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn, SparseColumn, from_elements
from ..core.errors import InvalidArgumentError, UnimplementedError, suggest
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import Sparse
from .categorical import Mode, encode, encode_groups, encode_rows, encoded_shape
from .strings import DenseForm, Form, RaggedForm, SparseForm
from .transform import Transform

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]
OutputMode = Literal["int", "one_hot", "multi_hot", "count", "tf_idf"]


@dataclass(frozen=True, eq=False, kw_only=True)
class CodingTransform(Transform):
    """Items to codes, in the form in which the items came; or to rows in which their codes are counted.

    Attributes:
        mode: What is returned.
        depth: Length of a row; 0 for codes.
        sparse: Whether rows are sparse.
        weights: float32[depth] for tf_idf.
        dtype: Of the result.
        where: Start of messages.
    """

    mode: OutputMode
    depth: int
    sparse: bool = False
    weights: Array | None = None
    dtype: str = "int64"
    where: str

    @abstractmethod
    def read(self, value: Any) -> tuple[Any, Form]:
        """Return the items of a value in any form that the layer takes, one after the other, and their form."""

    @abstractmethod
    def codes(self, items: Any) -> Int64s:
        """Return the code of each item."""

    @abstractmethod
    def check_spec(self, spec: Spec) -> None:
        """Raise unless values of a spec can be taken.

        Raises:
            DTypeError: The layer does not take such values.
        """

    def coded(self, value: Any) -> tuple[Int64s, Form]:
        """Return the codes of the items of a value, one after the other, and the form in which they stand."""
        items, form = self.read(value)
        return self.codes(items), form

    @property
    def counting(self) -> Mode:
        """How codes are put into rows."""
        return "count" if self.mode == "tf_idf" else cast("Mode", self.mode)

    def apply(self, value: Any) -> Any:
        codes, form = self.coded(value)
        if self.mode == "int":
            result = form.restore(codes.astype(self.dtype, copy=False))
            return result[()] if isinstance(form, DenseForm) and not form.shape else result
        return self._rows(codes, form)

    def _rows(self, codes: Int64s, form: Form) -> Any:
        if isinstance(form, DenseForm):
            dense = codes.reshape(form.shape)
            return encode(dense, self.depth, self.counting, sparse=self.sparse, weights=self.weights, dtype=self.dtype)
        if isinstance(form, RaggedForm):
            if self.counting == "one_hot":
                return form.restore(encode(codes, self.depth, "one_hot", weights=self.weights, dtype=self.dtype))
            splits = form.row_splits()
            groups = np.repeat(np.arange(len(splits) - 1), np.diff(splits))
            return self._groups(codes, groups, len(splits) - 1)
        assert isinstance(form, SparseForm)
        if self.counting == "one_hot" or len(form.shape) != 2:
            raise UnimplementedError(
                f"{self.where}: sparse inputs must be of rank 2, and output_mode must not be 'one_hot'. "
                f"Received: rank {len(form.shape)}, output_mode={self.mode!r}."
            )
        return self._groups(codes, form.indices[:, 0], form.shape[0])

    def _groups(self, codes: Int64s, groups: Int64s, n: int) -> Any:
        return encode_groups(
            codes, groups, n, self.depth, self.counting, sparse=self.sparse, weights=self.weights, dtype=self.dtype
        )

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, BytesColumn | DenseColumn | np.ndarray) and not self.sparse:
            shape = rows.values.shape[1:] if isinstance(rows, DenseColumn) else _row_shape(rows)
            codes = self.codes(self.read(rows)[0]).reshape(n, *shape)
            if self.mode == "int":
                return codes.astype(self.dtype, copy=False)
            return encode_rows(codes, self.depth, self.counting, weights=self.weights, dtype=self.dtype)
        if isinstance(rows, RaggedColumn) and self.mode == "int":
            return with_values(rows, self)
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        self.check_spec(spec)
        return coded_spec(spec, self.mode, self.depth, sparse=self.sparse, dtype=self.dtype)


def _row_shape(rows: Any) -> tuple[int, ...]:
    return rows.shape if isinstance(rows, BytesColumn) else rows.shape[1:]


def coded_spec(spec: Spec, mode: OutputMode, depth: int, *, sparse: bool, dtype: str) -> Spec:
    """Return the spec of the codes, or rows, for items of a spec."""
    assert isinstance(spec, TensorSpec | RaggedSpec | SparseSpec)
    if mode == "int":
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, dtype, spec.ragged_rank)
        return type(spec)(spec.shape, dtype)
    counting: Mode = "count" if mode == "tf_idf" else mode
    if isinstance(spec, RaggedSpec) and counting == "one_hot":
        return RaggedSpec((*(spec.shape or ()), depth), dtype, spec.ragged_rank)
    shape = spec.shape if isinstance(spec, TensorSpec) else (None if spec.shape is None else (spec.shape[0], None))
    encoded = encoded_shape(shape, depth, counting)
    return SparseSpec(encoded, dtype) if sparse else TensorSpec(encoded, dtype)


def with_values(rows: RaggedColumn, transform: Transform) -> RaggedColumn:
    """Apply an elementwise transform to the innermost values of ragged rows."""
    low, high = int(rows.splits[0]), int(rows.splits[-1])
    inner = rows.values.slice(low, high)
    values = (
        with_values(inner, transform) if isinstance(inner, RaggedColumn) else transform.apply_rows(len(inner), inner)
    )
    return RaggedColumn(values if isinstance(values, Column) else DenseColumn(values), rows.splits - low)


def element_of(rows: Any, index: int) -> Any:
    """Return one row of an ndarray or column."""
    return rows.element(index) if isinstance(rows, Column) else rows[index]


def column_of(results: list[Any]) -> Any:
    """Return results, one per row, as a column."""
    if results and isinstance(results[0], Sparse):
        return SparseColumn.from_values(results)
    return from_elements(results)


def as_output_mode(value: Any, modes: tuple[str, ...], where: str) -> OutputMode:
    """Return a checked output mode; `"binary"` and `"tf-idf"` are older names of two of them.

    Raises:
        InvalidArgumentError: It is none of `modes`.
    """
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(value, value) if isinstance(value, str) else value
    if mode not in modes:
        hint = suggest(mode, modes) if isinstance(mode, str) else ""
        raise InvalidArgumentError(
            f"{where}: output_mode must be one of {', '.join(modes)}. Received: output_mode={value!r}.{hint}"
        )
    return cast("OutputMode", mode)


def check_sparse(mode: str, where: str, *, sparse: bool) -> None:
    """Raise if sparse rows are asked for where there are no rows.

    Raises:
        InvalidArgumentError: They are.
    """
    if sparse and mode == "int":
        raise InvalidArgumentError(
            f"{where}: sparse=True needs another output_mode than 'int'. Received: output_mode={mode!r}."
        )
