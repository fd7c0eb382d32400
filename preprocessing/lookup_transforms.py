"""What lookup layers do to their inputs, frozen: tokens to codes, and codes back to tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn, SparseColumn
from ..core.errors import DTypeError, InvalidArgumentError, UnimplementedError, describe
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import Ragged, Sparse
from .categorical import Mode, encode, encode_groups, encode_rows, encoded_shape
from .strings import DenseForm, Form, RaggedForm, SparseForm, as_strings
from .transform import Transform
from .vocabulary import Vocabulary

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]
OutputMode = Literal["int", "one_hot", "multi_hot", "count", "tf_idf"]


@dataclass(frozen=True, eq=False)
class TokensToCodes(Transform):
    """Strings to the codes of a vocabulary, or to rows that count them.

    Attributes:
        vocabulary: The tokens, and the mask token as the last one if there is one.
        first: Code of the first token.
        oov: First code of unknown strings, and how many codes they are hashed to.
        mask: Index of the mask token in the vocabulary, or -1, and its code.
        mode: What is returned.
        depth: Length of a row; 0 for codes.
        sparse: Whether rows are sparse.
        weights: float32[depth] for tf_idf.
        where: Start of messages.
    """

    name = "string_lookup"

    vocabulary: Vocabulary
    first: int
    oov: tuple[int, int]
    mask: tuple[int, int]
    mode: OutputMode
    depth: int
    sparse: bool
    weights: Array | None
    where: str

    @property
    def counting(self) -> Mode:
        """How codes are put into rows."""
        return "count" if self.mode == "tf_idf" else self.mode  # type: ignore[return-value]

    def codes(self, strings: BytesColumn) -> Int64s:
        """Return the code of each string.

        Raises:
            InvalidArgumentError: A string is unknown and there are no codes for such.
        """
        codes, unknown = self.vocabulary.codes(strings, self.first, self.oov, self.mask)
        if unknown and not self.oov[1]:
            raise self._unknown(strings)
        return codes

    def apply(self, value: Any) -> Any:
        strings, form = as_strings(value, where=self.where)
        codes = self.codes(strings)
        if self.mode == "int":
            result = form.restore(codes)
            return result[()] if isinstance(form, DenseForm) and not form.shape else result
        return self._rows(codes, form)

    def _rows(self, codes: Int64s, form: Form) -> Any:
        if isinstance(form, DenseForm):
            return encode(
                codes.reshape(form.shape), self.depth, self.counting, sparse=self.sparse, weights=self.weights
            )
        if isinstance(form, RaggedForm):
            if self.counting == "one_hot":
                return form.restore(encode(codes, self.depth, "one_hot", weights=self.weights))
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
        return encode_groups(codes, groups, n, self.depth, self.counting, sparse=self.sparse, weights=self.weights)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, BytesColumn) or (isinstance(rows, np.ndarray) and not self.sparse):
            shape = rows.shape if isinstance(rows, BytesColumn) else rows.shape[1:]
            if not self.sparse:
                codes = self.codes(as_strings(rows, where=self.where).column).reshape(n, *shape)
                return (
                    codes if self.mode == "int" else encode_rows(codes, self.depth, self.counting, weights=self.weights)
                )
        elif isinstance(rows, RaggedColumn) and self.mode == "int":
            return _with_values(rows, self)
        return _column([self.apply(_element(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or not spec.dtype.is_string:
            raise DTypeError(f"{self.where}: inputs must be strings. Received: {spec!r}.")
        return lookup_spec(spec, self.mode, self.depth, sparse=self.sparse)

    def _unknown(self, strings: BytesColumn) -> InvalidArgumentError:
        codes, _ = self.vocabulary.codes(strings, 0, (-1, 1))
        bad = [strings.element(int(i)).decode("utf-8", "backslashreplace") for i in np.flatnonzero(codes == -1)[:5]]
        return InvalidArgumentError(
            f"{self.where}: with num_oov_indices=0 every input must be in the vocabulary. "
            f"Received: {', '.join(map(repr, bad))}. Use num_oov_indices=1 for unknown inputs."
        )


@dataclass(frozen=True, eq=False)
class CodesToTokens(Transform):
    """Codes back to the tokens of a vocabulary.

    Attributes:
        tokens: The tokens, then the OOV token, then the mask token if there is one.
        first: Code of the first token.
        masks: Whether code 0 is the mask token.
        where: Start of messages.
    """

    name = "string_lookup_inverse"

    tokens: BytesColumn
    first: int
    masks: bool
    where: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", self.tokens.as_value())

    def _indices(self, codes: Any) -> Int64s:
        array = np.asarray(codes)
        if array.dtype.kind not in "biuf":
            raise DTypeError(f"{self.where}: inputs must be integers. Received: {describe(codes)}.")
        array = array.astype(np.int64, copy=False)
        n = len(self.tokens) - 1 - self.masks
        indices = array - self.first
        indices = np.where((indices >= 0) & (indices < n), indices, n)
        return np.where(array == 0, n + 1, indices) if self.masks else indices

    def apply(self, value: Any) -> Any:
        if isinstance(value, Ragged):
            return Ragged(self.apply(value.values), value.row_splits)
        if isinstance(value, Sparse):
            return Sparse(value.indices, self.apply(value.values), value.dense_shape)
        values: Array = self._values  # type: ignore[attr-defined]
        return values[self._indices(value.values if isinstance(value, DenseColumn) else value)]

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn):
            return _with_values(rows, self)
        if isinstance(rows, np.ndarray | DenseColumn):
            array = rows.values if isinstance(rows, DenseColumn) else rows
            flat = self.tokens.take(self._indices(array).reshape(-1))
            return BytesColumn(flat.data, flat.offsets, array.shape[1:], rows=n)
        return _column([self.apply(_element(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or spec.dtype.is_string:
            raise DTypeError(f"{self.where}: inputs must be integers. Received: {spec!r}.")
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, "string", spec.ragged_rank)
        return type(spec)(spec.shape, "string")


def lookup_spec(spec: Spec, mode: OutputMode, depth: int, *, sparse: bool) -> Spec:
    """Return the spec of looked-up strings of a spec."""
    assert isinstance(spec, TensorSpec | RaggedSpec | SparseSpec)
    if mode == "int":
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, "int64", spec.ragged_rank)
        return type(spec)(spec.shape, "int64")
    dtype = "float32" if mode == "tf_idf" else "int64"
    counting: Mode = "count" if mode == "tf_idf" else mode
    if isinstance(spec, RaggedSpec) and counting == "one_hot":
        return RaggedSpec((*(spec.shape or ()), depth), dtype, spec.ragged_rank)
    shape = spec.shape if isinstance(spec, TensorSpec) else (None if spec.shape is None else (spec.shape[0], None))
    encoded = encoded_shape(shape, depth, counting)
    return SparseSpec(encoded, dtype) if sparse else TensorSpec(encoded, dtype)


def _with_values(rows: RaggedColumn, transform: Transform) -> RaggedColumn:
    """Apply an elementwise transform to the innermost values of ragged rows."""
    low, high = int(rows.splits[0]), int(rows.splits[-1])
    inner = rows.values.slice(low, high)
    values = (
        _with_values(inner, transform) if isinstance(inner, RaggedColumn) else transform.apply_rows(len(inner), inner)
    )
    return RaggedColumn(values if isinstance(values, Column) else DenseColumn(values), rows.splits - low)


def _element(rows: Any, index: int) -> Any:
    return rows.element(index) if isinstance(rows, Column) else rows[index]


def _column(results: list[Any]) -> Any:
    if results and isinstance(results[0], Sparse):
        return SparseColumn.from_values(results)
    from ..core.columns import from_elements

    return from_elements(results)
