"""What a transformation does with an element that fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from ...core.errors import InvalidArgumentError, describe
from ..calling import check_count

OnError: TypeAlias = 'Literal["raise", "skip"] | Callable[[Exception], bool]'
"""`"raise"`, `"skip"`, or a function of the error that returns whether to skip the element."""


@dataclasses.dataclass(frozen=True)
class ErrorPolicy:
    """What becomes of elements that fail.

    Attributes:
        on_error: `"raise"`, `"skip"`, or a function of the error that returns whether to skip.
        limit: How many elements may be skipped in one pass; the next failure is raised. None sets no limit.
        log_warning: Whether each skipped element is logged.
    """

    on_error: OnError = "raise"
    limit: int | None = None
    log_warning: bool = False

    @property
    def skips(self) -> bool:
        """Whether an element may be skipped at all."""
        return self.on_error != "raise"

    def describe(self) -> str:
        """Return the arguments that differ from their defaults, with a comma in front."""
        if not self.skips:
            return ""
        action = repr(self.on_error) if isinstance(self.on_error, str) else _name(self.on_error)
        return f", on_error={action}" + (f", skip_limit={self.limit}" if self.limit is not None else "")


def _name(function: Callable[[Exception], bool]) -> str:
    return getattr(function, "__name__", type(function).__name__)


RAISE: Final = ErrorPolicy()


def error_policy(where: str, on_error: object, skip_limit: int | None) -> ErrorPolicy:
    """Return the policy that two arguments of a transformation ask for.

    Raises:
        InvalidArgumentError: `on_error` is none of the three, the limit is no number, or limits what is not skipped.
    """
    if on_error not in ("raise", "skip") and not callable(on_error):
        raise InvalidArgumentError(
            f'{where}: on_error must be "raise", "skip" or a function of the error. '
            f"Received: on_error={describe(on_error)}."
        )
    if on_error == "raise" and skip_limit is not None:
        raise InvalidArgumentError(
            f'{where}: skip_limit goes with on_error="skip" or a function. Received: skip_limit={skip_limit}.'
        )
    if skip_limit is not None:
        skip_limit = check_count(where, "skip_limit", skip_limit, 0)
    return ErrorPolicy(on_error, skip_limit)
