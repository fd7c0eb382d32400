import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn, DenseColumn, ObjectColumn, RaggedColumn
from penstock.core.values import Ragged
from penstock.errors import DTypeError, InvalidArgumentError, ParseError
from penstock.records import Example, decode_example, encode_example, encode_examples
from penstock.testing.strategies import example_values

pytestmark = pytest.mark.unit


def test_kinds_of_values():
    got = decode_example(
        encode_example(
            {
                "int": 1, "bool": True, "float": 0.5, "str": "é", "bytes": b"\xff", "ints": [1, -2], "none": None,
                "empty": [], "array": np.arange(4, dtype=np.uint8).reshape(2, 2), "double": np.float64(0.1),
                "strings": np.array(["a", "b"]), "no ints": np.array([], np.int32), "numpy": np.bytes_(b"q"),
            }
        )
    )  # fmt: skip
    assert got["int"].tolist() == [1] and got["bool"].tolist() == [1] and got["float"].tolist() == [0.5]
    assert got["str"].tolist() == ["é".encode()] and got["bytes"].tolist() == [b"\xff"]
    assert got["ints"].tolist() == [1, -2] and got["array"].tolist() == [0, 1, 2, 3]
    assert got["none"] is None and got["empty"] is None
    assert got["double"].tolist() == [float(np.float32(0.1))]
    assert got["strings"].tolist() == [b"a", b"b"] and got["numpy"].tolist() == [b"q"]
    assert got["no ints"].tolist() == [] and got["no ints"].dtype == np.int64


@given(example_values())
def test_bytes_are_those_of_protobuf_in_sorted_order(values):
    message = Example()
    message.features.SetInParent()
    for key, items in values.items():
        feature = message.features.feature[key]
        if items:
            kind = {int: "int64_list", float: "float_list", bytes: "bytes_list"}[type(items[0])]
            getattr(feature, kind).value.extend(items)
    assert encode_example(values) == message.SerializeToString(deterministic=True)


@given(st.integers(0, 5), st.randoms(use_true_random=False))
def test_columns_give_the_bytes_of_each_row(n, rng):
    lists = lambda item: [[item() for _ in range(rng.randrange(4))] for _ in range(n)]
    columns = {
        "ints": [rng.randrange(-(2**63), 2**63) for _ in range(n)],
        "matrix": np.array([rng.random() for _ in range(6 * n)]).reshape(n, 2, 3),
        "flags": np.array([rng.random() < 0.5 for _ in range(n)]),
        "words": BytesColumn.from_list([b"w" * rng.randrange(200) for _ in range(n)]),
        "pairs": BytesColumn.from_list([b"p" * i for i in range(2 * n)]).batch(2),
        "": RaggedColumn(DenseColumn(np.arange(10)), np.sort([rng.randrange(10) for _ in range(n + 1)])),
        "ragged": lists(lambda: rng.randrange(1000)),
        "floats": lists(rng.random),
        "é": lists(lambda: "x" * rng.randrange(130)),
        "wide": np.zeros((n, 0), np.float32),
    }
    got = encode_examples(
        {key: value if n or not isinstance(value, list) else np.array([], int) for key, value in columns.items()}
    )
    assert len(got) == n
    kinds = {"ragged": np.int64, "floats": np.float32, "é": object}
    for i in range(n):
        row = {key: value.element(i) if hasattr(value, "element") else value[i] for key, value in columns.items()}
        for key, kind in kinds.items():
            filled = any(columns[key])
            row[key] = np.array(row[key], kind if filled else np.float32)
        assert got.element(i) == encode_example(row)


def test_ragged_values_and_slices():
    got = encode_examples(
        {"r": Ragged.from_list([[1], [], [2, 3]]), "w": BytesColumn.from_list([b"", b"a", b"b", b"c"]).slice(1, 4)}
    )
    assert [decode_example(m)["r"].tolist() for m in got.to_list()] == [[1], [], [2, 3]]
    assert [decode_example(m)["w"].tolist() for m in got.to_list()] == [[b"a"], [b"b"], [b"c"]]


def test_big_endian_and_strided_columns():
    base = np.arange(12, dtype=">i4").reshape(6, 2)
    got = encode_examples({"a": base[::2], "b": base[::2].astype(">f8")[:, ::-1]})
    assert decode_example(got.element(1))["a"].tolist() == [4, 5]
    assert decode_example(got.element(1))["b"].tolist() == [5.0, 4.0]


def test_errors():
    with pytest.raises(DTypeError, match=r"encode_example: 'x' must be integers \(of 64 bits\), floats or strings"):
        encode_example({"x": 1j})
    with pytest.raises(DTypeError, match="encode_example: 'x'"):
        encode_example({"x": [b"a", 3]})
    with pytest.raises(DTypeError, match="encode_example: 'x'"):
        encode_example({"x": np.array([2**63], np.uint64)})
    with pytest.raises(DTypeError, match="encode_examples: 'x'"):
        encode_examples({"x": ObjectColumn([1, "a"])})
    with pytest.raises(DTypeError, match="encode_examples: 'x'"):
        encode_examples({"x": 3})
    with pytest.raises(InvalidArgumentError, match="keys must be str. Received: 3"):
        encode_example({3: 3})
    with pytest.raises(InvalidArgumentError, match="the same number of rows. Received: 'a' with 1, 'b' with 2"):
        encode_examples({"b": [1, 2], "a": [1]})
    with pytest.raises(InvalidArgumentError, match="at least one column"):
        encode_examples({})
    with pytest.raises(ParseError, match="decode_example: not a serialized Example. Received: b'junk"):
        decode_example(b"junk")


@pytest.mark.unit
def test_what_users_pass_by_mistake_is_named():
    one, many = "encode_example: 'a' must be integers", "encode_examples: 'a' must be integers"
    for values, message in [
        ({"a": ["x", 1]}, one + r".* Received: 1 \(int\) among strings"),
        ({"a": ["x", None]}, one + r".* Received: None \(NoneType\) among strings"),
        ({"a": [1, None]}, one + r".* Received: None \(NoneType\) in a list"),
        ({"a": 2**63}, one + r".* Received: 9223372036854775808, above 2\*\*63 - 1"),
        ({"a": [2**63, -1]}, one + r".* Received: 9223372036854775808\."),
        ({"a": {"b": 1}}, one + r".* Received: \{'b': 1\} \(dict\)"),
        ([1, 2], r"encode_example: values must be a dict of key to value. Received: \[1, 2\] \(list\)"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            encode_example(values)
    for columns, message in [
        ({"a": [1, "x"]}, many + r".* Received: 1 \(int\) among strings"),
        ({"a": [object, object]}, many + r".* Received: <class 'object'> \(type\) in a list"),
        ({"a": np.array([2**63], np.uint64)}, many + r".* above 2\*\*63 - 1"),
        ([{"a": 1}], r"columns must be a dict of columns.* For a list of dicts, use encode_example\(\) for each"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            encode_examples(columns)
    for serialized in ("text", [b"a", b"b"]):
        with pytest.raises(InvalidArgumentError, match="decode_example: serialized must be bytes"):
            decode_example(serialized)


@pytest.mark.unit
def test_none_in_a_list_is_a_missing_value():
    columns = {"a": [1, None], "s": [None, "x"], "l": [[1.5, 2.5], None], "n": [None, None]}
    first, second = (decode_example(message) for message in encode_examples(columns).strings())
    assert (
        first["a"].tolist() == [1] and first["s"] is None and first["l"].tolist() == [1.5, 2.5] and first["n"] is None
    )
    assert second["a"] is None and second["s"].tolist() == [b"x"] and second["l"] is None and second["n"] is None


@pytest.mark.unit
def test_bytes_of_other_classes_are_strings_and_tensors_columns():
    from penstock import Tensor

    got = decode_example(encode_example({"a": bytearray(b"x"), "b": memoryview(b"yz")}))
    assert got["a"].tolist() == [b"x"] and got["b"].tolist() == [b"yz"]
    tensors = {"a": Tensor(np.arange(2)), "s": Tensor(np.array([b"x", b"y"], object))}
    rows = [decode_example(Tensor(np.array(message, object))) for message in encode_examples(tensors).strings()]
    assert [(row["a"].tolist(), row["s"].tolist()) for row in rows] == [([0], [b"x"]), ([1], [b"y"])]


@pytest.mark.unit
def test_floats_beyond_float32_are_infinite():
    assert decode_example(encode_example({"a": [1e300, -1e300]}))["a"].tolist() == [np.inf, -np.inf]
