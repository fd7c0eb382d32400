"""Files and folders, local and remote: the same functions give the same answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from penstock.errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    UnimplementedError,
)
from penstock.records import GFile, file_system

pytestmark = pytest.mark.unit


@pytest.fixture(params=["local", "file", "memory"])
def root(request, tmp_path, monkeypatch):
    """A folder by its path, by a URI that pyarrow knows, and in a file system of fsspec."""
    monkeypatch.chdir(tmp_path)
    if request.param == "local":
        yield str(tmp_path)
    elif request.param == "file":
        yield tmp_path.as_uri()
    else:
        import fsspec

        folder = f"memory://{tmp_path.name}-{request.node.name.partition('[')[0]}"
        file_system.make_dirs(folder)
        yield folder
        fsspec.filesystem("memory").rm("/", recursive=True)


def write(path: str, data: bytes = b"abc") -> str:
    with file_system.open_file(path, "wb") as file:
        file.write(data)
    return path


def test_what_there_is(root):
    path = write(f"{root}/a.txt")
    assert file_system.exists(path) and file_system.exists(path.encode()) and not file_system.exists(f"{root}/b")
    assert file_system.is_dir(root) and not file_system.is_dir(path) and not file_system.is_dir(f"{root}/b")
    found = file_system.stat(path)
    assert (found.length, found.is_directory) == (3, False)
    assert file_system.stat(root).is_directory
    with pytest.raises(NotFoundError, match="b: no such file or folder"):
        file_system.stat(f"{root}/b")


def test_folders(root):
    file_system.make_dirs(f"{root}/x/y")
    file_system.make_dirs(f"{root}/x/y")
    file_system.make_dir(f"{root}/z")
    file_system.make_dir(f"{root}/z")
    for name in ("x/f", "x/y/g", "z/h"):
        write(f"{root}/{name}")
    assert file_system.list_dir(root) == ["x", "z"]
    down = list(file_system.walk(root))
    assert down == [
        (root, ["x", "z"], []), (f"{root}/x", ["y"], ["f"]), (f"{root}/x/y", [], ["g"]), (f"{root}/z", [], ["h"]),
    ]  # fmt: skip
    assert [row[0] for row in file_system.walk(root, top_down=False)] == [down[i][0] for i in (2, 1, 3, 0)]
    assert list(file_system.walk(f"{root}/nothing")) == []
    with pytest.raises(NotFoundError, match="nothing: no such folder"):
        file_system.list_dir(f"{root}/nothing")
    file_system.remove_tree(f"{root}/x")
    assert file_system.list_dir(root) == ["z"]
    file_system.remove_tree(f"{root}/z/h")
    with pytest.raises(FailedPreconditionError, match="is a folder, not a file"):
        file_system.remove(f"{root}/z")
    with pytest.raises(NotFoundError, match="no such file or folder"):
        file_system.remove_tree(f"{root}/x")


def test_patterns(root):
    file_system.make_dirs(f"{root}/d")
    for name in ("b.txt", "a.txt", "c.bin", "d/a.txt"):
        write(f"{root}/{name}")
    assert file_system.matching_paths(f"{root}/*.txt") == [f"{root}/a.txt", f"{root}/b.txt"]
    assert file_system.matching_paths([f"{root}/c*", f"{root}/[ab].txt"]) == [
        f"{root}/{name}" for name in ("a.txt", "b.txt", "c.bin")
    ]
    assert file_system.matching_paths(f"{root}/*/a.tx?") == [f"{root}/d/a.txt"]
    assert file_system.matching_paths(f"{root}/c.bin") == [f"{root}/c.bin"]
    assert file_system.matching_paths([f"{root}/zz", f"{root}/zz*", f"{root}/zz/*"]) == []


def test_copying_renaming_removing(root):
    one, two = write(f"{root}/one", b"1"), write(f"{root}/two", b"2")
    file_system.copy(one, f"{root}/three")
    for move in (file_system.copy, file_system.rename):
        with pytest.raises(AlreadyExistsError, match="two: exists already. Pass overwrite=True"):
            move(one, two)
        with pytest.raises(NotFoundError, match="nothing: no such file"):
            move(f"{root}/nothing", f"{root}/else")
    file_system.copy(one, two, overwrite=True)
    file_system.rename(f"{root}/three", f"{root}/four")
    assert file_system.list_dir(root) == ["four", "one", "two"]
    for name in ("four", "two"):
        with file_system.open_file(f"{root}/{name}", "rb") as file:
            assert file.read() == b"1"
    file_system.remove(one)
    assert file_system.list_dir(root) == ["four", "two"]
    with pytest.raises(NotFoundError, match="one: no such file or folder"):
        file_system.remove(one)
    with pytest.raises(FailedPreconditionError, match="is a folder, not a file"):
        file_system.copy(root, f"{root}/else")


def test_from_one_file_system_to_another(tmp_path):
    source = write(str(tmp_path / "a"), b"data")
    file_system.copy(source, "memory://copies/a")
    with file_system.open_file("memory://copies/a", "rb") as file:
        assert file.read() == b"data"
    with pytest.raises(UnimplementedError, match=r"cannot be renamed to another file system. .*Use copy\(\)"):
        file_system.rename(source, "memory://copies/b")
    file_system.remove_tree("memory://copies")


def test_text_and_bytes(root):
    with GFile(f"{root}/a.txt", "w") as file:
        file.write("hé\n")
        file.write(b"b\r\nlast")
        file.flush()
    with GFile(f"{root}/a.txt") as file:
        assert (file.read(), file.read(), file.name, file.mode) == ("hé\nb\r\nlast", "", f"{root}/a.txt", "r")
    with GFile(f"{root}/a.txt", "r") as file:
        assert list(file) == ["hé\n", "b\r\n", "last"]
        assert file.size() == 11
    with GFile(f"{root}/a.txt", "rb") as file:
        assert (file.read(3), file.tell(), file.readline(), file.readlines()) == (
            b"h\xc3\xa9",
            3,
            b"\n",
            [b"b\r\n", b"last"],
        )
        file.seek(4)
        assert file.read(1) == b"b"
        file.seek(-4, 2)
        assert file.read() == b"last" and file.seekable()
        file.seek(position=1)
        file.seek(1, 1)
        assert file.tell() == 2
        with pytest.raises(InvalidArgumentError, match="must not go before the start"):
            file.seek(-1)
        with pytest.raises(OutOfRangeError, match="ends before byte 99"):
            file.seek(99)
        with pytest.raises(InvalidArgumentError, match="offset must be an int, whence 0, 1 or 2"):
            file.seek(0, 5)
    assert repr(file).startswith("GFile('")


def test_files_are_opened_when_they_are_used(root):
    file = GFile(f"{root}/nothing")
    with pytest.raises(NotFoundError, match="nothing: no such file or folder"):
        file.read()
    file.close()
    with pytest.raises(PermissionDeniedError, match="not open for writing. Received: mode='r'"):
        file.write("x")
    with GFile(f"{root}/a", "w") as writer, pytest.raises(PermissionDeniedError, match="not open for reading"):
        writer.read()
    with pytest.raises(InvalidArgumentError, match="mode must be r, w, a, r\\+, w\\+ or a\\+, and b"):
        GFile(f"{root}/a", "q")


def test_local_files_in_other_modes(tmp_path):
    path = tmp_path / "a"
    for mode, text in (("w", "one"), ("a", " two")):
        with GFile(path, mode) as file:
            file.write(text)
    with GFile(path, "r+") as file:
        assert file.read() == "one two"
        file.write(" three")
    assert path.read_text() == "one two three"
    with pytest.raises(UnimplementedError, match="remote files are read from the start or written anew"):
        GFile(f"{path.as_uri()}", "r+").read()


def test_joining():
    assert file_system.join("a", "b", "c") == os.path.join("a", "b", "c")
    assert file_system.join("s3://bucket", "a") == "s3://bucket/a"
    assert file_system.join(b"a", b"b") == os.path.join(b"a", b"b")


def test_what_the_operating_system_refuses(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FailedPreconditionError, match="is a file, not a folder"):
        file_system.make_dirs(tmp_path / "file")
    with pytest.raises(NotFoundError, match="no such file or folder"):
        file_system.make_dir(tmp_path / "x" / "y")
    with pytest.raises(FailedPreconditionError, match="is a folder, not a file"):
        file_system.open_file(tmp_path, "rb")
    with pytest.raises(FailedPreconditionError, match="is not in a folder"):
        file_system.open_file(tmp_path / "file" / "x", "rb")
    assert not file_system.exists(tmp_path / "file" / "x")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read(tmp_path):
    path = tmp_path / "a"
    path.write_text("")
    path.chmod(0)
    with pytest.raises(PermissionDeniedError, match="may not be read or written"):
        file_system.open_file(path, "rb")


def test_permission_errors_have_their_class(tmp_path, monkeypatch):
    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionDeniedError, match="a: may not be read or written"):
        file_system.open_file(tmp_path / "a", "rb")
