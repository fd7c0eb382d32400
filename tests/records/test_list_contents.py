"""What stands inside of the lists of an Example: unknown fields are skipped, malformed ones refused by every reader."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from google.protobuf.message import DecodeError

from penstock import Dataset, TensorSpec
from penstock.errors import InvalidArgumentError, ParseError
from penstock.records import (
    Example,
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
    decode_examples,
    decode_raw,
    encode_example,
    parse_example,
    parse_single_example,
    parse_tensor,
    serialize_tensor,
)
from penstock.testing.strategies.records import field, varint

pytestmark = pytest.mark.unit

KINDS = {"string": 1, "float32": 2, "int64": 3}
LISTS = {"string": "bytes_list", "float32": "float_list", "int64": "int64_list"}
VALUES = {"string": [b"x", b"yy"], "float32": [1.5, -2.0], "int64": [300, -1]}
FLOATS = [struct.pack("<f", v) for v in VALUES["float32"]]
INTS = [varint(v) for v in VALUES["int64"]]
PLAIN = {
    "string": field(1, b"x") + field(1, b"yy"),
    "float32": field(1, b"".join(FLOATS)),
    "int64": field(1, b"".join(INTS)),
}
UNPACKED = {
    "string": PLAIN["string"],
    "float32": b"".join(varint(1 << 3 | 5) + v for v in FLOATS),
    "int64": b"".join(varint(1 << 3) + v for v in INTS),
}
UNKNOWN = {
    "varint": varint(9 << 3) + varint(2**64 - 1),
    "fixed64": varint(9 << 3 | 1) + bytes(8),
    "bytes": field(9, b"abc"),
    "fixed32": varint(9 << 3 | 5) + bytes(4),
    "group": varint(9 << 3 | 3) + field(1, b"a") + varint(9 << 3 | 4),
    "first field in another form": varint(1 << 3 | 1) + bytes(8),
}
BROKEN = {
    "a tag that does not end": b"\x80",
    "field number 0": b"\x00\x01",
    "no such wire type": b"\x0e\x01",
    "an end without a group": b"\x0c",
    "a group without an end": varint(9 << 3 | 3),
    "a varint that does not end": varint(9 << 3) + b"\xff",
    "a varint of eleven bytes": varint(9 << 3) + b"\xff" * 10 + b"\x01",
    "a length beyond the end": varint(9 << 3 | 2) + varint(99),
    "a length of 64 bits": varint(1 << 3 | 2) + varint(2**63),
    "a first field beyond the end": varint(1 << 3 | 2) + varint(99),
    "eight bytes cut": varint(9 << 3 | 1) + bytes(7),
    "four bytes cut": varint(9 << 3 | 5) + bytes(3),
}
OF_KIND = {
    "string": {},
    "float32": {"packed, cut": field(1, FLOATS[0] + b"\x00"), "unpacked, cut": varint(1 << 3 | 5) + b"\x00"},
    "int64": {
        "packed, does not end": field(1, INTS[0] + b"\xff"),
        "packed, eleven bytes": field(1, b"\xff" * 10 + b"\x01"),
        "packed, eleven bytes and more": field(1, b"\xff" * 10 + b"\x01" + b"\x01" * 30),
        "packed, ten bytes that go on": field(1, b"\x01" * 8 + b"\xff" * 10),
        "unpacked, does not end": varint(1 << 3) + b"\xff",
    },
}


def example(dtype: str, content: bytes) -> bytes:
    return field(1, field(1, field(1, b"k") + field(2, field(KINDS[dtype], content))))


def readers(dtype: str):
    """Each way to read feature `k`, as functions of messages."""
    specs = {
        "fixed": {"k": FixedLenFeature([2], dtype)},
        "variable": {"k": VarLenFeature(dtype)},
        "sequence": {"k": FixedLenSequenceFeature([], dtype, allow_missing=True)},
        "ragged": {"k": RaggedFeature(dtype)},
        "two": {"k": VarLenFeature(dtype), "l": FixedLenFeature([1], dtype, [VALUES[dtype][0]])},
    }
    found = {name: lambda messages, spec=spec: parse_example(messages, spec)["k"] for name, spec in specs.items()}
    return {**found, "schema": lambda messages: decode_examples(messages)["k"]}


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_fields_are_skipped(dtype, name):
    for content in (PLAIN[dtype], UNPACKED[dtype]):
        for message in (example(dtype, UNKNOWN[name] + content), example(dtype, content + UNKNOWN[name])):
            expected = list(getattr(Example.FromString(message).features.feature["k"], LISTS[dtype]).value)
            got = parse_example([message], {"k": FixedLenFeature([2], dtype)})["k"][0].tolist()
            assert got == expected == VALUES[dtype]
            sparse = parse_example([message], {"k": VarLenFeature(dtype)})["k"]
            assert sparse.values.tolist() == expected


CASES = [(dtype, name, data) for dtype in KINDS for name, data in {**BROKEN, **OF_KIND[dtype]}.items()]


@pytest.mark.parametrize(("dtype", "name", "broken"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_malformed_lists_are_refused_by_every_reader(dtype, name, broken):
    good = example(dtype, PLAIN[dtype])
    for content in (broken, PLAIN[dtype] + broken, UNPACKED[dtype] + broken):
        bad = example(dtype, content)
        with pytest.raises(DecodeError):
            Example.FromString(bad)
        for reader, read in readers(dtype).items():
            with pytest.raises(ParseError) as caught:
                read([good, bad])
            assert caught.value.record_index == 1, (reader, content)
            if reader not in ("fixed", "schema"):  # one may see too few values first, the other has its own words
                assert "record 1 is not a serialized Example" in str(caught.value), (reader, content)


def test_varints_of_every_length_in_long_lists():
    values = [v for bits in range(0, 63, 7) for v in (2**bits - 1, 2**bits, -(2**bits))] + [2**63 - 1, -(2**63)]
    for start in range(len(values)):
        turned = values[start:] + values[:start]
        message = encode_example({"k": turned})
        assert parse_single_example(message, {"k": FixedLenFeature([len(values)], "int64")})["k"].tolist() == turned


def test_row_ids_take_no_more_memory_than_values_do():
    spec = {"v": RaggedFeature("int64", "v", [RaggedFeature.ValueRowIds("r")])}
    rows = 12_000_000
    messages = [encode_example({"v": [1], "r": [rows]})] * 2
    with pytest.raises(ParseError, match="'v' is no|'r' is no ValueRowIds of 1 values") as caught:
        parse_example(messages, spec)
    assert caught.value.record_index == 1
    with pytest.raises(ParseError, match="'r' is no ValueRowIds of 1 values"):
        parse_example([encode_example({"v": [1], "r": [2**40]})], spec)
    alone = parse_example([encode_example({"v": [1], "r": [5]})], spec)["v"]
    assert [len(row) for row in alone[0]] == [0, 0, 0, 0, 0, 1]


def test_strings_in_uniform_rows_of_ragged_rows():
    feature = RaggedFeature("string", "s", [RaggedFeature.RowLengths("n"), RaggedFeature.UniformRowLength(2)])
    message = encode_example({"s": list("abcdef"), "n": [1, 2]})
    got = parse_example([message], {"s": feature})["s"]
    assert [row.tolist() for row in got[0]] == [[[b"a", b"b"]], [[b"c", b"d"], [b"e", b"f"]]]
    twice = RaggedFeature("string", "s", [RaggedFeature.UniformRowLength(3), RaggedFeature.UniformRowLength(2)])
    (rows,) = parse_example([message], {"s": twice})["s"]
    assert rows.tolist() == [[[b"a", b"b"], [b"c", b"d"], [b"e", b"f"]]]


def test_specs_of_messages_of_unknown_rank():
    spec = {
        "v": VarLenFeature("int64"),
        "at": SparseFeature("v", "f", "float32", 4),
        "r": RaggedFeature("int64", "v"),
        "x": FixedLenFeature([2], "int64", [1, 2]),
    }
    source = Dataset.from_generator(lambda: iter([b"", b""]), output_signature=TensorSpec(None, "string"))
    found = source.map(lambda record: parse_example(record, spec), vectorize=True)
    assert found.element_spec["v"].shape is None and found.element_spec["x"].shape is None
    assert [row["x"].tolist() for row in found] == [[1, 2], [1, 2]]


def test_tensors_and_raw_numbers_of_constants_and_batches():
    rows = Dataset.from_tensor_slices([b"ab", b"cdef"])
    kept = rows.map(lambda row: (decode_raw(row, "uint8"), decode_raw(b"xy", "uint8")), vectorize=True)
    assert [(a.tolist(), b.tolist()) for a, b in kept] == [([97, 98], [120, 121]), ([99, 100, 101, 102], [120, 121])]
    pairs = Dataset.from_tensor_slices([[b"ab", b"cd"], [b"efgh", b"ijkl"]]).map(lambda r: decode_raw(r, "uint16"))
    assert [pair.shape for pair in pairs] == [(2, 1), (2, 2)]
    with pytest.raises(InvalidArgumentError, match="whole numbers of 2 bytes") as caught:
        list(Dataset.from_tensor_slices([b"ab", b"abc"]).batch(1).unbatch().map(lambda r: decode_raw(r, "uint16")))
    assert "Received: 3 bytes" in str(caught.value)
    again = rows.map(lambda row: parse_tensor(serialize_tensor(row), "string"), vectorize=True)
    assert list(again) == [b"ab", b"cdef"]
    message = serialize_tensor(np.arange(3))
    constant = rows.map(lambda row: (row, parse_tensor(message, "int64")), vectorize=True)
    assert [numbers.tolist() for _, numbers in constant] == [[0, 1, 2]] * 2
