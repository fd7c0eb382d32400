"""Which random nodes a plan has, at how many places, and whether its passes differ."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from ...core.trace.reachable import reachable
from .base import Node, walk
from .flat_map import FlatMap
from .group_by_window import GroupByWindow
from .interleave import Interleave
from .shuffle import ShuffleSeeds

# What functions reach is looked up once: that takes longer than everything else at the start of an iterator.
_captured: WeakKeyDictionary[Callable[..., Any], tuple[ShuffleSeeds, ...]] = WeakKeyDictionary()


def seeds_of(node: Node) -> ShuffleSeeds | None:
    """Return the seeds that a node draws its passes from, or None."""
    seeds = getattr(node, "seeds", None)
    return seeds if isinstance(seeds, ShuffleSeeds) else None


def captured_seeds(node: Node) -> tuple[ShuffleSeeds, ...]:
    """Return the seeds of datasets that a node's function may return, because it reaches them: made outside of it."""
    match node:
        case FlatMap() | Interleave():
            function: Callable[..., Any] = node.function
        case GroupByWindow():
            function = node.reduce_func
        case _:
            return ()
    found = _captured.get(function)
    if found is None:
        found = _captured[function] = tuple(dict.fromkeys(_reached(function)))
    return found


def _reached(function: Callable[..., Any]) -> Iterator[ShuffleSeeds]:
    for found in reachable(inspect.unwrap(function)):
        node = getattr(found.value, "_node", None)
        if isinstance(node, Node):
            yield from all_seeds(node)


def all_seeds(root: Node) -> list[ShuffleSeeds]:
    """Return the seeds of all random nodes that a plan runs, each once, in the order of `walk`."""
    found: dict[ShuffleSeeds, None] = {}
    for node in walk(root):
        if (seeds := seeds_of(node)) is not None:
            found[seeds] = None
        found.update(dict.fromkeys(captured_seeds(node)))
    return list(found)


def draws_anew(root: Node) -> bool:
    """Whether a plan has other elements, or another order, in each pass."""
    return any(seeds.reshuffle for seeds in all_seeds(root))


def as_tree(root: Node) -> Node:
    """Return a plan in which each node stands at one place; what the places share (seeds, memory) stays shared."""
    return _as_tree(root, set())


def _as_tree(node: Node, seen: set[int]) -> Node:
    inputs = [_as_tree(source, seen) for source in node.inputs]
    alone = node.with_inputs(inputs) if inputs else node
    if id(alone) in seen:
        alone = copy.copy(alone)
    seen.add(id(alone))
    return alone
