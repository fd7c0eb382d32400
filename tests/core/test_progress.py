"""Progress: who is told what, and the line on the error stream."""

from __future__ import annotations

import io

import pytest

from penstock.core.progress import Line, Progress, reporting
from penstock.errors import InvalidArgumentError

pytestmark = pytest.mark.unit


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Ascii(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")


def ticking(*times: float):
    left = list(times)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_a_pipe_gets_one_line_at_the_end():
    stream = io.StringIO()
    line = Line("adapt", stream, ticking(0.0, 1.5))
    line(Progress(10, None, "batches"))
    line(Progress(1200, None, "batches"))
    assert stream.getvalue() == ""
    line.close()
    assert stream.getvalue() == "adapt: 1,200 batches 1.5 s\n"


def test_a_terminal_is_redrawn_ten_times_a_second():
    stream = Terminal()
    line = Line("adapt", stream, ticking(0.0, 0.05, 0.11, 0.11, 0.12, 0.2))
    for done in (1, 2, 3):
        line(Progress(done, 4, "samples"))
    line.close()
    shown = stream.getvalue().split("\r")
    assert len(shown) == 3  # nothing, the second call, the end
    assert "2/4 samples" in shown[1]
    assert shown[1].count("━") == 12
    assert "3/4 samples" in shown[2]
    assert shown[2].endswith("\n")


def test_a_stream_that_cannot_hold_the_bar():
    stream = Ascii()
    line = Line("adapt", stream, ticking(0.0))
    line(Progress(1, 2, "samples"))
    line.close()
    assert stream.buffer.getvalue() == b"adapt: ############............ 1/2 samples 0.0 s\n"


def test_nothing_done_writes_nothing():
    stream = io.StringIO()
    Line("adapt", stream).close()
    assert stream.getvalue() == ""


def test_reporting(capsys):
    with reporting(False, "x") as report:
        assert report is None
    seen = []
    with reporting(seen.append, "x") as report:
        report(Progress(1, None, "batches"))
    assert seen == [(1, None, "batches")]
    with reporting(True, "x") as report:
        report(Progress(1, None, "batches"))
    assert capsys.readouterr().err.startswith("x: 1 batches ")
    with (
        pytest.raises(InvalidArgumentError, match=r"^x: progress must be a bool or a function of one Progress\. R"),
        reporting(3, "x"),
    ):
        pass
