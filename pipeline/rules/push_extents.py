"""Rules: let sources that know their rows make only those that are asked for."""

from __future__ import annotations

from ..plan import FromTensorSlices, Node, Range, Skip, Take
from .base import Rule


class PushTakeIntoSource(Rule):
    """`range(n).take(k)` → `range(min(n, k))`; `from_tensor_slices(x).take(k)` → `from_tensor_slices(x[:k])`."""

    def apply(self, node: Node) -> Node:
        match node:
            case Take(input=Range() as source, count=count) if count >= 0:
                kept = min(count, source.cardinality)
                return Range(source.start, source.start + kept * source.step, source.step, source.dtype)
            case Take(input=FromTensorSlices() as source, count=count) if count >= 0:
                return _rows(source, 0, min(count, source.block.n))
        return node


class PushSkipIntoSource(Rule):
    """`range(n).skip(k)` → `range(k, n)`; `from_tensor_slices(x).skip(k)` → `from_tensor_slices(x[k:])`."""

    def apply(self, node: Node) -> Node:
        match node:
            case Skip(input=Range() as source, count=count):
                first = source.cardinality if count < 0 else min(count, source.cardinality)
                return Range(source.start + first * source.step, source.stop, source.step, source.dtype)
            case Skip(input=FromTensorSlices() as source, count=count):
                n = source.block.n
                return _rows(source, n if count < 0 else min(count, n), n)
        return node


def _rows(source: FromTensorSlices, start: int, stop: int) -> FromTensorSlices:
    return FromTensorSlices(source.block.slice(start, stop), source.origin)
