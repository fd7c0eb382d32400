"""`tf.raw_ops`, as far as scripts use it: arguments by keyword only."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import InvalidArgumentError
from ...core.lazy import attach
from ...pipeline.tensors import as_tensor
from ...preprocessing.discretization import NumbersToBins
from ...preprocessing.transform import run_transform
from .renamed import operand

__all__ = ["Bucketize"]


def Bucketize(*, input: Any, boundaries: Sequence[float], name: str | None = None) -> Any:  # noqa: N802 (TensorFlow's name)
    """Return the bin of each number, as int32: bin `i` is `[boundaries[i - 1], boundaries[i])`.

    Raises:
        InvalidArgumentError: The boundaries do not rise.
    """
    return as_tensor(run_transform(_bins(tuple(float(b) for b in boundaries)), operand(input)))


@functools.lru_cache(maxsize=64)
def _bins(boundaries: tuple[float, ...]) -> NumbersToBins:
    """Return the operation; the same one each time, so that a function traced twice gives the same graph."""
    edges = np.array(boundaries, dtype=np.float32)
    if (np.diff(edges) < 0).any():
        raise InvalidArgumentError(f"Bucketize: boundaries must be rising numbers. Received: boundaries={boundaries}.")
    return NumbersToBins(
        boundaries=edges,
        compared_as=np.dtype(np.float32),
        mode="int",
        depth=0,
        dtype="int32",
        where="Bucketize",
    )


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
