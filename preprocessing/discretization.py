"""Discretization: numbers to bins between boundaries that are given or learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.saving import register_serializable
from ..core.saving.apart import is_state_apart
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from .base import AdaptableLayer
from .coding import CodingTransform, as_output_mode, check_sparse, coded_spec
from .data_adapter import as_numbers
from .numeric import as_flat_numbers, as_floats
from .quantiles import ValueCounts
from .strings import Form
from .transform import run_transform

Array = npt.NDArray[Any]
Float32s = npt.NDArray[np.float32]
Int64s = npt.NDArray[np.int64]

_MODES = ("int", "one_hot", "multi_hot", "count")


@dataclass(frozen=True, eq=False, kw_only=True)
class NumbersToBins(CodingTransform):
    """Numbers to the bins between boundaries: bin `i` is `[boundaries[i - 1], boundaries[i])`.

    Attributes:
        boundaries: float32[bins - 1], not falling.
        compared_as: Type to which numbers are cast first.
    """

    name = "discretization"

    boundaries: Float32s
    compared_as: np.dtype[Any]

    def read(self, value: Any) -> tuple[Array, Form]:
        return as_flat_numbers(value, where=self.where)

    def codes(self, items: Array) -> Int64s:
        values = items.astype(self.compared_as, copy=False)
        return np.searchsorted(self.boundaries, values, side="right").astype(np.int64, copy=False)

    def check_spec(self, spec: Spec) -> None:
        _check_spec(spec, self.where)


def _check_spec(spec: Spec, where: str) -> None:
    if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or spec.dtype.is_string:
        raise DTypeError(f"{where}: inputs must be numbers. Received: {spec!r}.")


@register_serializable("penstock")
class Discretization(AdaptableLayer):
    """Puts numbers into bins: those between given boundaries, or learned ones with about equally many numbers each.

    Bin 0 is everything below the first boundary; a number equal to a boundary is above it. NaN is in the last bin, as
    in Keras. Learned boundaries are those that Keras finds when it is given all data in one batch, whatever the batches
    are here; `quantiles.ValueCounts` states the error bound for data of more than 65 536 distinct numbers.

    Args:
        bin_boundaries: Rising numbers, instead of adapting.
        num_bins: Number of bins to learn. Data of very few numbers gives fewer.
        epsilon: Spacing of the quantiles that boundaries are interpolated from, as a fraction of the data.
        output_mode: `"int"` gives int32 in the inputs' shape. The other modes give rows as long as there are bins:
            `"one_hot"` per number; `"multi_hot"` and `"count"` per sample (a vector is one sample).
        sparse: Return rows as `Sparse`.
        **options: `name`, `trainable`, `input_shape`; `dtype`, to which inputs are cast, and that of rows (float32).

    Raises:
        InvalidArgumentError: Not one of `bin_boundaries` and `num_bins` is given, or an option is out of range.

    Example:
        >>> layer = Discretization(num_bins=3)
        >>> layer.adapt([10, 93, 57, 18, 37, 5])
        >>> layer([10, 93, 57, 18, 37, 5])
        array([1, 2, 2, 1, 2, 0], dtype=int32)
    """

    _missing: ClassVar[str] = "no boundaries yet. Call adapt(data) first, or pass bin_boundaries= to the constructor."

    def __init__(
        self,
        bin_boundaries: Sequence[float] | npt.NDArray[Any] | None = None,
        num_bins: int | None = None,
        *,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.output_mode = as_output_mode(output_mode, _MODES, self.where)
        self.sparse = bool(sparse)
        check_sparse(self.output_mode, self.where, sparse=self.sparse)
        if (bin_boundaries is None) == (num_bins is None):
            raise InvalidArgumentError(
                f"{self.where}: one of bin_boundaries and num_bins must be given. "
                f"Received: bin_boundaries={describe(bin_boundaries)}, num_bins={num_bins}."
            )
        if num_bins is not None and (not isinstance(num_bins, int | np.integer) or num_bins < 1):
            raise InvalidArgumentError(f"{self.where}: num_bins must be an int >= 1. Received: num_bins={num_bins!r}.")
        if not isinstance(epsilon, int | float | np.number) or not 0 < epsilon <= 1:
            raise InvalidArgumentError(f"{self.where}: epsilon must be in (0, 1]. Received: epsilon={epsilon!r}.")
        self.num_bins = None if num_bins is None else int(num_bins)
        self.epsilon = float(epsilon)
        self._transform: NumbersToBins | None = None
        self._seen = ValueCounts()
        # Bins that will come with `load_arrays`: a loaded model is put together before that.
        self._expected: int | None = None
        self.built = True
        if bin_boundaries is not None:
            self._use(bin_boundaries)

    def _use(self, boundaries: Any) -> None:
        found = as_floats(boundaries, f"{self.where}: bin_boundaries")
        if found.ndim != 1 or not (np.diff(found) >= 0).all():
            raise InvalidArgumentError(
                f"{self.where}: bin_boundaries must be a list of rising numbers. "
                f"Received: bin_boundaries={describe(boundaries)}."
            )
        self._boundaries = found
        self._transform = NumbersToBins(
            boundaries=found.astype(np.float32),
            compared_as=self.dtype.numpy,
            mode=self.output_mode,
            depth=0 if self.output_mode == "int" else len(found) + 1,
            sparse=self.sparse,
            dtype=self._result_dtype,
            where=self.where,
        )

    @property
    def bin_boundaries(self) -> list[float] | None:
        """The boundaries in use; None before the layer is adapted."""
        return None if self._transform is None else self._boundaries.tolist()

    @property
    def _result_dtype(self) -> str:
        return "int32" if self.output_mode == "int" else self.dtype.name

    # --- adapting -----------------------------------------------------------------------------------------------------

    @property
    def is_adapted(self) -> bool:
        return self._transform is not None

    def _check_adaptable(self) -> None:
        if self.num_bins is None:
            raise InvalidArgumentError(
                f"{self.where}: a layer with bin_boundaries= cannot be adapted. Make one with num_bins=."
            )

    def _update(self, value: Any, *, whole: bool) -> None:
        self._seen.add(as_numbers(value, where=self.where))

    def reset_state(self) -> None:
        self._seen = ValueCounts()

    def merge_state(self, other: Self) -> None:
        self._check_mergeable(other)
        self._seen.merge(other._seen)

    def finalize_state(self) -> None:
        """Find the boundaries of the numbers seen so far.

        Raises:
            InvalidArgumentError: No numbers were seen.
        """
        self._check_adaptable()
        if not len(self._seen):
            raise InvalidArgumentError(f"{self.where}: adapt needs at least one number. Received: empty data.")
        assert self.num_bins is not None
        found = self._seen.boundaries(self.num_bins, self.epsilon)
        # NaN in the data is above all numbers: a boundary that it takes part in is above all numbers too.
        self._use(np.where(np.isnan(found), np.float32(np.inf), found))

    def get_state(self) -> dict[str, Array]:
        return self._seen.to_arrays()

    def set_state(self, state: Mapping[str, Array]) -> None:
        self._seen = ValueCounts.from_arrays(state, where=self.where)

    # --- calling ------------------------------------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        """Return bins, or rows, for numbers in any form."""
        self._require_adapted()
        assert self._transform is not None
        return run_transform(self._transform, inputs)

    def _infer(self, spec: Spec) -> Spec:
        if self._transform is not None:
            return self._transform.infer_spec(spec)
        _check_spec(spec, self.where)
        if self.output_mode != "int" and self._expected is None:
            self._require_adapted()
        return coded_spec(spec, self.output_mode, self._expected or 0, sparse=self.sparse, dtype=self._result_dtype)

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            **super().get_config(),
            "bin_boundaries": self.bin_boundaries if self.num_bins is None else None,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }
        if self.num_bins is not None and self.is_adapted and is_state_apart():
            config["adapted"] = {"size": len(self._boundaries) + 1}
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what `get_config` returned; boundaries beside `num_bins` are learned ones, as in Keras."""
        found = config.get("bin_boundaries")
        if found is None or config.get("num_bins") is None:
            return super().from_config(config)
        return super().from_config({**config, "bin_boundaries": None, "adapted": {"bin_boundaries": found}})

    def learned_config(self) -> dict[str, Any] | None:
        return None if self.num_bins is None or not self.is_adapted else {"bin_boundaries": self.bin_boundaries}

    def restore_learned(self, config: Mapping[str, Any]) -> None:
        if "bin_boundaries" in config:
            self._use(config["bin_boundaries"])
        else:
            self._expected = int(config["size"])

    def save_arrays(self) -> dict[str, Array]:
        return {"bin_boundaries": self._boundaries} if self.num_bins is not None and self.is_adapted else {}

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        if arrays:
            self._use(arrays["bin_boundaries"])
