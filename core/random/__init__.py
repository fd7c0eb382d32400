"""Random numbers: counter-based streams, TensorFlow's seed rules, and random arrays.

`penstock.random` is this package.
"""

from .api import Generator, normal, shuffle, truncated_normal, uniform
from .philox import Philox
from .seeds import FunctionSeeds, get_global_seed, get_seed, set_seed

__all__ = [
    "FunctionSeeds",
    "Generator",
    "Philox",
    "get_global_seed",
    "get_seed",
    "normal",
    "set_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]
