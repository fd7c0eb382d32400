"""Activation functions: elementwise, except `softmax` and `log_softmax`, which work along an axis.

Every function takes arrays, Tensors and Symbols of any shape and returns the same kind and shape.

References:
    D.-A. Clevert, T. Unterthiner, S. Hochreiter, "Exponential linear units", ICLR 2016 (elu).
    https://arxiv.org/abs/1511.07289
    G. Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017 (selu). https://arxiv.org/abs/1706.02515
    D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016 (gelu). https://arxiv.org/abs/1606.08415
    P. Ramachandran, B. Zoph, Q. Le, "Searching for activation functions", 2017 (silu).
    https://arxiv.org/abs/1710.05941
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from ..core import ops
from ..core.errors import InvalidArgumentError
from ..core.ops.registry import Value
from .erf import erf
from .lookup import Table, required

_SELU_ALPHA: Final = 1.6732632423543772848170429916717
_SELU_SCALE: Final = 1.0507009873554804934193349852946


def linear(x: Value) -> Value:
    """Return `x` itself."""
    return x


def relu(x: Value, *, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Value:
    """Return `x` where it is above the threshold, and a line through the threshold below it.

    Args:
        x: Numbers.
        negative_slope: Slope below the threshold.
        max_value: Largest result; None for no limit.
        threshold: Values up to here count as negative.
    """
    if negative_slope == 0 and threshold == 0:
        y = ops.relu(x)
    else:
        y = ops.where(ops.greater(x, threshold), x, (x - threshold) * negative_slope)
    return y if max_value is None else ops.minimum(y, max_value)


def relu6(x: Value) -> Value:
    """Return `relu(x)`, 6 at most."""
    return ops.minimum(ops.relu(x), 6.0)


def leaky_relu(x: Value, *, negative_slope: float = 0.2) -> Value:
    """Return `x` where positive, else `negative_slope * x`."""
    return relu(x, negative_slope=negative_slope)


def elu(x: Value, *, alpha: float = 1.0) -> Value:
    """Return `x` where not negative, else `alpha * (exp(x) - 1)`. The slope at 0 is 1."""
    return ops.where(ops.greater_equal(x, 0), x, ops.expm1(ops.minimum(x, 0.0)) * alpha)


def selu(x: Value) -> Value:
    """Return `elu` scaled so that mean 0 and variance 1 are kept from layer to layer."""
    return elu(x, alpha=_SELU_ALPHA) * _SELU_SCALE


def gelu(x: Value, *, approximate: bool = False) -> Value:
    """Return `x` times the standard normal distribution function of `x`.

    Args:
        x: Numbers.
        approximate: Whether to use the formula with tanh (Hendrycks and Gimpel, section 2) in place of the exact one.
    """
    if approximate:
        inner = (x + x * x * x * 0.044715) * math.sqrt(2 / math.pi)
        return x * (ops.tanh(inner) + 1.0) * 0.5
    return x * (erf(x * math.sqrt(0.5)) + 1.0) * 0.5


def silu(x: Value) -> Value:
    """Return `x * sigmoid(x)`, also named swish."""
    return x * ops.sigmoid(x)


def sigmoid(x: Value) -> Value:
    """Return `1 / (1 + exp(-x))`."""
    return ops.sigmoid(x)


def hard_sigmoid(x: Value) -> Value:
    """Return a line from 0 at -3 to 1 at 3, flat outside."""
    return ops.clip(x * (1.0 / 6.0) + 0.5, 0.0, 1.0)


def log_sigmoid(x: Value) -> Value:
    """Return `log(sigmoid(x))`, without overflow."""
    return -ops.softplus(-x)


def tanh(x: Value) -> Value:
    """Return the hyperbolic tangent."""
    return ops.tanh(x)


def softplus(x: Value) -> Value:
    """Return `log(1 + exp(x))`."""
    return ops.softplus(x)


def softsign(x: Value) -> Value:
    """Return `x / (1 + |x|)`."""
    return x / (ops.abs(x) + 1.0)


def exponential(x: Value) -> Value:
    """Return `exp(x)`."""
    return ops.exp(x)


def mish(x: Value) -> Value:
    """Return `x * tanh(softplus(x))`."""
    return x * ops.tanh(ops.softplus(x))


def softmax(x: Value, axis: int = -1) -> Value:
    """Return `exp(x)` scaled to sum to 1 along an axis.

    Raises:
        InvalidArgumentError: `x` has fewer than two axes, so that it cannot be a batch of rows.
    """
    if len(x.shape) < 2:
        raise InvalidArgumentError(f"softmax: x must have at least two axes. Received: shape {tuple(x.shape)}.")
    return ops.softmax(x, axis)


def log_softmax(x: Value, axis: int = -1) -> Value:
    """Return the logarithm of `softmax`."""
    return ops.log_softmax(x, axis)


ALL: Final[tuple[Callable[..., Any], ...]] = (
    linear, relu, relu6, leaky_relu, elu, selu, gelu, silu, sigmoid, hard_sigmoid, log_sigmoid, tanh, softplus,
    softsign, exponential, mish, softmax, log_softmax,
)  # fmt: skip

_table: Final = Table("activation", ALL, aliases={"swish": silu})


def get(identifier: Any) -> Callable[..., Any]:
    """Return the activation for a name (`"relu"`), a config, a layer or a function; None gives `linear`.

    Raises:
        InvalidArgumentError: No activation has that name.
    """
    return linear if identifier is None else required(_table.get(identifier), "activation")


def serialize(activation: Any) -> Any:
    """Return an activation as JSON values, for `get`."""
    return _table.serialize(activation)
