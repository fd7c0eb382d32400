"""Physical operators: how plans run."""

from . import (
    batch,
    cache,
    extent,
    file_sources,
    filter,
    from_generator,
    interleave,
    map,
    prefetch,
    repeat,
    shuffle,
    sources,
)
from .base import Context, Operator, UnaryOperator, executes
from .iterator import DatasetIterator, first_spec
from .pool import Pool

__all__ = [
    "Context",
    "DatasetIterator",
    "Operator",
    "Pool",
    "UnaryOperator",
    "batch",
    "cache",
    "executes",
    "extent",
    "file_sources",
    "filter",
    "first_spec",
    "from_generator",
    "interleave",
    "map",
    "prefetch",
    "repeat",
    "shuffle",
    "sources",
]
