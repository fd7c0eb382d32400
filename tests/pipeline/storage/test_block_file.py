"""Files of blocks: what was written is read, whatever the elements; what is damaged is found."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.block import Block
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError
from penstock.core.nest import structure_of
from penstock.pipeline.storage.block_file import MAGIC, BlockFile, BlockFileWriter, RowReader
from penstock.pipeline.storage.frames import CODECS, crc32c, frame
from penstock.testing import assert_elements_equal
from penstock.testing.strategies import blocks


class Point(NamedTuple):
    x: object
    y: object


@dataclasses.dataclass
class Person:
    name: object
    age: object


def write(path, parts, codec="", meta=None):
    writer = BlockFileWriter(str(path), codec)
    for part in parts:
        writer.write(part)
    writer.finish(meta)
    return str(path)


def rows(path, start=0, demand=3, like=None):
    reader, found = RowReader(BlockFile(str(path), like), start), []
    try:
        while (block := reader.pull(demand)) is not None:
            assert 1 <= block.n <= demand
            found += block.to_list()
    finally:
        reader.close()
    return found


def check(actual, expected) -> None:
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        assert_elements_equal(one, other)


@pytest.mark.property
@given(st.lists(blocks(min_rows=1), min_size=0, max_size=4), st.sampled_from(CODECS), st.data())
def test_write_then_read_is_identity(tmp_path_factory, cases, codec, data) -> None:
    path = write(tmp_path_factory.mktemp("f") / "x", [case.block for case in cases], codec, {"meta": [1, "two"]})
    expected = [element for case in cases for element in case.elements]
    start = data.draw(st.integers(0, len(expected)))
    # The written structures bring the classes of their named tuples and dataclasses.
    for case in cases:
        like = case.block.structure
        try:
            found = rows(path, start, like=like)
        except InvalidArgumentError as err:
            assert "is a dataclass" in str(err)
            continue
        if all(other.block.structure == like for other in cases):
            check(found, expected[start:])
    file = BlockFile(path)
    assert (file.rows, file.meta) == (len(expected), {"meta": [1, "two"]})
    file.close()


@pytest.mark.unit
def test_small_blocks_are_joined_and_other_structures_are_not(tmp_path) -> None:
    parts = [Block.from_elements([{"a": i}]) for i in range(5)] + [Block.from_elements([(1, 2)])]
    file = BlockFile(write(tmp_path / "x", parts))
    assert [file.block(i).n for i in range(file.blocks)] == [5, 1]
    assert [file.locate(i) for i in (0, 4, 5, 6)] == [(0, 0), (0, 4), (1, 0), (2, 0)]
    file.close()


@pytest.mark.unit
def test_rows_without_a_common_form(tmp_path) -> None:
    elements = [np.zeros((1, 2)), np.ones((2, 1), np.int8), b"text", np.array([b"a"], dtype=object)]
    path = write(tmp_path / "x", [Block.from_elements(elements)])
    check(rows(path), elements)


@pytest.mark.unit
def test_python_objects_are_refused_by_name(tmp_path) -> None:
    writer = BlockFileWriter(str(tmp_path / "x"))
    message = r"leaves must be numbers, arrays, .* Received: None \(NoneType\)\. Leaf: \['b'\]\."
    with pytest.raises(InvalidArgumentError, match=message):
        writer.write(Block.from_elements([{"a": 1, "b": None}]))
        writer.finish()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_classes_come_from_the_program_not_from_the_file(tmp_path) -> None:
    elements = [(Point(1, OrderedDict(b=2, a=3)), Person(b"Ann", 4))]
    path = write(tmp_path / "x", [Block.from_elements(elements)])
    found = rows(path, like=structure_of(elements[0]))[0]
    assert (type(found[0]), type(found[0].y), type(found[1])) == (Point, OrderedDict, Person)
    assert list(found[0].y) == ["b", "a"]
    with pytest.raises(InvalidArgumentError, match=r"Person\(name, age\) is a dataclass, .* Give an element_spec"):
        rows(path)
    path = write(tmp_path / "y", [Block.from_elements([Point(1, 2)])])
    made = rows(path)[0]
    assert (type(made).__name__, made._fields, type(made) is Point) == ("Point", ("x", "y"), False)
    assert type(made) is type(rows(path)[0])


@pytest.mark.unit
def test_keys_that_json_has_not(tmp_path) -> None:
    writer = BlockFileWriter(str(tmp_path / "x"))
    with pytest.raises(
        InvalidArgumentError, match=r"keys of a dict must be strings or ints\. Received: 1\.5 \(float\)"
    ):
        writer.write(Block.from_elements([{1.5: 2}] * 5000))
    assert list(tmp_path.iterdir()) == []


SAMPLE = [Block.from_elements([{"x": np.arange(i % 4), "s": f"row {i}"} for i in range(40)])]


@pytest.mark.unit
@pytest.mark.parametrize("codec", CODECS)
def test_every_flipped_bit_is_found(tmp_path, codec) -> None:
    path = write(tmp_path / "x", SAMPLE, codec)
    good = Path(path).read_bytes()
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1 << at % 8
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(DataLossError, match="bad: .* at byte [0-9]+. The file is damaged") as info:
            rows(tmp_path / "bad")
        assert info.value.path == str(tmp_path / "bad")
        assert info.value.offset_bytes is not None


@pytest.mark.unit
def test_every_cut_is_found_before_a_row_is_read(tmp_path) -> None:
    good = Path(write(tmp_path / "x", SAMPLE)).read_bytes()
    for size in range(len(good)):
        (tmp_path / "cut").write_bytes(good[:size])
        with pytest.raises(DataLossError, match=r"cut: it (does not begin|has no end mark)"):
            BlockFile(str(tmp_path / "cut"))
    (tmp_path / "cut").write_bytes(good + b"\0")
    with pytest.raises(DataLossError, match="has no end mark"):
        BlockFile(str(tmp_path / "cut"))


def forged(tmp_path, header, body=b"") -> str:
    """Return a file whose checksums hold and whose one block is what somebody made up."""
    pieces = [MAGIC, *frame(header, [body] if body else [])]
    index_at = sum(map(len, pieces))
    pieces += frame({"frames": [[8, header.get("rows", 1)]], "rows": header.get("rows", 1), "meta": None})
    path = tmp_path / "forged"
    path.write_bytes(b"".join(map(bytes, pieces)) + index_at.to_bytes(8, "little") + MAGIC)
    return str(path)


def header(form, sizes, rows=1, **changes):
    raw = sum(size + -size % 8 for size in sizes)
    return {"rows": rows, "structure": "*", "columns": [form], "buffers": sizes, "codec": "", "raw": raw, **changes}


INT64S = np.array([0, 5, 3, 8], np.int64).tobytes()
HOSTILE = {
    "too few bytes": header({"kind": "dense", "dtype": "int64", "shape": [4]}, [8]),
    "a negative dimension": header({"kind": "dense", "dtype": "int64", "shape": [-1]}, [8]),
    "objects": header({"kind": "dense", "dtype": "string", "shape": []}, [8]),
    "an unknown dtype": header({"kind": "dense", "dtype": "int65", "shape": []}, [8]),
    "offsets that fall": header({"kind": "bytes", "shape": [3]}, [32, 8]),
    "offsets beyond the data": header({"kind": "bytes", "shape": []}, [16, 1]),
    "splits that do not fit": header(
        {"kind": "ragged", "rows": 2**60, "values": {"kind": "dense", "dtype": "int64", "shape": []}}, [16, 8]
    ),
    "a buffer too many": header({"kind": "bytes", "shape": []}, [16]),
    "a buffer behind the end": header({"kind": "dense", "dtype": "int64", "shape": []}, [8], raw=0),
    "an unknown kind": header({"kind": "pickle"}, [8]),
    "an unknown codec": header({"kind": "dense", "dtype": "int64", "shape": []}, [8], codec="LZMA"),
    "a size that is none": header({"kind": "dense", "dtype": "int64", "shape": []}, [8], raw=-1),
    "another structure": header({"kind": "dense", "dtype": "int64", "shape": []}, [8], structure={"tuple": []}),
    "no structure": header({"kind": "dense", "dtype": "int64", "shape": []}, [8], structure={"eval": "1"}),
    "rows without columns": header({"kind": "each", "columns": []}, [8]),
    "sparse without ragged parts": header(
        {
            "kind": "sparse",
            "rank": 1,
            "indices": {"kind": "dense", "dtype": "int64", "shape": []},
            "values": {"kind": "dense", "dtype": "int64", "shape": []},
        },
        [8, 8, 8],
    ),
}


@pytest.mark.unit
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_with_right_checksums(tmp_path, case) -> None:
    body = INT64S[: HOSTILE[case]["raw"]] if HOSTILE[case]["raw"] > 0 else b""
    with pytest.raises(DataLossError, match="block 0 cannot be read"):
        rows(forged(tmp_path, HOSTILE[case], body))


@pytest.mark.unit
def test_an_index_that_does_not_fit(tmp_path) -> None:
    for table in ([[8, 1], [9, 1]], [[8, -1]], [[0, 1]], [[8, 0]], [[2**70, 1]], [["x", 1]], [[8]], 5):
        pieces = [MAGIC, *frame({"frames": table, "rows": 1, "meta": None})]
        path = tmp_path / "forged"
        path.write_bytes(b"".join(map(bytes, pieces)) + (8).to_bytes(8, "little") + MAGIC)
        with pytest.raises(DataLossError, match="its index"):
            BlockFile(str(path))


@pytest.mark.unit
def test_a_folder_and_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(NotFoundError, match="nowhere: no such file"):
        BlockFile(str(tmp_path / "nowhere"))
    with pytest.raises(InvalidArgumentError, match="is a folder, not a file of elements"):
        BlockFile(str(tmp_path))
    with pytest.raises(NotFoundError, match=r"no/x: cannot be written, there is no folder .*no"):
        BlockFileWriter(str(tmp_path / "no" / "x"))


class FullDisk(io.FileIO):
    """A file on a disk that has room for some bytes."""

    def __init__(self, path, room) -> None:
        super().__init__(path, "xb")
        self.room = room

    def write(self, data) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.fault
@pytest.mark.parametrize("room", [0, 8, 20, 300])
def test_a_full_disk_leaves_nothing(tmp_path, room) -> None:
    path = str(tmp_path / "x")
    with pytest.raises(OSError, match=r"No space left on device: '.*x'"):
        write_to = BlockFileWriter(path, opener=lambda name: FullDisk(name, room))
        write_to.write(SAMPLE[0])
        write_to.finish()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_checksums_are_crc32c() -> None:
    # RFC 3720, appendix B.4: 32 bytes of zeros, and of ones.
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert json.loads(bytes(frame({"a": 1})[2])) == {"a": 1}
