"""Dropout: random zeros during training.

References:
    N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15 (2014) 1929.
    https://jmlr.org/papers/v15/srivastava14a.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core import ops
from ...core.errors import InvalidArgumentError, describe
from ...core.layer import Layer
from ...core.ops.registry import Value
from ...core.random import Generator, get_seed
from ..lookup import serializable


@serializable
class Dropout(Layer):
    """Sets a random part of its inputs to zero in training and scales up the rest; does nothing otherwise.

    Args:
        rate: Part that is dropped, in [0, 1]. What is kept is multiplied by `1 / (1 - rate)`.
        noise_shape: Shape of the mask, None for that of the inputs; an axis of 1 shares the mask along it, a None in it
            takes the inputs' axis.
        seed: Seed of the layer's stream of masks; None follows `penstock.random.set_seed`.
        **kwargs: Arguments of `Layer`.
    """

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise InvalidArgumentError(f"Dropout: rate must be in [0, 1]. Received: rate={describe(rate)}.")
        self.rate = float(rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self._stream = Generator(get_seed()[1] if seed is None else seed)

    def call(self, inputs: Value, training: bool = False) -> Value:  # noqa: FBT001, FBT002 (Keras's form)
        """Drop when training.

        Args:
            inputs: Numbers of any shape.
            training: Whether to drop.
        """
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return ops.zeros_like(inputs)
        kept = self._stream.uniform(self._mask_shape(inputs.shape)) >= self.rate
        return ops.multiply(inputs, (kept / (1.0 - self.rate)).astype(inputs.dtype.as_numpy_dtype))

    def _mask_shape(self, shape: Any) -> tuple[int, ...]:
        wanted = self.noise_shape or (None,) * len(shape)
        return tuple(np.broadcast_shapes(tuple(s if w is None else w for w, s in zip(wanted, shape, strict=True))))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}
        return {**super().get_config(), **own}
