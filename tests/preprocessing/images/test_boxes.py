"""crop_and_resize: a plain reference, map, errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.core.trace.symbol import placeholder
from penstock.preprocessing.images import crop_and_resize, resize

pytestmark = pytest.mark.unit

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 5, 6, 2)).astype(np.uint8)
BOXES = np.array([[0, 0, 1, 1], [0.2, 0.1, 0.9, 0.5], [-0.5, 0, 0.5, 2], [1, 1, 0, 0]], np.float32)
ORDER = np.array([2, 0, 1, 1], np.int32)


def position(begin, end, last, i, steps):
    if steps == 1:
        return (begin + end) / 2 * last
    return begin * last + i * (end - begin) * last / (steps - 1)


def naive(images, boxes, indices, size, method, outside):
    """Take one pixel after the other, in Python's floats."""
    found = np.zeros((len(boxes), *size, images.shape[3]))
    last_y, last_x = images.shape[1] - 1, images.shape[2] - 1
    for k, (top, left, bottom, right) in enumerate(boxes.tolist()):
        for y in range(size[0]):
            for x in range(size[1]):
                v, u = position(top, bottom, last_y, y, size[0]), position(left, right, last_x, x, size[1])
                if not (0 <= v <= last_y and 0 <= u <= last_x):
                    found[k, y, x] = outside
                elif method == "nearest":
                    found[k, y, x] = images[indices[k], math.floor(v + 0.5), math.floor(u + 0.5)]
                else:
                    pixels = images[indices[k]].astype(float)
                    i, j, s, t = math.floor(v), math.floor(u), v % 1, u % 1
                    below, beside = min(i + 1, last_y), min(j + 1, last_x)
                    upper = pixels[i, j] * (1 - t) + pixels[i, beside] * t
                    lower = pixels[below, j] * (1 - t) + pixels[below, beside] * t
                    found[k, y, x] = upper * (1 - s) + lower * s
    return found


# Corners in thirty-seconds and sides of 2 ** k + 1 pixels: all positions are exact, so nothing lies beside an edge.
corners = st.integers(-32, 64).map(lambda n: n / 32)


@given(
    st.sampled_from([(2, 5, 9, 1), (1, 3, 2, 3), (2, 1, 5, 2)]),
    st.lists(st.tuples(corners, corners, corners, corners), max_size=4),
    st.tuples(st.sampled_from([1, 2, 3, 5]), st.sampled_from([1, 2, 3, 5])),
    st.sampled_from(["bilinear", "nearest"]),
    st.sampled_from(["uint8", "float32", "float64", "int16"]),
    st.integers(-3, 3),
)
def test_boxes_are_cut_out_as_a_loop_does(shape, boxes, size, method, dtype, outside):
    images = np.random.default_rng(1).integers(0, 200, shape).astype(dtype)
    places = np.array(boxes, np.float32).reshape(-1, 4)
    indices = np.arange(len(places)) % shape[0]
    found = crop_and_resize(images, places, indices, size, method=method, extrapolation_value=outside)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, naive(images, places, indices, size, method, outside), rtol=1e-5, atol=1e-3)


def test_the_whole_image_at_its_size_is_the_image():
    whole = np.tile(np.array([0, 0, 1, 1], np.float32), (3, 1))
    np.testing.assert_array_equal(crop_and_resize(IMAGES, whole, [0, 1, 2], (5, 6)), IMAGES)
    turned = crop_and_resize(IMAGES, 1 - whole, [0, 1, 2], (5, 6), method="nearest")
    np.testing.assert_array_equal(turned, IMAGES[:, ::-1, ::-1])
    assert resize(crop_and_resize(IMAGES, whole[:0], [], (4, 4)).reshape(0, 4, 4, 2), (2, 2)).shape == (0, 2, 2, 2)


def test_many_boxes_are_split_over_threads_without_a_trace():
    boxes = np.random.default_rng(2).random((400, 4)).astype(np.float32)
    indices = np.arange(400) % 3
    found = crop_and_resize(IMAGES, boxes, indices, (20, 20))
    for k in (0, 199, 399):
        np.testing.assert_array_equal(found[k : k + 1], crop_and_resize(IMAGES, boxes[k : k + 1], [k % 3], (20, 20)))


def test_tensors_symbols_and_map():
    expected = crop_and_resize(IMAGES, BOXES, ORDER, (3, 4))
    wrapped = crop_and_resize(Tensor(IMAGES), BOXES, ORDER, (3, 4))
    assert isinstance(wrapped, Tensor)
    np.testing.assert_array_equal(wrapped.numpy(), expected)
    images, boxes = placeholder(TensorSpec((None, 5, 6, 2), "uint8")), np.zeros((4, 4))
    assert crop_and_resize(images, boxes, np.zeros(4, int), (3, 4)).spec == TensorSpec((4, 3, 4, 2))
    rows = Dataset.from_tensor_slices(np.repeat(BOXES[None], 5, 0))
    mapped = rows.map(lambda boxes: crop_and_resize(IMAGES, boxes, ORDER, (3, 4)), vectorize=True)
    assert mapped.element_spec == TensorSpec((4, 3, 4, 2))
    for found in mapped:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"images": IMAGES[0]}, ShapeError, r"images must be \[batch, height, width, channels\], boxes \[n, 4\] and"),
        ({"boxes": BOXES[:, :3]}, ShapeError, r"Received: shapes \(3, 5, 6, 2\), \(4, 3\) and \(4,\)"),
        ({"box_indices": ORDER[:2]}, ShapeError, r"boxes \[n, 4\] and box_indices \[n\]"),
        ({"box_indices": [0, 1, 3, 0]}, InvalidArgumentError, r"box_indices must number the 3 images\. Received: 3"),
        ({"box_indices": [0, -1, 1, 0]}, InvalidArgumentError, r"box_indices must number the 3 images\. Received: -1"),
        ({"box_indices": [0.5] * 4}, InvalidArgumentError, r"box_indices must be integers\. Received: \[0\.5"),
        ({"crop_size": (0, 2)}, InvalidArgumentError, r"crop_and_resize: crop_size must be two ints >= 1"),
        ({"method": "bicubic"}, InvalidArgumentError, r"method must be one of bilinear, nearest"),
        ({"extrapolation_value": "a"}, InvalidArgumentError, r"extrapolation_value must be a number"),
        ({"images": IMAGES > 3}, DTypeError, r"crop_and_resize: images must be integers or floating-point numbers"),
    ],
)
def test_bad_arguments_are_refused(change, error, message):
    given_arguments = {"images": IMAGES, "boxes": BOXES, "box_indices": ORDER, "crop_size": (2, 2), **change}
    with pytest.raises(error, match=message):
        crop_and_resize(**given_arguments)
