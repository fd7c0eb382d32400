"""NumPy's functions on symbols give what they give on arrays."""

import functools

import numpy as np
import pytest

from penstock import Tensor, TensorSpec
from penstock.core.ops.numpy_protocol import FUNCTIONS, REDUCERS, UFUNCS
from penstock.core.trace import Graph, Symbol, placeholder

X = np.array([[1.0, 5.0, 2.0], [3.0, 4.0, 1.0]], dtype=np.float32)
CALLS = {
    np.all: lambda x: np.all(x > 1, axis=1),
    np.amax: lambda x: np.amax(x, 0),
    np.amin: lambda x: np.amin(x),
    np.any: lambda x: np.any(x > 4, axis=0, keepdims=True),
    np.argmax: lambda x: np.argmax(x, axis=1),
    np.argmin: lambda x: np.argmin(x),
    np.around: lambda x: np.around(x / 2),
    np.astype: lambda x: np.astype(x, np.int64),
    np.broadcast_to: lambda x: np.broadcast_to(x, (2, 2, 3)),
    np.clip: lambda x: np.clip(x, 2, 4) + np.clip(x, None, 3) + np.clip(x, min=1, max=2),
    np.concatenate: lambda x: np.concatenate([np.concatenate([x, x], axis=1), np.ones((2, 6), np.float32)]),
    np.dot: lambda x: np.dot(x, x.T) + np.dot(2, np.dot(x, np.ones((3, 2)))),
    np.expand_dims: lambda x: np.expand_dims(x, -1) + np.expand_dims(x, (0, 2))[0, :, 0, :, None],
    np.hstack: lambda x: np.hstack([np.hstack([x[0], x[1]]), np.hstack([x, x])[0]]),
    np.max: lambda x: np.max(x, axis=(0, 1)),
    np.mean: lambda x: np.mean(x, axis=0, dtype=np.float64),
    np.min: lambda x: np.min(x, axis=1, keepdims=True),
    np.moveaxis: lambda x: np.moveaxis(x[None], 0, -1) + np.moveaxis(x[None], [0, 1], [-1, 0]),
    np.ndim: lambda x: x * np.ndim(x),
    np.ones_like: lambda x: np.ones_like(x) + np.ones_like(x, dtype=np.float32),
    np.prod: lambda x: np.prod(x, 1),
    np.ravel: lambda x: np.ravel(x),
    np.reshape: lambda x: np.reshape(x, (3, -1)),
    np.round: lambda x: np.round(x / 2),
    np.shape: lambda x: x * np.shape(x)[1],
    np.size: lambda x: x * np.size(x) + np.size(x, 1),
    np.split: lambda x: np.split(x, 3, axis=1)[1] + np.split(x, [1], axis=1)[0],
    np.squeeze: lambda x: np.squeeze(x[None], 0) + np.squeeze(x[None]),
    np.stack: lambda x: np.stack([x, x * 2], axis=-1),
    np.std: lambda x: np.std(x, axis=1),
    np.sum: lambda x: np.sum(x, axis=1) + np.sum(x),
    np.swapaxes: lambda x: np.swapaxes(x, 0, 1),
    np.take: lambda x: np.take(x, [0, 2], axis=1) + np.take(x, 5),
    np.tile: lambda x: np.tile(x, (2, 1)),
    np.transpose: lambda x: np.transpose(x) + np.transpose(x, (1, 0)),
    np.var: lambda x: np.var(x, axis=0, keepdims=True),
    np.vstack: lambda x: np.vstack([x, x[0]]),
    np.where: lambda x: np.where(x > 2, x, -1),
    np.zeros_like: lambda x: np.zeros_like(x) + x,
}


def test_every_function_of_the_table_is_called_here():
    assert set(CALLS) == set(FUNCTIONS)


def traced(function, *values):
    inputs = [placeholder(TensorSpec(v.shape, v.dtype)) for v in values]
    result = function(*inputs)
    assert isinstance(result, Symbol)
    return Graph(inputs, [result]).run(values)[0]


@pytest.mark.parametrize("function", CALLS.values(), ids=[f.__name__ for f in CALLS])
def test_functions(function):
    got, expected = traced(function, X), function(X)
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.parametrize("function", CALLS.values(), ids=[f.__name__ for f in CALLS])
def test_functions_on_tensors(function):
    got = function(Tensor(X))
    assert isinstance(got, Tensor)
    np.testing.assert_allclose(got.numpy(), function(X), rtol=1e-6)


@pytest.mark.parametrize("ufunc", UFUNCS, ids=[f.__name__ for f in UFUNCS])
def test_ufuncs(ufunc):
    kind = ufunc.types[0]
    integers = all(c in "?bBhHiIlLqQ->" for t in ufunc.types[:8] for c in t) and "e" not in "".join(ufunc.types)
    a = np.array([[1, 2], [3, 1]], np.int32 if integers else np.float32)
    args = [a, a[0]][: ufunc.nin]
    got, expected = traced(ufunc, *args), ufunc(*args)
    assert got.dtype == expected.dtype, kind
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("ufunc", REDUCERS, ids=[f.__name__ for f in REDUCERS])
def test_reduce_of_ufuncs(ufunc):
    for arguments in ({}, {"axis": None}, {"axis": 1, "keepdims": True}):
        reduce = functools.partial(ufunc.reduce, **arguments)
        got, expected = traced(reduce, X), reduce(X)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
