"""Random functions of images: TensorFlow's results for the same seeds, map, errors."""

import base64

import numpy as np
import pytest

from penstock import Dataset, random
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.core.trace.symbol import placeholder
from penstock.preprocessing import images as functions
from penstock.preprocessing.images import (
    flip_left_right,
    random_crop,
    random_flip_left_right,
    stateless_random_crop,
    stateless_random_flip_left_right,
    stateless_random_flip_up_down,
)

pytestmark = pytest.mark.unit

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 4, 5, 3)).astype(np.uint8)


def decoded(coded):
    return np.frombuffer(base64.b64decode(coded["pixels"]), coded["dtype"]).reshape(coded["shape"])


def test_results_are_those_of_tensorflow(golden):
    recorded = golden("image_draws")
    for case in recorded["cases"]:
        image = decoded(recorded["images"][case["image"]])
        if case["global_seed"] is not None:
            random.set_seed(case["global_seed"])
        for expected in map(decoded, case["results"]):
            found = getattr(functions, case["function"])(image, *case["arguments"], seed=case["seed"])
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            if expected.dtype.kind == "f":
                np.testing.assert_allclose(found, expected, rtol=3e-6, atol=3e-6)
            else:
                np.testing.assert_array_equal(found, expected)


def test_flips_leave_an_image_or_turn_it_round():
    for i, found in enumerate(stateless_random_flip_left_right(IMAGES, (3, 4))):
        assert (found == IMAGES[i]).all() or (found == flip_left_right(IMAGES[i])).all()
    seen = {random_flip_left_right(IMAGES[0], seed=1).tobytes() for _ in range(30)}
    assert seen == {IMAGES[0].tobytes(), flip_left_right(IMAGES[0]).tobytes()}
    wrapped = stateless_random_flip_up_down(Tensor(IMAGES), (3, 4))
    assert isinstance(wrapped, Tensor)
    np.testing.assert_array_equal(wrapped.numpy(), stateless_random_flip_up_down(IMAGES, (3, 4)))


def test_crops_lie_anywhere_in_the_value():
    value = np.arange(5)
    seen = {int(stateless_random_crop(value, [1], (i, i))[0]) for i in range(99)}
    assert seen == set(range(5))
    assert random_crop(IMAGES, np.array([8, 2, 2, 3])).shape == (8, 2, 2, 3)
    assert random_crop([[1, 2], [3, 4]], (1, 0)).shape == (1, 0)


def test_in_map_each_element_has_its_own_draw():
    images = np.repeat(IMAGES[:1], 60, 0)

    def flip(image):
        return random_flip_left_right(image, seed=5)

    first = [image.tobytes() for image in Dataset.from_tensor_slices(images).map(flip)]
    assert set(first) == {IMAGES[0].tobytes(), flip_left_right(IMAGES[0]).tobytes()}
    assert first == [image.tobytes() for image in Dataset.from_tensor_slices(images).map(flip)]
    numbered = Dataset.from_tensor_slices(images).enumerate()
    chosen = list(numbered.map(lambda i, image: stateless_random_flip_left_right(image, (0, int(i)))))
    expected = [stateless_random_flip_left_right(IMAGES[0], (0, i)) for i in range(60)]
    np.testing.assert_array_equal(np.stack(chosen), np.stack(expected))
    same = Dataset.from_tensor_slices(images).map(lambda image: stateless_random_crop(image, (2, 2, 3), (1, 2)))
    np.testing.assert_array_equal(
        np.stack(list(same)), np.stack([stateless_random_crop(IMAGES[0], (2, 2, 3), (1, 2))] * 60)
    )


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("brightness", (-0.1,), r"random_brightness: max_delta must be a number >= 0\. Received: max_delta=-0\.1"),
        ("hue", (0.6,), r"random_hue: max_delta must be a number from 0 to 0\.5\. Received: max_delta=0\.6"),
        ("contrast", (0.5, 0.5), r"random_contrast: upper must be above lower\. Received: lower=0\.5, upper=0\.5"),
        ("saturation", (-1, 0.5), r"random_saturation: lower must be a number >= 0\. Received: lower=-1"),
        ("crop", ((9, 4, 5, 3),), r"random_crop: size must have an int from 0 to .* \[8, 4, 5, 3\]\. Received: size="),
        ("crop", ((4, 5, 3),), r"random_crop: size must have an int"),
        ("crop", (2.5,), r"random_crop: size must have an int"),
    ],
)
def test_bad_arguments_are_refused(name, arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        getattr(functions, f"random_{name}")(IMAGES, *arguments)
    with pytest.raises(InvalidArgumentError, match=f"stateless_{message}"):
        getattr(functions, f"stateless_random_{name}")(IMAGES, *arguments, seed=(1, 2))


def test_bad_images_and_seeds_are_refused():
    with pytest.raises(ShapeError, match=r"random_flip_left_right: images must be \[height, width, channels\]"):
        random_flip_left_right(np.zeros((2, 2)))
    unknown = placeholder(TensorSpec((None, 4, 5, 3), "uint8"))
    with pytest.raises(ShapeError, match=r"stateless_random_flip_left_right: the number of images must be known"):
        stateless_random_flip_left_right(unknown, (1, 2))
    with pytest.raises(ShapeError, match=r"stateless_random_crop: the shape of the value must be known"):
        stateless_random_crop(unknown, (1, 2, 2, 3), (1, 2))
    with pytest.raises(InvalidArgumentError, match="seed"):
        stateless_random_flip_left_right(IMAGES, 3)
