import pickle

import numpy as np
import pytest

from penstock import Tensor, TensorSpec, Variable, errors, ops
from penstock.core.ops.registry import all_ops, call, get_op, operand_kind, register
from penstock.core.trace import placeholder


def test_plain_values_give_plain_values():
    assert type(ops.add(np.ones(2), np.ones(2))) is np.ndarray
    assert type(ops.add(np.float32(1), 2)) is np.float32
    assert ops.add([1, 2], 3).tolist() == [4, 5]
    assert ops.add(1, 2) == 3


def test_the_kind_of_the_arguments_is_that_of_the_result():
    x = np.ones(2, np.float32)
    assert isinstance(ops.add(x, Tensor(x)), Tensor)
    assert isinstance(ops.add(Variable(x), x), Tensor)
    symbol = placeholder(TensorSpec((2,)))
    assert operand_kind(ops.add(Tensor(x), symbol)) == "symbol"
    assert [operand_kind(v) for v in (x, Tensor(x), Variable(x), symbol)] == [None, "tensor", "tensor", "symbol"]


def test_looking_ops_up():
    assert get_op("add") is all_ops()["add"]
    assert repr(get_op("add")) == "<op add>"
    assert pickle.loads(pickle.dumps(get_op("add"))) is get_op("add")
    with pytest.raises(errors.NotFoundError, match="get_op: no op is named 'ad'. Did you mean 'add'?"):
        get_op("ad")


def test_names_are_unique():
    def add(x):
        return x

    with pytest.raises(
        errors.InvalidArgumentError, match="op names must be unique. Received: name='add', which is <op add>"
    ):
        register("add", add)


def pairwise_difference(x, *, scale):
    return (x[..., 1:] - x[..., :-1]) * scale


def test_an_op_needs_no_more_than_a_forward():
    op = register("test_pairwise_difference", pairwise_difference)
    x = np.arange(12.0).reshape(3, 4) ** 2
    assert call(op, x, scale=2.0).shape == (3, 3)
    symbol = call(op, placeholder(TensorSpec((None, 4), "float64")), scale=2.0)
    assert symbol.spec == TensorSpec((None, 3), "float64")
    assert call(op, placeholder(TensorSpec((2, None))), scale=2.0).spec == TensorSpec((2, None))
    rows = op.batch(3, (x,), (True,), {"scale": 2.0})
    np.testing.assert_array_equal(rows, pairwise_difference(x, scale=2.0))
    empty = op.batch(0, (x[:0],), (True,), {"scale": 2.0})
    assert (len(empty), empty.spec) == (0, TensorSpec((3,), "float64"))
    with pytest.raises(errors.ShapeError, match="pairwise_difference: the rank of every argument must be known"):
        call(op, placeholder(TensorSpec(None)), scale=2.0)


def test_probing_reports_arguments_that_do_not_fit():
    op = register("test_column_sum", lambda x: x[:, 5])
    with pytest.raises(errors.ShapeError, match="these arguments do not fit"):
        call(op, placeholder(TensorSpec((2, 2))))


def test_rows_of_different_shape_become_a_column():
    op = register("test_repeat", lambda n: np.arange(n), infer=lambda args, attrs: TensorSpec((None,), "int64"))
    column = op.batch(3, (np.array([1, 0, 2]),), (True,), {})
    assert [row.tolist() for row in column.to_list()] == [[0], [], [0, 1]]


def test_ops_with_several_outputs_and_no_rule():
    op = register("test_min_max", lambda x: (x.min(), x.max()))
    low, high = op.batch(2, (np.array([[1, 2], [5, 3]]),), (True,), {})
    assert (low.tolist(), high.tolist()) == ([1, 3], [2, 5])
    assert [s.spec for s in call(op, placeholder(TensorSpec((2,), "int64")))] == [TensorSpec((), "int64")] * 2
