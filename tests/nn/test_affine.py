"""The op under Dense: forward against NumPy, gradients against central differences, rows against a loop."""

import numpy as np
import pytest

import penstock
from penstock import GradientTape, Tensor, ops
from penstock.nn import layers
from penstock.nn.layers.affine import AFFINE, affine

RNG = np.random.default_rng(0)
KERNEL, BIAS = RNG.normal(size=(3, 2)), RNG.normal(size=2)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (0, 3), (2, 4, 3), (2, 2, 2, 3)])
def test_forward_and_gradients(shape):
    arguments = [RNG.normal(size=shape), KERNEL, BIAS]
    np.testing.assert_allclose(affine(*arguments), arguments[0] @ KERNEL + BIAS, rtol=1e-12)
    tensors = [Tensor(a) for a in arguments]
    factor = RNG.normal(size=(*shape[:-1], 2))
    with GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        value = ops.sum(affine(*tensors) * factor)
    gradients = tape.gradient(value, tensors)
    for i, gradient in enumerate(gradients):
        direction = RNG.normal(size=arguments[i].shape)
        ahead, behind = (
            (affine(*[a + s * 1e-6 * direction if j == i else a for j, a in enumerate(arguments)]) * factor).sum()
            for s in (1, -1)
        )
        assert gradient.shape == arguments[i].shape
        assert (np.asarray(gradient) * direction).sum() == pytest.approx((ahead - behind) / 2e-6, rel=1e-6, abs=1e-9)


def test_second_order():
    x, kernel = Tensor(RNG.normal(size=(4, 3))), Tensor(KERNEL)
    with GradientTape() as outer:
        outer.watch(kernel)
        with GradientTape() as inner:
            inner.watch(x)
            y = ops.sum(ops.square(affine(x, kernel, BIAS)))
        slope = ops.sum(ops.square(inner.gradient(y, x)))
    again = np.asarray(outer.gradient(slope, kernel))

    def slope_of(k):
        return np.sum(np.square(2 * (np.asarray(x) @ k + BIAS) @ k.T))

    direction = RNG.normal(size=KERNEL.shape)
    expected = (slope_of(KERNEL + 1e-6 * direction) - slope_of(KERNEL - 1e-6 * direction)) / 2e-6
    assert (again * direction).sum() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("batched", [(True, False, False), (True, True, False), (False, False, True)])
def test_rows_are_those_of_a_loop(batched):
    shapes = [(4, 3), (3, 2), (2,)]
    args = tuple(RNG.normal(size=(5, *s) if b else s) for s, b in zip(shapes, batched, strict=True))
    rows = [AFFINE.forward(*(a[i] if b else a for a, b in zip(args, batched, strict=True))) for i in range(5)]
    np.testing.assert_array_equal(AFFINE.batch(5, args, batched, {}), np.stack(rows))


def test_dense_inside_of_map():
    layer = layers.Dense(2)
    x = RNG.normal(size=(6, 3)).astype(np.float32)
    layer(x)
    dataset = penstock.Dataset.from_tensor_slices(x).map(lambda row: layer(row[None])[0])
    np.testing.assert_allclose(np.stack([np.asarray(row) for row in dataset]), layer(x), rtol=1e-6)
