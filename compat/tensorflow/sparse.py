"""`tf.sparse`: values of features that vary in number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.lazy import attach
from ...core.tensor import Tensor, wrap
from ...core.values import Sparse
from .renamed import operand

__all__ = ["from_dense", "to_dense"]


def to_dense(
    sp_input: Any,
    default_value: Any = None,
    validate_indices: bool = True,  # noqa: FBT001, FBT002
    name: str | None = None,
) -> Tensor:
    """Return the dense Tensor; `default_value` (zero or empty bytes when None) where nothing stands."""
    return wrap(sp_input.to_dense(default_value))


def from_dense(tensor: Any, name: str | None = None) -> Sparse:
    """Keep what is not zero (or not empty bytes), in row-major order."""
    return Sparse.from_dense(operand(tensor).numpy())


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
