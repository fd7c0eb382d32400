"""Which random nodes a plan has, and whether its passes differ."""

from __future__ import annotations

from .base import Node, walk
from .shuffle import ShuffleSeeds


def seeds_of(node: Node) -> ShuffleSeeds | None:
    """Return the seeds that a node draws its passes from, or None."""
    seeds = getattr(node, "seeds", None)
    return seeds if isinstance(seeds, ShuffleSeeds) else None


def all_seeds(root: Node) -> list[ShuffleSeeds]:
    """Return the seeds of all random nodes of a plan, each once, in the order of `walk`."""
    return list(dict.fromkeys(seeds for node in walk(root) if (seeds := seeds_of(node)) is not None))


def draws_anew(root: Node) -> bool:
    """Whether a plan has other elements, or another order, in each pass."""
    return any(seeds.reshuffle for seeds in all_seeds(root))
