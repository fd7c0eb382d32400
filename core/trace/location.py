"""Where in the user's code something happened: the nearest frame outside of this library, NumPy and installed packages.

A user's function may be installed itself: when all frames are, the innermost one outside of this library and NumPy
counts.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from types import FrameType

_LIBRARIES = frozenset({__name__.partition(".")[0], "numpy"})


def user_line() -> str | None:
    """Return `file:line` of the innermost user frame on this thread's stack, or None when there is none."""
    return _nearest(_callers(sys._getframe(1)))


def innermost_line(error: BaseException) -> str | None:
    """Return `file:line` of the innermost user frame in an exception's traceback, or None."""
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return _nearest(reversed(frames))


def _callers(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    while frame is not None:
        yield frame, frame.f_lineno
        frame = frame.f_back


def _nearest(frames: Iterable[tuple[FrameType, int]]) -> str | None:
    """Return the place of the first user frame of frames that go outwards."""
    installed = None
    for frame, line in frames:
        if _is_library(frame):
            continue
        path = frame.f_code.co_filename
        if not path.startswith(_installed_folders()):
            return f"{path}:{line}"
        installed = installed or f"{path}:{line}"
    return installed


def _is_library(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__")
    return isinstance(name, str) and name.partition(".")[0] in _LIBRARIES


@functools.cache
def _installed_folders() -> tuple[str, ...]:
    """Return the folders of Python's own modules and of installed packages."""
    return tuple({sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")})
