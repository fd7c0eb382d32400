"""Rules: join neighbouring `take`s, and neighbouring `skip`s."""

from __future__ import annotations

from ..plan import Node, Skip, Take
from .base import Rule


class FuseTakes(Rule):
    """`x.take(a).take(b)` → `x.take(min(a, b))`."""

    def apply(self, node: Node) -> Node:
        match node:
            case Take(input=Take(input=source, count=a), count=b) if a >= 0 and b >= 0:
                return Take(source, min(a, b))
        return node


class FuseSkips(Rule):
    """`x.skip(a).skip(b)` → `x.skip(a + b)`."""

    def apply(self, node: Node) -> Node:
        match node:
            case Skip(input=Skip(input=source, count=a), count=b) if a >= 0 and b >= 0:
                return Skip(source, a + b)
        return node
