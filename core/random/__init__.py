"""Random numbers: counter-based streams, TensorFlow's seed rules, and random arrays.

`penstock.random` is this package.
"""

from .api import Generator, normal, shuffle, truncated_normal, uniform
from .philox import Philox
from .seed_generator import SeedGenerator, draw_seed
from .seeds import FunctionSeeds, get_global_seed, get_seed, set_seed
from .stateless import (
    fold_in,
    split,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)

__all__ = [
    "FunctionSeeds",
    "Generator",
    "Philox",
    "SeedGenerator",
    "draw_seed",
    "fold_in",
    "get_global_seed",
    "get_seed",
    "normal",
    "set_seed",
    "shuffle",
    "split",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]
