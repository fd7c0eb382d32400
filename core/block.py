"""Block: many elements of one structure, stored by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import nest
from .columns import Column, concat, empty_column, from_elements
from .errors import InvalidArgumentError
from .nest import Structure
from .provenance import Provenance


class Block:
    """`n` elements: one column for each leaf, in the order of the structure.

    Immutable by agreement, like its columns. Row numbers given to its methods are valid; callers check.

    Args:
        structure: Structure of every element.
        columns: One column of `n` rows for each leaf.
        n: Number of elements.
        provenance: Where each row came from, or None.
    """

    __slots__ = ("columns", "n", "provenance", "structure")

    def __init__(
        self, structure: Structure, columns: Sequence[Column], n: int, provenance: Provenance | None = None
    ) -> None:
        self.structure = structure
        self.columns = tuple(columns)
        self.n = n
        self.provenance = provenance

    @classmethod
    def from_elements(cls, elements: Sequence[Any], spec: Any = None, provenance: Provenance | None = None) -> Block:
        """Build a block from elements of one structure.

        Args:
            elements: Nests of one structure; at least one, unless `spec` is given.
            spec: Nest of specs that the elements must fit, or None.
            provenance: Where each came from, or None.

        Raises:
            InvalidArgumentError: The structures differ, or a leaf does not fit its spec.
        """
        if spec is None:
            if not elements:
                raise InvalidArgumentError("Block.from_elements: an empty block needs a spec. Received: spec=None.")
            structure, specs = nest.structure_of(elements[0]), None
        else:
            specs, structure = nest.flatten(spec)
        if structure.is_leaf():
            leaves: list[Sequence[Any]] = [elements]
        else:
            rows = [_unpack(structure, i, e) for i, e in enumerate(elements)]
            leaves = list(zip(*rows, strict=True)) if rows else [()] * structure.n_leaves
        columns = []
        for i, values in enumerate(leaves):
            try:
                if specs is None:
                    _check_leaves(values)
                columns.append(from_elements(values, None if specs is None else specs[i]))
            except InvalidArgumentError as err:
                where = structure.paths()[i]
                err.args = (f"leaf {where}: {err}" if where else str(err), *err.args[1:])
                raise
        return cls(structure, columns, len(elements), provenance)

    @classmethod
    def empty(cls, spec: Any) -> Block:
        """Return a block of no rows for a nest of specs."""
        specs, structure = nest.flatten(spec)
        return cls(structure, [empty_column(s) for s in specs], 0)

    @property
    def spec(self) -> Any:
        """Nest of the narrowest specs of the elements."""
        return self.structure.pack([c.spec for c in self.columns])

    @property
    def nbytes(self) -> int:
        """Bytes held by the columns."""
        return sum(c.nbytes for c in self.columns)

    def __len__(self) -> int:
        return self.n

    def held(self) -> Block:
        """Return the same elements over the same memory, read-only: values that users get are copies."""
        return Block(self.structure, [c.held() for c in self.columns], self.n, self.provenance)

    def slice(self, start: int, stop: int) -> Block:
        """Return elements `start` to `stop` (not included) over the same memory."""
        if start == 0 and stop == self.n:
            return self
        provenance = self.provenance.slice(start, stop) if self.provenance is not None else None
        return Block(self.structure, [c.slice(start, stop) for c in self.columns], stop - start, provenance)

    def take(self, indices: npt.NDArray[np.int64]) -> Block:
        """Return the elements at `indices` (any order, repeats allowed)."""
        provenance = self.provenance.take(indices) if self.provenance is not None else None
        return Block(self.structure, [c.take(indices) for c in self.columns], len(indices), provenance)

    @staticmethod
    def concat(blocks: Sequence[Block]) -> Block:
        """Join the elements of several blocks of one structure, in order.

        Raises:
            InvalidArgumentError: The structures differ.
        """
        if len(blocks) == 1:
            return blocks[0]
        first = blocks[0]
        for other in blocks[1:]:
            if other.structure is not first.structure and other.structure != first.structure:
                raise InvalidArgumentError(
                    f"elements must have one structure. Received: {first.structure!r} and {other.structure!r}."
                )
        columns = [concat([b.columns[i] for b in blocks]) for i in range(len(first.columns))]
        provenance = None
        if any(b.provenance is not None for b in blocks):
            provenance = Provenance.concat(
                [Provenance.unknown(b.n) if b.provenance is None else b.provenance for b in blocks]
            )
        return Block(first.structure, columns, sum(b.n for b in blocks), provenance)

    def element(self, index: int) -> Any:
        """Return one element as users see it."""
        return self.structure.pack([c.element(index) for c in self.columns])

    def to_list(self) -> list[Any]:
        """Return all elements as users see them."""
        if self.structure.is_leaf():
            return self.columns[0].to_list()
        if not self.columns:
            return [self.structure.pack([]) for _ in range(self.n)]
        pack = self.structure.pack
        return [pack(row) for row in zip(*(c.to_list() for c in self.columns), strict=True)]

    def __repr__(self) -> str:
        return f"Block(n={self.n}, spec={self.spec!r})"


def _unpack(structure: Structure, index: int, element: Any) -> list[Any]:
    try:
        return structure.unpack(element)
    except InvalidArgumentError as err:
        err.args = (f"element {index}: {err}", *err.args[1:])
        raise


def _check_leaves(values: Sequence[Any]) -> None:
    """Refuse a nest in the place of a leaf: without a spec, the first element says where leaves are."""
    for kind in {*map(type, values)}:
        if nest.is_branch_type(kind):
            index = next(i for i, v in enumerate(values) if type(v) is kind)
            raise InvalidArgumentError(
                "elements must have one structure. "
                f"Received: element {index} has a {kind.__name__} where element 0 has a leaf."
            )
