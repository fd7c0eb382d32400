"""Model: layers that are trained, saved and shown together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ...core.arguments import map_leaves, shapes_of
from ...core.dtypes import as_dtype
from ...core.errors import InvalidArgumentError, NotFoundError, UnimplementedError, describe, suggest
from ...core.layer import Layer
from ...core.specs import TensorSpec
from .. import saving
from ..lookup import serializable
from .network import Network
from .summary import summary_text
from .trainer import Trainer

Array = npt.NDArray[Any]


@serializable
class Model(Trainer, Layer):
    """Layers that are trained, saved and shown together.

    There are three ways to make one: `Sequential` for a chain; `Model(inputs=…, outputs=…)` for any graph of layers
    called on `Input`s; a subclass with layers in its attributes and a `call` of its own.

    Args:
        inputs: Symbol from `Input`, or a list, tuple or dict of them.
        outputs: Symbol computed from them, or a list, tuple or dict.
        **kwargs: Arguments of `Layer`.

    Example:
        >>> from penstock.nn import Input, Model, layers
        >>> x = Input((4,))
        >>> model = Model(inputs=x, outputs=layers.Dense(2)(x))
        >>> model.count_params()
        10
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._network: Network | None = None
        self._input_dtypes: Any = None
        if (inputs is None) != (outputs is None):
            raise InvalidArgumentError(
                f"{type(self).__name__}: inputs and outputs must be given together. "
                f"Received: inputs={describe(inputs)}, outputs={describe(outputs)}."
            )
        if inputs is not None:
            self._network = Network(inputs, outputs)
            self._network_layers = self._network.layers  # a layer knows the layers in its attributes
            self.built = True

    # --- what it is made of -------------------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order in which they run, or in which they became attributes."""
        return self.sublayers()

    @property
    def inputs(self) -> Any:
        """The symbols that a functional model is made of; None for others."""
        return None if self._network is None else self._network.inputs

    @property
    def outputs(self) -> Any:
        """The symbols that a functional model returns; None for others."""
        return None if self._network is None else self._network.outputs

    @property
    def input_shape(self) -> Any:
        """Shape of the inputs with None for the batch axis; None when it is not known yet."""
        if self._network is not None:
            return map_leaves(lambda symbol: symbol.shape, self._network.inputs)
        return self._built_for

    @property
    def output_names(self) -> list[str] | None:
        """Names of the outputs of a functional model; None for others."""
        return None if self._network is None else self._network.output_names

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its place.

        Raises:
            NotFoundError: There is no such layer.
            InvalidArgumentError: Not exactly one of the two is given.
        """
        if (name is None) == (index is None):
            raise InvalidArgumentError(
                f"get_layer: either name or index must be given. Received: name={name!r}, index={index!r}."
            )
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise NotFoundError(f"get_layer: index must be in [0, {len(layers)}). Received: index={index}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        known = [layer.name for layer in layers]
        raise NotFoundError(
            f"get_layer: no layer is named {name!r}.{suggest(str(name), known)} The layers are: {', '.join(known)}."
        )

    def summary(
        self, line_length: int | None = None, print_fn: Callable[[str], Any] | None = None, **options: Any
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of weights.

        Args:
            line_length: Width in characters; that of the terminal when None.
            print_fn: Called with the text; `print` when None.
            **options: `expand_nested=True` lists the layers of layers; `show_trainable=True` adds a column.
        """
        (print_fn or print)(summary_text(self, line_length, **options))

    # --- running ------------------------------------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        """Run a functional model; subclasses with a `call` of their own override it.

        Args:
            inputs: Arrays in the structure of the model's inputs, or a dict by input name.
        """
        if self._network is None:
            raise UnimplementedError(
                f"{type(self).__name__} {self.name!r}: call must be implemented by the class, or inputs and outputs be "
                "given to its constructor."
            )
        return self._network.run(inputs)

    def build(self, input_shape: Any) -> None:
        """Make the weights of all layers for inputs of a shape, batch axis included.

        Args:
            input_shape: Shape, or a nest of shapes for several inputs; None where a dimension is unknown.
        """
        if self._network is None:
            self.compute_output_spec(_specs(input_shape, self._input_dtypes, self.dtype))

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._has_own_build():
            super()._build_for(args, kwargs)
            return
        # The call that is about to run builds the layers; tracing it first would run user code twice.
        self._note_inputs(args[0] if args else next(iter(kwargs.values()), None))

    def _note_inputs(self, inputs: Any) -> None:
        """Keep the shapes and dtypes of the first call, for saving."""
        self._built_for = _without_batch(shapes_of(inputs))
        self._input_dtypes = map_leaves(_dtype_name, inputs)
        self.built = True

    # --- configs and files --------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return config if self._network is None else {**config, "network": self._network.get_config()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        options = dict(config)
        network = options.pop("network", None)
        if network is None:
            return cls(**options)
        built = Network.from_config(network, custom_objects)
        return cls(inputs=built.inputs, outputs=built.outputs, **options)

    def get_build_config(self) -> dict[str, Any]:
        config = super().get_build_config()
        return config if self._input_dtypes is None else {**config, "input_dtype": self._input_dtypes}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        self._input_dtypes = config.get("input_dtype")
        if self._has_own_build():
            super().build_from_config(config)
            return
        # Each layer knows what it was built for; tracing `call`, as `build` does, is not always possible.
        for layer, inner in zip(self.sublayers(), config.get("sublayers", ()), strict=False):
            layer.build_from_config(inner)
        if not self.built and config.get("input_shape") is not None:
            self._built_for = as_shapes(config["input_shape"])
            self.built = True

    def _has_own_build(self) -> bool:
        """Whether a subclass makes weights in a `build` of its own."""
        return type(self).build is not Model.build

    def save(self, filepath: str | os.PathLike[str], *, overwrite: bool = True) -> None:
        """Write the model to one file: configs, weights, what `compile` was given, and the optimizer's state.

        Args:
            filepath: File to write.
            overwrite: Whether an existing file is replaced; else it is an error.

        Raises:
            InvalidArgumentError: A class or function in the model is not registered for saving.
        """
        saving.save_model(self, filepath, overwrite=overwrite)

    def save_weights(self, filepath: str | os.PathLike[str], *, overwrite: bool = True) -> None:
        """Write the weights to one file."""
        saving.save_weights(self, filepath, overwrite=overwrite)

    def load_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Read the weights that `save_weights` or `save` of a model of the same layers wrote."""
        saving.load_weights(self, filepath)


def as_shapes(shapes: Any) -> Any:
    """Return a nest of shapes read from JSON, in which shapes are lists, with tuples for shapes."""
    if isinstance(shapes, Mapping):
        return {key: as_shapes(item) for key, item in shapes.items()}
    if all(d is None or isinstance(d, int) for d in shapes):
        return tuple(shapes)
    return [as_shapes(item) for item in shapes]


def _specs(shape: Any, dtypes: Any, default: Any) -> Any:
    """Return the spec for a shape and a dtype (None for the default), or the nest of specs for nests of them."""
    if isinstance(shape, Mapping):
        return {key: _specs(item, dtypes and dtypes[key], default) for key, item in shape.items()}
    if all(d is None or isinstance(d, int | np.integer) for d in shape):
        return TensorSpec(shape, dtypes or default)
    return [_specs(item, dtypes and dtypes[i], default) for i, item in enumerate(shape)]


def _dtype_name(value: Any) -> str | None:
    dtype = getattr(value, "dtype", None)
    return None if dtype is None else as_dtype(dtype).name


def _without_batch(shapes: Any) -> Any:
    """Return shapes with None for the batch axis."""
    if isinstance(shapes, Mapping):
        return {key: _without_batch(item) for key, item in shapes.items()}
    if isinstance(shapes, tuple) and all(d is None or isinstance(d, int) for d in shapes):
        return (None, *shapes[1:]) if shapes else shapes
    return [_without_batch(item) for item in shapes] if isinstance(shapes, list | tuple) else shapes
