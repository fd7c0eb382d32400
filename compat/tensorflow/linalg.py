"""`tf.linalg`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core import ops
from ...core.lazy import attach
from .arrays import eye, matmul
from .renamed import renamed

__all__ = ["eye", "matmul", "matrix_transpose"]

matrix_transpose = renamed("matrix_transpose", ops.matrix_transpose, "a")

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
