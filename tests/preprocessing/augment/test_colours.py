"""Random layers of colours and tones: laws, inputs, messages."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.preprocessing import (
    RandomBrightness,
    RandomColorJitter,
    RandomContrast,
    RandomGrayscale,
    RandomHue,
    RandomInvert,
    RandomPosterization,
    RandomSaturation,
    Solarization,
)

seeds = st.integers(-(2**63), 2**63 - 1)
shapes = st.tuples(st.integers(0, 3), st.integers(1, 6), st.integers(1, 6), st.just(3))

MAKE: dict[str, Any] = {
    "jitter": lambda **o: RandomColorJitter((0, 255), 0.3, 0.4, 0.5, 0.6, **o),
    "grayscale": lambda **o: RandomGrayscale(0.6, **o),
    "hue": lambda **o: RandomHue(0.6, **o),
    "invert": lambda **o: RandomInvert(0.9, **o),
    "posterization": lambda **o: RandomPosterization(7, **o),
    "saturation": lambda **o: RandomSaturation(0.6, **o),
    "solarization": lambda **o: Solarization(0.6, 0.6, **o),
}
names = st.sampled_from(sorted(MAKE))


def images(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) * 255).astype(np.float32)


@pytest.mark.property
@given(names, shapes, seeds)
def test_seeds_reproduce_and_formats_agree(name: str, shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape)
    first = MAKE[name](seed=seed)(batch)
    assert (first.dtype, first.shape) == (np.float32, shape)
    np.testing.assert_array_equal(MAKE[name](seed=seed)(batch), first)
    other = MAKE[name](seed=seed, data_format="channels_first")(np.moveaxis(batch, -1, 1))
    np.testing.assert_array_equal(np.moveaxis(other, 1, -1), first)
    if len(batch):
        np.testing.assert_array_equal(MAKE[name](seed=seed)(batch[0]), MAKE[name](seed=seed)(batch[:1])[0])
    np.testing.assert_array_equal(MAKE[name](seed=seed)(batch, training=False), batch)


@pytest.mark.property
@given(names, shapes, seeds)
def test_bytes_are_as_the_floats_they_are(name: str, shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape).astype(np.uint8)
    np.testing.assert_array_equal(MAKE[name](seed=seed)(batch), MAKE[name](seed=seed)(batch.astype(np.float32)))


@pytest.mark.property
@given(shapes, seeds)
def test_hues_are_those_of_the_standard_library(shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape) / 255
    layer = RandomHue((0.2, 0.9), (0, 1), seed=seed)
    turns = RandomHue((0.2, 0.9), (0, 1), seed=seed)._draw(len(batch), 1, 1)
    for image, turn, got in zip(batch, turns, layer(batch), strict=True):
        for pixel, found in zip(image.reshape(-1, 3), got.reshape(-1, 3), strict=True):
            hue, saturation, value = colorsys.rgb_to_hsv(*(float(v) for v in pixel))
            np.testing.assert_allclose(found, colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value), atol=2e-6)


@pytest.mark.property
@given(shapes, seeds)
def test_saturation_keeps_hue_and_value(shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape) / 255
    got = RandomSaturation((0.2, 0.7), (0, 1), seed=seed)(batch)
    for pixel, found in zip(batch.reshape(-1, 3), got.reshape(-1, 3), strict=True):
        before, after = colorsys.rgb_to_hsv(*map(float, pixel)), colorsys.rgb_to_hsv(*map(float, found))
        assert abs(before[2] - after[2]) < 1e-6
        assert min(abs(before[0] - after[0]), 1 - abs(before[0] - after[0])) < 1e-3 or after[1] < 1e-3


@pytest.mark.property
@given(shapes, seeds)
def test_inverting_twice_and_posterizing_twice(shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape).round()
    inverted = RandomInvert((1.0, 1.0), seed=seed)(batch)
    np.testing.assert_array_equal(inverted, 255 - batch)
    np.testing.assert_array_equal(RandomInvert((1.0, 1.0))(inverted), batch)
    for bits in (1, 3, 8):
        once = RandomPosterization((bits, bits))(batch)
        np.testing.assert_array_equal(RandomPosterization((bits, bits))(once), once)
        np.testing.assert_array_equal(once, batch.astype(np.uint8) >> (8 - bits) << (8 - bits))


@pytest.mark.unit
def test_posterization_of_several_draws_all_numbers_of_bits_but_the_last() -> None:
    ramp = np.tile(np.arange(256, dtype=np.float32).reshape(1, 256, 1), (300, 1, 1, 1))
    found = {len(np.unique(image)) for image in RandomPosterization((2, 5), seed=1)(ramp)}
    assert found == {4, 8, 16}


@pytest.mark.unit
def test_grey_images_have_one_channel_three_times() -> None:
    batch = images((200, 2, 2, 3))
    got = RandomGrayscale(0.3, seed=2)(batch)
    grey = (got[..., :1] == got).all((1, 2, 3))
    assert 40 < grey.sum() < 80
    np.testing.assert_array_equal(got[~grey], batch[~grey])
    np.testing.assert_allclose(got[grey][..., 0], (batch[grey] @ [0.2989, 0.587, 0.114]), rtol=1e-6)
    single = images((2, 2, 2, 1))
    np.testing.assert_array_equal(RandomGrayscale(1.0)(single), single)


@pytest.mark.unit
def test_solarization_turns_over_from_the_threshold_on() -> None:
    ramp = np.arange(256, dtype=np.float32).reshape(1, 256, 1)
    layer = Solarization(threshold_factor=(0.5, 0.5), seed=3)
    threshold = Solarization(threshold_factor=(0.5, 0.5), seed=3)._draw(1, 1, 1)[1][0]
    np.testing.assert_array_equal(layer(ramp), np.where(ramp < threshold, ramp, 255 - ramp))


@pytest.mark.unit
def test_jitter_changes_one_after_the_other_from_one_generator() -> None:
    batch = images((3, 5, 4, 3))
    jitter = RandomColorJitter(brightness_factor=0.4, hue_factor=0.5, seed=6)
    brightness, hue = RandomBrightness(0.4, seed=6), RandomHue(0.5, seed=6)
    hue.generator = brightness.generator
    for _ in range(2):
        np.testing.assert_array_equal(jitter(batch), hue(brightness(batch)))
    np.testing.assert_array_equal(RandomColorJitter()(batch), batch)
    only = RandomColorJitter(contrast_factor=(0.2, 0.4), seed=1, value_range=[0, 100])
    np.testing.assert_array_equal(only(batch), RandomContrast((0.2, 0.4), (0, 100), seed=1)(batch))


@pytest.mark.unit
def test_masks_stay() -> None:
    batch, masks = images((2, 4, 4, 3)), np.arange(32).reshape(2, 4, 4, 1)
    for make in MAKE.values():
        got = make(seed=1)({"images": batch, "segmentation_masks": masks})
        np.testing.assert_array_equal(got["segmentation_masks"], masks)
        np.testing.assert_array_equal(got["images"], make(seed=1)(batch))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandomColorJitter(hue_factor=2), r"factor must be a number or two in \[0, 1\]\. Received: factor=2"),
        (lambda: RandomColorJitter(255), r"value_range must be a list of two numbers\. Received: value_range=255"),
        (lambda: RandomGrayscale(1.5), r"factor must be a number in \[0, 1\]\. Received: factor=1\.5"),
        (lambda: RandomGrayscale((0.1, 0.2)), r"factor must be a number in \[0, 1\]\. Received: factor="),
        (lambda: RandomHue(-0.1), r"factor must be a number or two in \[0, 1\]\. Received: factor=-0\.1"),
        (lambda: RandomHue(0.1, 255), r"value_range must be a list of two numbers\. Received: value_range=255"),
        (lambda: RandomSaturation(2), r"factor must be a number or two in \[-1, 1\]\. Received: factor=2"),
        (lambda: RandomInvert(1.5), r"factor must be a number or two in \[0, 1\]\. Received: factor=1\.5"),
        (lambda: RandomPosterization(0), r"factor must be a number or two in \[1, 8\]\. Received: factor=0"),
        (lambda: RandomPosterization(2.5), r"factor must be one or two ints from 1 to 8\. Received: factor=2\.5"),
        (lambda: RandomPosterization((-3, 4)), r"factor must be one or two ints from 1 to 8\. Received: factor="),
        (lambda: Solarization(2), r"addition_factor must be a number or two in \[0, 1\]\. Received: addition_factor=2"),
        (lambda: Solarization(0, (0, 2)), r"threshold_factor must be a number or two in \[0, 1\]\. Received: "),
    ],
)
def test_bad_options_are_errors(make: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^\w+ '\w+': {message}"):
        make()


@pytest.mark.unit
def test_colours_need_three_channels() -> None:
    for layer in (RandomGrayscale(), RandomHue(0.1), RandomSaturation(0.1)):
        with pytest.raises(ShapeError, match=r"images must have 3 channels, red, green and blue\. Received: 4\."):
            layer(np.zeros((2, 2, 2, 4)))
        layer = type(layer)(0.1, data_format="channels_first")
        with pytest.raises(ShapeError, match=r"images must have 3 channels, red, green and blue\. Received: 2\."):
            layer(np.zeros((2, 2, 3, 3)))
