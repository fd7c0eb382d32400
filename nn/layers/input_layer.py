"""Inputs of functional models: `Input` and the layer that stands for one."""

from __future__ import annotations

from typing import Any

from ...core.errors import InvalidArgumentError
from ...core.layer import Layer
from ...core.naming import unique_name
from ...core.ops.registry import Value
from ...core.specs import TensorSpec, as_shape
from ...core.trace.symbol import Scope, Symbol, placeholder
from ..lookup import serializable


@serializable
class InputLayer(Layer):
    """Says what a model is called on; passes it through.

    Args:
        shape: Shape of one sample, without the batch axis.
        batch_size: Size of the batch axis; None when it may vary.
        batch_shape: Shape with the batch axis, in place of the two.
        **kwargs: Arguments of `Layer`; dtype is that of the data.

    Raises:
        InvalidArgumentError: Both shapes are given, or none.
    """

    def __init__(
        self, shape: Any = None, batch_size: int | None = None, *, batch_shape: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if (shape is None) == (batch_shape is None):
            raise InvalidArgumentError(
                f"InputLayer: either shape or batch_shape must be given. Received: shape={shape}, "
                f"batch_shape={batch_shape}."
            )
        full = as_shape(batch_shape if shape is None else (batch_size, *(as_shape(shape) or ())))
        assert full is not None
        self.batch_shape = full
        self.built = True

    @property
    def spec(self) -> TensorSpec:
        """Shape and dtype of the data, batch axis included."""
        return TensorSpec(self.batch_shape, self.dtype)

    def call(self, inputs: Value) -> Value:
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "batch_shape": list(self.batch_shape)}


def Input(  # noqa: N802 (Keras's name)
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    *,
    batch_shape: Any = None,
    name: str | None = None,
) -> Symbol:
    """Return a symbol for an input of a functional model.

    Layers and ops called on it give further symbols; `Model(inputs=..., outputs=...)` makes a model of them.

    Args:
        shape: Shape of one sample, without the batch axis; None in it for unknown dimensions.
        batch_size: Size of the batch axis; None when it may vary.
        dtype: Type of the data; float32 when None.
        batch_shape: Shape with the batch axis, in place of `shape` and `batch_size`.
        name: Name of the input, by which a dict of arrays is matched; `input_layer`, `input_layer_1`, … when None.
    """
    layer = InputLayer(shape, batch_size, batch_shape=batch_shape, dtype=dtype, name=name or unique_name("input_layer"))
    return placeholder(layer.spec, layer.name, scope=Scope(keeps_layers=True))
