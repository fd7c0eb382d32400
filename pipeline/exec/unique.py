"""`unique`: passes on the rows that did not come before.

Numbers are remembered in a compiled table of 64-bit keys, other elements in a Python set of their bytes. Floats are
equal as numbers are: 0.0 and -0.0 are one element; NaNs of the same bits are, too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import nest
from ...core.block import Block
from ...core.columns import Column, DenseColumn, ObjectColumn, SparseColumn
from ...core.errors import UnimplementedError
from ...core.values import Ragged
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .unique_kernels import insert_kernel

Mask = npt.NDArray[np.bool_]


@executes(plan.Unique)
class Unique(UnaryOperator[plan.Unique]):
    """Rows in the order of the input. The state holds every different element: it cannot be had from a position."""

    def __init__(self, node: plan.Unique, context: Context) -> None:
        super().__init__(node, context)
        self._seen: _Seen | None = None

    def pull(self, max_rows: int) -> Block | None:
        while (block := self.input.pull(max_rows)) is not None:
            if self._seen is None:
                self._seen = _Numbers() if _is_number(block) else _Elements()
            new = self._seen.add(block)
            if new.all():
                return block
            if new.any():
                return block.take(np.flatnonzero(new))
        return None

    @property
    def checkpoint_rows(self) -> int:
        # The state is as large as the set.
        return max(super().checkpoint_rows, len(self._seen) if self._seen is not None else 0)

    def get_state(self) -> State:
        seen = None if self._seen is None else {"kind": self._seen.kind, "keys": self._seen.get_state()}
        return {"seen": seen, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        if state["seen"] is not None:
            self._seen = _Numbers() if state["seen"]["kind"] == _Numbers.kind else _Elements()
            self._seen.set_state(state["seen"]["keys"])
        self.input.set_state(state["input"])


def _is_number(block: Block) -> bool:
    column = block.columns[0]
    return (
        len(block.columns) == 1
        and isinstance(column, DenseColumn)
        and column.values.ndim == 1
        and column.values.dtype.kind in "biuf"
    )


class _Seen(ABC):
    """Elements that came by."""

    kind: str

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def add(self, block: Block) -> Mask:
        """Remember rows; returns which of them are new."""

    @abstractmethod
    def get_state(self) -> list[Any]:
        """Return all keys, sorted, as JSON values."""

    @abstractmethod
    def set_state(self, keys: list[Any]) -> None:
        """Remember keys."""


class _Numbers(_Seen):
    """Numbers by their bits."""

    kind = "numbers"

    def __init__(self) -> None:
        self._table = np.empty(0, dtype=np.uint64)
        self._used = np.empty(0, dtype=np.bool_)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, block: Block) -> Mask:
        if not _is_number(block):
            raise _other_kind(block.columns)
        column = block.columns[0]
        assert isinstance(column, DenseColumn), "_is_number said so"
        return self._insert(_bits(column.values))

    def _insert(self, keys: npt.NDArray[np.uint64]) -> Mask:
        if 2 * (self._count + len(keys)) > len(self._table):
            self._grow(2 * (self._count + len(keys)))
        new = np.empty(len(keys), dtype=np.bool_)
        self._count += insert_kernel(keys, self._table, self._used, new)
        return new

    def _grow(self, places: int) -> None:
        keys = self._table[self._used]
        size = max(64, 1 << (2 * places - 1).bit_length())
        self._table, self._used = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.bool_)
        insert_kernel(keys, self._table, self._used, np.empty(len(keys), dtype=np.bool_))

    def get_state(self) -> list[Any]:
        keys: list[Any] = np.sort(self._table[self._used]).tolist()
        return keys

    def set_state(self, keys: list[Any]) -> None:
        self._insert(np.array(keys, dtype=np.uint64))


def _bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Return numbers as 64-bit keys that are equal where the numbers are."""
    if values.dtype.kind == "f":
        return (values.astype(np.float64) + 0.0).view(np.uint64)
    return values.astype(np.int64 if values.dtype.kind == "i" else np.uint64).view(np.uint64)


class _Elements(_Seen):
    """Any elements, by their bytes."""

    kind = "elements"

    def __init__(self) -> None:
        self._keys: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, block: Block) -> Mask:
        for column in block.columns:
            if isinstance(column, ObjectColumn | SparseColumn):
                raise _other_kind(block.columns)
        new = np.zeros(block.n, dtype=np.bool_)
        for i, element in enumerate(block.to_list()):
            key = _key(element)
            new[i] = key not in self._keys
            self._keys.add(key)
        return new

    def get_state(self) -> list[Any]:
        return [key.decode("latin-1") for key in sorted(self._keys)]

    def set_state(self, keys: list[Any]) -> None:
        self._keys = {key.encode("latin-1") for key in keys}


def _key(element: Any) -> bytes:
    """Return bytes that are equal where elements are."""
    if type(element) is bytes:
        return element
    return repr([_leaf_key(leaf) for leaf in nest.flatten(element)[0]]).encode("utf-8")


def _leaf_key(leaf: Any) -> Any:
    if isinstance(leaf, Ragged):
        return leaf.to_list()
    if isinstance(leaf, bytes) or leaf.dtype.kind == "O":
        return leaf if isinstance(leaf, bytes) else leaf.tolist()
    return np.shape(leaf), (leaf + leaf.dtype.type(0) if leaf.dtype.kind == "f" else leaf).tobytes()


def _other_kind(columns: tuple[Column, ...]) -> UnimplementedError:
    specs = ", ".join(repr(column.spec) for column in columns)
    return UnimplementedError(
        f"Dataset.unique: elements must be numbers, strings, arrays or ragged rows, all of one kind. Received: {specs}."
    )
