"""Streams and remote files that are read at any place."""

import io
import os

import numpy as np
import pytest

from penstock.errors import NotFoundError
from penstock.records import random_access
from penstock.records.random_access import seekable

pytestmark = pytest.mark.unit

DATA = np.random.default_rng(0).bytes(3_000_000)


class Pipe:
    """Cannot seek, and gives a little at a time."""

    name = "<pipe>"

    def __init__(self, data):
        self._file = io.BytesIO(data)

    def readinto(self, view):
        return self._file.readinto(view[:70_001])


def check(file):
    assert file.seek(0, os.SEEK_END) == len(DATA) and file.read() == b""
    for start in (2_999_900, 0, 1_500_000, 1_499_999, 7):
        file.seek(start)
        assert file.tell() == start and file.read(100) == DATA[start : start + 100]
        file.seek(-50, os.SEEK_CUR)
        assert file.read(10) == DATA[start : start + 100][-50:][:10]
    file.seek(0)
    assert file.read() == DATA
    file.seek(len(DATA) + 5)
    assert file.read() == b""


def test_pipes_are_copied():
    with seekable(Pipe(DATA)) as file:
        assert file.name == "<pipe>"
        check(file)
    assert file.closed


def test_files_that_seek_are_used_as_they_are():
    given = io.BytesIO(DATA)
    with seekable(given) as file:
        assert file is given
        check(file)
    assert given.tell() == 0 and not given.closed
    given.seek(10)
    with seekable(given) as file:
        assert file.read() == DATA[10:]  # from where it stood


def test_remote_files(tmp_path):
    (tmp_path / "a").write_bytes(DATA)
    with seekable((tmp_path / "a").as_uri()) as file:
        check(file)
    with pytest.raises(NotFoundError, match="none: no such file"), seekable((tmp_path / "none").as_uri()):
        pass


def test_nothing_is_left_when_a_copy_fails(monkeypatch):
    opened = []

    def remember(**options):
        opened.append(io.FileIO(os.devnull, "r+"))
        return opened[-1]

    class Broken(Pipe):
        def readinto(self, view):
            raise OSError("gone")

    monkeypatch.setattr(random_access.tempfile, "TemporaryFile", remember)
    with pytest.raises(OSError, match="gone"), seekable(Broken(b"")):
        pass
    assert [file.closed for file in opened] == [True]
