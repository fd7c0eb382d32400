"""Progress of long work: what functions given as `progress=` get, and the line that `progress=True` shows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, TextIO

from .errors import InvalidArgumentError, describe

_REFRESH_S: Final = 0.1
_BAR: Final = 24


class Progress(NamedTuple):
    """How far some work is.

    Attributes:
        done: Units of work done.
        total: Units of all the work, or None when that is not known.
        unit: What is counted: `"samples"`, `"elements"` of a Dataset, or `"batches"`.
    """

    done: int
    total: int | None
    unit: str


ProgressFunction = Callable[[Progress], None]


class Line:
    """One line that tells how far the work is: redrawn about ten times a second on terminals, else written at the end.

    Args:
        title: Start of the line.
        stream: Where it is written; None for the standard error stream.
        clock: Source of seconds; tests pass their own.
    """

    def __init__(
        self, title: str, stream: TextIO | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._title, self._stream, self._clock = title, stream or sys.stderr, clock
        self._started = self._drawn = clock()
        self._draws = self._stream.isatty()
        self._width = 0
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        self._last = progress
        now = self._clock()
        if self._draws and now - self._drawn >= _REFRESH_S:
            self._drawn = now
            self._write(self._text(progress), end="")

    def close(self) -> None:
        """Write the line a last time, and go to the next."""
        if self._last is not None:
            self._write(self._text(self._last), end="\n")

    def _text(self, progress: Progress) -> str:
        elapsed = self._clock() - self._started
        parts = [f"{self._title}:"]
        if progress.total:
            filled = min(_BAR, _BAR * progress.done // progress.total)
            parts += [f"{'━' * filled}{'·' * (_BAR - filled)}", f"{progress.done:,}/{progress.total:,}"]
        else:
            parts.append(f"{progress.done:,}")
        return " ".join([*parts, progress.unit, f"{elapsed:.1f} s"])

    def _write(self, text: str, *, end: str) -> None:
        start = "\r" if self._draws else ""
        try:
            self._stream.write(f"{start}{text.ljust(self._width) if self._draws else text}{end}")
        except UnicodeEncodeError:
            plain = text.replace("━", "#").replace("·", ".")
            self._stream.write(f"{start}{plain}{end}")
        self._stream.flush()
        self._width = len(text)


@contextmanager
def reporting(
    progress: bool | ProgressFunction,  # noqa: FBT001 (an option of its callers, handed on)
    title: str,
) -> Iterator[ProgressFunction | None]:
    """Return what to call with a `Progress` from time to time, or None when nobody wants to know.

    Args:
        progress: False for nothing, True for a line on the standard error stream, or a function of one's own.
        title: What is done, and start of messages.

    Raises:
        InvalidArgumentError: `progress` is something else.
    """
    if progress is False or progress is None:
        yield None
    elif progress is True:
        line = Line(title)
        try:
            yield line
        finally:
            line.close()
    elif callable(progress):
        yield progress
    else:
        raise InvalidArgumentError(
            f"{title}: progress must be a bool or a function of one Progress. Received: progress={describe(progress)}."
        )
