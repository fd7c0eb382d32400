"""From a plan to something that runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .plan import Node
from .rules import optimize

if TYPE_CHECKING:
    from ..core.block import Block
    from .exec import DatasetIterator


def iterate(node: Node) -> DatasetIterator[Any]:
    """Rewrite a plan and start a pass over it."""
    from .exec import DatasetIterator

    root, _ = optimize(node)
    return DatasetIterator(root)


def iterate_blocks(node: Node) -> Iterator[Block]:
    """Yield the blocks of one pass over a plan."""
    with iterate(node) as iterator:
        while (block := iterator.next_block()) is not None:
            yield block
