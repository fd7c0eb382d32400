"""Write `tensors.json`: bytes of tf.io.serialize_tensor, what parse_tensor makes of messages, what decode_raw reads.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_tensors.py

`serialized`: `dtype`, `values`, and the bytes (base64). `parsed`: a message (base64), the `dtype` asked for, and the
`result` (`shape`, `values`) or the `error`. `raw`: the arguments of decode_raw, and its `result` or `error`. Strings
are in base64, complex numbers pairs.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from writer import outcome, versions, write

NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]


def shown(value: Any) -> Any:
    """Bytes to base64, complex numbers to pairs, in nested lists too."""
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return [value.real, value.imag] if isinstance(value, complex) else value


def serialized() -> list[dict[str, Any]]:
    arrays: list[tuple[str, Any]] = [(name, [[0, 1, 2], [100, 5, 7]]) for name in NUMBERS]
    arrays += [(name, 3) for name in NUMBERS] + [("int64", np.zeros((0, 3)).tolist()), ("float32", [])]
    arrays += [("bool", [True, False]), ("complex64", [1 + 2j, -0.5j]), ("complex128", 1 + 2j)]
    arrays += [("string", b"x"), ("string", [b"ab", b"", b"\x00\xff"]), ("string", [[b"a"], [b"b"]]), ("string", [])]
    rows = []
    for dtype, values in arrays:
        tensor = tf.constant(values, tf.as_dtype(dtype))
        data = tf.io.serialize_tensor(tensor).numpy()
        rows.append({"dtype": dtype, "shape": list(tensor.shape), "values": shown(values), "serialized": shown(data)})
    return rows


def message(dtype: int, dims: list[int], **fields: Any) -> bytes:
    made = tensor_pb2.TensorProto(dtype=dtype)
    for size in dims:
        made.tensor_shape.dim.add().size = size
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(made, name).extend(value)
        else:
            setattr(made, name, value)
    return made.SerializeToString()


def parsed() -> list[dict[str, Any]]:
    made = [("float32", [1.0, 2.5]), ("int32", [1, -2]), ("float16", [1.5]), ("bool", [True, False]), ("uint16", [300])]
    made += [("complex64", [2 + 3j]), ("complex128", [1j]), ("uint64", [2**63]), ("int8", [-1]), ("uint32", [2**31])]
    made += [("string", ["a", "bc"]), ("float64", [0.1]), ("uint8", [255]), ("int16", [-3]), ("int64", [-(2**62)])]
    asked: list[tuple[bytes, str]] = []
    for dtype, values in made:
        lists = tf.make_tensor_proto(values[0], tf.as_dtype(dtype), shape=[2] if dtype in ("int32", "string") else None)
        asked.append((lists.SerializeToString(), dtype))
        asked.append((tf.make_tensor_proto(values, tf.as_dtype(dtype)).SerializeToString(), dtype))
    asked += [
        (message(3, [3], int_val=[1]), "int32"),
        (message(3, [3], int_val=[1, 2]), "int32"),
        (message(3, [2], int_val=[1, 2, 3]), "int32"),
        (message(3, [3]), "int32"),
        (message(7, [2]), "string"),
        (message(3, [-1], int_val=[1]), "int32"),
        (message(3, [2], tensor_content=b"1234"), "int32"),
        (message(3, [2], tensor_content=b"12345678", int_val=[5]), "int32"),
        (message(3, [2**40, 2**40], int_val=[1]), "int32"),
        (message(3, [0]), "int32"),
        (message(3, [], int_val=[7]), "int32"),
        (message(3, []), "int32"),
        (message(3, [], int_val=[7]), "int64"),
        (message(0, []), "int32"),
        (message(7, [1], tensor_content=b"ab"), "string"),
        (message(7, [1], tensor_content=b"\x02ab"), "string"),
        (message(7, [2], tensor_content=b"\x02\x01abc"), "string"),
        (message(6, [2], int_val=[300, -300]), "int8"),
        (b"junk", "int32"),
        (b"", "int32"),
    ]
    rows = []
    for data, dtype in asked:
        got = outcome(lambda data=data, dtype=dtype: described(tf.io.parse_tensor(data, tf.as_dtype(dtype))))
        rows.append({"serialized": shown(data), "dtype": dtype, **got})
    return rows


def described(tensor: Any) -> dict[str, Any]:
    return {"shape": list(tensor.shape), "values": shown(np.asarray(tensor.numpy()).tolist())}


def raw() -> list[dict[str, Any]]:
    asked: list[tuple[Any, str, dict[str, Any]]] = [
        (b"abcd", "int16", {}),
        ([b"abcd", b"efgh"], "uint8", {}),
        ([[b"ab"], [b"cd"]], "int16", {}),
        ([b"ab", b"cde"], "uint8", {}),
        (b"abc", "int16", {}),
        ([b"abcd", b"efg"], "int16", {}),
        (b"", "int32", {}),
        ([b"", b""], "int32", {}),
        (b"\x01\x00\x02", "bool", {}),
        (b"\x00\x01", "int16", {"little_endian": False}),
        (b"\x3f\x80\x00\x00\x40\x00\x00\x00", "complex64", {"little_endian": False}),
        (b"\x3f\x80\x00\x00\x40\x00\x00\x00", "float32", {"little_endian": False}),
        ([b"a", b"abcd"], "int16", {"fixed_length": 4}),
        ([b"abcdef"], "int16", {"fixed_length": 4}),
        (b"abcdef", "int16", {"fixed_length": 8}),
        ([b"abcdef"], "int16", {"fixed_length": 3}),
        ([b"abcdef"], "int16", {"fixed_length": 0}),
        ([b"\x01\x02\x03"], "int16", {"fixed_length": 4, "little_endian": False}),
        ([b"abc"], "string", {}),
    ]
    rows = []
    for strings, dtype, options in asked:
        got = outcome(
            lambda s=strings, d=dtype, o=options: described(tf.io.decode_raw(tf.constant(s), tf.as_dtype(d), **o))
        )
        rows.append({"strings": shown(strings), "dtype": dtype, "options": options, **got})
    return rows


if __name__ == "__main__":
    parts = {"serialized": serialized(), "parsed": parsed(), "raw": raw()}
    write("tensors", {"made_by": "make_tensors.py", "versions": versions(), **parts})
