import copy
import pickle

import numpy as np
import pytest

from penstock import Tensor, Variable, errors, ops
from penstock.core.tensor import constant, convert_to_tensor


def f32(*values):
    return Tensor(np.array(values, dtype=np.float32))


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1, "int32", ()),
        (2**40, "int64", ()),
        (1.5, "float32", ()),
        (True, "bool", ()),
        ("é", "string", ()),
        (b"a\0", "string", ()),
        ([1, 2], "int32", (2,)),
        ([[1.0], [2]], "float32", (2, 1)),
        ([], "float32", (0,)),
        (["a", b"b\0"], "string", (2,)),
        (np.float64(1), "float64", ()),
        (np.array([1, 2]), "int64", (2,)),
        ([np.float64(1.0)], "float64", (1,)),
        (np.array(["a", "b"]), "string", (2,)),
    ],
)
def test_constant_takes_tensorflows_dtypes(value, dtype, shape):
    made = constant(value)
    assert made.dtype == dtype
    assert made.shape == shape


def test_strings_keep_their_bytes():
    assert constant(["a", b"b\0"]).tolist() == [b"a", b"b\0"]
    assert constant("é").numpy() == "é".encode()


def test_constant_copies_and_tensors_do_not_change():
    source = np.ones(2, np.float32)
    made = constant(source)
    source[0] = 5
    assert made.tolist() == [1, 1]
    made.numpy()[0] = 7
    assert made.tolist() == [1, 1]
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(made)[0] = 7
    with pytest.raises(TypeError, match="does not support item assignment"):
        made[0] = 7


def test_constant_with_a_shape_and_a_dtype():
    assert constant(2, dtype="float64", shape=(2, 2)).tolist() == [[2, 2], [2, 2]]
    assert constant([1, 2, 3, 4], shape=(2, 2)).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(errors.DTypeError, match=r"constant: values must be of int32. Received: 1.5 \(float\)"):
        constant(1.5, dtype="int32")
    with pytest.raises(errors.InvalidArgumentError, match="Received: None"):
        constant(None)
    with pytest.raises(errors.InvalidArgumentError, match="rows"):
        constant([[1], [1, 2]])


def test_convert_to_tensor_keeps_tensors_and_checks_their_dtype():
    x = f32(1)
    assert convert_to_tensor(x) is x
    assert convert_to_tensor([x, x]).shape == (2, 1)
    assert isinstance(convert_to_tensor(Variable(1.0)), Tensor)
    with pytest.raises(errors.DTypeError, match=r"must be float64. Received: float32\[1\]"):
        convert_to_tensor(x, "float64")


def test_repr_and_str():
    assert repr(f32(1, 2)) == (
        "<penstock.core.tensor.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>"
    ).replace("core.tensor.", "")
    assert repr(constant(3.0)) == "<penstock.Tensor: shape=(), dtype=float32, numpy=3.0>"
    assert repr(constant("a")) == "<penstock.Tensor: shape=(), dtype=string, numpy=b'a'>"
    assert str(f32(1, 2)) == "penstock.Tensor([1. 2.], shape=(2,), dtype=float32)"


def test_python_numbers():
    x = constant(2.5)
    assert (float(x), int(x), bool(x), complex(x)) == (2.5, 2, True, 2.5)
    assert f"{x:.2f}" == "2.50"
    assert "%.1f" % x == "2.5"  # noqa: UP031
    assert [10, 20][constant(1)] == 20
    assert x.item() == 2.5
    assert isinstance(x.numpy(), np.float32)
    with pytest.raises(TypeError, match="scalar"):
        list(x)
    with pytest.raises(ValueError, match="truth value"):
        bool(f32(1, 2))


def test_sequences():
    x = constant([[1, 2], [3, 4]])
    a, b = x
    assert (len(x), a.tolist(), b.tolist()) == (2, [1, 2], [3, 4])
    assert x[:, 1].tolist() == [2, 4]
    assert x[..., 1, None].shape == (2, 1)
    assert x[constant(1), constant(0)].item() == 3
    assert x[x > 2].tolist() == [3, 4]
    assert (x.ndim, x.size, x.nbytes) == (2, 4, 16)


def test_operators_with_numbers_and_arrays():
    x = f32(1, 2)
    for result in (x + 1, 1 + x, x + 1.5, np.array([1.0, 2.0]) + x, x * np.float64(3), [1.0, 2.0] + x, x - [1, 2]):  # noqa: RUF005
        assert isinstance(result, Tensor)
        assert result.dtype == "float32"
    assert (2 ** f32(3)).tolist() == [8]
    assert (7 // constant(2)).item() == 3
    assert (-7 % constant(4)).item() == 1
    assert [v.item() for v in divmod(constant(7), 2)] == [3, 1]
    assert (x @ x).item() == 5
    assert (-x).tolist() == [-1, -2]
    assert abs(-x).tolist() == [1, 2]
    assert (+x) is x
    assert (~constant([True, False])).tolist() == [False, True]
    assert ((constant(6) & 3).item(), (constant(6) | 1).item(), (constant(6) ^ 2).item()) == (2, 7, 4)
    assert ((1 << constant(3)).item(), (constant(8) >> 1).item()) == (8, 4)


def test_comparisons_are_elementwise_and_hashing_by_identity():
    x = f32(1, 2)
    assert (x == x).tolist() == [True, True]
    assert (x != 1).tolist() == [False, True]
    assert [(x < 2).tolist(), (x <= 1).tolist(), (x > 1).tolist(), (x >= 2).tolist()] == [
        [True, False],
        [True, False],
        [False, True],
        [False, True],
    ]
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert len({x, x, f32(1, 2)}) == 2
    assert (constant(["a", "b"]) == "a").tolist() == [True, False]


def test_dtypes_are_not_mixed_silently():
    with pytest.raises(
        errors.DTypeError, match=r"add: Tensors must have one dtype. Received: float32\[1\] and float64"
    ):
        f32(1) + constant(np.float64(1))
    with pytest.raises(errors.DTypeError, match=r"multiply: 1.5 \(float\) beside a Tensor of int32 would change"):
        constant(1) * 1.5
    with pytest.raises(errors.InvalidArgumentError):
        constant(1) + np.array([1.5])
    with pytest.raises(errors.DTypeError):
        constant([True]) + 1
    assert (constant(1) / 2).dtype == "float64"


def test_numpy_functions_give_tensors_where_there_is_an_op():
    x = f32(1, 4)
    for result in (np.sqrt(x), np.mean(x), np.where(x > 1, x, 0), np.stack([x, x]), np.add.reduce(x)):
        assert isinstance(result, Tensor)
    assert isinstance(np.cumsum(x), np.ndarray)
    assert isinstance(np.sum(x, where=np.array([True, False])), np.floating)
    assert np.add(x, x, dtype=np.float64).dtype == np.float64
    np.testing.assert_allclose(x, [1, 4])
    assert np.array(x).tolist() == [1, 4]
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    assert np.float32(constant(2.0)) == 2


def test_methods_of_arrays():
    x = f32(1, 2, 3, 4).reshape(2, 2)
    assert x.reshape((4,)).shape == x.ravel().shape == x.flatten().shape == (4,)
    assert x.T.tolist() == x.transpose(1, 0).tolist() == x.transpose((1, 0)).tolist() == [[1, 3], [2, 4]]
    assert x.swapaxes(0, 1).tolist() == x.T.tolist()
    assert (x.sum().item(), x.mean(axis=0).tolist(), x.prod().item()) == (10, [2, 3], 24)
    assert (x.max().item(), x.min(axis=1).tolist()) == (4, [1, 3])
    assert (x.argmax().item(), x.argmin(0).tolist()) == (3, [0, 0])
    assert ((x > 0).all().item(), (x > 5).any().item()) == (True, False)
    assert x.clip(2, 3).tolist() == [[2, 2], [3, 3]]
    assert x.astype("int64").dtype == "int64"
    assert x[None].squeeze(0).shape == (2, 2)
    assert (x.take([0]).tolist(), x.take([0], axis=1).tolist()) == ([1], [[1], [3]])
    assert x.dot(x).tolist() == [[7, 10], [15, 22]]
    assert x.copy() is x
    assert (x + 0.4).round().tolist() == x.tolist()


def test_copies_and_pickles():
    x = f32(1)
    assert copy.copy(x) is copy.deepcopy(x) is x
    assert pickle.loads(pickle.dumps(x)).tolist() == [1]


def test_results_of_ops_do_not_share_the_buffer_of_a_variable():
    v = Variable([[1.0, 2.0]])
    views = [ops.reshape(v, (2,)), v[0], v.T, ops.identity(v), v.value, ops.broadcast_to(v, (2, 2))]
    before = [x.numpy().tolist() for x in views]
    v.assign([[8.0, 9.0]])
    assert [x.numpy().tolist() for x in views] == before
