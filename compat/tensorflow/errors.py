"""`tf.errors`: penstock's own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    UnimplementedError,
)
from ...core.errors import PenstockError as OpError
from ...core.lazy import attach

__all__ = [
    "DataLossError",
    "FailedPreconditionError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "UnimplementedError",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
