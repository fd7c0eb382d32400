"""resize: laws, a plain reference, dtypes, errors; in map and in models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.autodiff import GradientTape
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.core.trace.graph import Graph
from penstock.core.trace.symbol import placeholder
from penstock.preprocessing import Resizing
from penstock.preprocessing.images import resize
from penstock.preprocessing.images.resampling import METHODS
from penstock.preprocessing.images.sampling import axis_matrix, bilinear_pairs

pytestmark = pytest.mark.unit

sides = st.integers(1, 12)
shapes = st.tuples(st.integers(0, 3), sides, sides, st.integers(1, 5))


def naive(images, size, method, *, antialias=False):
    """Resize by two matrix products in float64."""
    y, x = (axis_matrix(n, t, method, antialias) for n, t in zip(images.shape[-3:-1], size, strict=True))
    return np.einsum("yh,...hwc,xw->...yxc", y, images.astype(np.float64), x, optimize=True)


def an_image(shape, seed, dtype):
    found = np.random.default_rng(seed).normal(100, 50, shape)
    return np.clip(found, 0, 255).astype(dtype)


@given(
    shapes,
    st.tuples(sides, sides),
    st.sampled_from(METHODS),
    st.booleans(),
    st.sampled_from(["uint8", "float32", "float64", "float16", "int16", "int64"]),
    st.integers(0, 99),
)
def test_kernels_do_what_two_matrix_products_do(shape, size, method, antialias, dtype, seed):
    images = an_image(shape, seed, dtype)
    found = resize(images, size, method=method, antialias=antialias)
    assert found.dtype == (dtype if method == "nearest" else np.float32)
    np.testing.assert_allclose(found, naive(images, size, method, antialias=antialias), rtol=2e-4, atol=2e-3)


def mixed(images, axis, target):
    """Mix two neighbours along one axis in float32."""
    low, high, share = bilinear_pairs(images.shape[axis], target)
    shape = [1] * 4
    shape[axis] = target
    near = images.take(low, axis)
    with np.errstate(invalid="ignore"):
        return near + (images.take(high, axis) - near) * share.reshape(shape)


@given(shapes, st.tuples(sides, sides), st.sampled_from(["", "height", "width"]), st.integers(0, 99))
def test_bilinear_numbers_are_equal_to_the_bit(shape, size, kept, seed):
    images = an_image(shape, seed, np.float32)
    rng = np.random.default_rng(seed)
    images[rng.random(shape) < 0.02] = np.inf
    size = (shape[1] if kept == "height" else size[0], shape[2] if kept == "width" else size[1])
    wanted = images if size == shape[1:3] else mixed(mixed(images, 2, size[1]), 1, size[0])
    with np.errstate(invalid="ignore"):  # kernels run as plain Python warn of infinity minus infinity
        found = resize(images, size)
    np.testing.assert_array_equal(found, wanted)
    assert not np.shares_memory(found, images)
    bytes_ = an_image(shape, seed, np.uint8)
    whole = np.rint(mixed(mixed(bytes_.astype(np.float32), 2, size[1]), 1, size[0]))
    np.testing.assert_array_equal(Resizing(*size)(bytes_), whole.astype(np.uint8))


@given(shapes, st.tuples(sides, sides), st.sampled_from(METHODS), st.booleans())
def test_a_constant_image_stays_constant(shape, size, method, antialias):
    found = resize(np.full(shape, 7.0, np.float32), size, method=method, antialias=antialias)
    np.testing.assert_allclose(found, np.full((shape[0], *size, shape[3]), 7.0), rtol=1e-5)


@given(shapes, st.sampled_from(["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5"]), st.booleans())
def test_the_same_size_gives_the_same_pixels(shape, method, antialias):
    images = an_image(shape, 3, np.float32)
    found = resize(images, shape[1:3], method=method, antialias=antialias)
    np.testing.assert_allclose(found, images, rtol=1e-5, atol=1e-4)


@given(shapes, st.tuples(sides, sides), st.sampled_from(METHODS), st.booleans())
def test_a_batch_is_resized_as_its_images_are(shape, size, method, antialias):
    images = an_image(shape, 5, np.uint8)
    found = resize(images, size, method=method, antialias=antialias)
    for i, image in enumerate(images):
        np.testing.assert_array_equal(found[i], resize(image, size, method=method, antialias=antialias))


@given(sides, sides, st.sampled_from(METHODS), st.booleans())
def test_weights_add_up_to_one_and_lie_inside(size, target, method, antialias):
    np.testing.assert_allclose(axis_matrix(size, target, method, antialias).sum(1), 1, rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_large_images_are_split_over_threads_without_a_trace(method):
    images = an_image((3, 200, 150, 3), 1, np.uint8)
    found = resize(images, (160, 170), method=method)
    rows = naive(images[2:], (160, 170), method)[0]
    np.testing.assert_allclose(found[2], rows, rtol=2e-4, atol=2e-3)
    np.testing.assert_array_equal(found, resize(images[::-1], (160, 170), method=method)[::-1])


def test_what_holds_the_pixels_does_not_matter():
    images = an_image((2, 6, 8, 3), 0, np.float32)
    expected = resize(images, (3, 5))
    frozen = images.copy()
    frozen.flags.writeable = False
    strided = np.repeat(images, 2, 2)[:, :, ::2]
    for same in (frozen, strided, np.asfortranarray(images), images.astype(">f4"), images.tolist()):
        np.testing.assert_array_equal(resize(same, (3, 5)), expected)
    wrapped = resize(Tensor(images), np.array([3, 5]))
    assert isinstance(wrapped, Tensor)
    np.testing.assert_array_equal(wrapped.numpy(), expected)
    assert np.isnan(resize(np.full((2, 2, 1), np.nan, np.float32), (3, 3))).all()


def test_the_aspect_ratio_is_kept_on_wish():
    images = np.zeros((7, 9, 1), np.float32)
    assert resize(images, (4, 4), preserve_aspect_ratio=True).shape == (3, 4, 1)
    assert resize(images, (40, 20), preserve_aspect_ratio=True).shape == (16, 20, 1)
    with pytest.raises(InvalidArgumentError, match=r"resize: size must be two ints >= 1, height and width\."):
        resize(np.zeros((1, 9, 1)), (1, 1), preserve_aspect_ratio=True)


def test_map_runs_on_whole_blocks():
    images = an_image((10, 6, 8, 3), 0, np.uint8)
    for method in ("bilinear", "nearest"):
        mapped = Dataset.from_tensor_slices(images).map(lambda x, m=method: resize(x, (3, 5), method=m), vectorize=True)
        assert mapped.element_spec == TensorSpec((3, 5, 3), "uint8" if method == "nearest" else "float32")
        np.testing.assert_array_equal(np.stack(list(mapped)), resize(images, (3, 5), method=method))
    batches = Dataset.from_tensor_slices(images).batch(4, drop_remainder=True).map(lambda x: resize(x, (3, 5)))
    np.testing.assert_array_equal(np.concatenate(list(batches)), resize(images[:8], (3, 5)))


@pytest.mark.parametrize(
    ("shape", "options", "expected"),
    [
        ((None, 4, 5, 3), {}, (None, 2, 6, 3)),
        ((None, None, 3), {}, (2, 6, 3)),
        (None, {}, None),
        ((4, 5, 3), {"preserve_aspect_ratio": True}, (2, 2, 3)),
        ((None, 5, 3), {"preserve_aspect_ratio": True}, (None, None, 3)),
    ],
)
def test_specs_are_inferred(shape, options, expected):
    assert resize(placeholder(TensorSpec(shape, "int32")), (2, 6), **options).spec == TensorSpec(expected, "float32")


def test_a_graph_gives_what_a_call_gives():
    images = an_image((2, 4, 5, 1), 2, np.float32)
    x = placeholder(TensorSpec((None, 4, 5, 1), "float32"))
    np.testing.assert_array_equal(Graph([x], [resize(x, (3, 3))]).run([images])[0], resize(images, (3, 3)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("antialias", [False, True])
def test_the_gradient_is_the_way_back(method, antialias):
    images = Tensor(an_image((2, 6, 5, 2), 0, np.float64))
    weights = np.random.default_rng(1).normal(size=(2, 4, 7, 2)).astype(np.float32)
    with GradientTape() as tape:
        tape.watch(images)
        total = (resize(images, (4, 7), method=method, antialias=antialias) * weights).sum()
    found = tape.gradient(total, images)
    assert found.dtype.name == "float64"
    # Linear: the gradient at a pixel is the result for an image of that pixel alone.
    for place in ((0, 0, 0, 0), (1, 5, 4, 1), (0, 3, 2, 1)):
        alone = np.zeros(images.shape)
        alone[place] = 1
        expected = (resize(alone, (4, 7), method=method, antialias=antialias) * weights).sum()
        assert found.numpy()[place] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_a_gradient_has_a_gradient():
    weights = Tensor(np.random.default_rng(1).normal(size=(4, 7, 2)).astype(np.float32))
    image = Tensor(an_image((6, 5, 2), 0, np.float32))
    with GradientTape() as tape:
        tape.watch(weights)
        with GradientTape() as inner:
            inner.watch(image)
            total = (resize(image, (4, 7)) * weights).sum()
        found = (inner.gradient(total, image) * image).sum()
    np.testing.assert_allclose(tape.gradient(found, weights).numpy(), resize(image, (4, 7)).numpy(), rtol=1e-5)


@pytest.mark.parametrize("size", [(0, 3), (3, -1), (2.5, 3), (2, 3, 4), 5, None, "ab"])
def test_a_size_is_two_ints_above_zero(size):
    with pytest.raises(InvalidArgumentError, match=r"resize: size must be two ints >= 1.*Received: size="):
        resize(np.zeros((2, 2, 1)), size)


def test_bad_images_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"resize: method must be one of bilinear, nearest.*'cubic'"):
        resize(np.zeros((2, 2, 1)), (2, 2), method="cubic")
    with pytest.raises(ShapeError, match=r"resize: images must be \[height, width, channels\].*float64\[2, 2\]"):
        resize(np.zeros((2, 2)), (2, 2))
    for empty in ((0, 2, 1), (2, 0, 1), (2, 2, 0), (1, 2, 2, 0)):
        with pytest.raises(ShapeError, match=r"resize: images must have at least one pixel\. Received: float64\["):
            resize(np.zeros(empty), (2, 2))
    for wrong in (np.zeros((2, 2, 1), bool), np.zeros((2, 2, 1), complex), np.array([[["a"]]], object)):
        with pytest.raises(DTypeError, match=r"resize: images must be integers or floating-point numbers\. Received: "):
            resize(wrong, (2, 2))
    with pytest.raises(ShapeError, match=r"resize: rows of images must have one length"):
        resize([[[1], [2]], [[1]]], (2, 2))
    with pytest.raises(DTypeError, match=r"resize: images must be integers"):
        resize(placeholder(TensorSpec((2, 2, 1), "string")), (2, 2))
    with pytest.raises(ShapeError, match=r"resize: images must be \[height"):
        resize(placeholder(TensorSpec((2, 2), "uint8")), (2, 2))
