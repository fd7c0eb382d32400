"""Saved seeds of random nodes that no operator runs at the moment.

A random operator that runs keeps its own pair of seeds and the number of its pass. The nodes below an operator that
runs only a part of its inputs (the part of a concatenate that is over or still to come, a repeat that has ended) are
kept by that operator, so that the next pass over them is the right one.
"""

from __future__ import annotations

from typing import TypeAlias

from ..plan import Node, walk
from ..plan.shuffle import ShuffleSeeds
from .base import Context

SavedSeeds: TypeAlias = "list[list[int]]"
"""For each random node, in the order of `walk`: the two seeds and the number of passes begun."""


def save_seeds(root: Node, context: Context) -> SavedSeeds:
    """Return what `restore_seeds` needs for a plan that nobody runs at the moment."""
    return [[*seeds.pair, seeds.passes] for seeds in _seeds_of(root, context)]


def restore_seeds(root: Node, saved: SavedSeeds, context: Context) -> None:
    """Go on from saved seeds; passes that have been counted stay so."""
    for seeds, (first, second, passes) in zip(_seeds_of(root, context), saved, strict=True):
        seeds.restore_pass((first, second), passes - 1)


def _seeds_of(root: Node, context: Context) -> list[ShuffleSeeds]:
    found = (getattr(node, "seeds", None) for node in walk(root))
    return [context.seeds(seeds) for seeds in found if isinstance(seeds, ShuffleSeeds)]
