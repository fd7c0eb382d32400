"""What every column can do: the three primitives `slice`, `take`, `concat`, and the way to and from elements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..specs import Spec

Indices = npt.NDArray[np.int64]


class Column(ABC):
    """One leaf of many elements: row `i` is the leaf of element `i`.

    Columns are immutable by agreement: primitives return views where they can, and nobody writes into a column's
    arrays. Users may write into the values that they get from `element`, `to_list` and `as_value`: what is used again
    is `held` in read-only memory, and its values are copies. All row numbers given to `slice`, `take` and `element`
    are valid (`0 <= i < len`); callers check.
    """

    __slots__ = ()

    @abstractmethod
    def __len__(self) -> int:
        """Number of rows."""

    @property
    @abstractmethod
    def spec(self) -> Spec:
        """Spec of one row."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes held for the rows (approximate for Python objects)."""

    @abstractmethod
    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop` (not included) over the same memory."""

    @abstractmethod
    def take(self, indices: Indices) -> Self:
        """Return the rows at `indices` (any order, repeats allowed)."""

    @classmethod
    @abstractmethod
    def concat_same(cls, columns: Sequence[Any]) -> Column | None:
        """Join columns of this very class, or return None when their rows have no common form in this class."""

    @abstractmethod
    def element(self, index: int) -> Any:
        """Return row `index` as the value users see."""

    @abstractmethod
    def to_list(self) -> list[Any]:
        """Return all rows as values users see."""

    @abstractmethod
    def as_value(self) -> Any:
        """Return all rows stacked into one value: what a batch of exactly these rows shows to users.

        Raises:
            ShapeError: The rows differ in shape.
        """

    def held(self) -> Column:
        """Return the same rows over the same memory, read-only: values that users get are copies."""
        return self

    @abstractmethod
    def batch(self, size: int) -> Column:
        """Return `len // size` rows of `size` stacked rows each; `len` is a multiple of `size`.

        Raises:
            ShapeError: Rows of one batch differ in shape.
        """

    @abstractmethod
    def explode(self) -> tuple[Column, npt.NDArray[np.int64]]:
        """Return the inverse of `batch`: all rows' rows as one column, and how many came from each row.

        Raises:
            ShapeError: A row has no first axis.
        """

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n={len(self)}, spec={self.spec!r})"


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a view of an array that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def own(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array that a user may write into: a copy where the memory is held by others, or is no memory at all."""
    return array if array.flags.writeable else array.copy()
