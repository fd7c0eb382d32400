"""decode_proto and encode_proto do what TensorFlow's do, with any bytes and any values."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import DataLossError
from penstock.records import decode_proto, encode_proto
from penstock.testing.strategies.records import field, varint

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

KINDS = {
    "double": "float64", "float": "float32", "int64": "int64", "uint64": "uint64", "int32": "int32",
    "fixed64": "uint64", "fixed32": "uint32", "bool": "bool", "string": "string", "bytes": "string",
    "uint32": "uint32", "enum": "int32", "sfixed32": "int32", "sfixed64": "int64", "sint32": "int32",
    "sint64": "int64", "message": "string",
}  # fmt: skip
NAMES = [f"{label}_{kind}" for kind, dtype in KINDS.items() for label in "orp" if label != "p" or dtype != "string"]
NAMES += ["d_int32", "d_string", "d_enum", "d_bytes", "d_float", "d_bool", "d_sint64"]


@pytest.fixture(scope="module")
def source(golden) -> bytes:
    return b"bytes://" + base64.b64decode(golden("protos")["descriptors"])


@pytest.fixture(scope="module")
def fields(source) -> dict[str, tuple[int, bool]]:
    """Number of each field, and whether it may be packed."""
    from penstock.records.descriptors import find_message

    found = find_message("test", source, "t.M").fields_by_name
    return {name: (found[name].number, name[0] in "rp") for name in NAMES}


@st.composite
def wires(draw: st.DrawFn, fields: dict[str, tuple[int, bool]]) -> bytes:
    parts = []
    for _ in range(draw(st.integers(0, 5))):
        number, repeated = draw(st.sampled_from([*fields.values(), (250, True), (2**29 - 1, True)]))
        wire, payload = draw(
            st.one_of(
                st.integers(0, 2**64 - 1).map(lambda v: (0, varint(v))),
                st.binary(min_size=8, max_size=8).map(lambda b: (1, b)),
                st.binary(min_size=4, max_size=4).map(lambda b: (5, b)),
                st.lists(st.integers(0, 2**64 - 1), max_size=3).map(lambda v: (2, b"".join(map(varint, v)))),
                st.binary(max_size=16).map(lambda b: (2, b)),
                st.binary(max_size=3).map(lambda b, n=number: (3, field(1, b) + varint(n << 3 | 4))),
                st.just((4, b"")),
            )
        )
        if wire == 2:
            payload = varint(len(payload)) + payload
        # A singular number written packed: TensorFlow counts it and reads none; here it is unknown, as to protobuf.
        parts.append(b"" if wire == 2 and not repeated else varint(number << 3 | wire) + payload)
    data = bytearray(b"".join(parts))
    if data and draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(data) - 1))
        del data[at : at + draw(st.integers(1, 2))]
    return bytes(data)


def outcome(call: Any, error: type[Exception]) -> Any:
    try:
        got = call()
    except error:
        return "error"
    return [np.asarray(part) for part in (got.sizes, *got.values)]


def same(ours: Any, theirs: Any) -> None:
    assert isinstance(ours, str) == isinstance(theirs, str), (ours, theirs)
    if isinstance(ours, str):
        return
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype and mine.shape == other.shape
        np.testing.assert_array_equal(mine, other)


@given(st.data())
def test_any_bytes(source, fields, data):
    messages = data.draw(st.lists(wires(fields), min_size=1, max_size=3))
    names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    dtypes = [KINDS[name[2:]] for name in names]
    ours = outcome(lambda: decode_proto(messages, "t.M", names, dtypes, descriptor_source=source), DataLossError)
    kinds = [tf.as_dtype(dtype) for dtype in dtypes]
    theirs = outcome(
        lambda: tf.io.decode_proto(messages, "t.M", names, kinds, descriptor_source=source), tf.errors.DataLossError
    )
    same(ours, theirs)


@given(st.lists(wires({"a": (1, False), "r": (2, True), "s": (3, False), "m": (4, False)}), min_size=1, max_size=3))
def test_sanitized(source, messages):
    names, dtypes = ["a", "r", "s", "m"], ["int32", "int32", "string", "string"]
    options = {"descriptor_source": source, "sanitize": True}
    ours = outcome(lambda: decode_proto(messages, "p.P", names, dtypes, **options), DataLossError)
    kinds = [tf.as_dtype(dtype) for dtype in dtypes]
    theirs = outcome(lambda: tf.io.decode_proto(messages, "p.P", names, kinds, **options), tf.errors.DataLossError)
    same(ours, theirs)


@st.composite
def columns(draw: st.DrawFn) -> tuple[np.ndarray, list[np.ndarray], list[str]]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    rows, values = draw(st.integers(0, 3)), []
    for name in names:
        dtype, width = KINDS[name[2:]], draw(st.integers(0, 3))
        if dtype == "string":
            flat = np.empty(rows * width, object)
            flat[:] = [draw(st.binary(max_size=3)) for _ in range(rows * width)]
        else:
            size = np.dtype(dtype).itemsize
            raw = draw(st.binary(min_size=rows * width * size, max_size=rows * width * size))
            flat = np.frombuffer(raw, np.uint8).astype(bool) if dtype == "bool" else np.frombuffer(raw, dtype)
        values.append(flat.reshape(rows, width))
    sizes = [[draw(st.integers(0, value.shape[1])) for value in values] for _ in range(rows)]
    return np.array(sizes, np.int32).reshape(rows, len(names)), values, names


@given(columns())
def test_encoding(source, given_columns):
    sizes, values, names = given_columns
    tensors = [tf.constant(v, tf.as_dtype(KINDS[n[2:]]), v.shape) for v, n in zip(values, names, strict=True)]
    theirs = tf.io.encode_proto(sizes, tensors, names, "t.M", descriptor_source=source).numpy()
    ours = encode_proto(sizes, values, names, "t.M", descriptor_source=source)
    assert ours.tolist() == theirs.tolist()


def test_tensorflows_own_messages():
    example = tf.train.Example()
    example.features.feature["a"].int64_list.value.append(1)
    arguments = (example.SerializeToString(), "tensorflow.Example", ["features"])
    theirs = tf.io.decode_proto(*arguments, [tf.string])
    ours = decode_proto(*arguments, ["string"])
    assert ours.sizes.tolist() == theirs.sizes.numpy().tolist()
    assert ours.values[0].tolist() == theirs.values[0].numpy().tolist()
