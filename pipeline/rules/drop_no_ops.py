"""Rule: drop nodes that change nothing."""

from __future__ import annotations

from ..plan import Node, Prefetch, Repeat, Shard, Skip, Take
from ..plan.global_shuffle import is_indexed
from .base import Rule


class DropNoOps(Rule):
    """`x.take(-1)`, `x.skip(0)`, `x.repeat(1)`, `x.prefetch(0)`, `x.shard(1, 0)` → `x`.

    A shard of a source that is read by number stays: its saved position is one for any number of workers.
    """

    def apply(self, node: Node) -> Node:
        match node:
            case Take(count=count) if count < 0:
                return node.input
            case Skip(count=0) | Repeat(count=1) | Prefetch(buffer_size=0):
                return node.input
            case Shard(input=source, num_shards=1) if not is_indexed(source):
                return source
        return node
