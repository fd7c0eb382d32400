"""Rescaling: inputs times a scale, plus an offset."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..core import ops
from ..core.columns import DenseColumn, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..core.layer import Layer
from ..core.ops import registry
from ..core.ops.inference import broadcast_shapes
from ..core.saving import register_serializable
from ..core.specs import RaggedSpec, TensorSpec
from ..core.values import Ragged

Array = npt.NDArray[Any]


@register_serializable("penstock")
class Rescaling(Layer):
    """Returns `inputs * scale + offset`, in training and inference alike.

    Args:
        scale: A number, or an array that broadcasts with the inputs (one number per channel, say).
        offset: As `scale`.
        **options: `name`, `dtype` (of the result; float32), `trainable`, `input_shape`.

    Raises:
        InvalidArgumentError: `scale` or `offset` are not numbers.

    Example:
        >>> Rescaling(1 / 4, offset=-1)([0, 2, 8])
        array([-1. , -0.5,  1. ], dtype=float32)
    """

    arrays_out: ClassVar[bool] = True

    def __init__(self, scale: npt.ArrayLike, offset: npt.ArrayLike = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.scale, self.offset = self._number("scale", scale), self._number("offset", offset)
        self.built = True

    def _number(self, name: str, value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise InvalidArgumentError(f"{self._where}: {name} must be numbers. Received: {name}={describe(value)}.")
        return array.tolist()

    @property
    def _where(self) -> str:
        return f"{type(self).__name__} {self.name!r}"

    def call(self, inputs: Any) -> Any:
        """Return the inputs, dense or ragged, rescaled, as the layer's dtype."""
        kind = self.dtype.numpy
        scale, offset = np.asarray(self.scale, dtype=kind), np.asarray(self.offset, dtype=kind)
        if registry.operand_kind(inputs) is not None:
            return ops.add(ops.multiply(ops.cast(inputs, self.dtype), scale), offset)
        if isinstance(inputs, RaggedColumn):
            inputs = inputs.as_value()
        if isinstance(inputs, Ragged):
            return self._ragged(inputs)
        array = inputs.values if isinstance(inputs, DenseColumn) else _array(inputs, self._where)
        if array.dtype.kind not in "biuf":
            raise DTypeError(f"{self._where}: inputs must be numbers. Received: {describe(inputs)}.")
        try:
            return array.astype(kind, copy=False) * scale + offset
        except ValueError as err:
            raise ShapeError(
                f"{self._where}: inputs must broadcast with scale {list(scale.shape)} and offset "
                f"{list(offset.shape)}. Received: {describe(array)}."
            ) from err

    def _ragged(self, inputs: Ragged) -> Ragged:
        """Rescale the values of ragged rows."""
        reach = max(np.ndim(self.scale), np.ndim(self.offset))
        if reach >= inputs.flat_values.ndim:
            raise ShapeError(
                f"{self._where}: scale and offset must not reach the ragged axes of inputs. "
                f"Received: scale and offset of rank {reach}, inputs {describe(inputs)}."
            )
        values: Any = self.call(inputs.values)
        return Ragged(values, inputs.row_splits)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec of the result for a spec of inputs."""
        spec = args[0] if args else next(iter(kwargs.values()))
        if not isinstance(spec, TensorSpec | RaggedSpec) or spec.dtype.is_string:
            raise DTypeError(f"{self._where}: inputs must be numbers. Received: {spec!r}.")
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, self.dtype, spec.ragged_rank)
        shapes: Any = [spec.shape, np.shape(self.scale), np.shape(self.offset)]
        return TensorSpec(broadcast_shapes(shapes, self._where), self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}


def _array(value: Any, where: str) -> Array:
    try:
        return np.asarray(value)
    except ValueError as err:
        raise ShapeError(f"{where}: rows of inputs must have one length. Received: {describe(value)}.") from err
