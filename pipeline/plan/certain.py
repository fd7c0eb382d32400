"""Which element specs hold for all elements, and which were only seen on the first one."""

from __future__ import annotations

from typing import Any

from .base import Node, ObservedSpec, walk
from .from_generator import FromGenerator
from .from_source import FromSource
from .map import Map
from .rows import Rows


def certain_spec(node: Node) -> Any:
    """Return the nest of specs that all elements of a node fit, or None where only running can tell.

    Where functions run element by element `element_spec` is that of the first element, once it has been seen: sizes in
    it need not be those of other elements.
    """
    return None if any(_is_observed(each) for each in walk(node)) else node.element_spec


def _is_observed(node: Node) -> bool:
    if isinstance(node, Map):
        node.function.prepare(node.input.element_spec)
        return not node.function.is_vectorized
    if isinstance(node, FromGenerator):
        return node.output_signature is None
    if isinstance(node, FromSource | Rows):
        return node.spec is None
    return isinstance(getattr(node, "observed", None), ObservedSpec)
