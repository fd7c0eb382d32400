"""Normalization: shifts and scales inputs to mean 0 and variance 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ..core import ops
from ..core.columns import DenseColumn
from ..core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..core.ops import registry
from ..core.ops.inference import broadcast_shapes
from ..core.saving import register_serializable
from ..core.specs import RaggedSpec, Shape, Spec, TensorSpec
from ..core.values import Ragged
from .base import AdaptableLayer
from .data_adapter import Source, as_numbers
from .moments import Moments
from .numeric import as_floats

Array = npt.NDArray[Any]

EPSILON = 1e-7
"""Least standard deviation that is divided by, as in Keras."""


@register_serializable("penstock")
class Normalization(AdaptableLayer):
    """Shifts and scales inputs so that what the layer was adapted to has mean 0 and variance 1.

    The result is `(inputs - mean) / max(sqrt(variance), 1e-7)`; with `invert` that is undone.
    Means and variances are accumulated in float64, so that splits and merges of the data agree to the last bits of
    float32. NaN in the data gives NaN in the statistics of its place, as in Keras.

    Args:
        axis: Axes that keep statistics of their own, counted with the batch axis; the other axes are averaged over. An
            int, a tuple, or None for a single mean and variance. -1 is one mean per feature.
        mean: Numbers that broadcast to the kept axes, instead of adapting; needs `variance` of the same shape.
        variance: As `mean`.
        invert: Undo the normalization instead.
        **options: `name`, `dtype` (of the result; float32), `trainable`, `input_shape`.

    Raises:
        InvalidArgumentError: `mean` and `variance` do not go together, or `axis` names an axis twice.

    Example:
        >>> layer = Normalization()
        >>> layer.adapt([[0.0, 7.0], [2.0, 9.0]])
        >>> layer([[1.0, 9.0]])
        array([[0., 1.]], dtype=float32)
    """

    _missing: ClassVar[str] = (
        "no statistics yet. Call adapt(data) first, or pass mean= and variance= to the constructor."
    )

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        *,
        mean: npt.ArrayLike | None = None,
        variance: npt.ArrayLike | None = None,
        invert: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.axis = _axes(axis, self.where)
        self.invert = bool(invert)
        self._given = _given(mean, variance, self.axis, self.where)
        self._moments: Moments | None = None
        self._keep: tuple[int, ...] = ()
        self._shape: tuple[int, ...] = ()
        # Given statistics with the rank of the inputs, once that is known.
        self._placed: tuple[Array, Array] | None = None

    # --- building -----------------------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Fix the axes for inputs of this shape (batch axis included) and make the weights of an adaptable layer.

        Raises:
            ShapeError: There is no such axis, or a kept axis has unknown length.
        """
        if not isinstance(input_shape, tuple | list):
            raise ShapeError(f"{self.where}: inputs must be one array. Received: shapes {input_shape}.")
        ndim, shape = len(input_shape), tuple(input_shape)
        if self.axis and not ndim:
            raise ShapeError(
                f"{self.where}: single numbers have no axis to keep. Received: axis={self.axis}, inputs of rank 0. "
                "Use axis=None for one mean of all, or give numbers in batches."
            )
        if any(not -ndim <= a < ndim for a in self.axis):
            raise ShapeError(
                f"{self.where}: axis must be in [-{ndim}, {ndim}) for inputs of rank {ndim}. "
                f"Received: axis={self.axis}, inputs {shape}."
            )
        self._keep = tuple(sorted(a % ndim for a in self.axis))
        if len(set(self._keep)) < len(self._keep):
            raise ShapeError(
                f"{self.where}: axis must not name an axis twice. Received: axis={self.axis}, inputs {shape}."
            )
        if any(shape[a] is None for a in self._keep):
            raise ShapeError(
                f"{self.where}: the length of kept axes must be known. Received: axis={self.axis}, inputs {shape}."
            )
        self._shape = tuple(shape[a] if a in self._keep else 1 for a in range(ndim))
        kept = self._kept_shape
        if self._given is None and not self._weights:
            self.mean_weight = self.add_weight(kept, "zeros", trainable=False, name="mean")
            self.variance_weight = self.add_weight(kept, "ones", trainable=False, name="variance")
            self.count_weight = self.add_weight((), "zeros", "int64", trainable=False, name="count")
        elif self._given is not None:
            self._placed = self._place(*self._given)

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        value = args[0] if args else next(iter(kwargs.values()))
        spec = value if isinstance(value, Spec) else getattr(value, "spec", None)
        if isinstance(spec, TensorSpec | RaggedSpec):
            self.build(spec.shape)
        else:
            self.build(value.shape if isinstance(value, Ragged) else np.shape(self._as_array(value)))

    @property
    def _kept_shape(self) -> tuple[int, ...]:
        return tuple(self._shape[a] for a in self._keep)

    # --- adapting -----------------------------------------------------------------------------------------------------

    @property
    def is_adapted(self) -> bool:
        return self._given is not None or (self.built and int(np.asarray(self.count_weight)) > 0)

    def _check_adaptable(self) -> None:
        if self._given is not None:
            raise InvalidArgumentError(
                f"{self.where}: a layer with mean= and variance= cannot be adapted. Make one without them."
            )

    def _prepare(self, source: Source) -> None:
        if source.sample_rank == 0 and not self.built:
            self.build(())

    def _update(self, value: Any, *, whole: bool) -> None:
        batch = as_numbers(value, where=self.where)
        if not self.built:
            self.build(batch.shape)
        for axis, length in zip(self._keep, self._kept_shape, strict=True):
            if axis >= batch.ndim or batch.shape[axis] != length:
                raise ShapeError(
                    f"{self.where}: axis {axis} of every batch must have length {length}. Received: {describe(batch)}."
                )
        if self._moments is None:
            self._moments = Moments.empty(math.prod(self._kept_shape))
        self._moments = self._moments.merged(Moments.of(_columns(batch, self._keep)))

    def reset_state(self) -> None:
        self._moments = None

    def merge_state(self, other: Self) -> None:
        """Add the statistics of a layer with the same axes.

        Raises:
            InvalidArgumentError: The other layer keeps other axes.
        """
        self._check_mergeable(other)
        if other._moments is None:
            return
        if not self.built:
            self.build(other._built_for)
        if (self._keep, self._kept_shape) != (other._keep, other._kept_shape):
            raise InvalidArgumentError(
                f"{self.where}: merge_state needs a layer with the same kept axes. "
                f"Received: {self._keep} {self._kept_shape} and {other._keep} {other._kept_shape}."
            )
        self._moments = other._moments if self._moments is None else self._moments.merged(other._moments)

    def finalize_state(self) -> None:
        """Set the mean and variance that calls use.

        Raises:
            InvalidArgumentError: No values were seen.
        """
        if self._moments is None or not self._moments.count:
            raise InvalidArgumentError(f"{self.where}: adapt needs at least one value per place. Received: empty data.")
        mean, variance = self._moments.mean, self._moments.variance
        with np.errstate(over="ignore"):
            self.mean_weight.assign(mean.reshape(self._kept_shape).astype(self.dtype.numpy))
            self.variance_weight.assign(variance.reshape(self._kept_shape).astype(self.dtype.numpy))
        self.count_weight.assign(np.int64(self._moments.count))

    def get_state(self) -> dict[str, Array]:
        if self._moments is None:
            return {}
        return {**self._moments.to_arrays(), "input_shape": _encode_shape(self._built_for)}

    def set_state(self, state: Mapping[str, Array]) -> None:
        if not state:
            self.reset_state()
            return
        if "input_shape" not in state:
            raise InvalidArgumentError(f"{self.where}: a saved state must have 'input_shape'.")
        if not self.built:
            self.build(_decode_shape(state["input_shape"]))
        self._moments = Moments.from_arrays(state, math.prod(self._kept_shape), where=self.where)

    # --- calling ------------------------------------------------------------------------------------------------------

    @property
    def mean(self) -> Array:
        """The mean in use, with the rank of the inputs.

        Raises:
            NotAdaptedError: There is none yet.
        """
        return self._statistics()[0]

    @property
    def variance(self) -> Array:
        """The variance in use, with the rank of the inputs.

        Raises:
            NotAdaptedError: There is none yet.
        """
        return self._statistics()[1]

    def _statistics(self) -> tuple[Array, Array]:
        if self._given is not None:
            return self._placed or self._place(*self._given)
        self._require_adapted()
        mean, variance = np.asarray(self.mean_weight), np.asarray(self.variance_weight)
        return mean.reshape(self._shape), variance.reshape(self._shape)

    def _place(self, *given: Array) -> tuple[Array, Array]:
        """Return given statistics with the rank of the inputs, read-only, as the layer's dtype."""
        mean, variance = (_spread(v, self._keep, self._shape, self.where).astype(self.dtype.numpy) for v in given)
        mean.flags.writeable = variance.flags.writeable = False
        return mean, variance

    def call(self, inputs: Any) -> Any:
        """Return the inputs, dense or ragged, normalized, as the layer's dtype; NaN stays NaN."""
        mean, variance = self._statistics()
        with np.errstate(invalid="ignore"):  # Infinite numbers, of inputs or statistics, give NaN.
            deviation = np.maximum(np.sqrt(variance), mean.dtype.type(EPSILON))
            if registry.operand_kind(inputs) is not None:
                x = ops.cast(inputs, self.dtype)
                return ops.add(mean, ops.multiply(x, deviation)) if self.invert else ops.divide(x - mean, deviation)
            if isinstance(inputs, Ragged):
                return self._ragged(inputs, mean, deviation)
            return self._changed(self._as_array(inputs), mean, deviation)

    def _ragged(self, inputs: Ragged, mean: Array, deviation: Array) -> Ragged:
        """Change the values of ragged rows; kept axes must be behind the ragged ones."""
        splits, inner = [inputs.row_splits], inputs.values
        while isinstance(inner, Ragged):
            splits.append(inner.row_splits)
            inner = inner.values
        if self._keep and (len(self._shape) != len(splits) + inner.ndim or min(self._keep) <= len(splits)):
            raise ShapeError(
                f"{self.where}: the kept axes of ragged inputs must have one length. "
                f"Received: axis={self.axis}, inputs {describe(inputs)}. Use axis=None for one mean of all."
            )
        shape = self._shape[len(splits) + 1 :] if self._keep else ()
        values: Array | Ragged = self._changed(self._as_array(inner), mean.reshape(shape), deviation.reshape(shape))
        for row_splits in reversed(splits):
            values = Ragged(values, row_splits)
        assert isinstance(values, Ragged)
        return values

    def _changed(self, x: Array, mean: Array, deviation: Array) -> Array:
        try:
            changed: Array
            if self.invert:
                changed = mean + x * deviation
                return changed
            changed = x - mean
            return np.divide(changed, deviation, out=changed) if changed.ndim else changed / deviation
        except ValueError as err:
            raise ShapeError(
                f"{self.where}: inputs must broadcast with statistics of shape {list(self._shape)}. "
                f"Received: inputs {describe(x)}."
            ) from err

    def _as_array(self, value: Any) -> Array:
        if isinstance(value, DenseColumn):
            value = value.values
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                raise DTypeError(f"{self.where}: inputs must be numbers. Received: {describe(value)}.")
            return array.astype(self.dtype.numpy, copy=False)
        except ValueError as err:
            if isinstance(err, DTypeError):
                raise
            raise ShapeError(
                f"{self.where}: rows of inputs must have one length. Received: {describe(value)}."
            ) from err

    def _infer(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec) or spec.dtype.is_string:
            raise DTypeError(f"{self.where}: inputs must be numbers. Received: {spec!r}.")
        shape: Shape = broadcast_shapes([spec.shape, self._shape], self.where)
        return TensorSpec(shape, self.dtype)

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        given = self._given
        return {
            **super().get_config(),
            "axis": list(self.axis),
            "mean": None if given is None else given[0].tolist(),
            "variance": None if given is None else given[1].tolist(),
            "invert": self.invert,
        }

    def learned_config(self) -> dict[str, Any] | None:
        if self._given is not None or not self.is_adapted:
            return None
        return {
            "input_shape": list(self._built_for),
            "mean": np.asarray(self.mean_weight).tolist(),
            "variance": np.asarray(self.variance_weight).tolist(),
            "count": int(np.asarray(self.count_weight)),
        }

    def restore_learned(self, config: Mapping[str, Any]) -> None:
        self.build(tuple(config["input_shape"]))
        self.mean_weight.assign(np.asarray(config["mean"], dtype=self.dtype.numpy))
        self.variance_weight.assign(np.asarray(config["variance"], dtype=self.dtype.numpy))
        self.count_weight.assign(np.int64(config["count"]))


def _axes(axis: int | Sequence[int] | None, where: str) -> tuple[int, ...]:
    if axis is None:
        return ()
    try:
        axes = tuple(int(a.__index__()) for a in ((axis,) if isinstance(axis, int | np.integer) else axis))
    except (TypeError, AttributeError) as err:
        raise InvalidArgumentError(
            f"{where}: axis must be an int, a tuple of ints, or None. Received: axis={describe(axis)}."
        ) from err
    if len(set(axes)) < len(axes):
        raise InvalidArgumentError(f"{where}: axis must not name an axis twice. Received: axis={axis}.")
    return axes


def _given(mean: Any, variance: Any, axes: tuple[int, ...], where: str) -> tuple[Array, Array] | None:
    if mean is None and variance is None:
        return None
    if mean is None or variance is None:
        raise InvalidArgumentError(
            f"{where}: mean and variance must be given together. Received: mean={mean}, variance={variance}."
        )
    first, second = as_floats(mean, f"{where}: mean"), as_floats(variance, f"{where}: variance")
    if first.shape != second.shape:
        raise ShapeError(
            f"{where}: mean and variance must have the same shape. "
            f"Received: mean of shape {first.shape}, variance of shape {second.shape}."
        )
    if first.ndim > len(axes):
        raise ShapeError(
            f"{where}: the rank of mean must be at most the number of kept axes ({len(axes)}). "
            f"Received: mean of shape {first.shape}, axis={axes}."
        )
    return first, second


def _spread(values: Array, keep: tuple[int, ...], shape: tuple[int, ...], where: str) -> Array:
    """Align given statistics with the kept axes, from the right, and broadcast them to the shape of the statistics."""
    dims = [1] * len(shape)
    for length, axis in zip(reversed(values.shape), reversed(keep), strict=False):
        dims[axis] = length
    try:
        return np.broadcast_to(values.reshape(dims), shape)
    except ValueError as err:
        raise ShapeError(
            f"{where}: mean and variance must broadcast to the kept axes {keep} of the inputs. "
            f"Received: mean of shape {values.shape}, kept lengths {tuple(shape[a] for a in keep)}."
        ) from err


def _columns(batch: Array, keep: tuple[int, ...]) -> Array:
    """Return a batch as [values, places], a place being a combination of the kept axes."""
    n = len(keep)
    moved = batch if keep == tuple(range(batch.ndim - n, batch.ndim)) else np.moveaxis(batch, keep, range(-n, 0))
    return moved.reshape(-1, math.prod(moved.shape[moved.ndim - n :])) if batch.size else np.empty((0, 1))


def _encode_shape(shape: Any) -> Array:
    return np.array([-1 if d is None else d for d in shape], dtype=np.int64)


def _decode_shape(shape: Array) -> tuple[int | None, ...]:
    return tuple(None if d < 0 else int(d) for d in shape)
