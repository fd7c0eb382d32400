"""RMSprop.

References:
    T. Tieleman, G. Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..lookup import serializable
from .base import Array, Optimizer, check_part
from .kernels import rmsprop_kernel, rmsprop_step_kernel


@serializable
class RMSprop(Optimizer):
    """Divides gradients by the root of the running mean of their squares.

    Args:
        learning_rate: Size of a step.
        rho: Decay of the mean of squares, in [0, 1].
        momentum: Part of the last step that is kept, in [0, 1].
        epsilon: Added under the root.
        centered: Whether the variance of the gradients takes the place of the mean of squares.
        weight_decay: See `Optimizer`.
        clipnorm: See `Optimizer`.
        clipvalue: See `Optimizer`.
        global_clipnorm: See `Optimizer`.
        name: Name.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        *,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "rmsprop",
    ) -> None:
        for option, value in (("rho", rho), ("momentum", momentum)):
            check_part("RMSprop", option, value)
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered
        self.slot_names = ("velocity", *(("momentum",) if momentum else ()), *(("mean",) if centered else ()))

    def update_step(self, p: Array, g: Array, slots: tuple[Array, ...], rate: float, step: int) -> None:
        scalar = p.dtype.type
        scalars = scalar(rate), scalar(self.rho), scalar(self.epsilon)
        if len(slots) == 1:
            rmsprop_kernel(p, g, slots[0], *scalars)
            return
        change = np.empty_like(p)
        mean = slots[-1] if self.centered else p[:0]
        rmsprop_step_kernel(change, g, slots[0], mean, *scalars)
        if self.momentum:
            kept = slots[1]
            kept *= scalar(self.momentum)
            kept += change
            change = kept
        p -= change

    def get_config(self) -> dict[str, Any]:
        own = {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon, "centered": self.centered}
        return {**super().get_config(), **own}
