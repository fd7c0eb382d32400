import copy
import pickle

import numpy as np
import pytest

from penstock import Tensor, Variable, errors


def test_a_variable_holds_a_copy_with_the_dtype_of_constants():
    source = np.ones(2)
    v = Variable(source, name="w", trainable=False, constraint=abs)
    source[0] = 5
    assert (v.numpy().tolist(), v.dtype, v.shape, v.name) == ([1, 1], "float64", (2,), "w")
    assert (v.trainable, v.constraint) == (False, abs)
    assert Variable(1).dtype == "int32"
    assert Variable([1.0]).dtype == "float32"
    assert Variable(lambda: [1.0], dtype="float64").dtype == "float64"
    assert Variable(Variable(2.0)).numpy() == 2
    assert Variable(Tensor(np.ones(1)), dtype="float32").dtype == "float32"


def test_assignments_write_one_buffer():
    v = Variable([1.0, 2.0])
    buffer = v._data
    assert v.assign([3.0, 4.0]) is v
    v.assign_add(np.array([1.0, 1.0]))
    v.assign_sub(Tensor(np.array([0.5, 0.5], np.float32)))
    assert v.numpy().tolist() == [3.5, 4.5]
    assert v._data is buffer
    v.assign(v + v)
    v.assign_add(v)
    assert v.numpy().tolist() == [14, 18]


def test_values_read_before_an_assignment_stay():
    v = Variable([1.0])
    snapshot, value, array, text = v.snapshot(), v.value, np.asarray(v), v.numpy()
    v.assign_add([1.0])
    assert [x.tolist() for x in (snapshot, value, array, text)] == [[1.0]] * 4
    assert v.snapshot().tolist() == [2.0]
    assert v.read_value().tolist() == [2.0]


def test_what_an_assignment_refuses():
    v = Variable([1.0, 2.0], name="w")
    with pytest.raises(
        errors.ShapeError, match=r"assign: values must have the shape of 'w', \(2,\). Received: float32\[3\]"
    ):
        v.assign([1.0, 2.0, 3.0])
    with pytest.raises(errors.ShapeError, match="assign_add"):
        v.assign_add(1.0)
    with pytest.raises(errors.DTypeError, match=r"assign_sub: values must be float32. Received: float64\[2\]"):
        v.assign_sub(Tensor(np.ones(2)))
    with pytest.raises(errors.DTypeError):
        Variable([1, 2]).assign([1.5, 2.5])
    with pytest.raises(TypeError, match="does not support item assignment"):
        v[1] = 3.0
    assert v.numpy().tolist() == [1, 2]


def test_computing_with_variables_gives_tensors():
    v = Variable([1.0, 2.0])
    assert isinstance(v + 1, Tensor)
    assert isinstance(np.array([1.0, 2.0]) * v, Tensor)
    assert (v[1].item(), len(v), [x.item() for x in v]) == (2, 2, [1, 2])
    assert (v == v).tolist() == [True, True]
    assert len({v, v}) == 1


def test_repr_copy_and_pickle():
    v = Variable([1.0], name="w")
    assert repr(v) == "<penstock.Variable 'w': shape=(1,), dtype=float32, numpy=array([1.], dtype=float32)>"
    other = copy.deepcopy(v)
    other.assign([2.0])
    again = pickle.loads(pickle.dumps(v))
    assert (v.numpy().tolist(), other.name, again.name, again.numpy().tolist()) == ([1], "w", "w", [1])
