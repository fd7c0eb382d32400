"""Skipped elements: deciding about them, counting them, and the report of an iterator."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from ..plan.on_error import ErrorPolicy

# A report keeps the first failures; what they have in common shows in a hundred of them, and memory stays bounded.
KEPT: Final = 100

_logger = logging.getLogger("penstock")


@dataclasses.dataclass(frozen=True)
class Skipped:
    """One element that was left out.

    Attributes:
        stage: Transformation that left it out, e.g. `"map"`.
        node: Number of its plan node, counted from the source.
        element: Index of the element among those that the stage was given, or None when it never arrived there.
        path: File that it came from, or None.
        record_index: Record or line in that file, counted from 0, or None.
        error: What would have been raised.
    """

    stage: str
    node: int | None
    element: int | None
    path: str | None
    record_index: int | None
    error: Exception

    def __str__(self) -> str:
        return str(self.error)


class SkipReport:
    """What one iterator left out so far: `len()` counts all of it, iteration gives the first hundred.

    Stages that read ahead skip before the elements around arrive at the end of the pipeline.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: list[Skipped] = []
        self._total = 0

    @property
    def total(self) -> int:
        """How many elements were skipped; those before a restored position too, where their stage still runs."""
        return self._total

    def __len__(self) -> int:
        return self._total

    def __iter__(self) -> Iterator[Skipped]:
        return iter(self.first)

    @property
    def first(self) -> tuple[Skipped, ...]:
        """The first ones that were skipped since the iterator was made, a hundred at most."""
        with self._lock:
            return tuple(self._first)

    def add(self, skipped: Skipped) -> None:
        """Count an element."""
        with self._lock:
            self._total += 1
            if len(self._first) < KEPT:
                self._first.append(skipped)

    def count(self, n: int) -> None:
        """Count elements that were skipped before this iterator was made."""
        with self._lock:
            self._total += n

    def __repr__(self) -> str:
        return f"SkipReport({self._total} skipped)"


class Skips:
    """The policy of one stage at work.

    Args:
        policy: What to do.
        stage: Transformation.
        node: Number of its plan node.
        report: Report of the iterator.
    """

    def __init__(self, policy: ErrorPolicy, stage: str, node: int | None, report: SkipReport) -> None:
        self._policy, self._stage, self._node, self._report = policy, stage, node, report
        self.skipped = 0

    def skip(self, error: Exception, element: int | None = None) -> bool:
        """Decide whether the element that failed with an error is left out; if so it is counted and reported.

        Args:
            error: What would be raised; most errors say themselves which element and which file they are about.
            element: Index of the element, where the error does not say it.
        """
        policy = self._policy
        if not policy.skips:
            return False
        if _is_mistake(error) if isinstance(policy.on_error, str) else not policy.on_error(error):
            return False
        if policy.limit is not None and self.skipped >= policy.limit:
            error.add_note(f"{self._stage}: {self.skipped} elements were skipped before, and no more may be.")
            return False
        self.skipped += 1
        if element is None:
            element = getattr(error, "element_index", None)
        path, record = getattr(error, "path", None), getattr(error, "record_index", None)
        self._report.add(Skipped(self._stage, self._node, element, path, record, error))
        if policy.log_warning:
            _logger.warning("%s: skipped an element: %s", self._stage, error)
        return True

    def restore(self, skipped: int) -> None:
        """Go on after so many skipped elements."""
        self._report.count(skipped - self.skipped)
        self.skipped = skipped


def _is_mistake(error: Exception) -> bool:
    """Whether a function failed for a reason that no element can mend: a name, a module or a module's attribute."""
    cause = error.__cause__ or error
    if isinstance(cause, AttributeError):
        return isinstance(cause.obj, ModuleType)
    return isinstance(cause, NameError | ImportError)
