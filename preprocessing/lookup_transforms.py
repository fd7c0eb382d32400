"""What lookup layers do to their inputs, frozen: tokens to codes, and codes back to tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, DenseColumn, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import Ragged, Sparse
from .coding import CodingTransform, column_of, element_of, with_values
from .keys import Keys
from .numeric import number_array
from .strings import Form
from .transform import Transform
from .vocabulary import Vocabulary

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

_UNKNOWN = -2
"""Stands for an unknown token until its OOV code is known; no code and not `DROPPED`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TokensToCodes(CodingTransform):
    """Tokens to the codes of a vocabulary, or to rows that count them.

    Attributes:
        keys: What tokens are: strings or integers.
        vocabulary: The tokens, and the mask token as the last one if there is one.
        first: Code of the first token.
        oov: First code of unknown tokens, and how many codes there are for them.
        mask: Index of the mask token in the vocabulary, or -1, and its code.
    """

    name = "lookup"

    keys: Keys
    vocabulary: Vocabulary
    first: int
    oov: tuple[int, int]
    mask: tuple[int, int]

    def read(self, value: Any) -> tuple[BytesColumn, Form]:
        return self.keys.read(value, self.where)

    def codes(self, items: BytesColumn) -> Int64s:
        """Return the code of each token.

        Raises:
            InvalidArgumentError: A token is unknown and there are no codes for such.
        """
        start, n = self.oov
        if n > 1 and not self.keys.hashed_by_table:
            codes, unknown = self.vocabulary.codes(items, self.first, (_UNKNOWN, 1), self.mask)
            if unknown:
                places = np.flatnonzero(codes == _UNKNOWN)
                codes[places] = start + self.keys.buckets(items.take(places), n)
            return codes
        codes, unknown = self.vocabulary.codes(items, self.first, self.oov, self.mask)
        if unknown and not n:
            raise self._unknown(items)
        return codes

    def check_spec(self, spec: Spec) -> None:
        self.keys.check_spec(spec, self.where)

    def _unknown(self, items: BytesColumn) -> InvalidArgumentError:
        codes, _ = self.vocabulary.codes(items, 0, (-1, 1))
        bad = self.keys.shown(items.take(np.flatnonzero(codes == -1)[:5]))
        return InvalidArgumentError(
            f"{self.where}: with num_oov_indices=0 every input must be in the vocabulary. "
            f"Received: {', '.join(bad)}. Use num_oov_indices=1 for unknown inputs."
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CodesToTokens(Transform):
    """Codes back to the tokens of a vocabulary.

    Attributes:
        keys: What tokens are: strings or integers.
        tokens: The tokens, then the OOV token, then the mask token if there is one.
        first: Code of the first token.
        masks: Whether code 0 is the mask token.
        where: Start of messages.
    """

    name = "lookup_inverse"

    keys: Keys
    tokens: BytesColumn
    first: int
    masks: bool
    where: str
    _values: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", self.keys.values(self.tokens))

    def _indices(self, codes: Any) -> Int64s:
        array = number_array(codes, self.where)
        if array.dtype.kind not in "biuf":
            raise DTypeError(f"{self.where}: inputs must be integers. Received: {describe(codes)}.")
        with np.errstate(invalid="ignore"):
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
        return self._values[self._indices(value.values if isinstance(value, DenseColumn) else value)]

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn):
            return with_values(rows, self)
        if isinstance(rows, np.ndarray | DenseColumn):
            array = rows.values if isinstance(rows, DenseColumn) else rows
            if self.keys.dtype != "string":
                return self.apply(array)
            flat = self.tokens.take(self._indices(array).reshape(-1))
            return BytesColumn(flat.data, flat.offsets, array.shape[1:], rows=n)
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or spec.dtype.is_string:
            raise DTypeError(f"{self.where}: inputs must be integers. Received: {spec!r}.")
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, self.keys.dtype, spec.ragged_rank)
        return type(spec)(spec.shape, self.keys.dtype)
