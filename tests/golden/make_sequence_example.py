"""Write `sequence_example.json`: what tf.io makes of SequenceExamples, of partitioned and of sparse features.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_sequence_example.py

`messages`: a `name` and the `serialized` bytes (base64) of Examples and SequenceExamples. `parsed`: the `function`, the
names of `messages`, one or two specs, and the `result` or the `error`, in the form of `example.json`. A ragged result
has its `row_splits`, outermost first, and the `values` inside all of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from make_example import BY_HAND, encode, feature_of, fixed, ragged, sequence, sparse, varint, varlen
from make_example import field as raw_field
from writer import outcome, versions, write

Lists = dict[str, list[Any]]
KINDS = {int: "int64_list", float: "float_list", bytes: "bytes_list"}


def fill(feature: Any, values: list[Any] | None) -> None:
    """Put values into a Feature; None leaves it without a list."""
    if values is not None:
        kind = KINDS[type(values[0])] if values else "int64_list"
        getattr(feature, kind).SetInParent()
        getattr(feature, kind).value.extend(values)


def example(**features: Any) -> bytes:
    message = tf.train.Example()
    message.features.SetInParent()
    for key, values in features.items():
        fill(message.features.feature[key], values)
    return message.SerializeToString(deterministic=True)


def sequence_example(context: Lists, lists: dict[str, list[Any]]) -> bytes:
    message = tf.train.SequenceExample()
    for key, values in context.items():
        fill(message.context.feature[key], values)
    for key, steps in lists.items():
        message.feature_lists.feature_list[key].SetInParent()
        for values in steps:
            fill(message.feature_lists.feature_list[key].feature.add(), values)
    return message.SerializeToString(deterministic=True)


def list_entry(value: int) -> bytes:
    """A feature list `i` of one step with one unpacked value."""
    step = raw_field(1, raw_field(3, varint(8) + varint(value)))
    return raw_field(1, raw_field(1, b"i") + raw_field(2, step))


EXAMPLES = {
    "nested": example(v=[1, 2, 3, 4, 5, 6], s=[0, 2, 2, 6], n=[2, 0, 4], a=[0, 2, 2], e=[2, 2, 6], r=[0, 0, 2, 2, 2, 2],
                      o=[0, 1, 3]),
    "short": example(v=[7, 8], s=[0, 2], n=[2], a=[0], e=[2], r=[0, 0], o=[0, 1]),
    "none": example(),
    "no values": example(v=[], s=[0], n=[], a=[], e=[], r=[], o=[0]),
    "bad splits": example(v=[1, 2], s=[0, 3], n=[3], a=[1], e=[1], r=[1, 0], o=[0, 2]),
    "grid": example(x=[1, 0, 1], y=[2, 1, 0], w=[0.5, 1.5, 2.5], i=[3, 0, 2]),
    "grid twice": example(x=[1, 1], y=[2, 2], w=[0.5, 1.5]),
    "grid uneven": example(x=[1, 1], y=[2], w=[0.5, 1.5]),
    "grid outside": example(x=[5], y=[0], w=[0.5]),
}  # fmt: skip
SEQUENCES = {
    "plain": sequence_example(
        {"id": [7], "name": [b"ab"], "tags": [1, 2]},
        {"i": [[1], [2], [3]], "p": [[0.5, 1.0], [1.5, 2.0]], "b": [[b"x"], [b"yy"]], "m": [[1, 2], [], [3]]},
    ),
    "longer": sequence_example(
        {"id": [8], "tags": [3]}, {"i": [[4]] * 4, "p": [[3.0, 4.0]], "b": [], "m": [[], [4, 5, 6], [7], None]}
    ),
    "bare": sequence_example({}, {}),
    "only context": sequence_example({"id": [9]}, {}),
    "empty lists": sequence_example({"id": [1]}, {"i": [], "p": [], "b": [], "m": []}),
    "wrong count": sequence_example({"id": [1]}, {"p": [[1.0], [1.0, 2.0, 3.0]]}),
    "wrong kind": sequence_example({"id": [1]}, {"p": [[1, 2]], "i": [[0.5]], "m": [[0.5]]}),
    "no list": sequence_example({"id": [1]}, {"i": [[1], None], "m": [None, [1]], "p": [None]}),
    "empty step": sequence_example({"id": [1]}, {"i": [[1], []]}),
    "partitioned": sequence_example({}, {"v": [[1, 2, 3], [], [4, 5]], "n": [[1, 2], [], [2]]}),
    "coordinates": sequence_example({}, {"at": [[2, 0], [], [1]], "w": [[1.0, 2.0], [], [3.0]]}),
    "list twice": raw_field(2, list_entry(1) + list_entry(2)),
    "example": BY_HAND["unpacked"][0],
}  # fmt: skip
SERIALIZED = EXAMPLES | SEQUENCES


def partitioned(dtype: str, value_key: str, *partitions: tuple[str, Any]) -> dict[str, Any]:
    return {"kind": "partitioned", "dtype": dtype, "value_key": value_key, "partitions": list(partitions)}


def built(spec: dict[str, Any]) -> Any:
    if spec["kind"] == "partitioned":
        parts = [getattr(tf.io.RaggedFeature, name)(value) for name, value in spec["partitions"]]
        return tf.io.RaggedFeature(
            tf.as_dtype(spec["dtype"]), value_key=spec["value_key"], partitions=parts, validate=True
        )
    if spec["kind"] == "grid":
        return tf.io.SparseFeature(
            spec["index_keys"], spec["value_key"], tf.as_dtype(spec["dtype"]), spec["sizes"], spec["already_sorted"]
        )
    if spec["kind"] == "fixed_sequence":
        return tf.io.FixedLenSequenceFeature(
            spec["shape"], tf.as_dtype(spec["dtype"]), spec["allow_missing"], spec["default"]
        )
    return feature_of(spec)


def grid(keys: list[str], sizes: list[int], *, already_sorted: bool = False) -> dict[str, Any]:
    rest = {"dtype": "float32", "index_keys": keys, "value_key": "w", "sizes": sizes}
    return {"kind": "grid", **rest, "already_sorted": already_sorted}


def steps(dtype: str, shape: list[int], *, allow_missing: bool = False, default: Any = None) -> dict[str, Any]:
    return {
        "kind": "fixed_sequence",
        "dtype": dtype,
        "shape": shape,
        "allow_missing": allow_missing,
        "default": default,
    }


def result_of(value: Any) -> dict[str, Any]:
    if isinstance(value, tf.SparseTensor):
        parts = {"indices": value.indices, "values": value.values, "dense_shape": value.dense_shape}
    elif isinstance(value, tf.RaggedTensor):
        splits = [part.numpy().tolist() for part in value.nested_row_splits]
        flat = value.flat_values
        return {"dtype": flat.dtype.name, "row_splits": splits, "values": encode(np.asarray(flat.numpy()).tolist())}
    else:
        parts = {"values": value}
    dtype = (value.values if "indices" in parts else value).dtype.name
    return {"dtype": dtype, **{key: encode(np.asarray(part.numpy()).tolist()) for key, part in parts.items()}}


def parse(function: str, names: list[str], specs: list[dict[str, Any]]) -> Any:
    data = [SERIALIZED[name] for name in names]
    serialized = tf.constant(data[0] if "single" in function else data, tf.string)
    made = [{key: built(part) for key, part in spec.items()} or None for spec in specs]
    got = getattr(tf.io, function)(serialized, *made)
    if "sequence" not in function:
        got = (got,)
    return [{key: result_of(value) for key, value in part.items()} for part in got]


BOTH, SEQUENCE = ["parse_example", "parse_single_example"], ["parse_sequence_example", "parse_single_sequence_example"]
CASES: list[tuple[list[str], list[list[str]], list[dict[str, Any]]]] = [
    *(
        (BOTH, [["nested", "short", "no values"], ["nested", "none"], ["bad splits"]], [{"out": partitioned(*parts)}])
        for parts in [
            ("int64", "v", ("RowSplits", "s")),
            ("int64", "v", ("RowLengths", "n")),
            ("int64", "v", ("RowStarts", "a")),
            ("int64", "v", ("RowLimits", "e")),
            ("int64", "v", ("ValueRowIds", "r")),
        ]
    ),
    (BOTH, [["nested", "short", "no values"]], [{"out": partitioned("int64", "v", ("UniformRowLength", 2))}]),
    (BOTH, [["nested", "short"]], [{"out": partitioned("int64", "v", ("UniformRowLength", 4))}]),
    (BOTH, [["nested", "short"]], [{"out": partitioned("int64", "v", ("RowSplits", "o"), ("RowSplits", "s"))}]),
    (BOTH, [["nested"]], [{"out": partitioned("int64", "v", ("RowSplits", "o"), ("RowLengths", "n"))}]),
    (BOTH, [["nested"]], [{"out": partitioned("int64", "v", ("UniformRowLength", 3), ("RowSplits", "s"))}]),
    (BOTH, [["nested"]], [{"out": partitioned("int64", "v", ("RowSplits", "o"), ("UniformRowLength", 2))}]),
    (BOTH, [["grid", "none"], ["grid twice"], ["grid uneven"], ["grid outside"]], [{"out": grid(["x", "y"], [2, 3])}]),
    (BOTH, [["grid", "none"]], [{"out": grid(["x", "y"], [2, 3], already_sorted=True)}]),
    (BOTH, [["grid", "grid twice"]], [{"out": sparse("float32", "x", "w", 4), "i": sequence("int64", [])}]),
    (["parse_example"], [["nested"]], [{"v": steps("int64", [2])}]),
    (["parse_single_example"], [["nested"], ["none"]], [{"v": steps("int64", [2], allow_missing=True)}]),
    (["parse_single_example"], [["short"]], [{"v": ragged("int64"), "out": ragged("int64", "n")}]),
    (SEQUENCE, [["plain", "longer"], ["plain", "only context"], ["bare"], ["example"]],
     [{"id": fixed("int64", [], -1), "name": fixed("string", [], "?"), "tags": varlen("int64")},
      {"i": steps("int64", [], allow_missing=True), "p": steps("float32", [2], allow_missing=True),
       "b": steps("string", [], allow_missing=True), "m": varlen("int64")}]),
    (SEQUENCE, [["empty lists", "plain"], ["list twice"], ["empty lists"]],
     [{}, {"i": steps("int64", [], allow_missing=True), "m": ragged("int64"), "b": varlen("string")}]),
    (SEQUENCE, [["plain", "longer"], ["only context"]], [{"id": fixed("int64", [])}, {}]),
    (SEQUENCE, [["plain"], ["bare"]], [{"id": fixed("int64", []), "tags": ragged("int64")}, {"i": steps("int64", [])}]),
    (SEQUENCE, [["wrong count"], ["wrong kind"], ["no list"], ["only context"]], [{}, {"p": steps("float32", [2])}]),
    (SEQUENCE, [["wrong kind"], ["no list"], ["empty step"]], [{}, {"i": steps("int64", [])}]),
    (SEQUENCE, [["wrong kind"], ["no list"]], [{}, {"m": varlen("int64")}]),
    (SEQUENCE, [["wrong kind"], ["no list"]], [{}, {"m": ragged("int64")}]),
    (SEQUENCE, [["plain", "longer"]], [{}, {"i": steps("int64", [], default=-1)}]),
    (SEQUENCE, [["partitioned", "bare"]], [{}, {"out": partitioned("int64", "v", ("RowLengths", "n"))}]),
    (SEQUENCE, [["coordinates", "bare"]], [{}, {"out": sparse("float32", "at", "w", 4)}]),
    (SEQUENCE, [["plain"]], [{}, {"i": fixed("int64", [])}]),
    (SEQUENCE, [["plain"]], [{"tags": sequence("int64", [])}, {}]),
    (SEQUENCE, [["plain"]], [{}, {}]),
]  # fmt: skip


def parsed() -> list[dict[str, Any]]:
    rows = []
    for functions, groups, specs in CASES:
        for function in functions:
            for names in groups:
                used = names[:1] if "single" in function else names
                case: dict[str, Any] = {"function": function, "messages": used, "specs": specs}
                got = outcome(lambda f=function, n=used, s=specs: parse(f, n, s))
                rows.append({**case, **got})
    return rows


if __name__ == "__main__":
    messages = [{"name": name, "serialized": encode(data)} for name, data in SERIALIZED.items()]
    document = {"made_by": "make_sequence_example.py", "versions": versions(), "messages": messages}
    write("sequence_example", {**document, "parsed": parsed()})
