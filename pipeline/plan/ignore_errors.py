"""`ignore_errors`: the elements that can be made."""

from __future__ import annotations

import dataclasses

from .base import UNKNOWN, SameElements
from .on_error import ErrorPolicy


@dataclasses.dataclass(frozen=True)
class IgnoreErrors(SameElements):
    """The input without the elements that fail, whatever stage below they fail in.

    Attributes:
        policy: Which are skipped, and how many at most.
    """

    name = "ignore_errors"
    policy: ErrorPolicy

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        return f"limit={self.policy.limit}" if self.policy.limit is not None else ""
