"""`tf.sparse`: values of features that vary in number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.composites import SparseTensor, plain
from ...core.composites import reorder as reordered
from ...core.lazy import attach
from ...core.tensor import Tensor, wrap
from ...core.values import Sparse
from .renamed import operand

__all__ = ["SparseTensor", "from_dense", "reorder", "to_dense"]


def to_dense(
    sp_input: Any,
    default_value: Any = None,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """Return the dense Tensor; `default_value` (zero or empty bytes when None) where nothing stands."""
    return wrap(plain(sp_input).to_dense(default_value))


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """Keep what is not zero (or not empty bytes), in row-major order."""
    return SparseTensor.of(Sparse.from_dense(operand(tensor).numpy()))


def reorder(sp_input: SparseTensor, name: str | None = None) -> SparseTensor:
    """Return the same values with their coordinates in row-major order."""
    return reordered(sp_input)


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
