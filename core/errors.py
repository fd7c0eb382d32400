"""The error tree.

Every error that penstock raises on purpose is a `PenstockError` and also the builtin that a caller would catch::

    PenstockError
    ├── InvalidArgumentError (ValueError)      an argument or an element breaks a rule
    │   ├── ShapeError                          shapes that do not fit
    │   ├── DTypeError (TypeError)              dtypes that do not fit
    │   └── ParseError                          text or bytes that cannot be parsed; carries path, line or record
    ├── FailedPreconditionError (RuntimeError) called too early, too late, or after close
    │   └── NotAdaptedError                     a preprocessing layer without statistics
    ├── NotFoundError (FileNotFoundError)      a file, glob or name that is not there
    ├── AlreadyExistsError (FileExistsError)    a file that is there and was not to be replaced
    ├── PermissionDeniedError (PermissionError) a file that may not be read or written
    ├── DataLossError (OSError)                damaged or truncated files; carries path, record_index, offset_bytes
    ├── OutOfRangeError (IndexError)           an index outside of what exists
    ├── UnimplementedError (NotImplementedError) a combination that has no meaning here
    ├── MissingDependencyError (ImportError)   an optional package is needed; says how to install it
    ├── StageError (RuntimeError)              a user function failed inside a pipeline stage
    │   └── InvalidElementError (InvalidArgumentError)  … because it refused the element
    ├── TraceError (TypeError)                 a function cannot be traced; carries the reason
    └── AbortedError, CancelledError, DeadlineExceededError (TimeoutError), InternalError (RuntimeError),
        ResourceExhaustedError (RuntimeError), UnauthenticatedError (PermissionError),
        UnavailableError (ConnectionError), UnknownError (RuntimeError)
                                                raised by nothing here; for code that raises or catches them

Messages have one form: *where: what must hold. Received: name=value. What to do.*
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, ClassVar


class PenstockError(Exception):
    """Base of all errors raised on purpose by penstock.

    Errors can be copied and pickled, whatever their constructors take: a worker process hands them to its parent.
    They can be made as TensorFlow's are, too: `OutOfRangeError(node_def, op, message)`.

    Attributes:
        error_code: Number of the kind of error, one of https://grpc.io/docs/guides/status-codes, as in TensorFlow.
        node_def: What such a constructor was given, else None.
        op: What such a constructor was given, else None.
    """

    error_code: ClassVar[int] = 2
    node_def: Any = None
    op: Any = None

    def __init__(self, *args: Any, **told: Any) -> None:
        if len(args) == 3 and not told:
            told, args = dict(zip(("node_def", "op", "message"), args, strict=True)), ()
        if told:
            self.node_def, self.op = told.get("node_def"), told.get("op")
            args = (*args, told["message"]) if "message" in told else args
        super().__init__(*args)
        self.args = args

    @property
    def message(self) -> str:
        """What the error says."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[PenstockError], args: tuple[Any, ...], attributes: dict[str, Any]) -> PenstockError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


class InvalidArgumentError(PenstockError, ValueError):
    """An argument or an element breaks a rule that the caller can keep."""

    error_code = 3


class ShapeError(InvalidArgumentError):
    """Shapes that do not fit together."""


class DTypeError(InvalidArgumentError, TypeError):
    """Dtypes that do not fit together."""


class FailedPreconditionError(PenstockError, RuntimeError):
    """Something was called before it could work, or after it was closed."""

    error_code = 9


class NotAdaptedError(FailedPreconditionError):
    """A preprocessing layer was called before `adapt`."""


class NotFoundError(PenstockError, FileNotFoundError):
    """A file, a pattern or a name that does not exist."""

    error_code = 5

    def __str__(self) -> str:
        """Return the message alone, without the errno form of `OSError`."""
        return str(self.args[0]) if self.args else ""


class AlreadyExistsError(PenstockError, FileExistsError):
    """A file that exists already, and was not to be replaced."""

    error_code = 6

    def __str__(self) -> str:
        """Return the message alone, without the errno form of `OSError`."""
        return str(self.args[0]) if self.args else ""


class PermissionDeniedError(PenstockError, PermissionError):
    """A file that may not be read or written."""

    error_code = 7

    def __str__(self) -> str:
        """Return the message alone, without the errno form of `OSError`."""
        return str(self.args[0]) if self.args else ""


class DataLossError(PenstockError, OSError):
    """A damaged or truncated file.

    Attributes:
        path: The file, or None when the bytes have no name.
        record_index: Index of the record in the file, counted from 0, or None.
        offset_bytes: Offset of the record in the (decompressed) file, or None.
    """

    error_code = 15

    def __init__(
        self,
        *message: Any,
        path: str | None = None,
        record_index: int | None = None,
        offset_bytes: int | None = None,
        **told: Any,
    ) -> None:
        super().__init__(*message, **told)
        self.path = path
        self.record_index = record_index
        self.offset_bytes = offset_bytes


class ParseError(InvalidArgumentError):
    """Text or bytes that cannot be parsed.

    Attributes:
        path: The file that holds the input, or None when unknown.
        line: Line number in that file, counted from 1, or None.
        record_index: Record (or row) index of the offending input, counted from 0, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        record_index: int | None = None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.line = line
        self.record_index = record_index


class OutOfRangeError(PenstockError, IndexError):
    """An index outside of what exists, or reading past the end."""

    error_code = 11


class UnimplementedError(PenstockError, NotImplementedError):
    """A combination of arguments that has no meaning in penstock."""

    error_code = 12


class MissingDependencyError(PenstockError, ImportError):
    """An optional package is needed.

    Attributes:
        package: Name of the missing package on the package index.
    """

    def __init__(self, what: str, *, package: str, extra: str | None = None) -> None:
        target = f'"penstock[{extra}]"' if extra else package
        super().__init__(f"{what} needs {package}. Install it with: pip install {target}")
        self.package = package


class StageError(PenstockError, RuntimeError):
    """A user function failed inside a pipeline stage; the original exception is chained.

    Attributes:
        stage: Name of the stage, e.g. `"map"`.
        node: Number of the plan node, counted from the source (0), or None.
        element_index: Index of the element that the function was called with, or None.
        path: File that the element came from, or None.
        record_index: Record or line (0-based) in that file, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        stage: str,
        node: int | None = None,
        element_index: int | None = None,
        path: str | None = None,
        record_index: int | None = None,
    ) -> None:
        super().__init__(message)
        self.stage = stage
        self.node = node
        self.element_index = element_index
        self.path = path
        self.record_index = record_index


class InvalidElementError(StageError, InvalidArgumentError):
    """A user function refused an element: what it raised, and what is chained, is an `InvalidArgumentError`."""


class TraceError(PenstockError, TypeError):
    """A function cannot be traced.

    Attributes:
        reason: Why, in a few words.
        line: `file:line` of the user's code that could not be traced, or None.
    """

    def __init__(self, reason: str, *, line: str | None = None) -> None:
        super().__init__(f"{reason} (at {line})" if line else reason)
        self.reason = reason
        self.line = line


class AbortedError(PenstockError):
    """What was to be done was given up, as when another was faster."""

    error_code = 10


class CancelledError(PenstockError):
    """What was to be done was called off."""

    error_code = 1


class DeadlineExceededError(PenstockError, TimeoutError):
    """The time for it is over."""

    error_code = 4


class InternalError(PenstockError, RuntimeError):
    """Something that cannot be has happened."""

    error_code = 13


class ResourceExhaustedError(PenstockError, RuntimeError):
    """There is not enough memory or space."""

    error_code = 8


class UnauthenticatedError(PenstockError, PermissionError):
    """It is not known who asks."""

    error_code = 16


class UnavailableError(PenstockError, ConnectionError):
    """A service is not there at the moment."""

    error_code = 14


class UnknownError(PenstockError, RuntimeError):
    """An error of another system, of which no more is known."""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the closest known name, or an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def describe(value: object) -> str:
    """Describe a value for an error message: shape and dtype for arrays, a short repr otherwise."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None and not isinstance(value, type):
        dims = ", ".join("?" if d is None else str(d) for d in shape)
        return f"{dtype}[{dims}]"
    if isinstance(value, bytes | bytearray) and len(value) > 40:
        return f"{type(value).__name__} of length {len(value)}"
    text = repr(value)
    return f"{text if len(text) <= 80 else text[:77] + '...'} ({type(value).__name__})"
