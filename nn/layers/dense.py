"""Dense: the fully connected layer."""

from __future__ import annotations

from typing import Any

from ...core import ops
from ...core.composites import plain
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.layer import Layer
from ...core.ops.registry import Value
from ...core.tensor import Tensor
from ...core.values import Sparse
from ...core.variable import Variable
from .. import activations, constraints, initializers, regularizers
from ..lookup import serializable
from .affine import affine


@serializable
class Dense(Layer):
    """Multiplies the last axis of its inputs by a matrix, adds a bias and applies an activation.

    Inputs are numbers `[batch, …, features]`, dense or sparse (made dense); outputs are `[batch, …, units]` of
    the layer's dtype.

    Args:
        units: Width of the output, >= 1.
        activation: Function or name; None for none.
        use_bias: Whether there is a bias.
        kernel_initializer: First value of the kernel `[features, units]`.
        bias_initializer: First value of the bias `[units]`.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        kernel_constraint: Projection of the kernel after each update.
        bias_constraint: Projection of the bias after each update.
        **kwargs: Arguments of `Layer`.

    Example:
        >>> import numpy as np
        >>> layer = Dense(4, activation="relu")
        >>> layer(np.ones((2, 3))).shape
        (2, 4)
    """

    kernel: Variable
    bias: Variable | None

    def __init__(
        self,
        units: int,
        activation: Any = None,
        *,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not _is_int(units) or units < 1:
            raise InvalidArgumentError(f"Dense: units must be an int >= 1. Received: units={describe(units)}.")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        if not isinstance(input_shape, tuple | list) or not input_shape or not _is_int(input_shape[-1]):
            raise ShapeError(f"Dense: the last axis of inputs must be known. Received: inputs of shape {input_shape}.")
        self.kernel = self.add_weight(
            (input_shape[-1], self.units),
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                name="bias",
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Value) -> Value:
        held = plain(inputs)
        if isinstance(held, Sparse):
            inputs = Tensor(held.to_dense())
        shape = getattr(inputs, "shape", None)
        if shape is None:
            raise ShapeError(f"Dense: inputs must be one array. Received: {describe(inputs)}.")
        features = self.kernel.shape[0]
        if not len(shape) or shape[-1] not in (features, None):
            raise ShapeError(
                f"Dense: the last axis of inputs must be {features}, the kernel is {describe(self.kernel)}. "
                f"Received: inputs {describe(inputs)}."
            )
        if inputs.dtype != self.dtype:
            inputs = ops.cast(inputs, self.dtype)
        if self.bias is None:
            return self.activation(ops.matmul(inputs, self.kernel))
        return self.activation(affine(inputs, self.kernel, self.bias))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the outputs for a shape of the inputs."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


def _is_int(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)
