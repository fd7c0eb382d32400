"""`tf.errors`: penstock's own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...core.errors import (
    AbortedError,
    AlreadyExistsError,
    CancelledError,
    DataLossError,
    DeadlineExceededError,
    FailedPreconditionError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
)
from ...core.errors import PenstockError as OpError
from ...core.errors import TraceError as OperatorNotAllowedInGraphError
from ...core.lazy import attach

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OK",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DataLossError",
    "DeadlineExceededError",
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OperatorNotAllowedInGraphError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
]

OK: Final = 0
CANCELLED: Final = CancelledError.error_code
UNKNOWN: Final = UnknownError.error_code
INVALID_ARGUMENT: Final = InvalidArgumentError.error_code
DEADLINE_EXCEEDED: Final = DeadlineExceededError.error_code
NOT_FOUND: Final = NotFoundError.error_code
ALREADY_EXISTS: Final = AlreadyExistsError.error_code
PERMISSION_DENIED: Final = PermissionDeniedError.error_code
RESOURCE_EXHAUSTED: Final = ResourceExhaustedError.error_code
FAILED_PRECONDITION: Final = FailedPreconditionError.error_code
ABORTED: Final = AbortedError.error_code
OUT_OF_RANGE: Final = OutOfRangeError.error_code
UNIMPLEMENTED: Final = UnimplementedError.error_code
INTERNAL: Final = InternalError.error_code
UNAVAILABLE: Final = UnavailableError.error_code
DATA_LOSS: Final = DataLossError.error_code
UNAUTHENTICATED: Final = UnauthenticatedError.error_code

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
