"""CategoryEncoding: integer categories to one-hot, multi-hot or counted rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import DTypeError, InvalidArgumentError, ShapeError
from ..core.saving import register_serializable
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import Sparse
from .categorical import encoded_shape
from .coding import CodingTransform, as_output_mode, column_of, element_of
from .numeric import as_flat_numbers
from .stateless import StatelessLayer
from .strings import DenseForm, Form
from .transform import JointTransform, run_transform

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

_MODES = ("one_hot", "multi_hot", "count")


@dataclass(frozen=True, eq=False, kw_only=True)
class CategoriesToRows(CodingTransform):
    """Categories, which are codes already, to rows."""

    name = "category_encoding"

    def read(self, value: Any) -> tuple[Array, Form]:
        return as_flat_numbers(value, where=self.where)

    def codes(self, items: Array) -> Int64s:
        with np.errstate(invalid="ignore"):
            codes = items.astype(np.int64, copy=False)
        if self.mode != "one_hot" and codes.size and codes.min() < 0:
            raise InvalidArgumentError(
                f"{self.where}: with output_mode={self.mode!r} categories must not be negative. "
                f"Received: {codes[codes < 0][0]}."
            )
        return codes

    def check_spec(self, spec: Spec) -> None:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or spec.dtype.is_string:
            raise DTypeError(f"{self.where}: inputs must be integers. Received: {spec!r}.")


@dataclass(frozen=True, kw_only=True)
class WeightedCounts(JointTransform):
    """Categories and a weight for each, to rows of summed weights.

    Attributes:
        plain: The transform without weights.
    """

    name = "category_encoding_weighted"

    plain: CategoriesToRows

    def apply(self, value: Any) -> Any:
        codes, weights, shape = self._read(value)
        if len(shape) == 1:
            codes, weights = codes.reshape(1, -1), weights.reshape(1, -1)
        elif not shape:
            codes, weights = codes.reshape(1, 1), weights.reshape(1, 1)
        return self._summed(np.moveaxis(codes, 1, -1), np.moveaxis(weights, 1, -1), shape)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if self.plain.sparse:
            return column_of([self.apply([element_of(r, i) for r in rows]) for i in range(n)])
        codes, weights, shape = self._read(rows)
        if len(shape) == 1:
            codes, weights = codes.reshape(n, 1), weights.reshape(n, 1)
        axis = 2 if codes.ndim > 2 else 1
        moved, of = np.moveaxis(codes, axis, -1), np.moveaxis(weights, axis, -1)
        row = encoded_shape(shape[1:], self.plain.depth, "count")
        return self._summed(moved, of, shape, (n, *(row or ())))

    def _read(self, value: Any) -> tuple[Int64s, Array, tuple[int, ...]]:
        where = self.plain.where
        items, form = self.plain.read(value[0])
        weights, weight_form = as_flat_numbers(value[1], where=f"{where}, count_weights")
        if not isinstance(form, DenseForm) or not isinstance(weight_form, DenseForm):
            raise DTypeError(f"{where}: inputs and count_weights must be dense. Received: {value[0]!r}.")
        if form.shape != weight_form.shape:
            raise ShapeError(
                f"{where}: count_weights must have the shape of the inputs. "
                f"Received: inputs {list(form.shape)}, count_weights {list(weight_form.shape)}."
            )
        return self.plain.codes(items).reshape(form.shape), weights.reshape(form.shape), form.shape

    def _summed(
        self, codes: Int64s, weights: Array, shape: tuple[int, ...], full: tuple[int | None, ...] | None = None
    ) -> Any:
        depth, dtype = self.plain.depth, self.plain.dtype
        out: Any = full or encoded_shape(shape, depth, "count") or ()
        rows = math.prod(codes.shape[:-1])
        grouped, of = codes.reshape(rows, codes.shape[-1]), weights.reshape(rows, codes.shape[-1])
        held = grouped < depth
        flat = (grouped + np.arange(rows)[:, None] * depth)[held]
        dense = np.bincount(flat, of[held], minlength=rows * depth).astype(dtype).reshape(out)
        return Sparse.from_dense(dense) if self.plain.sparse else dense

    def infer_spec(self, spec: Any) -> Spec:
        return self.plain.infer_spec(spec[0])


@register_serializable("penstock")
class CategoryEncoding(StatelessLayer):
    """Turns integer categories into rows: one-hot, multi-hot or counted.

    A category of `num_tokens` or above counts for nothing; a negative one does so with `"one_hot"` and is an error
    otherwise, as in Keras.

    Args:
        num_tokens: Number of categories: 0 to `num_tokens - 1`.
        output_mode: `"one_hot"` gives a row per category, in the place of a last axis of length 1; `"multi_hot"` and
            `"count"` give a row per sample (a vector is one sample).
        sparse: Return rows as `Sparse`.
        **options: `name`, `trainable`, `input_shape`; `dtype` of the rows, float32.

    Raises:
        InvalidArgumentError: An option is out of range.

    Example:
        >>> layer = CategoryEncoding(num_tokens=4, output_mode="count")
        >>> layer([[0, 1], [0, 0]])
        array([[1., 1., 0., 0.],
               [2., 0., 0., 0.]], dtype=float32)
        >>> layer([[0, 1], [0, 0]], count_weights=[[0.5, 2.0], [1.0, 0.25]])
        array([[0.5 , 2.  , 0.  , 0.  ],
               [1.25, 0.  , 0.  , 0.  ]], dtype=float32)
    """

    def __init__(
        self, num_tokens: int | None = None, output_mode: str = "multi_hot", *, sparse: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        if not isinstance(num_tokens, int | np.integer) or isinstance(num_tokens, bool) or num_tokens < 1:
            raise InvalidArgumentError(
                f"{self.where}: num_tokens must be an int >= 1. Received: num_tokens={num_tokens!r}. "
                "Use IntegerLookup where the number is not known beforehand."
            )
        self.num_tokens = int(num_tokens)
        self.output_mode = as_output_mode(output_mode, _MODES, self.where)
        self.sparse = bool(sparse)
        self._transform: CategoriesToRows = CategoriesToRows(
            mode=self.output_mode, depth=self.num_tokens, sparse=self.sparse, dtype=self.dtype.name, where=self.where
        )

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Return rows for categories in any form.

        Args:
            inputs: Integers; floating point numbers are cut.
            count_weights: A number for each category, summed in place of ones; with `"count"` only.
        """
        if count_weights is None:
            return run_transform(self._transform, inputs)
        if self.output_mode != "count":
            raise InvalidArgumentError(
                f"{self.where}: count_weights needs output_mode='count'. Received: output_mode={self.output_mode!r}."
            )
        return run_transform(WeightedCounts(plain=self._transform), inputs, count_weights)

    def get_config(self) -> dict[str, Any]:
        own = {"num_tokens": self.num_tokens, "output_mode": self.output_mode, "sparse": self.sparse}
        return {**super().get_config(), **own}
