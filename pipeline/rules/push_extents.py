"""Rules: let sources that know their rows make only those that are asked for."""

from __future__ import annotations

import dataclasses

from ..plan import FromSource, FromTensorSlices, Node, Range, Skip, Take
from .base import Rule


class PushTakeIntoSource(Rule):
    """`range(n).take(k)` → `range(min(n, k))`; `from_tensor_slices(x).take(k)` → `from_tensor_slices(x[:k])`.

    Likewise for `from_source`, where elements can be had by number.
    """

    def apply(self, node: Node) -> Node:
        match node:
            case Take(input=Range() as source, count=count) if count >= 0:
                kept = min(count, source.cardinality)
                return Range(source.start, source.start + kept * source.step, source.step, source.dtype)
            case Take(input=FromTensorSlices(rows=range() as rows) as source, count=count) if count >= 0:
                return dataclasses.replace(source, rows=rows[:count])
            case Take(input=FromSource(rows=range() as rows) as source, count=count) if count >= 0:
                return dataclasses.replace(source, rows=rows[:count])
        return node


class PushSkipIntoSource(Rule):
    """`range(n).skip(k)` → `range(k, n)`; `from_tensor_slices(x).skip(k)` → `from_tensor_slices(x[k:])`.

    Likewise for `from_source`, where elements can be had by number.
    """

    def apply(self, node: Node) -> Node:
        match node:
            case Skip(input=Range() as source, count=count):
                first = source.cardinality if count < 0 else min(count, source.cardinality)
                return Range(source.start + first * source.step, source.stop, source.step, source.dtype)
            case Skip(input=FromTensorSlices(rows=range() as rows) as source, count=count):
                return dataclasses.replace(source, rows=rows[count if count >= 0 else len(rows) :])
            case Skip(input=FromSource(rows=range() as rows) as source, count=count):
                return dataclasses.replace(source, rows=rows[count if count >= 0 else len(rows) :])
        return node
