"""Activations as layers: Activation, ReLU, Softmax."""

from __future__ import annotations

from typing import Any

from ...core import ops
from ...core.errors import InvalidArgumentError
from ...core.layer import Layer
from ...core.ops.registry import Value
from .. import activations
from ..lookup import serializable


class _Elementwise(Layer):
    """A layer without weights whose outputs have the shape of its inputs."""

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the inputs."""
        return input_shape


@serializable
class Activation(_Elementwise):
    """Applies an activation function.

    Args:
        activation: Function or name.
        **kwargs: Arguments of `Layer`.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Value) -> Value:
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


@serializable
class ReLU(_Elementwise):
    """Returns the inputs where they are above the threshold, and a line below it; see `activations.relu`.

    Args:
        max_value: Largest result, >= 0; None for no limit.
        negative_slope: Slope below the threshold, >= 0.
        threshold: Values up to here count as negative, >= 0.
        **kwargs: Arguments of `Layer`.

    Raises:
        InvalidArgumentError: A number is negative.
    """

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is not None and not value >= 0:
                raise InvalidArgumentError(f"ReLU: {name} must be >= 0. Received: {name}={value!r}.")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, inputs: Value) -> Value:
        return activations.relu(
            inputs, negative_slope=self.negative_slope, max_value=self.max_value, threshold=self.threshold
        )

    def get_config(self) -> dict[str, Any]:
        own = {"max_value": self.max_value, "negative_slope": self.negative_slope, "threshold": self.threshold}
        return {**super().get_config(), **own}


@serializable
class Softmax(_Elementwise):
    """Scales `exp(inputs)` to sum to 1 along an axis.

    Args:
        axis: Axis of the classes.
        **kwargs: Arguments of `Layer`.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Value, mask: Value | None = None) -> Value:
        """Compute the softmax.

        Args:
            inputs: Logits.
            mask: `bool` of the shape of the inputs; entries where it does not hold get probability 0.
        """
        if mask is not None:
            inputs = ops.where(mask, inputs, -3e38)
        return ops.softmax(inputs, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
