"""Write `protos.json`: what tf.io.decode_proto and tf.io.encode_proto do with messages of every type of field.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_protos.py

`descriptors`: a FileDescriptorSet in base64 with the messages `t.M` (proto2) and `p.P` (proto3); a field is named by
its kind (`o` optional, `r` repeated, `p` packed, `d` with a default) and type. `decoded`: `messages` (nested lists of
bytes in base64), `type`, `fields`, `dtypes`, `options`, and `sizes` and `values` (strings in base64), or an `error`.
`encoded`: `sizes`, `values`, `fields`, `dtypes`, `type`, and `messages`, or an `error`.
"""

from __future__ import annotations

import base64
import struct
from typing import Any

import tensorflow as tf
from google.protobuf import descriptor_pb2
from writer import outcome, plain, versions, write

_Field = descriptor_pb2.FieldDescriptorProto
TYPES = (
    "double float int64 uint64 int32 fixed64 fixed32 bool string bytes uint32 enum sfixed32 sfixed64 sint32 sint64"
    " message"
).split()
DTYPES = {
    "double": "float64", "float": "float32", "int64": "int64", "uint64": "uint64", "int32": "int32",
    "fixed64": "uint64", "fixed32": "uint32", "bool": "bool", "string": "string", "bytes": "string",
    "uint32": "uint32", "enum": "int32", "sfixed32": "int32", "sfixed64": "int64", "sint32": "int32",
    "sint64": "int64", "message": "string",
}  # fmt: skip
DEFAULTS = {
    "int32": "7", "string": "dd", "enum": "BLUE", "bytes": "a\\001b", "float": "1.5", "bool": "true", "sint64": "-3",
}  # fmt: skip


def add(message: Any, name: str, kind: str, label: int = _Field.LABEL_OPTIONAL, **more: Any) -> Any:
    names = {"enum": ".t.Color", "message": f".t.{message.name}"}
    type_name = more.pop("type_name", names.get(kind))
    number = more.pop("number", len(message.field) + 1)
    field = message.field.add(name=name, number=number, label=label, **more)
    field.type = getattr(_Field, f"TYPE_{kind.upper()}")
    if type_name:
        field.type_name = type_name
    return field


def descriptors() -> Any:
    """Return descriptions of `t.M` and `p.P`."""
    files = descriptor_pb2.FileDescriptorSet()
    file = files.file.add(name="t.proto", package="t", syntax="proto2")
    enum = file.enum_type.add(name="Color")
    enum.value.add(name="RED", number=0)
    enum.value.add(name="BLUE", number=5)
    message = file.message_type.add(name="M")
    for kind in TYPES:
        add(message, f"o_{kind}", kind)
        add(message, f"r_{kind}", kind, _Field.LABEL_REPEATED)
        if DTYPES[kind] != "string":
            add(message, f"p_{kind}", kind, _Field.LABEL_REPEATED).options.packed = True
    for kind, value in DEFAULTS.items():
        add(message, f"d_{kind}", kind, default_value=value)
    group = message.nested_type.add(name="G")
    add(group, "a", "int32")
    add(message, "g", "group", type_name=".t.M.G", number=106)
    entry = message.nested_type.add(name="MapEntry")
    entry.options.map_entry = True
    add(entry, "key", "string")
    add(entry, "value", "int32")
    add(message, "map", "message", _Field.LABEL_REPEATED, type_name=".t.M.MapEntry", number=2000)
    message.extension_range.add(start=3000, end=4000)
    file.extension.add(name="ext", number=3000, type=_Field.TYPE_INT32, label=_Field.LABEL_OPTIONAL, extendee=".t.M")
    required = file.message_type.add(name="Q")
    add(required, "needed", "int32", _Field.LABEL_REQUIRED)
    second = files.file.add(name="p.proto", package="p", syntax="proto3").message_type.add(name="P")
    add(second, "a", "int32")
    add(second, "r", "int32", _Field.LABEL_REPEATED)
    add(second, "s", "string")
    add(second, "m", "message", type_name=".p.P")
    return files


FILES = descriptors()
SOURCE = b"bytes://" + FILES.SerializeToString()
NUMBERS = {field.name: field.number for field in FILES.file[0].message_type[0].field}


def b64(value: Any) -> Any:
    """Encode bytes, in nested lists too."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return [b64(item) for item in value] if isinstance(value, list) else plain(value)


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def number(name: str, value: int) -> bytes:
    return varint(NUMBERS[name] << 3) + varint(value)


def fixed(name: str, form: str, *values: Any) -> bytes:
    wire = 1 if struct.calcsize(form) == 8 else 5
    return b"".join(varint(NUMBERS[name] << 3 | wire) + struct.pack(form, value) for value in values)


def string(name: str, value: bytes) -> bytes:
    return varint(NUMBERS[name] << 3 | 2) + varint(len(value)) + value


def tag(name: str, wire: int) -> bytes:
    return varint(NUMBERS[name] << 3 | wire)


START, END = tag("g", 3), tag("g", 4)
ALL_OPTIONAL = [f"o_{kind}" for kind in TYPES]
ONE_OF_EACH = (
    fixed("o_double", "<d", -1.1) + fixed("o_float", "<f", 2.5) + number("o_int64", -3) + number("o_uint64", 2**64 - 1)
    + number("o_int32", -7) + fixed("o_fixed64", "<Q", 2**63) + fixed("o_fixed32", "<I", 2**32 - 1)
    + number("o_bool", 1) + string("o_string", "ä".encode()) + string("o_bytes", b"\0\xff") + number("o_uint32", 9)
    + number("o_enum", 5) + fixed("o_sfixed32", "<i", -2) + fixed("o_sfixed64", "<q", -4) + number("o_sint32", 3)
    + number("o_sint64", 2**64 - 1) + string("o_message", number("o_int32", 1))
)  # fmt: skip
Case = tuple[Any, str, list[str], list[str], dict[str, Any]]


def _case(messages: Any, fields: str, dtypes: str = "", kind: str = "t.M", **options: Any) -> Case:
    names = fields.split()
    found = dtypes.split() or [DTYPES[name.partition("_")[2]] for name in names]
    return messages, kind, names, found * (len(names) if len(found) == 1 else 1), options


def decoding() -> list[Case]:
    color = [number("o_enum", 3) + number("r_enum", 3) + number("r_enum", 5)]
    inner = [string("o_message", number("o_int32", 1)) + string("o_message", number("o_int64", 2))]
    twice = [b"\x22\x02\x08\x01\x22\x03\x12\x01\x05"]
    deep = [START * k + END * k + number("o_int32", 3) for k in (99, 100, 101)]
    return [
        _case([b"", ONE_OF_EACH], " ".join(ALL_OPTIONAL)),
        _case([b"", number("r_int32", 3)], " ".join(f"d_{kind}" for kind in DEFAULTS)),
        _case([b"", number("d_int32", 3) + number("r_int32", 1) + number("r_int32", 2)], "d_int32 r_int32 d_enum"),
        _case(number("d_int32", 3), "d_int32 r_int32"),
        _case([[number("d_int32", 3)], [b""]], "d_int32 r_string"),
        _case([], "d_int32"),
        _case([b"", b""], ""),
        _case([number("d_int32", 3) + number("d_int32", 4)], "d_int32"),
        _case([number("d_int32", 3) + number("r_int32", 4)], "r_int32 d_int32", "int64 int32"),
        _case([string("r_int32", b"\1\2") + number("r_int32", 3)], "r_int32"),
        _case([number("p_int32", 1) + string("p_int32", b"\5\6")], "p_int32"),
        _case([string("p_float", struct.pack("<2f", 1.5, -2)) + fixed("p_float", "<f", 3)], "p_float", "float64"),
        _case([string("p_fixed64", struct.pack("<2Q", 1, 2**63))], "p_fixed64"),
        _case([string("r_double", b"abc")], "r_double"),
        _case([number("o_string", 5), b""], "o_string"),
        _case([number("r_double", 5)], "r_double"),
        _case([string("p_float", b"\0\0\0\0\0")], "p_float"),
        _case([string("p_int32", b"\x80")], "p_int32"),
        _case([string("p_int32", b"\xff" * 11 + b"\1")], "p_int32"),
        _case([string("p_bool", varint(2**40) + b"\0\1")], "p_bool"),
        *(_case([broken], "o_int32") for broken in (
            b"\x08", number("o_int32", 1)[:-1], b"\xff\xff\xff", b"\x00\x01", b"\x0e\x01", b"\x0c\x01",
            START + b"\x08\x05" + END + number("o_int32", 3), START + b"\x08\x05" + b"\xdc\x06" + number("o_int32", 3),
            START, tag("o_int32", 4), tag("o_int32", 6), tag("o_int32", 3) + tag("o_int32", 4),
            string("o_string", b"abc")[:-1], tag("o_int32", 0) + b"\xff" * 11 + b"\1",
            b"\x88\x80\x80\x80\x80\x00\x01", number("o_int32", 2**40 + 7), number("o_int32", -(2**31)),
        )),
        *(_case([message], "o_int32") for message in deep),
        _case([START + b"\x08\x05" + END, tag("g", 0) + b"\1"], "g", "string"),
        _case([string("o_string", b"abc")[:-1]], "o_string"),
        _case([tag("o_string", 2) + varint(-1) + b"a"], "o_string"),
        _case([number("o_int32", 2**40 + 7) + number("o_uint32", 2**40 + 8) + number("o_sint32", 2**40 + 7)],
              "o_int32 o_uint32 o_sint32", "int64 uint64 int64"),
        _case([fixed("o_float", "<f", 1.1)], "o_float", "float64"),
        _case([number("o_enum", -4) + number("o_bool", 2**40)], "o_enum o_bool"),
        _case(inner, "o_message"),
        _case([string("map", b"\x0a\x01k\x10\x05")], "map", "string"),
        _case([string("o_message", b"\xff") + string("o_string", b"\xff")], "o_message o_string"),
        _case([varint(3000 << 3) + b"\5", b""], "t.ext", "int32"),
        _case([b"\x08\x00\x12\x02\x01\x02", b""], "a r s m", "int32 int32 string string", "p.P"),
        _case([b"\x1a\x01\xff"], "s", "string", "p.P"),
        _case([b"\x1a\x01\xff"], "s", "string", "p.P", sanitize=True),
        _case([b"\xff"], "s", "string", "p.P", sanitize=True),
        _case([b"\x08\x00"], "a", "int32", "p.P", sanitize=True),
        _case([b"\xf8\x3f\x01\x08\x01"], "a", "int32", "p.P", sanitize=True),
        _case(twice, "m", "string", "p.P"),
        _case(twice, "m", "string", "p.P", sanitize=True),
        _case(color, "o_enum r_enum"),
        _case(color, "o_enum r_enum", sanitize=True),
        _case([b""], "needed", "int32", "t.Q"),
        _case([b""], "needed", "int32", "t.Q", sanitize=True),
        _case([b"o_int32: 5 r_int32: [1,2] o_string: 'a'", b""], "o_int32 r_int32 o_string d_int32",
              message_format="text"),
        _case([b'o_enum: BLUE map { key: "a" value: 3 } o_message { o_int32: 1 }'], "o_enum map o_message",
              "int32 string string", message_format="text"),
        _case([b's: "\xc3\xa4\\n" a: 0'], "s a", "string int32", "p.P", message_format="text"),
        _case([b""], "needed", "int32", "t.Q", message_format="text"),
        _case([b"o_int32: x"], "o_int32", message_format="text"),
        _case([b"nope: 1"], "o_int32", message_format="text"),
        _case([b""], "o_int32", message_format="json"),
        _case([b""], "o_int32", kind="t.X"),
        _case([b""], "o_int32", kind=".t.M"),
        _case([b""], "o_int3", "int32"),
        _case([b""], "ext", "int32"),
        _case([b""], "o_int32", "int32 int32"),
        *(_case([b""], f"r_{kind}", other) for kind, other in [
            ("double", "float32"), ("float", "float16"), ("int64", "int32"), ("uint64", "int64"), ("uint32", "int64"),
            ("bool", "int32"), ("enum", "int64"), ("string", "int32"), ("int32", "string"), ("message", "float32"),
        ]),
    ]  # fmt: skip


def decoded() -> list[dict[str, Any]]:
    rows = []
    for messages, kind, fields, dtypes, options in decoding():
        row = {"messages": b64(messages), "type": kind, "fields": fields, "dtypes": dtypes, "options": options}
        rows.append({**row, **outcome(lambda case=(messages, kind, fields, dtypes, options): _decode(*case))})
    return rows


def _decode(messages: Any, kind: str, fields: list[str], dtypes: list[str], options: dict[str, Any]) -> Any:
    strings = tf.constant(messages, tf.string)
    kinds = [tf.as_dtype(dtype) for dtype in dtypes]
    got = tf.io.decode_proto(strings, kind, fields, kinds, descriptor_source=SOURCE, **options)
    return {"sizes": got.sizes, "values": [b64(value.numpy().tolist()) for value in got.values]}


Encoding = tuple[list[Any], list[Any], list[str], list[str], str]


def encoding() -> list[Encoding]:
    numbers = {kind: [[0, 1, 5]] for kind in TYPES if DTYPES[kind] != "string"}
    numbers |= {"bool": [[False, True, True]], "double": [[-0.0, 1.1, float("inf")]], "float": [[0.0, 1.1, -2.5]]}
    numbers |= {kind: [[0, -1, 2**31 - 1]] for kind in ("int32", "sfixed32", "sint32")}
    numbers |= {kind: [[-(2**63), -1, 2**63 - 1]] for kind in ("int64", "sfixed64", "sint64")}
    numbers |= {kind: [[0, 2**63, 2**64 - 1]] for kind in ("uint64", "fixed64")}
    strings = {kind: [[b"", b"\x08\x01", b"\xff"]] for kind in TYPES if DTYPES[kind] == "string"}
    cases: list[Encoding] = [
        ([[3]], [values], [f"{label}_{kind}"], [DTYPES[kind]], "t.M")
        for kind, values in {**numbers, **strings}.items()
        for label in ("r", "p")
        if not (label == "p" and kind in strings)
    ]
    two = ["int32", "int32"]
    return [
        *cases,
        ([[1, 2], [0, 1]], [[[5], [6]], [[1, 2], [3, 4]]], ["o_int32", "r_int32"], two, "t.M"),
        ([[2, 1]], [[[1, 2]], [[5]]], ["r_int32", "o_int32"], two, "t.M"),
        ([[0]], [[[1, -2]]], ["p_int32"], ["int32"], "t.M"),
        ([[1, 2]], [[[0]], [[1, 2]]], ["a", "r"], two, "p.P"),
        ([[2]], [[[5, 6]]], ["o_int32"], ["int32"], "t.M"),
        ([[-1]], [[[5, 6]]], ["r_int32"], ["int32"], "t.M"),
        ([[1, 1]], [[[b"x"]], [[2]]], ["map", "r_int32"], ["string", "int32"], "t.M"),
        ([[1]], [[[b"a"]]], ["g"], ["string"], "t.M"),
        ([[[1]], [[1]]], [[[[5]], [[6]]]], ["o_int32"], ["int32"], "t.M"),
        ([[1, 1, 1]], [[[2**40 + 7]], [[-(2**40) - 7]], [[2**40 + 5]]], ["o_int32", "o_sint32", "o_sfixed32"],
         ["int64"] * 3, "t.M"),
        ([[1, 1]], [[[2**40 + 7]], [[2**40 + 5]]], ["o_uint32", "o_fixed32"], ["uint64"] * 2, "t.M"),
        ([[1]], [[[1e300]]], ["o_float"], ["float64"], "t.M"),
        ([[1, 1]], [[[1]], [[2]]], ["o_int32", "o_int32"], two, "t.M"),
        ([[3]], [[[5, 6]]], ["r_int32"], ["int32"], "t.M"),
        ([[1]], [[[5], [6]]], ["o_int32"], ["int32"], "t.M"),
        ([[1, 1]], [[[5]]], ["o_int32"], ["int32"], "t.M"),
        ([[1, 1]], [[[5]], [[1], [2]]], ["o_int32", "r_int32"], two, "t.M"),
        ([[1]], [[[b"a"]]], ["o_int32"], ["string"], "t.M"),
        ([[1]], [[[1.5]]], ["o_double"], ["float32"], "t.M"),
        ([[1]], [[[5]]], ["o_int3"], ["int32"], "t.M"),
        ([[1]], [[[5]]], ["o_int32", "r_int32"], two, "t.M"),
        ([[1]], [[[5]]], ["o_int32"], ["int32"], "t.X"),
    ]  # fmt: skip


def encoded() -> list[dict[str, Any]]:
    rows = []
    for sizes, values, fields, dtypes, kind in encoding():
        row = {"sizes": sizes, "values": b64(values), "fields": fields, "dtypes": dtypes, "type": kind}
        rows.append({**row, **outcome(lambda case=(sizes, values, fields, dtypes, kind): _encode(*case))})
    return rows


def _encode(sizes: Any, values: list[Any], fields: list[str], dtypes: list[str], kind: str) -> Any:
    arrays = [tf.constant(value, tf.as_dtype(dtype)) for value, dtype in zip(values, dtypes, strict=False)]
    got = tf.io.encode_proto(tf.constant(sizes, tf.int32), arrays, fields, kind, descriptor_source=SOURCE)
    return b64(got.numpy().tolist())


if __name__ == "__main__":
    document = {
        "made_by": "make_protos.py",
        "versions": versions(),
        "descriptors": b64(FILES.SerializeToString()),
        "decoded": decoded(),
        "encoded": encoded(),
    }
    write("protos", document)
