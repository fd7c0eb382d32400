"""Whole files, base64, compressed strings, JSON: eagerly and in pipelines."""

from __future__ import annotations

import base64
import gzip
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    ShapeError,
)
from penstock.records import (
    Example,
    decode_base64,
    decode_compressed,
    decode_example,
    decode_json_example,
    encode_base64,
    matching_files,
    read_file,
    write_file,
)

pytestmark = pytest.mark.unit


def strings(*items: bytes) -> np.ndarray:
    return np.array([*items, b""], object)[:-1]


def test_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_file("a/b/c.bin", b"\xff")
    write_file(tmp_path / "t.txt", "ä")
    write_file(strings(b"plain")[0], np.array("text"))
    assert read_file("a/b/c.bin") == b"\xff"
    assert read_file(tmp_path / "t.txt") == "ä".encode()
    assert read_file((tmp_path / "t.txt").as_uri()) == "ä".encode()
    assert read_file(b"plain") == b"text"
    found = matching_files([f"{tmp_path}/*.txt", f"{tmp_path}/zz*"])
    assert found.tolist() == [str(tmp_path / "t.txt").encode()]
    assert matching_files("zz*").shape == (0,)
    assert list(Dataset.from_tensor_slices(found).map(read_file)) == ["ä".encode()]


def test_errors_of_files(tmp_path):
    with pytest.raises(NotFoundError, match="nothing: no such file or folder"):
        read_file(tmp_path / "nothing")
    with pytest.raises(FailedPreconditionError, match="is a folder, not a file"):
        read_file(tmp_path)
    with pytest.raises(FailedPreconditionError, match="is a folder, not a file"):
        write_file(tmp_path, b"")
    with pytest.raises(ShapeError, match=r"read_file: filename must be one string. Received: shape=\(1,\)"):
        read_file(strings(b"a"))
    with pytest.raises(ShapeError, match=r"write_file: contents must be one string. Received: shape=\(1,\)"):
        write_file(tmp_path / "a", strings(b"a"))
    with pytest.raises(InvalidArgumentError, match="write_file: contents must be a string. Received: 5"):
        write_file(tmp_path / "a", 5)
    with pytest.raises(ShapeError, match=r"pattern must be a string or a vector. Received: shape=\(1, 1\)"):
        matching_files([["a"]])


@pytest.mark.property
@given(st.lists(st.binary(max_size=9), max_size=4), st.booleans())
def test_base64(items, pad):
    texts = encode_base64(strings(*items), pad=pad)
    expected = [base64.urlsafe_b64encode(item) for item in items]
    assert texts.tolist() == [text if pad else text.rstrip(b"=") for text in expected]
    assert decode_base64(texts).tolist() == items
    if items:
        rows = Dataset.from_tensor_slices(strings(*items))
        assert list(rows.map(lambda s: decode_base64(encode_base64(s, pad=pad)), vectorize=True)) == items
        (batch,) = rows.batch(len(items)).map(encode_base64, vectorize=True)
        assert decode_base64(batch).tolist() == items


@pytest.mark.parametrize("text", [b"YQ=", b"Y", b"Y===", b"YQ===", b"+/", b"Y Q", b"YWJj\n", b"=YQ", b"YQ==YQ=="])
def test_what_is_no_base64(text):
    with pytest.raises(ParseError, match="decode_base64: strings must be letters, digits, '-' and '_'") as caught:
        decode_base64(strings(b"YQ", text))
    assert caught.value.record_index == 1


def test_bits_behind_the_end_do_not_count():
    assert decode_base64(["YQ", "YR", "YQ==", "", "__79_A"]).tolist() == [b"a", b"a", b"a", b"", b"\xff\xfe\xfd\xfc"]


def test_compressed_strings():
    packed = {"": bytes, "ZLIB": zlib.compress, "GZIP": gzip.compress}
    for kind, compress in packed.items():
        assert decode_compressed(compress(b"hello"), kind) == b"hello"
        assert decode_compressed([[compress(b"a")], [compress(b"bb")]], kind).tolist() == [[b"a"], [b"bb"]]
        assert decode_compressed(b"", kind) == b""
        rows = Dataset.from_tensor_slices([compress(b"a"), compress(b"bb")])
        assert list(rows.map(lambda s, k=kind: decode_compressed(s, k), vectorize=True)) == [b"a", b"bb"]
    assert decode_compressed(gzip.compress(b"a") + gzip.compress(b"b"), "GZIP") == b"ab"
    assert decode_compressed(zlib.compress(b"a") + b"rest", "ZLIB") == b"a"


def test_damaged_compressed_strings():
    whole = zlib.compress(b"hello" * 100)
    with pytest.raises(DataLossError, match="not ZLIB, or damaged") as caught:
        decode_compressed([whole, b"junk"], "ZLIB")
    assert caught.value.record_index == 1
    with pytest.raises(DataLossError, match="the ZLIB data ends early"):
        decode_compressed(whole[:-6], "ZLIB")
    with pytest.raises(DataLossError, match="not GZIP, or damaged"):
        decode_compressed(gzip.compress(b"abc")[:-8] + bytes(8), "GZIP")
    with pytest.raises(InvalidArgumentError, match='compression_type must be None, "", "GZIP" or "ZLIB"'):
        decode_compressed(b"", "BZ")
    with pytest.raises(InvalidArgumentError, match="decode_compressed: strings must be strings. Received: 3"):
        decode_compressed([3], "ZLIB")


def test_examples_in_json():
    text = (
        '{"features": {"feature": {"b": {"bytesList": {"value": ["YWI="]}}, "a": {"int64_list": {"value": ["1", 2]}}}}}'
    )
    got = decode_example(decode_json_example(text))
    assert got["a"].tolist() == [1, 2] and got["b"].tolist() == [b"ab"]
    assert decode_json_example([text, "{}"]).tolist()[1] == Example().SerializeToString()
    for bad in ("junk", "", '{"x": 1}'):
        with pytest.raises(ParseError, match="decode_json_example: not an Example in JSON"):
            decode_json_example(bad)
