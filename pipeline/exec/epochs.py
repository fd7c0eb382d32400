"""What the nodes below an operator go on from that does not run them now: seeds of random nodes, what fills caches.

An operator that runs only a part of its inputs (the part of a concatenate that is over or still to come, a repeat that
has ended) keeps this for the others. A random operator that runs keeps its own seeds and pass.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from ...core.trace.rows import RowFunction
from .. import plan
from ..plan import Node, walk
from ..plan.passes import seeds_of
from .base import Context, plain
from .generators import generators_of, places_of, restore_places

SavedEpochs: TypeAlias = "list[Any]"
"""For each random node the two seeds and the first pass that may begin there, for each cache the start of the pass that
filled it, or None, for each function that makes datasets how many it made, for each function its random streams, and
for each one that draws from generators of its own their places: in the order of `walk`."""

_MAKERS: Final = (plan.FlatMap, plan.Interleave, plan.GroupByWindow)


def save_epochs(root: Node, context: Context) -> SavedEpochs:
    """Return what `restore_epochs` needs, as plain values."""
    saved: SavedEpochs = []
    for node in walk(root):
        if (seeds := seeds_of(node)) is not None:
            at = context.seeds(seeds, node)
            saved.append([*at.pair, at.passes])
        elif isinstance(node, plan.Cache):
            saved.append(plain(node.memory.start))
        elif isinstance(node, _MAKERS):
            saved.append(context.elements_before(node))
        if _has_functions(node):
            saved.append(context.streams.save(node))
        if places := places_of(node):
            saved.append(places)
    return saved


def restore_epochs(root: Node, saved: SavedEpochs, context: Context) -> None:
    """Go on from what was saved."""
    entries = iter(saved)
    for node in walk(root):
        if (seeds := seeds_of(node)) is not None:
            first, second, passes = next(entries)
            at = context.seeds(seeds, node)
            # Passes of a function's own dataset are counted there: those that were counted before stay so.
            at.restore((first, second), max(passes, at.passes) if at is seeds else passes)
        elif isinstance(node, plan.Cache):
            node.memory.restart(next(entries))
        elif isinstance(node, _MAKERS):
            context.restore_elements(node, next(entries))
        if _has_functions(node):
            context.streams.restore(node, next(entries))
        if generators_of(node):
            restore_places(node, next(entries))


def _has_functions(node: Node) -> bool:
    """Whether a node has functions of the user, which may draw."""
    return hasattr(node, "global_seed") or any(isinstance(value, RowFunction) for value in vars(node).values())


def save_caches(root: Node) -> list[Any]:
    """Return, for each cache, the start of the pass that filled it, or None."""
    return [plain(node.memory.start) for node in walk(root) if isinstance(node, plan.Cache)]


def restore_caches(root: Node, saved: list[Any]) -> None:
    """Have caches that this process has lost be filled by the same passes again."""
    caches = (node for node in walk(root) if isinstance(node, plan.Cache))
    for node, start in zip(caches, saved, strict=True):
        node.memory.restart(start)
