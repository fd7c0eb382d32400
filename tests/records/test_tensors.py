import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock
from penstock import Dataset
from penstock.core.dtypes import ALL
from penstock.errors import DTypeError, InvalidArgumentError, ParseError, ShapeError
from penstock.records import decode_raw, parse_tensor, serialize_tensor
from penstock.records.messages import TensorProto

pytestmark = pytest.mark.unit


def decoded(value):
    return [decoded(v) for v in value] if isinstance(value, list) else base64.b64decode(value)


def complexes(value):
    if isinstance(value[0], list):
        return [complexes(v) for v in value]
    return complex(*value)


def array_of(values, dtype, shape):
    if dtype == "string":
        values = decoded(values)
    elif dtype.startswith("complex"):
        values = complexes(values) if values else values
    held = np.empty(int(np.prod(shape)), object if dtype == "string" else dtype)
    held[:] = np.array(values, held.dtype).reshape(-1)
    return held.reshape(shape)


def check(got, result, dtype):
    expected = array_of(result["values"], dtype, result["shape"])
    assert np.shape(got) == expected.shape
    assert dtype == "string" or np.asarray(got).dtype == expected.dtype
    np.testing.assert_array_equal(np.asarray(got, expected.dtype), expected)


@pytest.mark.golden
def test_bytes_of_tensorflow(golden):
    for case in golden("tensors")["serialized"]:
        array = array_of(case["values"], case["dtype"], case["shape"])
        written = serialize_tensor(array)
        assert written == base64.b64decode(case["serialized"]), case
        check(parse_tensor(written, case["dtype"]), case, case["dtype"])


@pytest.mark.golden
def test_messages_of_tensorflow(golden):
    for case in golden("tensors")["parsed"]:
        serialized = base64.b64decode(case["serialized"])
        if "error" in case:
            with pytest.raises(ParseError, match="parse_tensor: "):
                parse_tensor(serialized, case["dtype"])
        else:
            check(parse_tensor(serialized, case["dtype"]), case["result"], case["dtype"])


@pytest.mark.golden
def test_raw_bytes_of_tensorflow(golden):
    for case in golden("tensors")["raw"]:
        strings = decoded(case["strings"])
        if "error" in case:
            with pytest.raises(InvalidArgumentError, match="decode_raw: "):
                decode_raw(strings, case["dtype"], **case["options"])
        else:
            check(decode_raw(strings, case["dtype"], **case["options"]), case["result"], case["dtype"])


@given(st.data())
def test_arrays_come_back(data):
    dtype = data.draw(st.sampled_from([d for d in ALL if not d.is_string]))
    shape = data.draw(st.lists(st.integers(0, 3), max_size=3))
    content = data.draw(st.binary(min_size=int(np.prod(shape)) * dtype.size, max_size=int(np.prod(shape)) * dtype.size))
    array = (
        np.frombuffer(content, np.uint8).view(dtype.numpy)
        if not dtype.is_bool
        else np.frombuffer(content, np.uint8) > 9
    )
    array = array.reshape(shape)
    for given_array in (array, np.asarray(array, order="F"), array.astype(array.dtype.newbyteorder(">"))):
        back = parse_tensor(serialize_tensor(given_array), dtype)
        assert np.shape(back) == array.shape and np.asarray(back).tobytes() == array.tobytes()


@pytest.mark.fault
@given(st.binary(max_size=40))
def test_any_bytes_give_a_tensor_or_a_typed_error(junk):
    for dtype in ("int32", "string"):
        try:
            parse_tensor(junk, dtype)
        except ParseError:
            pass


def test_no_memory_is_taken_on_a_messages_word():
    message = TensorProto(dtype=3, int_val=[1])
    message.tensor_shape.dim.add(size=2**40)
    with pytest.raises(ParseError, match="at most 1073741824 bytes are filled with a repeated value"):
        parse_tensor(message.SerializeToString(), "int32")
    strings = TensorProto(dtype=7, tensor_content=b"\xff\xff\xff\xff\x0f")
    strings.tensor_shape.dim.add(size=2**50)
    with pytest.raises(ParseError, match="strings must fill tensor_content"):
        parse_tensor(strings.SerializeToString(), "string")


def test_in_a_pipeline():
    rows = np.arange(12, dtype=np.int16).reshape(4, 3)
    written = Dataset.from_tensor_slices(rows).map(serialize_tensor)
    assert [parse_tensor(w, "int16").tolist() for w in written] == rows.tolist()
    back = written.map(lambda s: parse_tensor(s, "int16"))
    assert "runs on whole blocks" in back.explain()
    assert [b.tolist() for b in back] == rows.tolist()
    uneven = Dataset.from_tensor_slices([serialize_tensor([1]), serialize_tensor([1, 2]), serialize_tensor([[3]])])
    assert [b.tolist() for b in uneven.map(lambda s: parse_tensor(s, "int64"))] == [[1], [1, 2], [[3]]]
    strings = Dataset.from_tensor_slices([serialize_tensor(["a", "b"])] * 3).map(lambda s: parse_tensor(s, "string"))
    assert [b.tolist() for b in strings] == [[b"a", b"b"]] * 3


def test_raw_bytes_in_a_pipeline():
    raw = np.arange(12, dtype=">u2").reshape(4, 3)
    strings = [row.tobytes() for row in raw]
    numbers = Dataset.from_tensor_slices(strings).map(lambda s: decode_raw(s, "uint16", little_endian=False))
    assert "runs on whole blocks" in numbers.explain()
    assert [n.tolist() for n in numbers] == raw.tolist()
    batched = Dataset.from_tensor_slices(strings).batch(2).map(lambda s: decode_raw(s, "uint16", little_endian=False))
    assert [n.tolist() for n in batched] == [raw[:2].tolist(), raw[2:].tolist()]
    uneven = Dataset.from_tensor_slices([b"ab", b"", b"abcd", b"ef"])
    assert [n.tolist() for n in uneven.map(lambda s: decode_raw(s, "uint16"))] == [[25185], [], [25185, 25699], [26213]]
    padded = uneven.map(lambda s: decode_raw(s, "uint16", fixed_length=2))
    assert [n.tolist() for n in padded] == [[25185], [0], [25185], [26213]]
    with pytest.raises(InvalidArgumentError, match=r"whole numbers of 2 bytes \(uint16\). Received: 1 byte"):
        list(Dataset.from_tensor_slices([b"ab", b"c"]).map(lambda s: decode_raw(s, "uint16")))


def test_tensors_in_and_out():
    assert serialize_tensor(penstock.Tensor(np.float32([1.5]))).numpy() == serialize_tensor(np.float32([1.5]))
    assert serialize_tensor("é") == serialize_tensor("é".encode())


def test_messages():
    good = serialize_tensor(np.int32([1, 2]))
    with pytest.raises(ParseError) as info:
        parse_tensor(good, "int64")
    assert str(info.value) == "parse_tensor: the tensor must be int64. Received: one of int32."
    with pytest.raises(ShapeError, match="serialized must be one string"):
        parse_tensor([good], "int32")
    with pytest.raises(ParseError, match="not a serialized tensor. Received: b'junk'"):
        parse_tensor(b"junk", "int32")
    with pytest.raises(InvalidArgumentError, match="must be bytes or str. Received: <object"):
        serialize_tensor([object()])
    with pytest.raises(DTypeError, match="out_type must be a type of numbers"):
        decode_raw(b"", "string")
    with pytest.raises(InvalidArgumentError, match="input_bytes must be bytes"):
        decode_raw(5, "int8")
