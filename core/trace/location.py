"""Where in the user's code something happened: the nearest frame outside of this library and of NumPy."""

from __future__ import annotations

import sys
from types import FrameType

_LIBRARIES = frozenset({__name__.partition(".")[0], "numpy"})


def user_line() -> str | None:
    """Return `file:line` of the innermost user frame on this thread's stack, or None when there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_library(frame):
        frame = frame.f_back
    return None if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _is_library(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__")
    return isinstance(name, str) and name.partition(".")[0] in _LIBRARIES


def innermost_line(error: BaseException) -> str | None:
    """Return `file:line` of the innermost user frame in an exception's traceback, or None."""
    found = None
    traceback = error.__traceback__
    while traceback is not None:
        if not _is_library(traceback.tb_frame):
            found = f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found
