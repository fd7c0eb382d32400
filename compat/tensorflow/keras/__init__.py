"""`tf.keras`."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from ....core.layer import Layer
    from ....nn import Input, Model, Sequential
    from . import (
        activations,
        backend,
        callbacks,
        initializers,
        layers,
        losses,
        metrics,
        models,
        optimizers,
        random,
        regularizers,
        saving,
        utils,
    )

__all__ = [
    "Input",
    "Layer",
    "Model",
    "Sequential",
    "activations",
    "backend",
    "callbacks",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "utils",
]

__getattr__, __dir__ = attach(
    __name__,
    {"Input": "....nn.layers", "Layer": "....core.layer", "Model": "....nn.models", "Sequential": "....nn.models"},
    submodules=(
        "activations",
        "backend",
        "callbacks",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "models",
        "optimizers",
        "random",
        "regularizers",
        "saving",
        "utils",
    ),
)
