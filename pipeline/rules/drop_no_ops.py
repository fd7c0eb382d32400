"""Rule: drop nodes that change nothing."""

from __future__ import annotations

from ..plan import Node, Prefetch, Repeat, Shard, Skip, Take
from .base import Rule


class DropNoOps(Rule):
    """`x.take(-1)`, `x.skip(0)`, `x.repeat(1)`, `x.prefetch(0)`, `x.shard(1, 0)` → `x`."""

    def apply(self, node: Node) -> Node:
        match node:
            case Take(count=count) if count < 0:
                return node.input
            case Skip(count=0) | Repeat(count=1) | Prefetch(buffer_size=0) | Shard(num_shards=1):
                return node.input
        return node
