"""`rebatch`: rows in batches of other sizes."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core import nest
from ...core.errors import InvalidArgumentError
from ...core.specs import RaggedSpec, Spec, TensorSpec
from .base import Node, Unary
from .certain import certain_spec
from .unbatch import Unbatch


@dataclasses.dataclass(frozen=True)
class Rebatch(Unary):
    """Rows in batches of `batch_sizes`, taken in turn; over an `unbatch` of the batches that there were.

    Attributes:
        batch_sizes: Rows in each batch, over and over.
        drop_remainder: Whether a last batch with too few rows is left out.
        ragged: For each leaf, whether its rows were ragged batches, and become such again.
    """

    name = "rebatch"
    batch_sizes: tuple[int, ...]
    drop_remainder: bool = False
    ragged: tuple[bool, ...] = ()

    @classmethod
    def of(cls, batches: Node, batch_sizes: tuple[int, ...], *, drop_remainder: bool) -> Rebatch:
        """Return the node over batches."""
        rows, spec = Unbatch(batches), certain_spec(batches)
        ragged = () if spec is None else tuple(isinstance(leaf, RaggedSpec) for leaf in nest.flatten(spec)[0])
        return cls(rows, batch_sizes, drop_remainder, ragged)

    def __post_init__(self) -> None:
        if not self.batch_sizes or min(self.batch_sizes) < 1:
            raise InvalidArgumentError(
                "Dataset.rebatch: batch_size must be an int >= 1, or a list of them. "
                f"Received: batch_size={list(self.batch_sizes)}."
            )

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        if spec is None:
            return None
        size = self.batch_sizes[0] if self.drop_remainder and len({*self.batch_sizes}) == 1 else None
        leaves, structure = nest.flatten(spec)
        return structure.pack([_batched(leaf, size, is_ragged=self.is_ragged(i)) for i, leaf in enumerate(leaves)])

    def is_ragged(self, leaf: int) -> bool:
        """Whether the batches of a leaf are ragged."""
        return leaf < len(self.ragged) and self.ragged[leaf]

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if n < 0:
            return n
        rounds, left = divmod(n, sum(self.batch_sizes))
        count = rounds * len(self.batch_sizes)
        for size in self.batch_sizes:
            if left < size:
                break
            left -= size
            count += 1
        return count + int(left > 0 and not self.drop_remainder)

    def describe(self) -> str:
        sizes = str(self.batch_sizes[0]) if len(self.batch_sizes) == 1 else str(list(self.batch_sizes))
        return sizes + (", drop_remainder=True" if self.drop_remainder else "")


def _batched(leaf: Spec, size: int | None, *, is_ragged: bool) -> Spec:
    if is_ragged and isinstance(leaf, TensorSpec) and leaf.shape is not None:
        return RaggedSpec((size, *leaf.shape), leaf.dtype, 1)
    return leaf.batched(size)
