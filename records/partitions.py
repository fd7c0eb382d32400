"""Partitions: how the values of a `RaggedFeature` fall into rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import InvalidArgumentError, describe


@dataclass(frozen=True, slots=True)
class Partition:
    """How the values of a `RaggedFeature` fall into rows, by the integers under a key of the same record.

    Attributes:
        key: The key.
    """

    key: str


class RowSplits(Partition):
    """Row `i` is values `splits[i]` to `splits[i + 1]`; the first split is 0, the last the number of values."""

    __slots__ = ()


class RowLengths(Partition):
    """Row `i` has `lengths[i]` values."""

    __slots__ = ()


class RowStarts(Partition):
    """Row `i` begins at value `starts[i]`; the first start is 0."""

    __slots__ = ()


class RowLimits(Partition):
    """Row `i` ends before value `limits[i]`; the last limit is the number of values."""

    __slots__ = ()


class ValueRowIds(Partition):
    """Value `i` belongs to row `ids[i]`; ids do not decrease."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class UniformRowLength:
    """Every row has the same number of values.

    Attributes:
        length: That number, at least 1.
    """

    length: int

    def __post_init__(self) -> None:
        if not isinstance(self.length, int | np.integer) or self.length < 1:
            raise InvalidArgumentError(
                f"UniformRowLength: length must be an integer >= 1. Received: length={describe(self.length)}."
            )


AnyPartition = Partition | UniformRowLength
