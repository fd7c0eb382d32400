"""Blocks of Python elements that need not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.block import Block
from ...core.errors import PenstockError
from ...core.provenance import Provenance


def leading_block(
    elements: Sequence[Any], spec: Any = None, provenance: Provenance | None = None
) -> tuple[Block | None, PenstockError | None]:
    """Return a block of as many elements from the first one on as fit together.

    Args:
        elements: At least one.
        spec: Nest of specs that each element must fit; None to take the structure of the first one.
        provenance: Where each element came from, or None.

    Returns:
        The block, or None when already the first element does not fit; and the error of the first element that does not
        fit, or None when all do.
    """
    try:
        return Block.from_elements(elements, spec, provenance), None
    except PenstockError as err:
        error = err
    fitting, failing = 0, len(elements)
    while failing - fitting > 1:
        middle = (fitting + failing) // 2
        try:
            Block.from_elements(elements[:middle], spec)
        except PenstockError as err:
            failing, error = middle, err
        else:
            fitting = middle
    if fitting == 0:
        return None, error
    origins = provenance.slice(0, fitting) if provenance is not None else None
    return Block.from_elements(elements[:fitting], spec, origins), error
