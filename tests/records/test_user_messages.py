"""decode_proto and encode_proto against TensorFlow, protobuf itself and a plain reading of the wire format."""

from __future__ import annotations

import base64
import struct

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.errors import DataLossError, DTypeError, InvalidArgumentError, ShapeError
from penstock.records import decode_proto, encode_example, encode_proto
from penstock.records.descriptors import find_message, message_class
from penstock.testing.strategies.records import field, varint

DTYPES = {
    "double": "float64",
    "float": "float32",
    "int64": "int64",
    "uint64": "uint64",
    "int32": "int32",
    "fixed64": "uint64",
    "fixed32": "uint32",
    "bool": "bool",
    "string": "string",
    "bytes": "string",
    "uint32": "uint32",
    "enum": "int32",
    "sfixed32": "int32",
    "sfixed64": "int64",
    "sint32": "int32",
    "sint64": "int64",
}
ERRORS = {"InvalidArgumentError": InvalidArgumentError, "DataLossError": DataLossError}


def unpacked(value):
    return [unpacked(v) for v in value] if isinstance(value, list) else base64.b64decode(value)


def array_of(values, dtype):
    if dtype != "string":
        return np.array(values, dtype)
    held = unpacked(values)
    shape = np.array(values, object).shape
    array = np.empty(shape, object)
    for at in np.ndindex(shape):
        item = held
        for i in at:
            item = item[i]
        array[at] = item
    return array


@pytest.fixture(scope="module")
def source(golden):
    return b"bytes://" + base64.b64decode(golden("protos")["descriptors"])


def check(got, sizes, values, dtypes):
    assert got.sizes.dtype == np.int32
    assert got.sizes.tolist() == sizes
    assert len(got.values) == len(values)
    for array, expected, dtype in zip(got.values, values, dtypes, strict=True):
        wanted = array_of(expected, dtype)
        assert array.shape == wanted.shape
        assert array.dtype == wanted.dtype
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.golden
def test_decoding_as_tensorflow(golden, source):
    for case in golden("protos")["decoded"]:
        messages = unpacked(case["messages"])
        arguments = (messages, case["type"], case["fields"], case["dtypes"])
        options = {"descriptor_source": source, **case["options"]}
        if "error" in case:
            with pytest.raises(ERRORS[case["error"]], match="decode_proto: "):
                decode_proto(*arguments, **options)
        else:
            check(decode_proto(*arguments, **options), *case["result"].values(), case["dtypes"])


@pytest.mark.golden
def test_encoding_as_tensorflow(golden, source):
    for case in golden("protos")["encoded"]:
        values = [array_of(value, dtype) for value, dtype in zip(case["values"], case["dtypes"], strict=False)]
        arguments = (np.array(case["sizes"], np.int32), values, case["fields"], case["type"])
        if "error" in case:
            with pytest.raises(ERRORS[case["error"]], match="encode_proto: "):
                encode_proto(*arguments, descriptor_source=source)
        else:
            written = encode_proto(*arguments, descriptor_source=source)
            assert written.tolist() == unpacked(case["result"]), case


VALUES = {
    "double": st.floats(allow_nan=False),
    "float": st.floats(width=32, allow_nan=False),
    "bool": st.booleans(),
    "string": st.text(max_size=3),
    "bytes": st.binary(max_size=3),
    "enum": st.sampled_from([0, 5]),
}
for _bits in (32, 64):
    VALUES |= dict.fromkeys(
        (f"int{_bits}", f"sint{_bits}", f"sfixed{_bits}"), st.integers(-(2 ** (_bits - 1)), 2 ** (_bits - 1) - 1)
    )
    VALUES |= dict.fromkeys((f"uint{_bits}", f"fixed{_bits}"), st.integers(0, 2**_bits - 1))


@st.composite
def contents(draw):
    """Values by field, at most three, of a message `t.M`."""
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=4))
    found = {}
    for kind in kinds:
        label = draw(st.sampled_from(["o", "r"] if kind in ("string", "bytes") else ["o", "r", "p"]))
        found[f"{label}_{kind}"] = draw(st.lists(VALUES[kind], min_size=1, max_size=1 if label == "o" else 3))
    return found


def serialized(cls, values):
    message = cls()
    for name, items in values.items():
        if name[0] == "o":
            setattr(message, name, items[0])
        else:
            getattr(message, name).extend(items)
    return message.SerializeToString()


def asked(rows):
    names = sorted({name for row in rows for name in row} | {"o_int32", "r_string"})
    return names, [DTYPES[name[2:]] for name in names]


@pytest.mark.property
@given(st.lists(contents(), min_size=1, max_size=5))
def test_what_protobuf_writes_is_read_and_written_again(source, rows):
    cls = message_class(find_message("test", source, "t.M"))
    messages = [serialized(cls, row) for row in rows]
    names, dtypes = asked(rows)
    got = decode_proto(messages, "t.M", names, dtypes, descriptor_source=source)
    for i, row in enumerate(rows):
        assert got.sizes[i].tolist() == [len(row.get(name, ())) for name in names]
        for name, array, size in zip(names, got.values, got.sizes[i], strict=True):
            expected = [v.encode() if isinstance(v, str) else v for v in row.get(name, [])]
            assert array[i, :size].tolist() == expected, name
            assert not any(array[i, size:].tolist())
    written = encode_proto(got.sizes, got.values, names, "t.M", descriptor_source=source)
    assert [cls.FromString(message) for message in written] == [cls.FromString(message) for message in messages]


WIRE_NAMES = ["r_int32", "r_fixed64", "r_float", "r_bytes", "o_int64", "o_string", "p_sint32", "d_float"]


def plain_reading(data, numbers, forms, repeated):
    """Return the raw values of wanted fields of one message, or None where it is malformed."""

    def number(i, stop):
        value = shift = 0
        while i < stop and shift < 70:
            value |= (data[i] & 127) << shift
            i, shift = i + 1, shift + 7
            if data[i - 1] < 128:
                return value % 2**64, i
        raise ValueError

    def end_of(tag, i, stop, depth=1):
        if not 8 <= tag < 2**32 or depth > 100:
            raise ValueError
        if tag & 7 == 3:
            while True:
                inner, i = number(i, stop)
                if inner == tag + 1:
                    return i
                i = end_of(inner, i, stop, depth + 1)
        size = {0: lambda: number(i, stop)[1] - i, 1: lambda: 8, 5: lambda: 4, 2: lambda: sum(number(i, stop)) - i}
        if tag & 7 not in size or i + size[tag & 7]() > stop:
            raise ValueError
        return i + size[tag & 7]()

    def bits(form, i, stop):
        if form == 0:
            return number(i, stop)
        size = 8 if form == 1 else 4
        if i + size > stop:
            raise ValueError
        return int.from_bytes(data[i : i + size], "little"), i + size

    found, i = [[] for _ in numbers], 0
    try:
        while i < len(data):
            tag, i = number(i, len(data))
            end = end_of(tag, i, len(data))
            for k, wanted in enumerate(numbers):
                if tag >> 3 != wanted:
                    continue
                if tag & 7 == forms[k]:
                    value = data[number(i, end)[1] : end] if forms[k] == 2 else bits(forms[k], i, end)[0]
                    found[k] = [*found[k], value] if repeated[k] else [value]
                elif tag & 7 == 2 and repeated[k]:
                    at = number(i, end)[1]
                    while at < end:
                        value, at = bits(forms[k], at, end)
                        found[k].append(value)
            i = end
    except ValueError:
        return None
    return found


@st.composite
def wires(draw, numbers):
    """Fields of wanted and other numbers in any wire type, sometimes cut off or changed."""
    parts = []
    for _ in range(draw(st.integers(0, 5))):
        number = draw(st.sampled_from([*numbers, 70, 2**29 - 1]))
        payload = draw(
            st.one_of(
                st.integers(0, 2**64 - 1).map(lambda v: (0, varint(v))),
                st.binary(min_size=8, max_size=8).map(lambda b: (1, b)),
                st.binary(min_size=4, max_size=4).map(lambda b: (5, b)),
                st.binary(max_size=8).map(lambda b: (2, varint(len(b)) + b)),
                st.lists(st.integers(0, 300), max_size=3).map(lambda v: (2, field(0, b"".join(map(varint, v)))[1:])),
                st.binary(max_size=3).map(lambda b, n=number: (3, field(1, b) + varint(n << 3 | 4))),
                st.just((4, b"")),
            )
        )
        parts.append(varint(number << 3 | payload[0]) + payload[1])
    data = bytearray(b"".join(parts))
    if data and draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(data)


@pytest.mark.property
@given(st.data())
def test_any_bytes_against_a_plain_reading(source, data):
    message = find_message("test", source, "t.M")
    fields = [message.fields_by_name[name] for name in WIRE_NAMES]
    numbers = [f.number for f in fields]
    forms = [{"int32": 0, "int64": 0, "sint32": 0, "fixed64": 1, "float": 5}.get(n[2:], 2) for n in WIRE_NAMES]
    repeated = [name[0] in "rp" for name in WIRE_NAMES]
    dtypes = [DTYPES[name[2:]] for name in WIRE_NAMES]
    wire = data.draw(wires(numbers))
    expected = plain_reading(wire, numbers, forms, repeated)
    if expected is None:
        with pytest.raises(DataLossError, match=r"decode_proto: message 0 must be a serialized message") as caught:
            decode_proto(wire, "t.M", WIRE_NAMES, dtypes, descriptor_source=source)
        assert caught.value.record_index == 0
        return
    got = decode_proto(wire, "t.M", WIRE_NAMES, dtypes, descriptor_source=source)
    assert got.sizes.tolist() == [len(values) for values in expected]
    for name, array, values in zip(WIRE_NAMES, got.values, expected, strict=True):
        for one, raw in zip(array[: len(values)].tolist(), values, strict=True):
            match name[2:]:
                case "int32":
                    assert one % 2**32 == raw % 2**32
                case "sint32":
                    low = raw % 2**32
                    assert one == (low >> 1 if low % 2 == 0 else -(low >> 1) - 1)
                case "int64":
                    assert one % 2**64 == raw
                case "float":
                    assert struct.pack("<f", one) == struct.pack("<I", raw) or np.isnan(one)
                case _:
                    assert one == raw


@pytest.mark.unit
def test_in_a_pipeline(source):
    messages = [encode_proto([k, 1], [[*range(3)], [b"s"]], ["r_int32", "o_string"], "t.M", descriptor_source=source)
                for k in range(4)]  # fmt: skip
    names, dtypes = ["r_int32", "o_string", "d_int32"], ["int32", "string", "int32"]

    def decode(message):
        sizes, (numbers, text, seven) = decode_proto(message, "t.M", names, dtypes, descriptor_source=source)
        return {"sizes": sizes, "numbers": numbers, "text": text, "seven": seven}

    single = Dataset.from_tensor_slices(messages).map(decode, vectorize=True)
    assert [tuple(spec.shape) for spec in single.element_spec.values()] == [(3,), (None,), (1,), (1,)]
    found = list(single)
    assert [row["numbers"].tolist() for row in found] == [[0], [0], [0, 1], [0, 1, 2]]
    assert [row["sizes"].tolist() for row in found] == [[k, 1, 0] for k in range(4)]
    assert [(row["text"].tolist(), row["seven"].tolist()) for row in found] == [([b"s"], [7])] * 4
    batches = list(Dataset.from_tensor_slices(messages).batch(2).map(decode, vectorize=True))
    assert [row["numbers"].tolist() for row in batches] == [[[0], [0]], [[0, 1, 0], [0, 1, 2]]]
    assert batches[0]["sizes"].tolist() == [[0, 1, 0], [1, 1, 0]]
    assert batches[0]["text"].tolist() == [[b"s"], [b"s"]]
    pairs = Dataset.from_tensor_slices(messages).batch(2).batch(2).map(decode, vectorize=True)
    (four,) = pairs
    assert four["numbers"].shape == (2, 2, 3) and four["text"].shape == (2, 2, 1)


@pytest.mark.unit
@pytest.mark.parametrize("size", [1, 2])
def test_encoding_in_a_pipeline(source, size):
    sizes = np.array([[1, 2], [0, 1], [2, 0], [2, 2]])
    numbers, words = np.arange(8).reshape(4, 2), np.array([[b"a", b"b"]] * 4, object)

    def encode(sizes, numbers, words):
        return encode_proto(sizes, [numbers, words], ["r_int64", "r_bytes"], "t.M", descriptor_source=source)

    expected = [encode(s, n, w) for s, n, w in zip(sizes, numbers, words, strict=True)]
    rows = Dataset.from_tensor_slices((sizes, numbers, words))
    if size == 1:
        assert list(rows.map(encode, vectorize=True)) == expected
        return
    batches = list(rows.batch(size).map(encode, vectorize=True))
    assert [batch.tolist() for batch in batches] == [expected[:2], expected[2:]]
    constant = rows.map(lambda sizes, numbers, words: encode(np.array([1, 1]), numbers, words), vectorize=True)
    assert [len(message) for message in constant] == [6, 6, 6, 6]


@pytest.mark.unit
def test_messages_whose_modules_are_imported():
    message = descriptor_pb2.FileDescriptorProto(name="a.proto", dependency=["b", "c"]).SerializeToString()
    got = decode_proto(message, "google.protobuf.FileDescriptorProto", ["name", "dependency"], ["string", "string"])
    assert got.values[0].tolist() == [b"a.proto"] and got.values[1].tolist() == [b"b", b"c"]
    example = encode_example({"id": 7})
    own = decode_proto(example, "penstock.records.Example", ["features"], ["string"])
    theirs = decode_proto(example, "tensorflow.Example", ["features"], ["string"], descriptor_source="")
    assert own.values[0].tolist() == theirs.values[0].tolist()
    inner = decode_proto(own.values[0], "tensorflow.Features", ["feature"], ["string"])
    assert inner.sizes.tolist() == [[1]]


@pytest.mark.unit
def test_descriptions_in_a_file_in_any_order(tmp_path):
    files = descriptor_pb2.FileDescriptorSet()
    second = files.file.add(name="b.proto", package="b", dependency=["a.proto"])
    second.message_type.add(name="B").field.add(name="x", number=1, type=11, type_name=".a.A", label=1)
    files.file.add(name="a.proto", package="a").message_type.add(name="A")
    path = tmp_path / "set.pb"
    path.write_bytes(files.SerializeToString())
    for given_path in (path, str(path)):
        got = decode_proto(b"\x0a\x00", "b.B", ["x"], ["string"], descriptor_source=given_path)
        assert got.sizes.tolist() == [1]
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("b.B")
    del files.file[1]
    with pytest.raises(InvalidArgumentError, match=r"with all files that it imports .*Received: b.proto"):
        decode_proto(b"", "b.B", ["x"], ["string"], descriptor_source=b"bytes://" + files.SerializeToString())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"descriptor_source": "/nowhere/a.pb"}, InvalidArgumentError, r"descriptor_source must be 'local://', a file"),
        ({"descriptor_source": b"bytes://\xff"}, InvalidArgumentError, "must hold a FileDescriptorSet. Received"),
        (
            {"message_type": "t.N"},
            InvalidArgumentError,
            "no message of this name is known. Received: message_type='t.N'",
        ),
        ({"message_type": 3}, InvalidArgumentError, r"message_type must be a str. Received: 3 \(int\)"),
        ({"field_names": ["o_int3"]}, InvalidArgumentError, "t.M has no field of this name. .*Did you mean 'o_int32'?"),
        (
            {"field_names": []},
            InvalidArgumentError,
            "one dtype for each of field_names. Received: 0 names and 1 dtypes",
        ),
        ({"output_types": ["uint8"]}, DTypeError, "'o_int32' of t.M is int32, which must be int32 or int64. .*uint8"),
        ({"message_format": "json"}, InvalidArgumentError, "message_format must be 'binary' or 'text'"),
        ({"serialized": [3]}, DTypeError, "serialized must be strings"),
        ({"serialized": []}, InvalidArgumentError, r"must hold at least one message. Received: shape=\(0,\)"),
        ({"serialized": [b"", b"\xff"]}, DataLossError, "message 1 must be a serialized message of this type"),
    ],
)
def test_errors_of_decoding(source, change, error, message):
    arguments = {
        "serialized": [b""],
        "message_type": "t.M",
        "field_names": ["o_int32"],
        "output_types": ["int32"],
        "descriptor_source": source,
        **change,
    }
    with pytest.raises(error, match=message):
        decode_proto(**arguments)


@pytest.mark.unit
def test_messages_that_lack_what_they_need_say_so(source):
    with pytest.raises(DataLossError, match="message 0 must be .* Missing: needed"):
        decode_proto(b"", "t.Q", ["needed"], ["int32"], descriptor_source=source, sanitize=True)
    with pytest.raises(DataLossError, match="message 1 must be .* 1:10"):
        decode_proto(
            [b"", b"o_int32: x"], "t.M", ["o_int32"], ["int32"], descriptor_source=source, message_format="text"
        )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("sizes", "values", "error", "message"),
    [
        ([[1.0]], [[[1]]], DTypeError, "sizes must be integers"),
        ([[1]], [], InvalidArgumentError, "one array for each of field_names, at least one. Received: 0 values"),
        ([[1]], [1], ShapeError, "must have a last axis for the values of a message"),
        ([1], [[[1]]], ShapeError, r"sizes must have the shape of the messages and an axis for fields, \(1, 1\)"),
        ([[3]], [[[1, 2]]], InvalidArgumentError, "Received: 3 values of 'r_int64' for message 0, an array of 2"),
        ([[1]], [[["a"]]], DTypeError, "'r_int64' of t.M is int64, which must be int64. Received: string"),
    ],
)
def test_errors_of_encoding(source, sizes, values, error, message):
    with pytest.raises(error, match=f"encode_proto: .*{message}"):
        encode_proto(sizes, values, ["r_int64"], "t.M", descriptor_source=source)
