"""Neural networks: models, layers, losses, metrics, optimizers and callbacks, by Keras's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from . import (
        activations,
        callbacks,
        constraints,
        initializers,
        layers,
        losses,
        metrics,
        models,
        optimizers,
        regularizers,
    )
    from .layers import Input
    from .models import Model, Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "activations",
    "callbacks",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
]

__getattr__, __dir__ = attach(
    __name__,
    {"Input": ".layers", "Model": ".models", "Sequential": ".models"},
    submodules=(
        "activations",
        "callbacks",
        "constraints",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "models",
        "optimizers",
        "regularizers",
    ),
)
