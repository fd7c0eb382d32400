"""Adam and AdamW.

References:
    D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, the form before section 2.1 in which
    epsilon is added to the uncorrected root ("epsilon hat"). https://arxiv.org/abs/1412.6980
    S. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018 (amsgrad).
    https://arxiv.org/abs/1904.09237
    I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019 (AdamW).
    https://arxiv.org/abs/1711.05101
"""

from __future__ import annotations

import math
from typing import Any

from ..lookup import serializable
from .base import Array, Optimizer, check_part
from .kernels import adam_kernel, amsgrad_kernel


@serializable
class Adam(Optimizer):
    """Steps by the running mean of gradients over the root of the running mean of their squares.

    The corrections for the first steps are computed in double precision; in Keras they have the weights' precision,
    which is off by up to 3e-5 of a step at the first ones.

    Args:
        learning_rate: Size of a step.
        beta_1: Decay of the mean, in [0, 1).
        beta_2: Decay of the mean of squares, in [0, 1).
        epsilon: Added to the root.
        amsgrad: Whether the largest mean of squares so far takes the place of the present one.
        weight_decay: See `Optimizer`.
        clipnorm: See `Optimizer`.
        clipvalue: See `Optimizer`.
        global_clipnorm: See `Optimizer`.
        name: Name.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "adam",
    ) -> None:
        for option, value in (("beta_1", beta_1), ("beta_2", beta_2)):
            check_part(type(self).__name__, option, value, below_one=True)
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad
        self.slot_names = ("m", "v", "v_hat") if amsgrad else ("m", "v")

    def update_step(self, p: Array, g: Array, slots: tuple[Array, ...], rate: float, step: int) -> None:
        scalar = p.dtype.type
        alpha = rate * math.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        scalars = scalar(alpha), scalar(1 - self.beta_1), scalar(1 - self.beta_2), scalar(self.epsilon)
        if self.amsgrad:
            amsgrad_kernel(p, g, slots[0], slots[1], slots[2], *scalars)
        else:
            adam_kernel(p, g, slots[0], slots[1], *scalars)

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon, "amsgrad": self.amsgrad}
        return {**super().get_config(), **own}


@serializable
class AdamW(Adam):
    """Adam whose weights decay apart from the gradients.

    Args:
        learning_rate: Size of a step.
        weight_decay: Part of a weight, times the learning rate, that is taken off at each step.
        **kwargs: Arguments of `Adam`.
    """

    def __init__(
        self, learning_rate: Any = 0.001, weight_decay: float = 0.004, name: str = "adamw", **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, name=name, **kwargs)
