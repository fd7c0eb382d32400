"""SGD: stochastic gradient descent, with momentum.

References:
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning",
    ICML 2013 (Nesterov's momentum in this form). https://proceedings.mlr.press/v28/sutskever13.html
"""

from __future__ import annotations

from typing import Any

from ..lookup import serializable
from .base import Array, Optimizer, check_part
from .kernels import momentum_kernel, nesterov_kernel, sgd_kernel


@serializable
class SGD(Optimizer):
    """Goes down the gradient.

    Without momentum `w -= rate * g`; with it `m = momentum * m - rate * g; w += m`; with Nesterov's
    `m = momentum * m - rate * g; w += momentum * m - rate * g`.

    Args:
        learning_rate: Size of a step.
        momentum: Part of the last step that is kept, in [0, 1].
        nesterov: Whether to use Nesterov's form.
        weight_decay: See `Optimizer`.
        clipnorm: See `Optimizer`.
        clipvalue: See `Optimizer`.
        global_clipnorm: See `Optimizer`.
        name: Name.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "SGD",
    ) -> None:
        check_part("SGD", "momentum", momentum)
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.momentum, self.nesterov = momentum, nesterov
        self.slot_names = ("momentum",) if momentum else ()

    def update_step(self, p: Array, g: Array, slots: tuple[Array, ...], rate: float, step: int) -> None:
        scalar = p.dtype.type
        if not slots:
            sgd_kernel(p, g, scalar(rate))
        elif self.nesterov:
            nesterov_kernel(p, g, slots[0], scalar(rate), scalar(self.momentum))
        else:
            momentum_kernel(p, g, slots[0], scalar(rate), scalar(self.momentum))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
