"""Resizing and CenterCrop: forms of input, dtypes, dicts, map, models, errors."""

import json

import numpy as np
import pytest

from penstock import Dataset, nn
from penstock.core.autodiff import GradientTape
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.saving import load, save
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.core.values import Ragged
from penstock.preprocessing import CenterCrop, Pipeline, Rescaling, Resizing
from penstock.preprocessing.images import resize
from penstock.preprocessing.images.dtypes import saturated

pytestmark = pytest.mark.unit

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 7, 9, 3)).astype(np.uint8)
BOTH = pytest.mark.parametrize("make", [Resizing, CenterCrop])


@BOTH
def test_forms_of_input_give_the_same(make):
    layer = make(4, 5)
    expected = layer(IMAGES)
    assert expected.shape == (6, 4, 5, 3)
    for i in range(2):
        np.testing.assert_array_equal(layer(IMAGES[i]), expected[i])
    np.testing.assert_array_equal(layer(IMAGES.tolist()), expected)
    np.testing.assert_array_equal(layer(list(IMAGES)), expected)
    for given in (Tensor(IMAGES), [Tensor(image) for image in IMAGES]):
        wrapped = layer(given)
        assert isinstance(wrapped, Tensor)
        np.testing.assert_array_equal(wrapped.numpy(), expected)


@BOTH
def test_a_list_holds_images_of_any_size(make):
    layer = make(4, 5)
    images = [IMAGES[0], IMAGES[1, :3], IMAGES[2, :, 1:8], np.repeat(IMAGES[3], 3, 0)]
    found = layer(images)
    assert found.shape == (4, 4, 5, 3)
    for image, one in zip(images, found, strict=True):
        np.testing.assert_array_equal(one, layer(image))
    with pytest.raises(ShapeError, match=r"'.*': a list must hold images of rank 3\. Received: one with uint8\[6, 7"):
        layer([IMAGES, IMAGES])


@BOTH
def test_channels_first_is_the_same_picture(make):
    expected = make(4, 5)(IMAGES)
    found = make(4, 5, data_format="channels_first")(IMAGES.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(found.transpose(0, 2, 3, 1), expected)


def test_integers_are_rounded_and_floats_take_the_layers_dtype():
    fine = resize(IMAGES, (4, 5), method="bicubic")
    found = Resizing(4, 5, "bicubic")(IMAGES)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, np.clip(np.rint(fine), 0, 255))
    for dtype in (np.int16, np.int64, np.uint16):
        rounded = Resizing(4, 5, "bicubic")(IMAGES.astype(dtype))
        np.testing.assert_array_equal(rounded, saturated(np.rint(fine), dtype))
    assert Resizing(4, 5)(IMAGES.astype(np.float64)).dtype == np.float32
    assert Resizing(4, 5, dtype="float64")(IMAGES.astype(np.float32)).dtype == np.float64
    assert CenterCrop(4, 5)(IMAGES).dtype == np.float32
    top = np.full((2, 2, 1), 2**31 - 1, np.int32)
    assert (Resizing(3, 3)(top) == 2**31 - 128).all()  # the largest int32 that float32 has


def test_center_crop_takes_the_middle_or_resizes_what_is_small():
    np.testing.assert_array_equal(CenterCrop(3, 4)(IMAGES), IMAGES[:, 2:5, 2:6].astype(np.float32))
    np.testing.assert_array_equal(CenterCrop(7, 9)(IMAGES), IMAGES.astype(np.float32))
    found = CenterCrop(8, 8)(IMAGES)
    np.testing.assert_array_equal(found, resize(IMAGES[:, :, 1:8], (8, 8)))


def test_aspect_ratios_are_kept_by_cutting_or_padding():
    wide = np.ones((2, 8, 1), np.float32)
    assert Resizing(4, 4, crop_to_aspect_ratio=True)(np.arange(16.0).reshape(2, 8, 1)).max() <= 12
    padded = Resizing(8, 8, "nearest", pad_to_aspect_ratio=True, fill_value=5)(wide)[..., 0]
    np.testing.assert_array_equal(padded, np.repeat([5, 5, 5, 1, 1, 5, 5, 5], 8).reshape(8, 8))
    with pytest.raises(DTypeError, match=r"fill_value must be a number of the images' dtype uint8\. .*fill_value=1\.5"):
        Resizing(8, 8, pad_to_aspect_ratio=True, fill_value=1.5)(wide.astype(np.uint8))


def test_dicts_hold_images_masks_and_what_is_passed_on():
    masks = (IMAGES[..., :1] > 128).astype(np.int32)
    given = {"images": IMAGES, "segmentation_masks": masks, "labels": np.arange(6), "id": "a"}
    layer = Resizing(4, 5)
    found = layer(given)
    assert list(given) == list(found)
    np.testing.assert_array_equal(found["images"], layer(IMAGES))
    np.testing.assert_array_equal(found["segmentation_masks"], resize(masks, (4, 5), method="nearest"))
    assert found["labels"] is given["labels"]
    assert given["images"] is IMAGES
    np.testing.assert_array_equal(CenterCrop(2, 2)(given)["segmentation_masks"], CenterCrop(2, 2)(masks))
    spec = layer.compute_output_spec({"images": TensorSpec((None, 7, 9, 3), "uint8"), "labels": TensorSpec((None,))})
    assert spec == {"images": TensorSpec((None, 4, 5, 3), "uint8"), "labels": TensorSpec((None,))}
    del given["id"]
    rows = list(Dataset.from_tensor_slices(given).map(layer, vectorize=True))
    np.testing.assert_array_equal(np.stack([row["images"] for row in rows]), found["images"])
    with pytest.raises(InvalidArgumentError, match=r"a dict must hold 'images'\. Received: 'labels'"):
        layer({"labels": np.arange(3)})
    with pytest.raises(InvalidArgumentError, match=r"bounding boxes cannot be transformed"):
        layer({"images": IMAGES, "bounding_boxes": {}})


@BOTH
def test_in_map_whole_blocks_are_computed(make):
    layer = make(4, 5)
    mapped = Dataset.from_tensor_slices(IMAGES).map(layer, vectorize=True)
    assert mapped.element_spec == TensorSpec((4, 5, 3), layer(IMAGES).dtype)
    np.testing.assert_array_equal(np.stack(list(mapped)), layer(IMAGES))
    sizes = Dataset.from_generator(
        lambda: (IMAGES[i, : i + 2] for i in range(6)), output_signature=TensorSpec((None, 9, 3), "uint8")
    )
    for i, found in enumerate(sizes.map(layer)):
        np.testing.assert_array_equal(found, layer(IMAGES[i, : i + 2]))


@BOTH
def test_in_a_model(make, tmp_path):
    inputs = nn.Input(shape=(None, None, 3), dtype="uint8")
    layer = make(4, 5)
    model = nn.Model(inputs, nn.layers.Flatten()(Rescaling(1 / 255)(layer(inputs))))
    expected = (layer(IMAGES).astype(np.float32) * np.float32(1 / 255)).reshape(6, -1)
    np.testing.assert_array_equal(model.predict(IMAGES, verbose=0), expected)
    model.save(tmp_path / "model.penstock")
    again = load(tmp_path / "model.penstock")
    np.testing.assert_array_equal(again.predict(IMAGES, verbose=0), expected)
    pipeline = Pipeline([layer, Rescaling(2)])
    np.testing.assert_array_equal(pipeline(IMAGES), layer(IMAGES).astype(np.float32) * 2)


def test_configs_hold_every_option(tmp_path):
    layer = Resizing(
        4,
        5,
        "lanczos3",
        pad_to_aspect_ratio=True,
        fill_value=3,
        antialias=True,
        data_format="channels_first",
        dtype="float64",
        name="r",
    )
    config = json.loads(json.dumps(layer.get_config()))
    assert config == {
        "name": "r",
        "trainable": True,
        "dtype": "float64",
        "height": 4,
        "width": 5,
        "interpolation": "lanczos3",
        "crop_to_aspect_ratio": False,
        "pad_to_aspect_ratio": True,
        "fill_mode": "constant",
        "fill_value": 3.0,
        "antialias": True,
        "data_format": "channels_first",
    }
    assert Resizing.from_config(config).get_config() == config
    save(layer, tmp_path / "layer")
    assert load(tmp_path / "layer").get_config() == config
    assert CenterCrop(4, 5, name="c").get_config() == {
        "name": "c",
        "trainable": True,
        "dtype": "float32",
        "height": 4,
        "width": 5,
        "data_format": "channels_last",
    }


def test_saturated_numbers_are_the_nearest_that_there_are():
    values = np.array([-1.5, 0.5, 1.5, 2.7, 300, np.inf, -np.inf], np.float32)
    assert saturated(values, np.uint8).tolist() == [0, 0, 1, 2, 255, 255, 0]
    assert saturated(values, np.uint8, rounded=True).tolist() == [0, 0, 2, 3, 255, 255, 0]
    assert saturated(np.array([-5, 70_000]), np.int16).tolist() == [-5, 32767]
    assert saturated(np.array([200], np.uint8), np.int8).tolist() == [127]
    assert saturated(np.array([3e9, -3e9]), np.int32).tolist() == [2**31 - 1, -(2**31)]
    assert saturated(np.array([1e6]), np.float16).tolist() == [65504]
    assert saturated(np.array([1, 2]), np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"height": 0}, r"Resizing 'x': \(height, width\) must be two ints >= 1"),
        ({"width": 2.5}, r"\(height, width\) must be two ints >= 1.*\(2, 2\.5\)"),
        (
            {"interpolation": "cubic"},
            r"interpolation must be one of bilinear, nearest.*'cubic'\. Did you mean 'bicubic'",
        ),
        ({"interpolation": "gaussian"}, r"interpolation must be one of"),
        ({"fill_mode": "reflect"}, r"fill_mode must be one of constant\. Received: fill_mode='reflect'"),
        ({"fill_value": "a"}, r"fill_value must be a number\. Received: fill_value='a'"),
        ({"data_format": "first"}, r"data_format must be one of channels_last, channels_first"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, r"not both of crop_to_aspect_ratio and pad_to"),
        ({"size": 3}, r"keyword arguments must be known ones\. Received: size=3"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        Resizing(**{"height": 2, "width": 2, "name": "x", **options})


@BOTH
def test_bad_images_are_refused(make):
    layer = make(2, 2, name="x")
    with pytest.raises(ShapeError, match=r"'x': images must be \[height, width, channels\] or .*float64\[3, 3\]"):
        layer(np.zeros((3, 3)))
    with pytest.raises(DTypeError, match=r"'x': images must be integers or floating-point numbers"):
        layer(np.full((3, 3, 1), "a"))
    with pytest.raises(ShapeError, match=r"'x': images must have at least one pixel"):
        layer(np.zeros((1, 0, 3, 1)))
    with pytest.raises(DTypeError, match=r"'x': images must be dense\. .*may be given as a list"):
        layer(Ragged.from_list([[[1.0]], [[2.0], [3.0]]]))
    with pytest.raises(DTypeError, match=r"'x': images must be integers"):
        layer.compute_output_spec(TensorSpec((2, 2, 1), "string"))
    assert make(2, 2)(np.zeros((0, 3, 3, 1))).shape == (0, 2, 2, 1)


@pytest.mark.parametrize(
    "layer",
    [
        Resizing(4, 5),
        Resizing(9, 3, "bicubic", crop_to_aspect_ratio=True),
        Resizing(3, 9, "bicubic", crop_to_aspect_ratio=True),
        Resizing(9, 3, pad_to_aspect_ratio=True),
        Resizing(3, 9, "lanczos3", pad_to_aspect_ratio=True, antialias=True),
        Resizing(4, 5, "area", data_format="channels_first"),
        CenterCrop(4, 5),
        CenterCrop(9, 9),
        CenterCrop(2, 2, data_format="channels_first"),
    ],
    ids=lambda layer: f"{type(layer).__name__}-{layer.height}-{layer.width}",
)
def test_layers_can_be_differentiated(layer):
    images = Tensor(np.random.default_rng(0).normal(size=(2, 6, 7, 3)).astype(np.float32))
    weights = np.random.default_rng(1).normal(size=layer(images).shape).astype(np.float32)
    with GradientTape() as tape:
        tape.watch(images)
        total = (layer(images) * weights).sum()
    found = tape.gradient(total, images).numpy()
    # Linear: the gradient at a pixel is the result for an image of that pixel alone.
    for place in ((0, 0, 0, 0), (1, 3, 3, 1), (0, 2, 4, 2), (1, 5, 6, 2)):
        alone = np.zeros(images.shape, np.float32)
        alone[place] = 1
        assert found[place] == pytest.approx((layer(alone) * weights).sum(), rel=1e-4, abs=1e-5)


def test_gradients_pass_through_layers_in_a_model():
    model = nn.Sequential([nn.layers.Dense(2), Resizing(3, 3), nn.layers.Flatten(), nn.layers.Dense(1)])
    x = IMAGES.astype(np.float32) / 255
    model.compile("sgd", "mse")
    model(x)
    before = model.layers[0].get_weights()[0].copy()
    model.fit(x, np.ones((6, 1), np.float32), verbose=0)
    assert (model.layers[0].get_weights()[0] != before).all()
