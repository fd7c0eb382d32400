"""ImageLayer: the base of layers that make images of a fixed size, whatever the form they come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core import ops
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.ops.registry import operand_kind
from ...core.specs import TensorSpec
from ..stateless import StatelessLayer
from ..transform import Transform, run_transform
from .checks import as_size
from .transform import as_data_format


class ImageLayer(StatelessLayer):
    """A layer from images to images of `height` and `width`.

    It takes one image, a batch, a list of images of any sizes (their results are stacked), or a dict that holds such
    `"images"`. In a dict `"segmentation_masks"` are treated like images, and everything else is passed on as it is, but
    for `"bounding_boxes"`, which are an error.

    Contract for subclasses: `__init__` sets `_transform`, and `_mask_transform` if masks need another one.
    """

    _mask_transform: Transform | None = None

    def __init__(self, height: int, width: int, *, data_format: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.height, self.width = as_size((height, width), self.where, "(height, width)")
        self.data_format = as_data_format(data_format, self.where)

    def call(self, inputs: Any) -> Any:
        """Return the result for images in any form that the layer takes."""
        if not isinstance(inputs, Mapping):
            return self._transformed(self._transform, inputs)
        self._check_keys(inputs)
        chosen = {key: self._transform_of(key) for key in inputs}
        return {k: value if (t := chosen[k]) is None else self._transformed(t, value) for k, value in inputs.items()}

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec, or dict of specs, of the result."""
        given = args[0] if args else next(iter(kwargs.values()))
        if not isinstance(given, Mapping):
            return _result_spec(self._transform, given)
        self._check_keys(given)
        chosen = {key: self._transform_of(key) for key in given}
        return {k: spec if (t := chosen[k]) is None else _result_spec(t, spec) for k, spec in given.items()}

    def _transform_of(self, key: str) -> Transform | None:
        if key == "images":
            return self._transform
        return (self._mask_transform or self._transform) if key == "segmentation_masks" else None

    def _check_keys(self, inputs: Mapping[str, Any]) -> None:
        if "images" not in inputs:
            raise InvalidArgumentError(
                f"{self.where}: a dict must hold 'images'. Received: {', '.join(map(repr, inputs)) or 'an empty dict'}."
            )
        if "bounding_boxes" in inputs:
            raise InvalidArgumentError(
                f"{self.where}: bounding boxes cannot be transformed. Received: a dict with 'bounding_boxes'. "
                "Take them out of the dict and move them in a function of your own."
            )

    def _transformed(self, transform: Transform, value: Any) -> Any:
        if not (isinstance(value, list | tuple) and value and hasattr(value[0], "shape")):
            return run_transform(transform, value)
        for image in value:
            if np.ndim(image) != 3:
                raise ShapeError(
                    f"{self.where}: a list must hold images of rank 3. Received: one with {describe(image)}."
                )
        plain = all(operand_kind(image) is None for image in value)
        if plain and len({(np.shape(image), np.asarray(image).dtype) for image in value}) == 1:
            return run_transform(transform, np.stack(value))
        return ops.stack([run_transform(transform, image) for image in value])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "data_format": self.data_format,
        }


def _result_spec(transform: Transform, given: Any) -> Any:
    if not isinstance(given, list | tuple):
        return transform.infer_spec(given)
    found = [transform.infer_spec(spec) for spec in given]
    first = found[0]
    assert isinstance(first, TensorSpec)
    return TensorSpec(None if first.shape is None else (len(found), *first.shape), first.dtype)
