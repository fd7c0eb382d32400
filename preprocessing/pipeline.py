"""Pipeline: layers one after the other, as one layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from ..core.dtypes import DType
from ..core.errors import InvalidArgumentError, describe
from ..core.layer import Layer
from ..core.saving import deserialize, register_serializable, serialize
from ..core.saving.registry import register_home

# A process that loads a pipeline need not have imported its layers.
register_home("penstock", __name__.rpartition(".")[0])


@register_serializable("penstock")
class Pipeline(Layer):
    """Applies layers one after the other.

    A plain layer and no model: what goes in may be anything that the first layer takes (strings, ragged rows), arrays
    come out as arrays, and it runs on whole columns in `Dataset.map`. Random layers in it are active unless
    `training=False` says otherwise.

    Args:
        layers: The layers, in order; adapt them before or through their own methods.
        **options: `name`, `trainable`, `input_shape`.

    Raises:
        InvalidArgumentError: There is no layer, or something that is none.

    Example:
        >>> from penstock.preprocessing import Discretization, CategoryEncoding
        >>> ages = Pipeline([Discretization([18.0, 65.0]), CategoryEncoding(3, "one_hot")])
        >>> ages([17.0, 40.0])
        array([[1., 0., 0.],
               [0., 1., 0.]], dtype=float32)
    """

    arrays_out: ClassVar[bool] = True

    def __init__(self, layers: Sequence[Layer], **options: Any) -> None:
        super().__init__(**options)
        where = f"{type(self).__name__} {self.name!r}"
        if not isinstance(layers, list | tuple) or not layers:
            raise InvalidArgumentError(f"{where}: layers must be a list of layers. Received: {describe(layers)}.")
        for layer in layers:
            if not isinstance(layer, Layer):
                raise InvalidArgumentError(f"{where}: layers must hold layers. Received: {describe(layer)}.")
        self._layers = list(layers)
        self.built = True

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order; a new list."""
        return list(self._layers)

    @property
    def input_dtype(self) -> DType:
        """That of the first layer."""
        first: Layer = self._layers[0]
        return first.input_dtype

    def call(self, inputs: Any, training: bool | None = True) -> Any:  # noqa: FBT001, FBT002
        """Return what the last layer makes of the inputs.

        Args:
            inputs: What the first layer takes.
            training: Reaches every layer that knows training.
        """
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec of the result for a spec of inputs."""
        spec = args[0] if args else next(iter(kwargs.values()))
        for layer in self._layers:
            spec = layer.compute_output_spec(spec)
        return spec

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layers": [serialize(layer) for layer in self._layers]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a pipeline, with its layers, from what `get_config` returned."""
        options = dict(config)
        saved = options.pop("layers", None)
        if not isinstance(saved, list | tuple):
            raise InvalidArgumentError(
                f"{cls.__name__}: a saved pipeline must have a list of layers. Received: layers={describe(saved)}."
            )
        return cls([deserialize(layer) for layer in saved], **options)
