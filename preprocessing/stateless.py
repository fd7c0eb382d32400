"""StatelessLayer: the base of layers whose options say everything that they do."""

from __future__ import annotations

from typing import Any, ClassVar

from ..core.layer import Layer
from .transform import Transform, run_transform


class StatelessLayer(Layer):
    """A layer that learns nothing: its constructor makes the transform that every call runs.

    Contract for subclasses: `__init__` sets `_transform` after it has checked the options. Arrays in, arrays out:
    `call` returns NumPy values, `Ragged` or `Sparse`; Tensors for Tensors.
    """

    arrays_out: ClassVar[bool] = True
    _transform: Transform

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.built = True

    @property
    def where(self) -> str:
        """The layer as messages name it."""
        return f"{type(self).__name__} {self.name!r}"

    def call(self, inputs: Any) -> Any:
        """Return the result for one value in any form that the layer takes."""
        return run_transform(self._transform, inputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec of the result for a spec of inputs."""
        return self._transform.infer_spec(args[0] if args else next(iter(kwargs.values())))
