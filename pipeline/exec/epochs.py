"""What the epochs of a plan go on from: seeds of random nodes, passes that have begun, passes that filled caches.

These belong to the plan, not to one operator: a second loop over a dataset shows the second epoch. A random operator
that runs keeps its own pair of seeds and the number of its pass, because rows are read ahead of the saved position. The
nodes below an operator that runs only a part of its inputs (the part of a concatenate that is over or still to come, a
repeat that has ended) are kept by that operator.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from .. import plan
from ..plan import Node, walk
from ..plan.shuffle import ShuffleSeeds
from .base import Context, plain

SavedEpochs: TypeAlias = "list[Any]"
"""For each random node the two seeds and the number of passes begun, for each cache the start of the pass that filled
it, or None: in the order of `walk`."""


def save_epochs(root: Node, context: Context | None = None) -> SavedEpochs:
    """Return what `restore_epochs` needs, as plain values.

    Args:
        root: The plan.
        context: Of the operator that keeps them, if it does.
    """
    saved: SavedEpochs = []
    for node in walk(root):
        seeds = _seeds(node, context)
        if seeds is not None:
            saved.append([*seeds.pair, seeds.passes])
        elif isinstance(node, plan.Cache):
            saved.append(plain(node.memory.start))
    return saved


def restore_epochs(root: Node, saved: SavedEpochs, context: Context | None = None) -> None:
    """Go on from what was saved; an operator's passes that were counted before stay so."""
    entries = iter(saved)
    for node in walk(root):
        seeds = _seeds(node, context)
        if seeds is not None:
            first, second, passes = next(entries)
            seeds.restore((first, second), passes if context is None else max(passes, seeds.passes))
        elif isinstance(node, plan.Cache):
            node.memory.restart(next(entries))


def _seeds(node: Node, context: Context | None) -> ShuffleSeeds | None:
    seeds = getattr(node, "seeds", None)
    if not isinstance(seeds, ShuffleSeeds):
        return None
    return seeds if context is None else context.seeds(seeds)
