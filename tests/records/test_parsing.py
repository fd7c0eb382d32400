import base64
import contextlib
import random

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.columns import BytesColumn, SparseColumn
from penstock.core.ops.registry import get_op
from penstock.core.specs import SparseSpec, TensorSpec
from penstock.core.values import Ragged, Sparse
from penstock.errors import DTypeError, InvalidArgumentError, InvalidElementError, ParseError, ShapeError
from penstock.records import (
    Example,
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
    decode_example,
    encode_example,
    extraction,
    parse_example,
    parse_single_example,
)
from penstock.records.features import ParseSpec
from penstock.records.parsing import parse_rows
from penstock.testing.strategies import damaged, example_values, serialized_examples

pytestmark = pytest.mark.unit

ALICE = encode_example({"name": "Alice", "id": 123, "scores": [0.5, 1.5], "emails": ["a", "bc"]})
BOB = encode_example({"name": "Bob", "id": -1, "scores": [2.0, 3.0]})


def test_a_batch():
    spec = {
        "id": FixedLenFeature([], "int64"),
        "name": FixedLenFeature([1], "string"),
        "scores": FixedLenFeature((2,), "float32"),
        "emails": VarLenFeature("string"),
        "age": FixedLenFeature([], "int64", 7),
        "tags": FixedLenFeature([2], "string", ["x", b"yy"]),
        "none": VarLenFeature("float32"),
    }
    got = parse_example([ALICE, BOB], spec)
    assert list(got) == sorted(spec)
    assert got["id"].tolist() == [123, -1] and got["id"].dtype == np.int64
    assert got["name"].tolist() == [[b"Alice"], [b"Bob"]]
    assert got["scores"].tolist() == [[0.5, 1.5], [2.0, 3.0]] and got["scores"].dtype == np.float32
    assert got["emails"] == Sparse([[0, 0], [0, 1]], [b"a", b"bc"], [2, 2])
    assert got["age"].tolist() == [7, 7]
    assert got["tags"].tolist() == [[b"x", b"yy"]] * 2
    assert got["none"].shape == (2, 0) and got["none"].dtype == "float32"


def test_one_record():
    spec = {"id": FixedLenFeature([], "int64"), "emails": VarLenFeature("string")}
    for parse in (parse_example, parse_single_example):
        got = parse(ALICE, spec)
        assert got["id"] == 123 and got["id"].shape == ()
        assert got["emails"] == Sparse([[0], [1]], [b"a", b"bc"], [2])
    with pytest.raises(ShapeError, match="must be one string. Received: "):
        parse_single_example([ALICE], spec)


def plain(column):
    """A column as TensorFlow's results are written in the golden file."""
    if isinstance(column, Ragged):
        return {"row_splits": column.row_splits.tolist(), "values": texts(column.values)}
    if isinstance(column, Sparse):
        return {"indices": column.indices.tolist(), "values": texts(column.values), "dense_shape": list(column.shape)}
    return {"values": texts(column)}


def texts(array):
    if array.dtype == object:
        return (
            np.vectorize(lambda v: base64.b64encode(v).decode(), otypes=[object])(array).tolist()
            if array.size
            else array.tolist()
        )
    values = array.astype(object)
    flat = [str(v) if isinstance(v, float) and not np.isfinite(v) else v for v in values.reshape(-1).tolist()]
    return np.array(flat, object).reshape(array.shape).tolist()


@pytest.mark.golden
def test_messages_of_tensorflow(golden):
    for message in golden("example")["messages"]:
        serialized = base64.b64decode(message["serialized"])
        features = {}
        for key, lists in message["features"].items():
            features[key] = None
            for kind, values in lists.items():
                if kind == "bytes_list":
                    features[key] = np.array([None, *map(base64.b64decode, values)], object)[1:]
                else:
                    features[key] = np.array(
                        list(map(float if kind == "float_list" else int, values)),
                        kind[:5].replace("_", "") if kind == "int64_list" else "float32",
                    )
        decoded = decode_example(serialized)
        assert list(decoded) == sorted(features)
        np.testing.assert_equal(decoded, features)
        if message["canonical"]:
            assert encode_example(features) == serialized, message["name"]


@pytest.mark.golden
def test_parsing_of_tensorflow(golden):
    data = golden("example")
    serialized = {m["name"]: base64.b64decode(m["serialized"]) for m in data["messages"]}
    for case in data["parsed"]:
        if "serialized" in case:
            check_case(case, [base64.b64decode(case["serialized"])])
        else:
            check_case(case, [serialized[name] for name in case["messages"]])


MIXED = "packed and unpacked"


def rows(sparse):
    """The values of each row of a sparse result that has only whole rows."""
    found = {row: [] for row in range(sparse["dense_shape"][0])}
    for (row, _), value in zip(sparse["indices"], sparse["values"], strict=True):
        found[row].append(value)
    return found


def check_case(case, records):
    def build():
        made = {}
        for key, item in case["spec"].items():
            match item["kind"]:
                case "varlen":
                    made[key] = VarLenFeature(item["dtype"])
                case "fixed":
                    made[key] = FixedLenFeature(item["shape"], item["dtype"], item.get("default"))
                case "fixed_sequence":
                    made[key] = FixedLenSequenceFeature(item["shape"], item["dtype"], True, item["default"])
                case "ragged":
                    made[key] = RaggedFeature(item["dtype"], item["value_key"])
                case _:
                    made[key] = SparseFeature(item["index_key"], item["value_key"], item["dtype"], item["size"])
        return made

    if "error" in case:
        with pytest.raises((ParseError, InvalidArgumentError)):
            parse_example(records, build())
        return
    got = {key: plain(value) for key, value in parse_example(records, build()).items()}
    for key, expected in case["result"].items():
        if MIXED in case["messages"]:
            # TensorFlow reads the first packed run of such a list and drops the rest; we read it as protobuf does.
            mixed = case["messages"].index(MIXED)
            assert rows(got[key])[mixed] == ([1, 2, 3, 4] if key == "i" else [])
            got[key], expected = ({r: v for r, v in rows(each).items() if r != mixed} for each in (got[key], expected))
            assert got[key] == expected
            continue
        assert got[key] == {name: expected[name] for name in got[key]}, case


SPEC = {"a": VarLenFeature("int64"), "b": VarLenFeature("float32"), "cc": VarLenFeature("string")}
KINDS = {"a": "int64_list", "b": "float_list", "cc": "bytes_list"}


def by_protobuf(record):
    """What protobuf reads for SPEC: values by key, or None when a kind does not fit."""
    features = Example.FromString(record).features.feature
    got = {}
    for key, kind in KINDS.items():
        held = features[key].WhichOneof("kind") if key in features else None
        if held not in (None, kind):
            return None
        got[key] = list(getattr(features[key], kind).value) if held else []
    return got


def by_kernels(record, neighbours=()):
    rows = BytesColumn.from_list([*neighbours, record, *neighbours])
    columns = parse_rows(rows, ParseSpec.of("test", SPEC))
    return {
        key: column.element(len(neighbours)).values.tolist() for key, column in zip(sorted(SPEC), columns, strict=True)
    }


@given(serialized_examples())
def test_legal_writings_are_read_as_protobuf_reads_them(record):
    expected = by_protobuf(record)
    if expected is None:
        with pytest.raises(ParseError, match="the spec asks for"):
            by_kernels(record, [ALICE])
    else:
        np.testing.assert_equal(by_kernels(record, [ALICE]), expected)


def fixed(record, spec):
    """What protobuf reads for features of a fixed number of values, or None when the record does not fit."""
    features = Example.FromString(record).features.feature
    got = {}
    for key, feature in spec.items():
        kind = features[key].WhichOneof("kind") if key in features else None
        if kind is None and feature.default_value is None:
            return None
        values = feature.default_array().tolist() if kind is None else list(getattr(features[key], kind).value)
        if kind not in (None, KINDS[key]) or len(values) != feature.size:
            return None
        got[key] = values
    return got


DEFAULTS = {"a": [7, -7], "b": [0.5, np.nan], "cc": [b"", b"default"]}


@given(
    st.lists(serialized_examples(), min_size=1, max_size=6),
    st.fixed_dictionaries(
        {
            key: st.tuples(st.integers(0, 2), st.booleans()).map(
                lambda choice, key=key: FixedLenFeature(
                    [choice[0]], SPEC[key].dtype, DEFAULTS[key][: choice[0]] if choice[1] else None
                )
            )
            for key in SPEC
        }
    ),
)
def test_fixed_numbers_of_values_are_read_as_protobuf_reads_them(records, spec):
    expected = [fixed(record, spec) for record in records]
    if None in expected:
        with pytest.raises(ParseError) as info:
            parse_example(records, spec)
        assert info.value.record_index == expected.index(None)
    else:
        got = parse_example(records, spec)
        for key in spec:
            np.testing.assert_equal(got[key].tolist(), [each[key] for each in expected])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 9, 25])
def test_numbers_of_every_length(n):
    edges = [sign * (1 << bits) + more for bits in range(63) for sign in (1, -1) for more in (-1, 0)]
    values = np.array([*edges, -(1 << 63), (1 << 63) - 1] * 2, np.int64)
    for start in range(0, len(values) - n, max(1, n // 2)):
        part = values[start : start + n]
        record = encode_example({"i": part})
        for spec in (FixedLenFeature([n], "int64"), VarLenFeature("int64")):
            # Where a record ends the data, and where another one follows.
            for records in ([record], [record, encode_example({"i": part[::-1]})]):
                got = parse_example(records, {"i": spec})["i"]
                got = got.values[:n] if isinstance(got, Sparse) else got[0]
                assert got.tolist() == part.tolist()


lengths_in_bits = st.integers(0, 63).flatmap(lambda bits: st.integers(-(1 << bits), (1 << bits) - 1))
SHORT = {
    "a": FixedLenFeature([20], "int64"),
    "b": FixedLenFeature([3], "float32"),
    "cc": FixedLenFeature([1], "string"),
}


@given(
    st.integers(0, 60).flatmap(
        lambda bits: st.lists(
            st.lists(st.integers(0, 1 << bits) | lengths_in_bits, min_size=20, max_size=20), min_size=1, max_size=4
        )
    ),
    st.binary(max_size=100),
    st.data(),
)
def test_entries_written_the_short_way_are_read_as_protobuf_reads_them(numbers, text, data):
    # Rows alike, so that each is predicted from the one before; then one of them is damaged.
    records = [encode_example({"a": row, "b": [0.5, 1.5, -1.0], "cc": [text]}) for row in numbers]
    where = data.draw(st.integers(0, len(records)))
    if where < len(records):
        place = data.draw(st.integers(0, len(records[where]) - 1))
        byte = bytes([data.draw(st.integers(0, 255))])
        records[where] = records[where][:place] + byte + records[where][place + 1 :]
    # Something behind them, for kernels that read more than a row where they may.
    records.append(encode_example({"a": range(20), "b": [0.0] * 3, "cc": [b"." * 100]}))
    try:
        expected = [fixed(record, SHORT) for record in records]
    except DecodeError:
        with contextlib.suppress(ParseError):
            parse_example(records, SHORT)
        return
    if None in expected:
        with pytest.raises(ParseError):
            parse_example(records, SHORT)
        return
    try:
        got = parse_example(records, SHORT)
    except ParseError as error:
        assert error.record_index == where  # protobuf takes some records that are not UTF-8 where they must be
        return
    for key in SHORT:
        np.testing.assert_equal(got[key].tolist(), [each[key] for each in expected])


def test_a_key_may_serve_several_features():
    records = [encode_example({"v": np.arange(n), "n": n}) for n in (2, 3)]
    spec = {"n": FixedLenFeature([], "int64"), "v": RaggedFeature("int64", partitions=[RaggedFeature.RowLengths("n")])}
    got = parse_example(records, spec)
    assert got["n"].tolist() == [2, 3] and got["v"].to_list() == [[[0, 1]], [[0, 1, 2]]]


def test_columns_keep_only_what_is_theirs():
    records = [encode_example({"x": np.zeros(50, np.int64), "y": 1})] * 100
    got = parse_example(records, {"x": FixedLenFeature([50], "int64"), "y": FixedLenFeature([], "int64")})
    held = got["y"]
    while held.base is not None:
        held = held.base
    assert held.nbytes <= 2 * got["y"].nbytes


def test_the_error_is_that_of_the_first_record_that_does_not_fit():
    good, odd, short = ({"a": a, "b": b} for a, b in ([1, [2]], [1, [3.0]], [[1, 2], [2]]))
    records = [encode_example(values) for values in (good, odd, short)] + [b"junk"]
    spec = {"a": FixedLenFeature([], "int64"), "b": FixedLenFeature([1], "int64")}
    assert message_of(records[:2], spec).startswith("parse_example: feature 'b' holds float_list")
    with pytest.raises(ParseError) as info:
        parse_example(records, spec)
    assert info.value.record_index == 1
    got, errors = [], []
    batches = iter(Dataset.from_tensor_slices(records).map(lambda r: parse_single_example(r, spec)))
    while len(errors) + len(got) < len(records):
        try:
            got.append(next(batches))
        except InvalidElementError as err:
            errors.append(str(err))
        except StopIteration:
            break
    assert len(got) == 1 and len(errors) == 3, (got, errors)


def test_many_records_are_split_over_threads(monkeypatch):
    monkeypatch.setattr(extraction, "_LEAST_BYTES", 1 << 10)
    records = [encode_example({"x": np.arange(9) + i, "s": [f"{i}" * 30]}) for i in range(300)]
    spec = {"x": FixedLenFeature([9], "int64"), "s": FixedLenFeature([], "string")}
    got = parse_example(records, spec)
    assert np.array_equal(got["x"], np.arange(9) + np.arange(300)[:, None])
    assert got["s"].tolist() == [b"%d" % i * 30 for i in range(300)]
    records[290] = b"junk"
    records[200] = records[200][:-1]
    with pytest.raises(ParseError, match="record 200 is not a serialized Example"):
        parse_example(records, spec)


@pytest.mark.fault
@given(damaged(serialized_examples()))
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


@pytest.mark.fault
def test_random_bytes_never_crash():
    random.seed(5)
    for _ in range(2000):
        record = bytes(random.choice(b"\x0a\x0a\x12\x1a\x08\x0d\x01\x02\x05\xffa") for _ in range(random.randrange(40)))
        try:
            by_kernels(record)
        except ParseError as error:
            assert error.record_index == 0


@given(example_values())
def test_encoded_values_are_parsed_back(values):
    spec, expected = {}, {}
    for key, items in values.items():
        kind = (
            "int64"
            if not items or isinstance(items[0], int)
            else "float32"
            if isinstance(items[0], float)
            else "string"
        )
        spec[key] = VarLenFeature(kind)
        expected[key] = items or []
    if not spec:
        return
    got = parse_single_example(encode_example(values), spec)
    np.testing.assert_equal({key: value.values.tolist() for key, value in got.items()}, expected)


def message_of(records, spec):
    with pytest.raises(ParseError) as info:
        parse_example(records, spec)
    assert info.value.record_index == len(records) - 1
    return str(info.value)


def test_messages():
    held = "Record 1 has: 'id' (int64_list), 'name' (bytes_list), 'scores' (float_list)."
    assert message_of([ALICE, BOB], {"emails": FixedLenFeature([2], "string")}) == (
        f"parse_example: feature 'emails' is required (string[2], no default_value) but missing. {held}"
    )
    assert message_of([encode_example({"id": [0.5]})], {"id": FixedLenFeature([], "int64")}) == (
        "parse_example: feature 'id' holds float_list, the spec asks for int64[]. Record 0 has: 'id' (float_list)."
    )
    assert message_of([BOB], {"scores": FixedLenFeature([3], "float32")}).startswith(
        "parse_example: feature 'scores' has 2 values, the spec asks for float32[3]. Record 0 has: 'id'"
    )
    assert message_of([BOB], {"name": VarLenFeature("int64")}).startswith(
        "parse_example: feature 'name' holds bytes_list, the spec asks for int64[any]."
    )
    assert message_of([ALICE, b"junk"], {"name": VarLenFeature("string")}) == (
        "parse_example: record 1 is not a serialized Example. Check what the file holds."
    )
    many = encode_example({f"k{i:02d}": i for i in range(11)})
    assert message_of([many], {"x": FixedLenFeature([], "int64")}).endswith("'k07' (int64_list), 3 more.")
    assert message_of([b""], {"x": FixedLenFeature([], "int64")}).endswith("Record 0 has: no features.")


def test_feature_arguments():
    with pytest.raises(InvalidArgumentError, match="shape must be known. Received: shape=\\[None\\]"):
        FixedLenFeature([None], "int64")
    with pytest.raises(DTypeError, match="the types that records hold. Received: dtype=float64. Cast after"):
        VarLenFeature("float64")
    with pytest.raises(InvalidArgumentError, match=r"default_value must be 2 of float32, to fill shape \[2\]"):
        FixedLenFeature([2], "float32", 5.0)
    with pytest.raises(InvalidArgumentError, match="default_value must be 1 of int64"):
        FixedLenFeature([], "int64", "x")
    with pytest.raises(InvalidArgumentError, match="default_value must be 1 of string"):
        FixedLenFeature([], "string", 5)
    for features in ({}, None, {"a": "int64"}, {1: VarLenFeature("int64")}):
        with pytest.raises(InvalidArgumentError, match="parse_example: features must"):
            parse_example(ALICE, features)
    with pytest.raises(InvalidArgumentError, match="serialized must be bytes, or a vector of bytes"):
        parse_example(np.zeros(3), SPEC)
    assert repr(FixedLenFeature([2], "float32", [1.0, 2.0])) == (
        "FixedLenFeature(shape=[2], dtype=float32, default_value=[1.0, 2.0])"
    )
    assert repr(VarLenFeature("string")) == "VarLenFeature(dtype=string)"


def test_specs_are_equal_by_value():
    build = lambda default: ParseSpec.of(
        "test", {"a": FixedLenFeature([2], "float32", default), "b": VarLenFeature("int64")}
    )
    assert build([1.0, np.nan]) == build(np.array([1, np.nan])) and hash(build(None)) == hash(build(None))
    assert build([1.0, 2.0]) != build([1.0, 3.0]) and build(None) != build([1.0, 2.0])
    assert FixedLenFeature([], "string", "a") == FixedLenFeature([], "string", b"a") != FixedLenFeature([], "string")


def test_rule_and_inference():
    op = get_op("parse_example")
    spec = ParseSpec.of("test", {"emails": VarLenFeature("string"), "scores": FixedLenFeature([2], "float32")})
    records = [ALICE, BOB, ALICE, BOB]
    assert op.infer((TensorSpec((), "string"),), {"spec": spec}) == (
        SparseSpec((None,), "string"),
        TensorSpec((2,), "float32"),
    )
    assert op.infer((TensorSpec((None,), "string"),), {"spec": spec})[1] == TensorSpec((None, 2), "float32")
    flat = op.batch(4, (BytesColumn.from_list(records),), (True,), {"spec": spec})
    assert isinstance(flat[0], SparseColumn)
    for i, record in enumerate(records):
        one = op.forward(record, spec=spec)
        assert flat[0].element(i) == one[0] and np.array_equal(flat[1].element(i), one[1])
    paired = op.batch(2, (BytesColumn.from_list(records).batch(2),), (True,), {"spec": spec})
    two = op.forward(np.array(records[:2], object), spec=spec)
    assert paired[0].element(1) == two[0] and np.array_equal(paired[1].element(1), two[1])


def test_no_records():
    spec = {"i": FixedLenFeature([2], "int64"), "s": FixedLenFeature([], "string"), "v": VarLenFeature("int64")}
    got = parse_example([], {**spec, "p": SparseFeature(["i", "j"], "x", "float32", [10, 20])})
    assert got["i"].shape == (0, 2) and got["s"].shape == (0,)
    assert got["v"].dense_shape.tolist() == [0, 0]
    assert got["p"].dense_shape.tolist() == [0, 10, 20] and got["p"].indices.shape == (0, 3)


def test_many_keys_of_equal_length():
    values = {f"feature_{i:04d}": i for i in range(600)}
    got = parse_example([encode_example(values)] * 2, {key: FixedLenFeature([], "int64") for key in list(values)[::-1]})
    assert {key: value.tolist() for key, value in got.items()} == {key: [v, v] for key, v in values.items()}
