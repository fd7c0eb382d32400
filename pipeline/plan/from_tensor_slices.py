"""`from_tensor_slices`: the rows of arrays in memory."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.columns import rows_of
from ...core.errors import InvalidArgumentError, ShapeError
from .base import Source


@dataclasses.dataclass(frozen=True)
class FromTensorSlices(Source):
    """The rows of a block.

    Attributes:
        block: All elements.
        origin: What the user called, for `explain()`.
    """

    name = "from_tensor_slices"
    block: Block
    origin: str = ""

    @property
    def element_spec(self) -> Any:
        return self.block.spec

    @property
    def cardinality(self) -> int:
        return self.block.n

    def describe(self) -> str:
        return self.origin or f"{self.block.n} rows"


def slices_block(tensors: Any) -> Block:
    """Return the rows along the first axis of every leaf.

    Raises:
        ShapeError: A leaf has no first axis, or the leaves have different lengths.
    """
    leaves, structure = nest.flatten(_from_frame(tensors))
    if not leaves:
        raise InvalidArgumentError("from_tensor_slices: at least one array is needed. Received: an empty nest.")
    columns = []
    for path, leaf in zip(structure.paths(), leaves, strict=True):
        try:
            columns.append(rows_of(_plain(leaf)))
        except InvalidArgumentError as err:
            raise type(err)(f"{err} Leaf: {path}." if path else str(err)) from err
    sizes = [len(c) for c in columns]
    if len(set(sizes)) > 1:
        named = ", ".join(f"{p or 'leaf'}: {n}" for p, n in zip(structure.paths(), sizes, strict=True))
        raise ShapeError(f"from_tensor_slices: all leaves must have the same first dimension. Received: {named}.")
    return Block(structure, columns, sizes[0])


def _from_frame(tensors: Any) -> Any:
    """Turn a pandas or Arrow table into a dict of its columns."""
    package, kind = type(tensors).__module__.partition(".")[0], type(tensors).__name__
    if package == "pandas" and kind == "DataFrame":
        return {str(name): tensors[name].to_numpy() for name in tensors.columns}
    if package == "pyarrow" and kind in ("Table", "RecordBatch"):
        return dict(zip(tensors.schema.names, tensors.columns, strict=True))
    return tensors


def _plain(leaf: Any) -> Any:
    if type(leaf).__module__.partition(".")[0] == "pandas":
        return leaf.to_numpy()
    numpy = getattr(leaf, "numpy", None)
    return numpy() if callable(numpy) else leaf


def whole_block(tensors: Any) -> Block:
    """Return a block of one element: the nest itself."""
    leaves, structure = nest.flatten(tensors)
    return Block.from_elements([structure.pack([_plain(v) for v in leaves])])
