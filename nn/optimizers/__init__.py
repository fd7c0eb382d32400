"""Optimizers: how gradients change weights."""

from .adam import Adam, AdamW
from .base import Optimizer
from .named import get, serialize
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "serialize"]
