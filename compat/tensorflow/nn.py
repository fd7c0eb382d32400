"""`tf.nn`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core import ops
from ...core.lazy import attach
from ...nn import activations
from .arrays import gather
from .math import log_softmax, sigmoid, softmax, softplus, tanh
from .renamed import operand, renamed

__all__ = [
    "elu",
    "embedding_lookup",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]


def _leaky_relu(x: Any, *, alpha: float) -> Any:
    return activations.leaky_relu(x, negative_slope=alpha)


elu = renamed("elu", activations.elu, "features", floats=True)
gelu = renamed("gelu", activations.gelu, "features", floats=True, approximate=False)
leaky_relu = renamed("leaky_relu", _leaky_relu, "features", floats=True, alpha=0.2)
relu = renamed("relu", ops.relu, "features")
relu6 = renamed("relu6", activations.relu6, "features")
selu = renamed("selu", activations.selu, "features", floats=True)
silu = swish = renamed("silu", activations.silu, "features", floats=True)
softsign = renamed("softsign", activations.softsign, "features", floats=True)


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    keepdims: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return mean and variance over axes; `shift` has no effect."""
    values = operand(x)
    return ops.mean(values, axes, keepdims=keepdims), ops.var(values, axes, keepdims=keepdims)


def embedding_lookup(params: Any, ids: Any, name: str | None = None) -> Any:
    """Return the rows of `params` that `ids` name."""
    return gather(params, ids)


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
