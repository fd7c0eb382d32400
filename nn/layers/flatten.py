"""Flatten: every sample as one row."""

from __future__ import annotations

import math
from typing import Any

from ...core import ops
from ...core.errors import InvalidArgumentError
from ...core.layer import Layer
from ...core.ops.registry import Value
from ..lookup import serializable


@serializable
class Flatten(Layer):
    """Joins all axes but the first: `[batch, a, b, …]` becomes `[batch, a * b * …]`, `[batch]` becomes `[batch, 1]`.

    Args:
        data_format: `"channels_last"` (None), or `"channels_first"`, whose second axis is moved to the end first, so
            that both formats give the same rows.
        **kwargs: Arguments of `Layer`.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise InvalidArgumentError(
                f"Flatten: data_format must be 'channels_last' or 'channels_first'. Received: {data_format!r}."
            )
        self.data_format = data_format or "channels_last"

    def call(self, inputs: Value) -> Value:
        rank = len(inputs.shape)
        if self.data_format == "channels_first" and rank > 2:
            inputs = ops.transpose(inputs, (0, *range(2, rank), 1))
        _, features = self.compute_output_shape(inputs.shape)
        if features is None:
            return ops.reshape(inputs, (inputs.shape[0], -1))
        return ops.reshape(inputs, (-1, features))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, int | None]:
        """Return the shape of the outputs for a shape of the inputs."""
        dims = tuple(input_shape[1:])
        return input_shape[0], None if None in dims else math.prod(dims)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}
