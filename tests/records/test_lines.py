import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import DataLossError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from penstock.records import LineReader

pytestmark = pytest.mark.unit

COMPRESS = {"": bytes, "GZIP": gzip.compress, "ZLIB": zlib.compress}


def naive_lines(data):
    lines = data.split(b"\n")
    lines = [line.replace(b"\r", b"") for line in lines]
    return lines if lines[-1] else lines[:-1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lines")


TEXTS = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"a", b"bcdefgh", b"\x0b\x0c", b"\xff\x8a\x8d", b"x" * 30]))


@given(TEXTS.map(b"".join), st.sampled_from([1, 2, 9, 64, None]), st.integers(1, 4))
def test_lines_are_the_naive_ones(folder, data, buffer_size, step):
    (folder / "a").write_bytes(data)
    got = []
    with LineReader(folder / "a", buffer_size=buffer_size) as reader:
        while (block := reader.read(step)) is not None:
            assert 1 <= len(block) <= step
            got += block.strings()
            assert reader.line_index == len(got)
        assert reader.offset_bytes == len(data)
    assert got == naive_lines(data)


@pytest.mark.golden
def test_lines_of_tensorflow(golden, tmp_path):
    for case in golden("text_lines")["cases"]:
        kind, got = case["compression"], []
        for i, text in enumerate(case["files"]):
            path = tmp_path / str(i)
            path.write_bytes(COMPRESS[kind](base64.b64decode(text)))
            with LineReader(path, kind) as reader:
                got += list(reader)
        if not case["arguments"]:
            assert got == [base64.b64decode(line) for line in case["lines"]]


def test_compressed_lines_and_skip(tmp_path):
    text = b"one\ntwo\r\n\nfour"
    for kind, pack in (("GZIP", gzip.compress), ("ZLIB", zlib.compress)):
        (tmp_path / "a").write_bytes(pack(text[:6]) + pack(text[6:]))
        with LineReader(tmp_path / "a", kind, buffer_size=3) as reader:
            assert reader.skip(2) == 2
            assert list(reader) == [b"", b"four"]
    with LineReader(tmp_path / "a", "ZLIB") as reader:
        assert reader.skip(10) == 4


def test_errors(tmp_path):
    with pytest.raises(NotFoundError, match=r"missing\.csv: no such file\.$"):
        LineReader(tmp_path / "missing.csv")
    with pytest.raises(InvalidArgumentError, match="LineReader: compression_type must be"):
        LineReader("a", "ZIP")
    (tmp_path / "a").write_bytes(gzip.compress(b"a\n" * 100)[:-9])
    with LineReader(tmp_path / "a", "GZIP") as reader:
        with pytest.raises(DataLossError, match="ends early"):
            list(reader)
        with pytest.raises(InvalidArgumentError, match="max_lines must be >= 1"):
            reader.read(0)
    reader.close()
    with pytest.raises(FailedPreconditionError, match="is closed"):
        reader.read(1)
    assert "closed" in repr(reader)
