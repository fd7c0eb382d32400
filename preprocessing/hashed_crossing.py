"""HashedCrossing: combinations of two or more features to bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, DenseColumn
from ..core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..core.ops import registry
from ..core.saving import register_serializable
from ..core.specs import SparseSpec, Spec, TensorSpec
from .categorical import encode, encode_rows, encoded_shape
from .coding import as_output_mode, check_sparse, column_of, element_of
from .hashing import as_bins, check_code_dtype, holds_strings
from .kernels.farmhash import crossed_kernel, fingerprint64_kernel
from .numeric import as_flat_numbers
from .stateless import StatelessLayer
from .strings import DenseForm, as_strings
from .transform import JointTransform, run_transform

Array = npt.NDArray[Any]
Uint64s = npt.NDArray[np.uint64]


@dataclass(frozen=True, eq=False, kw_only=True)
class FeaturesToBins(JointTransform):
    """Features of one shape to bins by the hash of what stands at the same place.

    Attributes:
        n: Bins.
        one_hot: Return rows and not bins.
        sparse: Whether rows are sparse.
        dtype: Of the result.
        where: Start of messages.
    """

    name = "hashed_crossing"

    n: int
    one_hot: bool
    sparse: bool
    dtype: str
    where: str

    def _crossed(self, features: Any) -> tuple[npt.NDArray[np.int64], tuple[int, ...]]:
        read = [self._words(feature) for feature in features]
        shapes = [shape for _, shape in read]
        if any(shape != shapes[0] for shape in shapes):
            raise ShapeError(f"{self.where}: inputs must have the same shape. Received: {', '.join(map(str, shapes))}.")
        words = np.stack([w for w, _ in read])
        bins = np.empty(words.shape[1], dtype=np.int64)
        with np.errstate(over="ignore"):
            crossed_kernel(words, self.n, bins)
        return bins, shapes[0]

    def _words(self, feature: Any) -> tuple[Uint64s, tuple[int, ...]]:
        """Return one word per item: the fingerprint of a string, an integer as it is."""
        if holds_strings(feature):
            strings, form = as_strings(feature, where=self.where)
            words = np.empty(len(strings), dtype=np.uint64)
            with np.errstate(over="ignore"):
                fingerprint64_kernel(strings.data, strings.offsets, words)
        else:
            values, form = as_flat_numbers(feature, where=self.where)
            if values.dtype.kind not in "iu":
                raise DTypeError(f"{self.where}: inputs must be strings or integers. Received: {describe(feature)}.")
            words = values.astype(np.int64).view(np.uint64)
        if not isinstance(form, DenseForm):
            raise DTypeError(f"{self.where}: inputs must be dense. Received: {describe(feature)}.")
        return words, form.shape

    def apply(self, value: Any) -> Any:
        bins, shape = self._crossed(value)
        self._check_shape(shape)
        dense = bins.reshape(shape)
        if self.one_hot:
            return encode(dense, self.n, "one_hot", sparse=self.sparse, dtype=self.dtype)
        return dense.astype(self.dtype, copy=False)[()]

    def apply_rows(self, n: int, rows: Any) -> Any:
        if self.sparse or not all(isinstance(r, BytesColumn | DenseColumn | np.ndarray) for r in rows):
            return column_of([self.apply([element_of(r, i) for r in rows]) for i in range(n)])
        bins, shape = self._crossed(rows)
        self._check_shape(shape[1:])
        dense = bins.reshape(shape)
        return encode_rows(dense, self.n, "one_hot", dtype=self.dtype) if self.one_hot else dense.astype(self.dtype)

    def _check_shape(self, shape: tuple[int | None, ...]) -> None:
        if len(shape) > 2 or (len(shape) == 2 and shape[1] not in (1, None)):
            raise ShapeError(
                f"{self.where}: inputs must have shape [], [batch] or [batch, 1]. Received: {list(shape)}."
            )

    def infer_spec(self, spec: Any) -> Spec:
        if not isinstance(spec, list | tuple) or len(spec) < 2:
            raise InvalidArgumentError(
                f"{self.where}: inputs must be a list of two features or more. Received: {spec!r}."
            )
        for one in spec:
            if not isinstance(one, TensorSpec) or not (one.dtype.is_string or one.dtype.is_integer):
                raise DTypeError(f"{self.where}: inputs must be dense strings or integers. Received: {one!r}.")
        shape = spec[0].shape
        if shape is not None:
            self._check_shape(shape)
        if not self.one_hot:
            return TensorSpec(shape, self.dtype)
        encoded = encoded_shape(shape, self.n, "one_hot")
        return SparseSpec(encoded, self.dtype) if self.sparse else TensorSpec(encoded, self.dtype)


@register_serializable("penstock")
class HashedCrossing(StatelessLayer):
    """Hashes combinations of two or more features to bins.

    What stands at the same place of every feature is hashed together: the fingerprints of strings and the integers
    themselves, joined by FarmHash's `FingerprintCat64` as in TensorFlow.

    Args:
        num_bins: Number of bins.
        output_mode: `"int"` gives bins in the shape of a feature; `"one_hot"` gives rows of length `num_bins`.
        sparse: Return rows as `Sparse`.
        **options: `name`, `trainable`, `input_shape`; `dtype` of the result: int64 or int32 for `"int"`, else float32.

    Raises:
        InvalidArgumentError: An option is out of range or does not go with another.

    Example:
        >>> HashedCrossing(num_bins=5)((["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]))
        array([1, 4, 1, 1, 3])
    """

    def __init__(self, num_bins: int, output_mode: str = "int", *, sparse: bool = False, **options: Any) -> None:
        if options.get("dtype") is None:
            options["dtype"] = "int64" if output_mode == "int" else "float32"
        super().__init__(**options)
        self.num_bins = as_bins(num_bins, self.where)
        self.output_mode = as_output_mode(output_mode, ("int", "one_hot"), self.where)
        self.sparse = bool(sparse)
        check_sparse(self.output_mode, self.where, sparse=self.sparse)
        check_code_dtype(self.output_mode, self.dtype.name, self.where)
        self._transform = FeaturesToBins(
            n=self.num_bins,
            one_hot=self.output_mode == "one_hot",
            sparse=self.sparse,
            dtype=self.dtype.name,
            where=self.where,
        )

    def call(self, inputs: Any) -> Any:
        """Return the bins, or rows, of features of one shape: `[]`, `[batch]` or `[batch, 1]`.

        Args:
            inputs: List or tuple of two features or more, each of strings or integers.
        """
        if not isinstance(inputs, list | tuple) or len(inputs) < 2:
            raise InvalidArgumentError(
                f"{self.where}: inputs must be a list of two features or more. Received: {describe(inputs)}."
            )
        features = inputs
        if any(registry.operand_kind(feature) == "symbol" for feature in inputs):
            features = [f if hasattr(f, "shape") else np.asarray(f) for f in inputs]
        return run_transform(self._transform, *features)

    def get_config(self) -> dict[str, Any]:
        own = {"num_bins": self.num_bins, "output_mode": self.output_mode, "sparse": self.sparse}
        return {**super().get_config(), **own}
