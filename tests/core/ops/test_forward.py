"""Forward results against NumPy, where an op is more than one function of NumPy's, and at the edges."""

import warnings

import numpy as np
import pytest

from penstock import errors, ops

inf, nan = np.inf, np.nan


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid(dtype):
    x = np.array([-1000, -90, -1, 0, 1, 90, 1000, inf, -inf, nan], dtype)
    got = ops.sigmoid(x)
    assert got.dtype == dtype
    wide = x.astype(np.longdouble)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(got, (1 / (1 + np.exp(-wide))).astype(dtype), rtol=4 * np.finfo(dtype).eps)
    assert ops.sigmoid(np.array([0, 1])).dtype == np.float64


def test_softplus_and_relu():
    x = np.array([-1000.0, -1, 0, 1, 1000, nan])
    np.testing.assert_allclose(
        ops.softplus(x), [0, np.log1p(np.exp(-1)), np.log(2), 1 + np.log1p(np.exp(-1)), 1000, nan]
    )
    np.testing.assert_array_equal(ops.relu(x), [0, 0, 0, 1, 1000, nan])
    assert ops.relu(np.array([-1, 2], np.int8)).dtype == np.int8
    assert ops.softplus(np.float32(1)).dtype == np.float32


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_and_its_logarithm(axis):
    x = np.random.default_rng(0).normal(size=(3, 4)) * 100
    with np.errstate(under="ignore"):
        expected = np.exp(x - x.max(axis, keepdims=True))
        expected = expected / expected.sum(axis, keepdims=True)
        np.testing.assert_allclose(ops.softmax(x, axis), expected)
        np.testing.assert_allclose(np.exp(ops.log_softmax(x, axis)), expected)
    assert ops.softmax(np.array([1, 1])).tolist() == [0.5, 0.5]
    assert ops.log_softmax(np.array([0.0, -5000.0])).tolist() == [0, -5000]


def test_logsumexp():
    assert ops.logsumexp(np.array([1000.0, 1000.0])) == pytest.approx(1000 + np.log(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ops.logsumexp(np.array([-inf, -inf])) == -inf
        assert ops.logsumexp(np.empty(0)) == -inf
    assert ops.logsumexp(np.array([inf, 0.0])) == inf
    assert np.isnan(ops.logsumexp(np.array([nan, 0.0])))
    x = np.arange(6.0).reshape(2, 3)
    assert ops.logsumexp(x, (0, 1), keepdims=True).shape == (1, 1)
    np.testing.assert_allclose(ops.logsumexp(x, 1), np.log(np.exp(x).sum(1)))


def test_rsqrt_and_variance():
    x = np.array([1.0, 4.0, 16.0], np.float32)
    assert ops.rsqrt(x).tolist() == [1, 0.5, 0.25]
    assert ops.rsqrt(x).dtype == np.float32
    np.testing.assert_allclose((ops.var(x), ops.std(x)), (np.var(x), np.std(x)), rtol=1e-6)


def test_one_hot():
    assert ops.one_hot([0, 2, -1, 3], 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert ops.one_hot([0, 1], 3, axis=0).tolist() == [[1, 0], [0, 1], [0, 0]]
    got = ops.one_hot(np.int64(1), np.int32(2), on_value=5, off_value=-1, dtype="int64")
    assert (got.tolist(), got.dtype) == ([-1, 5], np.int64)
    assert ops.one_hot([1], 2).dtype == np.float32


def test_split_by_number_and_by_lengths():
    x = np.arange(12).reshape(2, 6)
    assert [p.shape for p in ops.split(x, 3, axis=1)] == [(2, 2)] * 3
    assert [p.shape for p in ops.split(x, [1, -1, 2], axis=-1)] == [(2, 1), (2, 3), (2, 2)]
    np.testing.assert_array_equal(ops.concat(ops.split(x, [1, 5], axis=1), axis=1), x)
    with pytest.raises(errors.ShapeError, match="split: the axis must divide into equal parts. Received: 4 parts of 6"):
        ops.split(x, 4, axis=1)
    with pytest.raises(errors.ShapeError, match=r"split: sizes must sum to the axis. Received: sizes=\(1, 2\) of 6"):
        ops.split(x, [1, 2], axis=1)


def test_stack_concat_and_their_refusals():
    x = np.arange(3)
    np.testing.assert_array_equal(ops.stack([x, x], -1), np.stack([x, x], -1))
    with pytest.raises(errors.InvalidArgumentError, match="stack: at least one value is needed. Received: none"):
        ops.stack([])
    with pytest.raises(errors.InvalidArgumentError, match="concat: at least one value"):
        ops.concat([])


def test_reshape_and_its_refusals():
    x = np.arange(6)
    assert ops.reshape(x, (-1, 2)).shape == (3, 2)
    assert ops.reshape(x, 6).shape == (6,)
    assert ops.reshape(np.empty((0, 3)), (3, 0)).shape == (3, 0)
    for shape in [(4,), (-1, 4), (-1, -1), (-2, 3)]:
        with pytest.raises(errors.ShapeError, match="reshape: shape must hold all 6 values, with at most one -1"):
            ops.reshape(x, shape)
    with pytest.raises(errors.InvalidArgumentError, match="transpose: axes must name each of the 2 axes once"):
        ops.transpose(np.ones((2, 2)), (0, 0))
    with pytest.raises(errors.OutOfRangeError, match="swapaxes: axis must be at least -2 and less than 2"):
        ops.swapaxes(np.ones((2, 2)), 0, 2)


def test_gather_and_indexing():
    x = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(ops.gather(x, [[0, 2], [1, 1]], axis=1), np.take(x, [[0, 2], [1, 1]], axis=1))
    keys = [
        0,
        -1,
        slice(None, None, -1),
        None,
        ...,
        (0, ..., 1),
        ([0, 1], slice(None), [0, 3]),
        x > 5,
        (0, [True, False, True]),
    ]
    for key in keys:
        np.testing.assert_array_equal(ops.getitem(x, key), x[key])
    np.testing.assert_array_equal(ops.getitem(x, (slice(None), [])), x[:, []])
    with pytest.raises(errors.OutOfRangeError, match=r"getitem: an index must be an integer, .* Received: 1.5"):
        ops.getitem(x, 1.5)


def test_sums_back_to_a_shape():
    x = np.arange(6.0).reshape(2, 3)
    assert ops.sum_to_like(x, np.empty((1, 3))).tolist() == [[3, 5, 7]]
    assert ops.sum_to_like(x, np.empty(3)).tolist() == [3, 5, 7]
    assert ops.sum_to_like(x, 1.0) == 15
    assert ops.sum_to_like(x, x) is x
    assert ops.sum_to_like(np.ones((2, 3), np.int8), np.empty(3)).dtype == np.int8
    assert ops.broadcast_like(np.arange(3), x).shape == (2, 3)
    assert ops.reshape_like(np.arange(6), x).shape == (2, 3)


def test_clip_with_one_bound_or_none():
    x = np.array([-1.0, 0.5, 2.0])
    assert ops.clip(x, 0).tolist() == [0, 0.5, 2]
    assert ops.clip(x, None, 1).tolist() == [-1, 0.5, 1]
    assert ops.clip(x) is x
    assert ops.clip(x, 1, 0).tolist() == np.clip(x, 1, 0).tolist()


def test_casts():
    assert ops.cast([1.7, -1.7], "int32").tolist() == [1, -1]
    assert ops.cast(3, bool).dtype == np.bool_
    assert ops.cast(np.float64(1), "float32").dtype == np.float32


def test_strings_compare_as_bytes():
    words = np.array([b"a", b"a\0", b"b"], dtype=object)
    assert ops.equal(words, b"a").tolist() == [True, False, False]
    assert ops.less(words, "b").tolist() == [True, True, False]
    assert ops.equal(np.array(["é"]), "é").tolist() == [True]
    assert ops.not_equal(b"a", b"a\0")


def test_shape_and_size_are_int32_as_in_tensorflow():
    x = np.empty((2, 3))
    assert (ops.shape(x).tolist(), ops.shape(x).dtype, ops.size(x, "int64")) == ([2, 3], np.int32, 6)
    assert ops.size(x).dtype == np.int32


def test_dot():
    a = np.arange(4.0).reshape(2, 2)
    np.testing.assert_array_equal(ops.dot(a, a[0]), np.dot(a, a[0]))
    np.testing.assert_array_equal(ops.dot(2, a), 2 * a)
    with pytest.raises(errors.ShapeError, match="dot: the second argument must have rank <= 2. Received: rank 3"):
        ops.dot(a, a[None])


def test_tile_and_broadcast():
    x = np.arange(3)
    np.testing.assert_array_equal(ops.tile(x, (2, 1)), np.tile(x, (2, 1)))
    np.testing.assert_array_equal(ops.tile(x, 2), np.tile(x, 2))
    np.testing.assert_array_equal(ops.broadcast_to(x, (2, 3)), np.broadcast_to(x, (2, 3)))


def test_filled_and_marked_values():
    x = np.ones((2, 3), np.float32)
    assert (ops.zeros_like(x).dtype, ops.ones_like(x, "int64").dtype) == (np.float32, np.int64)
    assert ops.identity(x) is x
    assert ops.stop_gradient([1, 2]).tolist() == [1, 2]
