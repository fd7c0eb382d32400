"""Automatic differentiation: `GradientTape`, and functions with their own gradient."""

from .custom import custom_gradient
from .tape import GradientTape

__all__ = ["GradientTape", "custom_gradient"]
