"""Functions of images: laws, map, gradients, errors."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from penstock import Dataset
from penstock.core.autodiff import GradientTape
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.core.trace.symbol import placeholder
from penstock.preprocessing import images as functions
from penstock.preprocessing.images import (
    adjust_hue,
    adjust_saturation,
    central_crop,
    convert_image_dtype,
    crop_to_bounding_box,
    flip_left_right,
    flip_up_down,
    hsv_to_rgb,
    pad_to_bounding_box,
    psnr,
    resize_with_crop_or_pad,
    resize_with_pad,
    rgb_to_hsv,
    rot90,
    total_variation,
    transpose,
)

pytestmark = pytest.mark.unit

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 5, 7, 3)).astype(np.uint8)
FLOATS = (IMAGES / 255).astype(np.float32)

sides = st.integers(1, 6)
any_images = st.tuples(st.integers(0, 2), sides, sides, st.integers(0, 3)).flatmap(
    lambda shape: arrays(st.sampled_from([np.uint8, np.int64]), shape)
)

EVERY = [
    ("flip_left_right", ()),
    ("flip_up_down", ()),
    ("transpose", ()),
    ("rot90", (3,)),
    ("crop_to_bounding_box", (1, 2, 3, 4)),
    ("pad_to_bounding_box", (1, 2, 9, 11)),
    ("resize_with_crop_or_pad", (7, 4)),
    ("resize_with_pad", (4, 9)),
    ("central_crop", (0.5,)),
    ("convert_image_dtype", ("float32",)),
    ("rgb_to_grayscale", ()),
    ("adjust_brightness", (0.1,)),
    ("adjust_contrast", (2,)),
    ("adjust_gamma", (2, 0.5)),
    ("adjust_hue", (0.3,)),
    ("adjust_saturation", (2,)),
    ("per_image_standardization", ()),
    ("total_variation", ()),
]


@given(any_images)
def test_turns_are_involutions_and_a_group(images):
    for function in (flip_left_right, flip_up_down, transpose):
        np.testing.assert_array_equal(function(function(images)), images)
    np.testing.assert_array_equal(rot90(rot90(images)), flip_up_down(flip_left_right(images)))
    np.testing.assert_array_equal(rot90(images, 3), rot90(images, -1))
    np.testing.assert_array_equal(rot90(rot90(images, 5), -1), images)
    np.testing.assert_array_equal(rot90(images), np.rot90(images, axes=(1, 2)))
    np.testing.assert_array_equal(rot90(images, 0), images)


@given(any_images, sides, sides, st.integers(0, 3), st.integers(0, 3))
def test_cropping_undoes_padding(images, height, width, top, left):
    size = images.shape[1:3]
    padded = pad_to_bounding_box(images, top, left, size[0] + height + top, size[1] + width + left)
    assert padded.sum() == images.sum()
    np.testing.assert_array_equal(crop_to_bounding_box(padded, top, left, *size), images)


@given(any_images, sides, sides)
def test_cropping_or_padding_keeps_the_middle(images, height, width):
    found = resize_with_crop_or_pad(images, height, width)
    expected = np.zeros((len(images), height, width, images.shape[3]), images.dtype)
    moves = []
    for want, have in ((height, images.shape[1]), (width, images.shape[2])):
        # Odd rows: one more is cut below the middle, one more is added below it.
        moves.append((have - want) // 2 if have > want else -((want - have) // 2))
    for y in range(height):
        for x in range(width):
            if 0 <= y + moves[0] < images.shape[1] and 0 <= x + moves[1] < images.shape[2]:
                expected[:, y, x] = images[:, y + moves[0], x + moves[1]]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("shape", [(0, 4, 4, 3), (2, 0, 4, 3), (2, 4, 4, 0), (4, 0, 3)])
def test_nothing_is_changed_to_nothing(shape):
    empty = np.zeros(shape, np.uint8)
    for name, arguments in (
        ("flip_left_right", ()),
        ("adjust_brightness", (0.1,)),
        ("adjust_contrast", (2,)),
        ("adjust_gamma", (2,)),
        ("per_image_standardization", ()),
        ("convert_image_dtype", ("float32",)),
    ):
        assert getattr(functions, name)(empty, *arguments).shape == shape


def test_many_pixels_are_changed_in_parts():
    images = np.random.default_rng(3).integers(0, 256, (4, 150, 130, 3)).astype(np.uint8)
    turned = images[:, ::-1]
    for name, arguments in (
        ("adjust_brightness", (0.1,)),
        ("adjust_contrast", (2,)),
        ("adjust_gamma", (2,)),
        ("adjust_hue", (0.2,)),
        ("per_image_standardization", ()),
    ):
        function = getattr(functions, name)
        found = function(images, *arguments)
        np.testing.assert_allclose(found[3, :2], function(images[3], *arguments)[:2], rtol=1e-6)
        np.testing.assert_allclose(
            function(turned, *arguments)[:, ::-1], found, atol=1 if found.dtype == np.uint8 else 1e-5
        )


@given(st.tuples(sides, sides), st.floats(0.01, 1))
def test_central_crops_have_equal_margins(size, fraction):
    image = np.arange(size[0] * size[1]).reshape(*size, 1)
    found = central_crop(image, fraction)
    top, left = (size[0] - found.shape[0]) // 2, (size[1] - found.shape[1]) // 2
    np.testing.assert_array_equal(found, image[top : size[0] - top, left : size[1] - left])
    assert central_crop(image, 1).shape == image.shape


@given(arrays(np.float32, (3, 3), elements=st.floats(0, 1, width=32)))
def test_colours_are_those_of_the_standard_library(pixels):
    for ours, theirs, other in (
        (rgb_to_hsv, colorsys.rgb_to_hsv, hsv_to_rgb),
        (hsv_to_rgb, colorsys.hsv_to_rgb, rgb_to_hsv),
    ):
        found = ours(pixels)
        expected = np.array([theirs(*map(float, pixel)) for pixel in pixels])
        near = np.abs(found - expected)
        if ours is rgb_to_hsv:
            near = np.minimum(near, 1 - near)  # a hue of 0 is one of 1
            assert np.abs(other(found) - pixels).max() < 1e-5
        assert near.max() < 1e-5


@given(arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)), st.floats(-1, 1))
def test_hue_and_saturation_are_turned_in_the_circle(pixels, delta):
    hue, saturation, value = rgb_to_hsv(pixels).T.astype(np.float64)
    expected = hsv_to_rgb(np.stack([(hue + delta) % 1.0, saturation, value], -1))
    np.testing.assert_allclose(adjust_hue(pixels, delta), expected, atol=1e-5)
    faded = hsv_to_rgb(np.stack([hue, saturation / 2, value], -1))
    np.testing.assert_allclose(adjust_saturation(pixels, 0.5), faded, atol=1e-5)
    assert np.ptp(adjust_saturation(pixels, 0), -1).max() < 1e-6


@given(st.sampled_from(["uint8", "int16", "uint16", "int32"]), st.data())
def test_integers_survive_the_way_to_a_wider_dtype_and_back(wide, data):
    kind = data.draw(st.sampled_from(["uint8"] if wide != "int32" else ["uint8", "int16"]))
    values = data.draw(arrays(kind, 5))
    np.testing.assert_array_equal(convert_image_dtype(convert_image_dtype(values, wide), kind), values)
    if kind == "uint8":
        np.testing.assert_array_equal(convert_image_dtype(convert_image_dtype(values, "float32"), kind), values)


@pytest.mark.parametrize("kind", ["yiq", "yuv"])
def test_television_and_back(kind):
    there, back = getattr(functions, f"rgb_to_{kind}"), getattr(functions, f"{kind}_to_rgb")
    for images in (FLOATS, FLOATS[0].astype(np.float64)):
        sent = there(images)
        assert sent.dtype == images.dtype
        # The matrices have so many digits that they are inverses to four places.
        np.testing.assert_allclose(back(sent), images, atol=1e-4)
        np.testing.assert_allclose(sent[..., 0], images @ np.array([0.299, 0.587, 0.114]), rtol=1e-5)
    assert there(placeholder(TensorSpec((None, 5, 7, 3)))).spec == TensorSpec((None, 5, 7, 3))
    mapped = Dataset.from_tensor_slices(FLOATS).map(there, vectorize=True)
    np.testing.assert_allclose(np.stack(list(mapped)), there(FLOATS), rtol=1e-5, atol=1e-6)
    with pytest.raises(DTypeError, match=rf"rgb_to_{kind}: images must be floats\. Received: uint8"):
        there(IMAGES)
    with pytest.raises(ShapeError, match=rf"{kind}_to_rgb: the last dimension of images must be 3"):
        back(FLOATS[..., :1])


def test_what_the_dtype_cannot_hold_is_brought_to_its_ends():
    values = np.array([-0.5, 0.5, 2.0], np.float32)
    assert convert_image_dtype(values, "uint8", saturate=True).tolist() == [0, 127, 255]
    assert convert_image_dtype(np.array([1.0], np.float16), "int32", saturate=True).tolist() == [65504]
    assert functions.adjust_brightness(np.array([250], np.uint8), 0.5).tolist() == [255]


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "int64"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_large_images_are_flipped_as_small_ones_are(dtype, channels):
    images = np.random.default_rng(1).integers(0, 100, (3, 90, 51, channels)).astype(dtype)
    for source in (images, images[:, ::2], np.moveaxis(images, 1, 2)):
        np.testing.assert_array_equal(flip_left_right(source), source[:, :, ::-1])
        np.testing.assert_array_equal(rot90(source, 2), source[:, ::-1, ::-1])
        np.testing.assert_array_equal(flip_left_right(source[0]), source[0, :, ::-1])
        assert flip_left_right(source).dtype == dtype


@given(st.tuples(st.integers(0, 3), sides, sides, st.integers(0, 4)), st.floats(-3, 3, width=32), st.integers(0, 99))
def test_contrast_is_the_distance_from_the_mean_multiplied(shape, factor, seed):
    images = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    mean = images.mean((1, 2), np.float64, keepdims=True)
    found = functions.adjust_contrast(images, factor)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, (images - mean) * factor + mean, rtol=1e-5, atol=1e-5)


def test_images_of_one_colour_stay_so():
    plain = np.full((2, 4, 4, 3), 0.25, np.float32)
    np.testing.assert_allclose(functions.adjust_contrast(plain, 5), plain, rtol=1e-6)
    np.testing.assert_array_equal(functions.per_image_standardization(plain), np.zeros_like(plain))
    assert total_variation(plain).tolist() == [0, 0]
    assert np.isinf(psnr(plain, plain, 1.0)).all()


def test_measures():
    image = np.array([[[0.0], [1.0]], [[2.0], [5.0]]], np.float32)
    assert total_variation(image) == 2 + 4 + 1 + 3
    assert total_variation(np.array([[[3], [250]]], np.int16)) == np.int16(247)
    with pytest.raises(DTypeError, match=r"total_variation: images must be floats or signed .* Convert them first"):
        total_variation(np.array([[[3], [250]]], np.uint8))
    found = psnr(IMAGES, IMAGES[::-1], 255)
    error = ((IMAGES / 255 - IMAGES[::-1] / 255) ** 2).mean((1, 2, 3))
    np.testing.assert_allclose(found, -10 * np.log10(error), rtol=1e-5)
    assert found.dtype == np.float32
    with pytest.raises(ShapeError, match=r"psnr: a and b must hold images of one shape\. Received: a=uint8\[6, 5"):
        psnr(IMAGES, IMAGES[:, 1:], 255)


def test_a_small_image_fills_the_frame_as_far_as_it_can():
    found = resize_with_pad(np.ones((2, 4, 1), np.float32), 6, 8)
    assert found[..., 0].sum(1).tolist() == [0, 8, 8, 8, 8, 0]
    assert resize_with_pad(IMAGES, 9, 9, method="nearest").dtype == np.uint8
    with pytest.raises(InvalidArgumentError, match=r"resize_with_pad: the resized images' size must be two ints >= 1"):
        resize_with_pad(np.ones((1, 90, 1)), 2, 2)


@pytest.mark.parametrize(("name", "arguments"), EVERY)
def test_every_function_takes_batches_tensors_symbols_and_blocks(name, arguments):
    def run(images):
        return getattr(functions, name)(images, *arguments)

    given_images = FLOATS if name == "total_variation" else IMAGES
    expected = run(given_images)
    for i in range(2):
        np.testing.assert_allclose(run(given_images[i]), expected[i], rtol=1e-6)
    wrapped = run(Tensor(given_images))
    assert isinstance(wrapped, Tensor)
    np.testing.assert_array_equal(wrapped.numpy(), expected)
    for shape in (given_images.shape, (None, 5, 7, 3), (None, None, None, 3), (None, None, None, None)):
        spec = run(placeholder(TensorSpec(shape, given_images.dtype))).spec
        assert spec.dtype.numpy == expected.dtype
        assert len(spec.shape) == expected.ndim
        assert all(a in (None, b) for a, b in zip(spec.shape, expected.shape, strict=True))
    mapped = list(Dataset.from_tensor_slices(given_images).map(run, vectorize=True))
    np.testing.assert_allclose(np.stack(mapped), expected, rtol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), EVERY[:6])
def test_moving_pixels_can_be_differentiated(name, arguments):
    images = Tensor(FLOATS.astype(np.float64))
    weights = np.random.default_rng(1).normal(size=getattr(functions, name)(FLOATS, *arguments).shape)
    with GradientTape() as tape:
        tape.watch(images)
        total = (getattr(functions, name)(images, *arguments) * weights).sum()
    found = tape.gradient(total, images).numpy()
    # Linear: the gradient at a pixel is the result for an image of that pixel alone.
    for place in ((0, 0, 0, 0), (3, 4, 6, 2), (5, 2, 3, 1)):
        alone = np.zeros(FLOATS.shape)
        alone[place] = 1
        assert found[place] == (getattr(functions, name)(alone, *arguments) * weights).sum()


def test_total_variation_can_be_differentiated():
    image = Tensor(np.array([[[0.0], [1.0], [3.0]]]))
    with GradientTape() as tape:
        tape.watch(image)
        total = total_variation(image)
    assert tape.gradient(total, image).numpy().ravel().tolist() == [-1, 0, 1]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("crop_to_bounding_box", (4, 0, 2, 2), r"offset_height \+ target_height must be at most the images' height, 5"),
        ("crop_to_bounding_box", (0, 6, 2, 2), r"offset_width \+ target_width must be at most .* 7\. Received: 6 \+ 2"),
        ("crop_to_bounding_box", (-1, 0, 2, 2), r"offset_height must be an int >= 0\. Received: offset_height=-1"),
        ("crop_to_bounding_box", (0, 0, 0, 2), r"\(target_height, target_width\) must be two ints >= 1"),
        ("pad_to_bounding_box", (1, 0, 5, 9), r"must fit into target_height=5\. Received: 1 \+ 5"),
        ("pad_to_bounding_box", (0, 1.5, 5, 9), r"offset_width must be an int >= 0\. Received: offset_width=1\.5"),
        ("resize_with_crop_or_pad", (0, 2), r"resize_with_crop_or_pad: \(target_height, target_width\) must be two"),
        ("resize_with_pad", (2, -2), r"resize_with_pad: \(target_height, target_width\) must be two ints"),
        ("central_crop", (0,), r"central_crop: central_fraction must be in \(0, 1\]\. Received: 0"),
        ("central_crop", ("a",), r"central_fraction must be in"),
        ("rot90", (0.5,), r"rot90: k must be an int\. Received: k=0\.5"),
        ("convert_image_dtype", ("bool",), r"dtype must be one of integers or floats\. Received: dtype=bool"),
        ("adjust_gamma", (-1,), r"adjust_gamma: gamma must be a number >= 0\. Received: gamma=-1"),
        ("adjust_hue", (1.5,), r"adjust_hue: delta must be a number from -1 to 1\. Received: delta=1\.5"),
        ("adjust_contrast", (np.nan,), r"adjust_contrast: contrast_factor must be a number\. Received"),
        ("adjust_brightness", ("a",), r"adjust_brightness: delta must be a number\. Received: delta='a'"),
        ("grayscale_to_rgb", (), r"grayscale_to_rgb: the last dimension of images must be 1\. Received: shape=\[6, 5"),
        ("rgb_to_hsv", (), r"rgb_to_hsv: images must be floats\. Received: uint8.* Use convert_image_dtype\(\)"),
    ],
)
def test_bad_arguments_are_refused(name, arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        getattr(functions, name)(IMAGES, *arguments)


@pytest.mark.parametrize(("name", "arguments"), EVERY)
def test_bad_images_are_refused(name, arguments):
    function = getattr(functions, name)
    for wrong in (np.array([[["a"]]], object), np.zeros((5, 7, 3), bool)):
        with pytest.raises(DTypeError, match=r"images must be integers or floating-point numbers\. Received: "):
            function(wrong, *arguments)
    if name not in ("convert_image_dtype", "adjust_brightness", "adjust_gamma", "rgb_to_grayscale") and "_" in name:
        with pytest.raises(ShapeError):
            function(np.zeros(5), *arguments)
