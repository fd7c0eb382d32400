"""`pack_sequences`: several sequences one after another in rows of one length."""

from __future__ import annotations

import dataclasses
from typing import Any, Final, NamedTuple

from ...core import nest
from ...core.dtypes import int32
from ...core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ...core.nest import Structure
from ...core.specs import TensorSpec
from ..calling import check_count
from .base import UNKNOWN, Unary
from .certain import certain_spec

WHERE: Final = "Dataset.pack_sequences"
STRATEGIES: Final = ("first_fit", "best_fit")


class PackedSequences(NamedTuple):
    """One row of packed sequences.

    Attributes:
        values: The sequences one after another, then padding; the nest of the elements, T[max_length, …].
        segment_ids: Which sequence an item belongs to, from 1 on; 0 is padding. The same nest, int32[max_length].
        positions: The item's place in its sequence, from 0 on; 0 for padding. The same nest, int32[max_length].
    """

    values: Any
    segment_ids: Any
    positions: Any


@dataclasses.dataclass(frozen=True)
class PackSequences(Unary):
    """Elements that are sequences, or nests of them, put one after another while there is room.

    Attributes:
        max_length: Items in a row: a number for all leaves, or a nest of one for each.
        num_bins: How many rows are filled at once.
        strategy: Which of the rows that have room gets a sequence: the one that was begun first, or the fullest one.
        padding_values: Nest of scalars, or one for all leaves; None means 0, False or empty bytes.
    """

    name = "pack_sequences"
    max_length: Any
    num_bins: int
    strategy: str = "first_fit"
    padding_values: Any = None

    def __post_init__(self) -> None:
        check_count(WHERE, "num_bins", self.num_bins, 1)
        if self.strategy not in STRATEGIES:
            raise InvalidArgumentError(
                f"{WHERE}: strategy must be one of {', '.join(STRATEGIES)}. Received: strategy={self.strategy!r}."
            )
        spec = certain_spec(self.input)
        if spec is not None:
            leaves, structure = nest.flatten(spec)
            self.options(structure)
            for leaf, path in zip(leaves, structure.paths(), strict=True):
                check_sequence(leaf, path)
        elif not isinstance(self.max_length, tuple | dict):
            check_count(WHERE, "max_length", self.max_length, 1)

    def options(self, structure: Structure) -> tuple[list[int], list[Any]]:
        """Return the length of a row and the padding of each leaf."""
        lengths = _unpack("max_length", structure, self.max_length)
        checked = [check_count(WHERE, "max_length", length, 1) for length in lengths]
        return checked, _unpack("padding_values", structure, self.padding_values)

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        if spec is None:
            return None
        leaves, structure = nest.flatten(spec)
        lengths, _ = self.options(structure)
        values = [
            TensorSpec((length, *(leaf.shape or ())[1:]), leaf.dtype) if isinstance(leaf, TensorSpec) else leaf
            for leaf, length in zip(leaves, lengths, strict=True)
        ]
        numbers = structure.pack([TensorSpec((length,), int32) for length in lengths])
        return PackedSequences(structure.pack(values), numbers, numbers)

    @property
    def cardinality(self) -> int:
        return UNKNOWN if self.input.cardinality > 0 else self.input.cardinality

    def describe(self) -> str:
        text = f"{self.max_length!r}, num_bins={self.num_bins}"
        text += f", strategy={self.strategy!r}" if self.strategy != STRATEGIES[0] else ""
        return text + (f", padding_values={self.padding_values!r}" if self.padding_values is not None else "")


def _unpack(name: str, structure: Structure, value: Any) -> list[Any]:
    if not isinstance(value, tuple | dict) and not hasattr(value, "__dataclass_fields__"):
        return [value] * structure.n_leaves
    try:
        return structure.unpack(value)
    except InvalidArgumentError as err:
        raise InvalidArgumentError(
            f"{WHERE}: {name} must be one for all leaves or have the structure of the elements, {structure.text()}. "
            f"Received: {name}={value!r}."
        ) from err


def check_sequence(spec: Any, path: str) -> None:
    """Check that a leaf is a sequence.

    Raises:
        DTypeError: It is no dense array.
        ShapeError: It is a scalar.
    """
    at = f" at {path}" if path else ""
    if not isinstance(spec, TensorSpec):
        raise DTypeError(f"{WHERE}: sequences must be dense arrays. Received: {describe(spec)}{at}. Use map() first.")
    if spec.shape == ():
        raise ShapeError(f"{WHERE}: sequences must have a first axis. Received: {spec!r}{at}.")
