"""The random streams of the functions of a plan: each goes on over all passes of an iterator, as in TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from ...core.random import FunctionSeeds
from ...core.random.seeds import Resumable
from ..plan import Node, walk

SavedStreams: TypeAlias = "list[Any]"
"""The number of each function of a node that drew something, and what its `FunctionSeeds.get_state` gave."""


class Streams:
    """The streams of the functions of one plan, by the place of their nodes.

    An operator that runs saves the streams of its functions with its position; `save` and `restore` are for nodes that
    do not run.

    Args:
        root: The plan, a tree.
        part: The numbers of the elements that the plan was made of, where functions made it; see `FunctionSeeds`.
    """

    __slots__ = ("_part", "_places", "_root", "_seeds", "_waiting")

    def __init__(self, root: Node, part: tuple[int, ...] = ()) -> None:
        self._root, self._part = root, part
        self._places: set[int] | None = None
        self._seeds: dict[int, dict[int, FunctionSeeds]] = {}
        self._waiting: dict[int, dict[int, Any]] = {}

    def of(
        self, node: Node, global_seed: int | None, generators: Sequence[Resumable] = (), function: int = 0
    ) -> FunctionSeeds:
        """Return the streams of a function of a node; the same ones in each pass.

        Args:
            node: The node. One that is not of the plan has fresh ones.
            global_seed: The global seed when the dataset was made.
            generators: What the function draws from besides.
            function: Number of the function, where the node has several.
        """
        if self._places is None:
            self._places = {id(place) for place in walk(self._root)}
        seeds = self._seeds.get(id(node), {}).get(function)
        if seeds is None:
            seeds = FunctionSeeds(global_seed, part=self._part)
            if id(node) in self._places:
                self._seeds.setdefault(id(node), {})[function] = seeds
                seeds.set_state(self._waiting.get(id(node), {}).pop(function, []))
        seeds.generators = tuple(generators)
        return seeds

    def of_element(self, root: Node, element: int) -> Streams:
        """Return the streams of a plan that was made of an element."""
        return Streams(root, (*self._part, element))

    def apart(self) -> Streams:
        """Return streams of the same plan that begin anew, for operators that read again."""
        return Streams(self._root, self._part)

    def save(self, node: Node) -> SavedStreams:
        """Return where the streams of a node stand, as plain values."""
        made = self._seeds.get(id(node), {})
        states = {function: seeds.get_state() for function, seeds in made.items() if seeds.is_used}
        return [list(entry) for entry in sorted({**self._waiting.get(id(node), {}), **states}.items())]

    def restore(self, node: Node, saved: SavedStreams) -> None:
        """Take back what `save` returned."""
        states = dict(saved)
        for function, seeds in self._seeds.get(id(node), {}).items():
            seeds.set_state(states.pop(function, []))
        self._waiting[id(node)] = states
