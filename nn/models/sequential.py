"""Sequential: a chain of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from ...core import ops, saving
from ...core.dtypes import as_dtype
from ...core.errors import FailedPreconditionError, InvalidArgumentError, describe
from ...core.layer import Layer
from ...core.ops.registry import Value
from ...core.specs import TensorSpec
from ...core.tensor import Tensor
from ...core.trace.symbol import Symbol
from ..layers.input_layer import Input, InputLayer
from ..lookup import serializable
from .model import Model


@serializable
class Sequential(Model):
    """Runs layers one after the other.

    Weights are made at once when the first layer says what it is called on (`Input`, or `input_shape=`), else at the
    first call or by `build`.

    Args:
        layers: Layers, in order; the first may be an `Input`.
        **kwargs: Arguments of `Layer`.

    Example:
        >>> from penstock.nn import Sequential, layers
        >>> model = Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(2)])
        >>> model.count_params()
        58
    """

    def __init__(self, layers: Sequence[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._chain: list[Layer] = []
        self._input: InputLayer | None = None
        self._symbols: tuple[Symbol, Value] | None = None
        if layers is not None and not isinstance(layers, Sequence):
            raise InvalidArgumentError(f"Sequential: layers must be a list. Received: {describe(layers)}.")
        for layer in layers or ():
            self._append(layer)
        self._build_if_known()

    def add(self, layer: Any) -> None:
        """Append a layer.

        Raises:
            InvalidArgumentError: It is no layer, or its name is taken, or an `Input` does not come first.
        """
        self._append(layer)
        self._build_if_known()

    def pop(self) -> Layer:
        """Remove the last layer and return it."""
        if not self._chain:
            raise FailedPreconditionError("Sequential.pop: there must be a layer to remove. Received: none.")
        self._symbols = None
        return self._chain.pop()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Symbol) and layer.node.op.name == "input":
            layer = InputLayer(batch_shape=layer.shape, dtype=layer.dtype, name=layer.name)
        if not isinstance(layer, Layer):
            raise InvalidArgumentError(f"Sequential: every item must be a layer. Received: {describe(layer)}.")
        if isinstance(layer, InputLayer):
            if self._chain or self._input is not None:
                raise InvalidArgumentError(f"Sequential: an Input must come first. Received: {layer.name!r} later.")
            self._input = layer
            return
        if any(layer.name == known.name for known in self._chain):
            raise InvalidArgumentError(
                f"Sequential: names of layers must be unique. Received: a second layer named {layer.name!r}."
            )
        hint = layer.input_shape_hint
        if not self._chain and self._input is None and hint is not None:
            self._input = InputLayer(hint, dtype=layer.input_dtype)
        self._chain.append(layer)
        self._symbols = None

    def _build_if_known(self) -> None:
        if self._input is not None and self._chain:
            self.build(self._input.batch_shape)

    # --- what it is made of -------------------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, without the `Input`."""
        return list(self._chain)

    @property
    def inputs(self) -> Any:
        """The symbol of the input; None when its shape is not known yet."""
        traced = self._traced()
        return None if traced is None else [traced[0]]

    @property
    def outputs(self) -> Any:
        """The symbol of the output; None when the input's shape is not known yet."""
        traced = self._traced()
        return None if traced is None else [traced[1]]

    @property
    def output_shape(self) -> Any:
        """Shape of the outputs with None for the batch axis; None when the input's shape is not known yet."""
        traced = self._traced()
        return None if traced is None else traced[1].shape

    def _traced(self) -> tuple[Symbol, Value] | None:
        """Return the symbols of a functional model of the same layers."""
        shape = self._built_for
        if self._symbols is None and shape is not None:
            symbol = Input(batch_shape=tuple(shape), dtype=self._input_dtype)
            self._symbols = symbol, self.call(symbol)
        return self._symbols

    @property
    def _input_dtype(self) -> Any:
        """Type of the data: that of the `Input`, else of what the first call was given."""
        return self._input_dtypes or self.dtype if self._input is None else self._input.dtype

    def output_shapes(self) -> list[Any]:
        """Return the shape that each layer gives; None for all when the input's shape is not known yet."""
        shape = self._built_for
        if shape is None:
            return [None] * len(self._chain)
        spec: Any = TensorSpec(shape, self._input_dtype)
        shapes = []
        for layer in self._chain:
            spec = layer.compute_output_spec(spec)
            shapes.append(getattr(spec, "shape", None))
        return shapes

    # --- running ------------------------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights of all layers for inputs of a shape, batch axis included."""
        spec: Any = TensorSpec(input_shape, self._input_dtype)
        for layer in self._chain:
            spec = layer.compute_output_spec(spec)

    def _has_own_build(self) -> bool:
        return type(self).build is not Sequential.build

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._has_own_build():
            super()._build_for(args, kwargs)
        else:
            self._note_inputs(args[0] if args else None)  # The call that follows builds each layer.

    def call(self, inputs: Value) -> Value:
        outputs = self._as_declared(inputs)
        for layer in self._chain:
            outputs = layer(outputs)
        return outputs

    def _as_declared(self, inputs: Value) -> Value:
        """Return numbers in the dtype of the `Input`, as functional models take them."""
        spec = inputs.spec if isinstance(inputs, Symbol) else None
        wanted = None if self._input is None else self._input.dtype
        if wanted is None or wanted.is_string or not isinstance(spec or inputs, TensorSpec | Tensor | np.ndarray):
            return inputs
        given = as_dtype(inputs.dtype)
        return inputs if given.is_string or given == wanted else ops.cast(inputs, wanted)

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        chain = self._chain if self._input is None else [self._input, *self._chain]
        return {**super().get_config(), "layers": [saving.serialize(layer) for layer in chain]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        options = dict(config)
        layers = [saving.deserialize(layer, custom_objects) for layer in options.pop("layers")]
        return cls(layers, **options)

    def __len__(self) -> int:
        return len(self._chain)
