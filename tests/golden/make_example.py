"""Write `example.json`: the bytes of tf.train.Example messages, and what tf.io.parse_example makes of them.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_example.py

`messages`: a `name`, the `features` as {key: {"int64_list" | "float_list" | "bytes_list": [...]}} (bytes in base64, key
missing when no list is set), the `serialized` bytes in base64. `canonical` says whether the bytes are what TensorFlow
writes; the others are legal writings of the same features: unpacked lists, keys that come twice, unknown fields.

`parsed`: names of `messages`, a `spec` and the `result` of each key, or an `error`. A result is dense (`values`),
sparse (`indices`, `values`, `dense_shape`) or ragged (`values`, `row_splits`).
"""

from __future__ import annotations

import base64
import struct
from typing import Any

import numpy as np
import tensorflow as tf
from writer import outcome, plain, versions, write

Features = dict[str, dict[str, list[Any]]]


def encode(value: Any) -> Any:
    """Bytes to base64, in nested lists too."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return [encode(item) for item in value] if isinstance(value, list) else plain(value)


def varint(number: int) -> bytes:
    number &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def entry(key: bytes, feature: bytes) -> bytes:
    return field(1, field(1, key) + field(2, feature))


def unpacked_ints(values: list[int]) -> bytes:
    return field(3, b"".join(varint(1 << 3) + varint(v) for v in values))


def unpacked_floats(values: list[float]) -> bytes:
    return field(2, b"".join(varint(1 << 3 | 5) + struct.pack("<f", v) for v in values))


WRITTEN: dict[str, Features] = {
    "nothing": {},
    "one of each": {"i": {"int64_list": [1]}, "f": {"float_list": [0.5]}, "b": {"bytes_list": [b"abc"]}},
    "several": {
        "i": {"int64_list": [0, 1, -1, 127, 128, 300, 2**62, -(2**63), 2**63 - 1]},
        "f": {"float_list": [0.0, -0.0, 1.5, -2.25, 1e-45, 3.4028234663852886e38]},
        "b": {"bytes_list": [b"", b"\x00\xff", "ä大".encode()]},
    },
    "specials": {"f": {"float_list": [float("inf"), float("-inf"), float("nan")]}},
    "empty lists": {"i": {"int64_list": []}, "f": {"float_list": []}, "b": {"bytes_list": []}},
    "no list": {"i": {}, "f": {"float_list": [7.0]}},
    "keys": {"": {"int64_list": [1]}, "ä": {"int64_list": [2]}, "b c": {"int64_list": [3]}, "B": {"int64_list": [4]}},
    "two": {"i": {"int64_list": [5, 6]}, "f": {"float_list": [1.0, 2.0]}, "b": {"bytes_list": [b"x", b"yy"]}},
    "two more": {"i": {"int64_list": [7, 8]}, "f": {"float_list": [3.0, 4.0]}, "b": {"bytes_list": [b"", b"z"]}},
    "four": {"i": {"int64_list": [1, 2, 3, 4]}, "f": {"float_list": [1.0, 2.0, 3.0, 4.0]}},
    "coordinates": {"at": {"int64_list": [3, 0, 3]}, "v": {"float_list": [1.0, 2.0, 3.0]}},
}
BY_HAND: dict[str, tuple[bytes, Features]] = {
    "unpacked": (
        field(1, entry(b"i", unpacked_ints([5, -6])) + entry(b"f", unpacked_floats([1.0, 2.0]))),
        {"i": {"int64_list": [5, -6]}, "f": {"float_list": [1.0, 2.0]}},
    ),
    "packed and unpacked": (
        field(1, entry(b"i", field(3, field(1, varint(1) + varint(2)) + varint(8) + varint(3) + field(1, varint(4))))),
        {"i": {"int64_list": [1, 2, 3, 4]}},
    ),
    "key twice": (
        field(1, entry(b"i", unpacked_ints([1])) + entry(b"i", unpacked_ints([2, 3]))),
        {"i": {"int64_list": [2, 3]}},
    ),
    "value before key": (field(1, field(1, field(2, unpacked_ints([9])) + field(1, b"i"))), {"i": {"int64_list": [9]}}),
    "unknown fields": (
        field(9, b"what") + field(1, entry(b"i", unpacked_ints([1]) + varint(15 << 3) + varint(77))),
        {"i": {"int64_list": [1]}},
    ),
    "features twice": (
        field(1, entry(b"i", unpacked_ints([1]))) + field(1, entry(b"f", unpacked_floats([2.0]))),
        {"i": {"int64_list": [1]}, "f": {"float_list": [2.0]}},
    ),
}


def serialize(features: Features) -> bytes:
    example = tf.train.Example()
    example.features.SetInParent()
    for key, lists in features.items():
        feature = example.features.feature[key]
        for kind, values in lists.items():
            getattr(feature, kind).SetInParent()
            getattr(feature, kind).value.extend(values)
    return example.SerializeToString(deterministic=True)


SERIALIZED = {name: serialize(features) for name, features in WRITTEN.items()}
SERIALIZED |= {name: data for name, (data, _) in BY_HAND.items()}


def messages() -> list[dict[str, Any]]:
    rows = []
    described = [(name, features, True) for name, features in WRITTEN.items()]
    described += [(name, features, False) for name, (_, features) in BY_HAND.items()]
    for name, features, canonical in described:
        shown = {key: {kind: encode(values) for kind, values in lists.items()} for key, lists in features.items()}
        rows.append({"name": name, "features": shown, "canonical": canonical, "serialized": encode(SERIALIZED[name])})
    return rows


def fixed(dtype: str, shape: list[int], default: Any = None) -> dict[str, Any]:
    return {"kind": "fixed", "dtype": dtype, "shape": shape, "default": default}


def varlen(dtype: str) -> dict[str, Any]:
    return {"kind": "varlen", "dtype": dtype}


def sequence(dtype: str, shape: list[int], default: Any = None) -> dict[str, Any]:
    return {"kind": "fixed_sequence", "dtype": dtype, "shape": shape, "default": default, "allow_missing": True}


def ragged(dtype: str, value_key: str | None = None) -> dict[str, Any]:
    return {"kind": "ragged", "dtype": dtype, "value_key": value_key}


def sparse(dtype: str, index_key: str, value_key: str, size: int) -> dict[str, Any]:
    return {"kind": "sparse", "dtype": dtype, "index_key": index_key, "value_key": value_key, "size": size}


def feature_of(spec: dict[str, Any]) -> Any:
    dtype = tf.as_dtype(spec["dtype"])
    match spec["kind"]:
        case "fixed":
            return tf.io.FixedLenFeature(spec["shape"], dtype, spec["default"])
        case "fixed_sequence":
            return tf.io.FixedLenSequenceFeature(
                spec["shape"], dtype, allow_missing=True, default_value=spec["default"]
            )
        case "varlen":
            return tf.io.VarLenFeature(dtype)
        case "ragged":
            return tf.io.RaggedFeature(dtype, value_key=spec["value_key"])
        case _:
            return tf.io.SparseFeature(spec["index_key"], spec["value_key"], dtype, spec["size"])


def result_of(value: Any) -> dict[str, Any]:
    if isinstance(value, tf.SparseTensor):
        parts = {"indices": value.indices, "values": value.values, "dense_shape": value.dense_shape}
    elif isinstance(value, tf.RaggedTensor):
        parts = {"values": value.values, "row_splits": value.row_splits}
    else:
        parts = {"values": value}
    dtype = (value.values if "indices" in parts or "row_splits" in parts else value).dtype.name
    shown = {key: encode(np.asarray(part.numpy()).tolist()) for key, part in parts.items()}
    return {"dtype": dtype, "shape": value.shape.as_list(), **shown}


def parsed() -> list[dict[str, Any]]:
    pair, ints = ["two", "two more"], {"i": fixed("int64", [2])}
    every = {"i": fixed("int64", [2]), "f": fixed("float32", [2]), "b": fixed("string", [2])}
    loose = {"i": varlen("int64"), "f": varlen("float32"), "b": varlen("string")}
    mixed = ["one of each", "nothing", "two", "empty lists", "no list"]
    defaults = {"i": fixed("int64", [], 9), "f": fixed("float32", [1], [0.25]), "b": fixed("string", [], "none")}
    asked: list[tuple[list[str], dict[str, Any]]] = [
        (pair, every),
        (pair, {"i": fixed("int64", [2, 1]), "f": fixed("float32", [1, 2])}),
        (["four"], {"i": fixed("int64", [2, 2]), "f": fixed("float32", [4])}),
        ([], every),
        (mixed, loose),
        (["several", "specials"], loose),
        (["one of each", "nothing", "no list"], defaults),
        (["empty lists"], defaults),
        (["nothing", "two"], {"i": fixed("int64", [2], [1, 2])}),
        (["nothing", "two"], {"i": fixed("int64", [2], 3)}),
        (mixed, {"i": sequence("int64", []), "f": sequence("float32", [], -1.0), "b": sequence("string", [])}),
        (["two", "four", "nothing"], {"i": sequence("int64", [2]), "f": sequence("float32", [1, 2])}),
        (mixed, {"i": ragged("int64"), "r": ragged("float32", "f")}),
        (["coordinates", "nothing"], {"s": sparse("float32", "at", "v", 5)}),
        (list(BY_HAND), {"i": varlen("int64"), "f": varlen("float32")}),
        (pair, {"missing": varlen("string"), "i": fixed("int64", [2])}),
        (pair, {"i": fixed("float32", [2])}),
        (pair, {"i": varlen("string")}),
        (["two", "four"], ints),
        (["two", "nothing"], ints),
        (["two", "empty lists"], ints),
        (["one of each"], {"i": fixed("int32", [])}),
        (["two", "four", "four"], {"i": sequence("int64", [3])}),
    ]  # fmt: skip
    rows = []
    for names, spec in asked:
        row: dict[str, Any] = {"messages": names, "spec": spec}
        got = outcome(lambda names=names, spec=spec: _parse(names, spec))
        rows.append({**row, **got})
    broken = tf.constant([SERIALIZED["two"][:-3]])
    failed = outcome(lambda: tf.io.parse_example(broken, {"i": tf.io.VarLenFeature(tf.int64)}))
    return [*rows, {"serialized": encode(SERIALIZED["two"][:-3]), "spec": {"i": varlen("int64")}, **failed}]


def _parse(names: list[str], spec: dict[str, Any]) -> dict[str, Any]:
    serialized = tf.constant([SERIALIZED[name] for name in names], tf.string)
    got = tf.io.parse_example(serialized, {key: feature_of(part) for key, part in spec.items()})
    return {key: result_of(value) for key, value in got.items()}


if __name__ == "__main__":
    write(
        "example",
        {"made_by": "make_example.py", "versions": versions(), "messages": messages(), "parsed": parsed()},
    )
