"""Where the random generators of user functions stand, those of layers among them.

A function that runs element by element saves their places with its position (`FunctionSeeds`). Here they are kept for
functions that do not run: in inputs that are over, and at the end of a pass, for the next one.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.random.seeds import Resumable
from ...core.trace.rows import RowFunction
from ..plan import Node, walk


def generators_of(node: Node) -> list[Resumable]:
    """Return the generators that the functions of a node reach, in the order of its fields and of their code."""
    values = (getattr(node, field.name) for field in dataclasses.fields(node))
    return [generator for value in values if isinstance(value, RowFunction) for generator in value.generators]


def places_of(node: Node) -> list[list[int]]:
    """Return the places of a node's generators, as plain values."""
    return [list(generator.get_place()) for generator in generators_of(node)]


def restore_places(node: Node, places: list[list[int]]) -> None:
    """Put a node's generators where `places_of` found them."""
    for generator, (first, second, third) in zip(generators_of(node), places, strict=True):
        generator.set_place((first, second, third))


def save_generators(root: Node) -> list[Any]:
    """Return the places of the generators of each node that has some, in the order of `walk`."""
    return [places for node in walk(root) if (places := places_of(node))]


def restore_generators(root: Node, saved: list[Any]) -> None:
    """Take back what `save_generators` returned."""
    entries = iter(saved)
    for node in walk(root):
        if generators_of(node):
            restore_places(node, next(entries))
