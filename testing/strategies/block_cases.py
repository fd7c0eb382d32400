"""Strategies for blocks, each with the plain list of its elements."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.block import Block
from ...core.provenance import Provenance
from .hypothesis_extra import st
from .specs import element_specs
from .values import elements


class BlockCase(NamedTuple):
    """A block and what it must hold.

    Attributes:
        block: The block: built from elements, or a slice, a take or a concatenation of such blocks.
        elements: Its elements, as users see them.
        spec: Nest of specs that the elements fit.
    """

    block: Block
    elements: list[Any]
    spec: Any


@st.composite
def blocks(
    draw: st.DrawFn, spec: Any = None, *, min_rows: int = 0, max_rows: int = 6, provenance: bool = False
) -> BlockCase:
    """Generate blocks with the plain list of their elements.

    Args:
        draw: Given by Hypothesis.
        spec: Nest of specs of the elements; any when None.
        min_rows: Fewest rows.
        max_rows: Most rows.
        provenance: Whether rows carry their origin.
    """
    if spec is None:
        spec = draw(element_specs())
    rows = draw(st.lists(elements(spec), min_size=min_rows, max_size=max_rows))
    origin = Provenance.of_file("generated.tfrecord", 0, len(rows)) if provenance else None
    block = Block.from_elements(rows, spec, origin)
    match draw(st.sampled_from(["built", "slice", "take", "concat"])):
        case "slice" if min_rows == 0:
            start = draw(st.integers(0, len(rows)))
            stop = draw(st.integers(start, len(rows)))
            return BlockCase(block.slice(start, stop), rows[start:stop], spec)
        case "take" if rows:
            indices = draw(st.lists(st.integers(0, len(rows) - 1), min_size=min_rows, max_size=max_rows))
            taken = block.take(np.array(indices, dtype=np.int64))
            return BlockCase(taken, [rows[i] for i in indices], spec)
        case "concat":
            cut = draw(st.integers(0, len(rows)))
            return BlockCase(Block.concat([block.slice(0, cut), block.slice(cut, len(rows))]), rows, spec)
    return BlockCase(block, rows, spec)
