import base64
import json

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.values import Ragged, Sparse
from penstock.errors import InvalidArgumentError, ParseError, ShapeError
from penstock.records import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SequenceExample,
    SparseFeature,
    VarLenFeature,
    encode_example,
    parse_example,
    parse_sequence_example,
    parse_single_example,
    parse_single_sequence_example,
)
from penstock.testing.strategies import damaged, sequence_examples

pytestmark = pytest.mark.unit


def feature(spec):
    """A feature spec as the golden file writes it."""
    kind, dtype = spec["kind"], spec["dtype"]
    if kind == "partitioned":
        parts = [getattr(RaggedFeature, name)(value) for name, value in spec["partitions"]]
        return RaggedFeature(dtype, spec["value_key"], parts)
    if kind == "grid":
        return SparseFeature(spec["index_keys"], spec["value_key"], dtype, spec["sizes"], spec["already_sorted"])
    if kind == "sparse":
        return SparseFeature(spec["index_key"], spec["value_key"], dtype, spec["size"])
    if kind == "ragged":
        return RaggedFeature(dtype, spec["value_key"])
    if kind == "varlen":
        return VarLenFeature(dtype)
    if kind == "fixed":
        return FixedLenFeature(spec["shape"], dtype, spec["default"])
    return FixedLenSequenceFeature(spec["shape"], dtype, spec["allow_missing"], spec["default"])


def shown(value):
    """A result as the golden file writes it."""
    if isinstance(value, Sparse):
        parts = {"indices": value.indices, "values": value.values, "dense_shape": value.dense_shape}
    elif isinstance(value, Ragged):
        splits, inner = [], value
        while isinstance(inner, Ragged):
            splits.append(inner.row_splits.tolist())
            inner = inner.values
        return {"dtype": value.dtype.name, "row_splits": splits, "values": coded(inner)}
    else:
        parts = {"values": np.asarray(value, object) if isinstance(value, bytes) else value}
    dtype = parts["values"].dtype
    return {"dtype": "string" if dtype.kind == "O" else dtype.name, **{k: coded(v) for k, v in parts.items()}}


def coded(array):
    values = np.asarray(array).tolist()
    return json.loads(json.dumps(values, default=lambda v: base64.b64encode(v).decode()))


FUNCTIONS = {
    "parse_example": parse_example,
    "parse_single_example": parse_single_example,
    "parse_sequence_example": parse_sequence_example,
    "parse_single_sequence_example": parse_single_sequence_example,
}
# TensorFlow keeps coordinates outside of the dense shape; here they are an error.
OUTSIDE = "grid outside"
# TensorFlow cuts the values of a batch into rows of four, across records; here they are an error, as for one record.
ACROSS = ["UniformRowLength", 4]


@pytest.mark.golden
def test_results_of_tensorflow(golden):
    data = golden("sequence_example")
    serialized = {m["name"]: base64.b64decode(m["serialized"]) for m in data["messages"]}
    for case in data["parsed"]:
        records = [serialized[name] for name in case["messages"]]
        function, single = FUNCTIONS[case["function"]], "single" in case["function"]

        def parse(function=function, single=single, records=records, case=case):
            specs = [{key: feature(spec) for key, spec in part.items()} for part in case["specs"]]
            got = function(records[0] if single else records, *specs)
            return [{key: shown(v) for key, v in part.items()} for part in (got if type(got) is tuple else (got,))]

        across = any(ACROSS in spec.get("partitions", ()) for spec in case["specs"][0].values())
        if "error" in case or OUTSIDE in case["messages"] or across:
            with pytest.raises(InvalidArgumentError):
                parse()
        else:
            assert parse() == case["result"], case


LISTS = {
    "x": VarLenFeature("int64"),
    "y": RaggedFeature("float32"),
    "z": RaggedFeature("string"),
}


def by_protobuf(record):
    """What protobuf reads for LISTS, or None when a kind does not fit."""
    lists = SequenceExample.FromString(record).feature_lists.feature_list
    got = {}
    for key, kind in {"x": "int64_list", "y": "float_list", "z": "bytes_list"}.items():
        steps = lists[key].feature if key in lists else []
        if any(step.WhichOneof("kind") not in (None, kind) for step in steps):
            return None
        got[key] = [list(getattr(step, kind).value) for step in steps]
    return got


def by_kernels(record):
    _, got = parse_single_sequence_example(record, None, LISTS)
    steps = [[] for _ in range(got["x"].shape[0])]
    for (step, _), value in zip(got["x"].indices, got["x"].values, strict=True):
        steps[step].append(int(value))
    return {"x": steps, "y": got["y"].to_list(), "z": got["z"].to_list()}


@given(sequence_examples())
def test_legal_writings_are_read_as_protobuf_reads_them(record):
    expected = by_protobuf(record)
    if expected is None:
        with pytest.raises(ParseError, match="the spec asks for"):
            by_kernels(record)
    else:
        np.testing.assert_equal(by_kernels(record), expected)


@pytest.mark.fault
@given(damaged(sequence_examples()))
def test_damaged_records_give_typed_errors_or_protobufs_answer(record):
    try:
        got = by_kernels(record)
    except ParseError:
        return
    try:
        expected = by_protobuf(record)
    except DecodeError:
        return  # what is wrong lies in a feature that nobody asked for, or in the UTF-8 of a key
    np.testing.assert_equal(got, expected)


def example(context, lists):
    message = SequenceExample()
    for key, value in context.items():
        message.context.feature[key].int64_list.value.append(value)
    for key, steps in lists.items():
        message.feature_lists.feature_list[key].SetInParent()
        for values in steps:
            message.feature_lists.feature_list[key].feature.add().int64_list.value.extend(values)
    return message.SerializeToString()


A, B = example({"id": 1}, {"n": [[1], [2]], "v": [[1, 2], []]}), example({"id": 2}, {"n": [[3]], "v": [[4, 5, 6]]})
SPEC = {"n": FixedLenSequenceFeature([], "int64"), "v": VarLenFeature("int64")}


def test_in_a_pipeline_before_and_after_batch():
    context = {"id": FixedLenFeature([], "int64")}
    lists = {**SPEC, "r": RaggedFeature("int64", "v")}
    records = [A, B, A, B]
    each = Dataset.from_tensor_slices(records).map(lambda r: parse_single_sequence_example(r, context, lists))
    for element, record in zip(each, records, strict=True):
        expected = parse_single_sequence_example(record, context, lists)
        assert element[0]["id"] == expected[0]["id"] and element[1]["n"].tolist() == expected[1]["n"].tolist()
        assert element[1]["v"] == expected[1]["v"] and element[1]["r"] == expected[1]["r"]
    batched = Dataset.from_tensor_slices(records).batch(2).map(lambda r: parse_sequence_example(r, context, lists))
    assert "runs on whole blocks" in batched.explain()
    for element in batched:
        expected = parse_sequence_example([A, B], context, lists)
        assert element[0]["id"].tolist() == [1, 2] and element[1]["n"].tolist() == [[1, 2], [3, 0]]
        assert element[1]["v"] == expected[1]["v"] and element[1]["r"] == expected[1]["r"]
        assert element[2]["n"].tolist() == [2, 1]


def test_batches_of_other_lengths_are_padded_apart():
    records = [encode_example({"v": list(range(n))}) for n in (1, 2, 3, 4)]
    spec = {"v": FixedLenSequenceFeature([], "int64", True, -1), "r": RaggedFeature("int64", "v")}
    got = list(Dataset.from_tensor_slices(records).batch(2).map(lambda r: parse_example(r, spec)))
    assert [g["v"].tolist() for g in got] == [[[0, -1], [0, 1]], [[0, 1, 2, -1], [0, 1, 2, 3]]]
    assert [g["r"].to_list() for g in got] == [[[0], [0, 1]], [[0, 1, 2], [0, 1, 2, 3]]]
    words = [encode_example({"w": ["a"] * n}) for n in (1, 3)]
    wide = parse_example([*words, encode_example({})], {"w": FixedLenSequenceFeature([1], "string", True, "-")})
    assert wide["w"].tolist() == [[[b"a"], [b"-"], [b"-"]], [[b"a"]] * 3, [[b"-"]] * 3]


def test_no_records():
    context, lists, lengths = parse_sequence_example([], {"id": FixedLenFeature([], "int64")}, SPEC)
    assert context["id"].shape == (0,) and lists["n"].shape == (0, 0) and lengths["n"].shape == (0,)
    assert lists["v"].shape == (0, 0, 0)


def message_of(call, *args):
    with pytest.raises(InvalidArgumentError) as info:
        call(*args)
    return str(info.value)


def test_messages():
    parse = parse_sequence_example
    assert message_of(parse, [A, B], None, {"n": FixedLenSequenceFeature([2], "int64")}) == (
        "parse_sequence_example: step 0 of feature list 'n' has 1 value, the spec asks for int64[2]. "
        "Record 0 has: 'id' (int64_list), 'n' (list of 2), 'v' (list of 2)."
    )
    wrong = message_of(parse, [example({}, {"v": []}), A], None, {"v": VarLenFeature("string")})
    assert "step 0 of feature list 'v' holds int64_list, the spec asks for string[any]. Record 1 has" in wrong
    assert "feature list 'w' is required" in message_of(parse, [A], None, {"w": FixedLenSequenceFeature([], "int64")})
    uneven = {"r": RaggedFeature("int64", "n", [RaggedFeature.RowLengths("m")])}
    assert ": feature list 'n' and feature list 'm' differ in their number of steps. Record 0" in message_of(
        parse, [A], None, uneven
    )
    only_partition = example({}, {"m": [[1]]})  # no step of 'n' to name
    assert "feature list 'n' and feature list 'm' differ in their number of steps. Record 1 has: 'm'" in message_of(
        parse, [example({}, {}), only_partition], None, uneven
    )
    assert message_of(parse, [A, b"junk"], {"id": FixedLenFeature([], "int64")}) == (
        "parse_sequence_example: record 1 is not a serialized SequenceExample. Check what the file holds."
    )
    assert "context_features or sequence_features must hold features" in message_of(parse, [A])
    assert "sequence_features must map str to one of FixedLenSequenceFeature, VarLenFeature, RaggedFeature" in (
        message_of(parse, [A], None, {"a": FixedLenFeature([], "int64")})
    )
    assert "must have no default_value in a SequenceExample" in message_of(
        parse, [A], None, {"a": FixedLenSequenceFeature([], "int64", False, 1)}
    )
    with pytest.raises(ShapeError, match=r"must be one string. .* Use parse_sequence_example\(\) for a batch"):
        parse_single_sequence_example([A], None, SPEC)


V = encode_example({"v": [1, 2, 3], "i": [0, 5], "s": [0, 4], "n": [2, 2], "huge": [0, 1, 2**60], "w": [0.5]})


@pytest.mark.parametrize(
    ("partition", "what"),
    [
        (RaggedFeature.RowSplits("s"), "feature 's' is no RowSplits of 3 values"),
        (RaggedFeature.RowLengths("n"), "feature 'n' is no RowLengths of 3 values"),
        (RaggedFeature.RowStarts("n"), "feature 'n' is no RowStarts of 3 values"),
        (RaggedFeature.RowLimits("n"), "feature 'n' is no RowLimits of 3 values"),
        (RaggedFeature.ValueRowIds("n"), "feature 'n' is no ValueRowIds of 3 values"),
        (RaggedFeature.ValueRowIds("huge"), "feature 'huge' is no ValueRowIds of 3 values"),
        (RaggedFeature.UniformRowLength(2), "feature 'v' has 3 values or rows"),
    ],
)
def test_partitions_that_do_not_fit(partition, what):
    assert f"parse_example: {what}" in message_of(
        parse_example, [V], {"v": RaggedFeature("int64", partitions=[partition])}
    )


@given(st.lists(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=3), min_size=1, max_size=4))
def test_every_partition_of_the_same_rows_gives_the_same(records):
    messages = []
    for rows in records:
        lengths = [len(row) for row in rows]
        ends = np.cumsum(lengths).tolist()
        ids = np.repeat(np.arange(len(rows)), lengths).tolist()
        flat = [value for row in rows for value in row]
        keys = {"v": flat, "n": lengths, "s": [0, *ends], "a": [0, *ends][: len(rows)], "e": ends, "r": ids}
        messages.append(encode_example({k: np.array(v, np.int64) for k, v in keys.items()}))
    for name, key in [("RowLengths", "n"), ("RowSplits", "s"), ("RowStarts", "a"), ("RowLimits", "e")]:
        spec = {"v": RaggedFeature("int64", partitions=[getattr(RaggedFeature, name)(key)])}
        assert parse_example(messages, spec)["v"].to_list() == records, name
    spec = {"v": RaggedFeature("int64", partitions=[RaggedFeature.ValueRowIds("r")])}
    held = [rows[: max((i + 1 for i, row in enumerate(rows) if row), default=0)] for rows in records]
    assert parse_example(messages, spec)["v"].to_list() == held


def test_sparse_features_that_do_not_fit():
    assert "feature 'i' holds 5, the spec asks for coordinates below 3" in message_of(
        parse_example, [V], {"x": SparseFeature("i", "n", "int64", 3)}
    )
    assert "feature 'i' and feature 'w' must have one length; they have 2 and 1 values" in message_of(
        parse_example, [V], {"x": SparseFeature("i", "w", "float32", 9)}
    )


def test_feature_arguments():
    with pytest.raises(InvalidArgumentError, match="must have allow_missing=True in an Example"):
        parse_example(V, {"v": FixedLenSequenceFeature([], "int64")})
    with pytest.raises(InvalidArgumentError, match=r"shape must be known and hold no 0. Received: shape=\[0\]"):
        FixedLenSequenceFeature([0], "int64")
    with pytest.raises(InvalidArgumentError, match="default_value must be one int64"):
        FixedLenSequenceFeature([2], "int64", True, [1, 2])
    with pytest.raises(InvalidArgumentError, match="partitions must be RaggedFeature.RowSplits"):
        RaggedFeature("int64", partitions=["s"])
    with pytest.raises(InvalidArgumentError, match="length must be an integer >= 1"):
        RaggedFeature.UniformRowLength(0)
    with pytest.raises(InvalidArgumentError, match="one of each, or lists of one length"):
        SparseFeature(["a"], "v", "int64", 3)
    assert repr(RaggedFeature("int64", "v", [RaggedFeature.RowSplits("s")])) == (
        "RaggedFeature(dtype=int64, value_key='v', partitions=[RowSplits(key='s')])"
    )
    assert repr(SparseFeature("i", "v", "int64", 3)) == (
        "SparseFeature(index_key='i', value_key='v', dtype=int64, size=3)"
    )
    assert FixedLenSequenceFeature([], "int64", True) == FixedLenSequenceFeature([], "int64", True, 0)
    assert RaggedFeature.RowSplits("a") != RaggedFeature.RowLengths("a")
    assert SparseFeature("i", "v", "int64", 3) == SparseFeature(["i"], "v", "int64", [3])


def test_a_context_feature_without_a_list_counts_as_missing():
    message = SequenceExample()
    message.context.feature["n"].SetInParent()
    found, _ = parse_single_sequence_example(message.SerializeToString(), {"n": FixedLenFeature([], "int64", 7)})
    assert found["n"] == 7
