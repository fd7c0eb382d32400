"""Random image layers: Keras's images, laws, inputs of every form, messages."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock
from penstock import Dataset, nn, preprocessing
from penstock.core.columns import DenseColumn
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError, TraceError
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.preprocessing import (
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomHeight,
    RandomRotation,
    RandomTranslation,
    RandomWidth,
    RandomZoom,
)

seeds = st.integers(-(2**63), 2**63 - 1)
shapes = st.tuples(st.integers(0, 4), st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))

MAKE: dict[str, Any] = {
    "brightness": lambda **o: RandomBrightness(0.6, **o),
    "contrast": lambda **o: RandomContrast(0.6, **o),
    "crop": lambda **o: RandomCrop(2, 3, **o),
    "flip": lambda **o: RandomFlip(**o),
    "rotation": lambda **o: RandomRotation(0.6, **o),
    "translation": lambda **o: RandomTranslation(0.6, 0.6, **o),
    "zoom": lambda **o: RandomZoom(0.6, 0.6, **o),
}
names = st.sampled_from(sorted(MAKE))


def images(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) * 255).astype(np.float32)


@pytest.mark.golden
@pytest.mark.parametrize("name", ["random_layers", "random_colours"])
def test_keras_images(golden, name: str) -> None:
    for case in golden(name)["cases"]:
        shape = case["shape"]
        batch = (np.arange(np.prod(shape)) * 7 % 256).astype(np.float32).reshape(shape)
        if case["arguments"].get("data_format") == "channels_first":
            batch = np.moveaxis(batch, -1, -3)
        layer = getattr(preprocessing, case["layer"])(**case["arguments"])
        for expected in case["results"]:
            values = np.frombuffer(base64.b64decode(expected["data"]), expected["dtype"]).reshape(expected["shape"])
            got = layer(batch, training=True)
            assert got.dtype == values.dtype
            np.testing.assert_array_equal(got, values, err_msg=str(case["layer"]) + str(case["arguments"]))


# --- laws -------------------------------------------------------------------------------------------------------------


@pytest.mark.property
@given(names, shapes, seeds, st.sampled_from(["uint8", "int64", "float32", "float64", "bool"]))
def test_outside_training_images_stay(name: str, shape: tuple[int, ...], seed: int, dtype: str) -> None:
    layer, batch = MAKE[name](seed=seed), images(shape).astype(dtype)
    for training in (False, None, 0):
        got = layer(batch, training=training) if training is not None else layer.call(batch, None)
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got, batch.astype(np.float32))
    assert layer.generator.state.tolist() == [seed, 0], "a call outside training draws nothing"


@pytest.mark.property
@given(names, shapes, seeds)
def test_seeds_reproduce_and_layers_share_nothing(name: str, shape: tuple[int, ...], seed: int) -> None:
    one, other, batch = MAKE[name](seed=seed), MAKE[name](seed=seed), images(shape)
    before = batch.copy()
    results = [one(batch) for _ in range(3)]
    for result in results:
        np.testing.assert_array_equal(other(batch), result)
    np.testing.assert_array_equal(batch, before)


@pytest.mark.property
@given(st.sampled_from(sorted(set(MAKE) - {"crop"})), shapes, seeds, st.data())
def test_rows_of_a_batch_are_independent(name: str, shape: tuple[int, ...], seed: int, data: st.DataObject) -> None:
    batch = images(shape)
    rows = data.draw(st.permutations(range(len(batch))))
    first = MAKE[name](seed=seed)(batch)
    changed = batch.copy()
    for row in rows[: len(rows) // 2]:
        changed[row] = 255 - changed[row]
    kept = rows[len(rows) // 2 :]
    np.testing.assert_allclose(MAKE[name](seed=seed)(changed)[kept], first[kept], rtol=1e-6, atol=1e-4)


@pytest.mark.property
@given(names, shapes, seeds)
def test_channels_first_is_the_same_with_axes_moved(name: str, shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape)
    last = MAKE[name](seed=seed)(batch)
    first = MAKE[name](seed=seed, data_format="channels_first")(np.moveaxis(batch, -1, 1))
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), last, rtol=1e-5, atol=1e-3)


@pytest.mark.property
@given(names, shapes, seeds)
def test_one_image_is_a_batch_of_one(name: str, shape: tuple[int, ...], seed: int) -> None:
    image = images(shape[1:])
    np.testing.assert_array_equal(MAKE[name](seed=seed)(image), MAKE[name](seed=seed)(image[None])[0])


@pytest.mark.property
@given(shapes, seeds, st.sampled_from(["horizontal", "vertical", "horizontal_and_vertical"]))
def test_a_flip_of_a_flip_is_the_image(shape: tuple[int, ...], seed: int, mode: str) -> None:
    batch = images(shape)
    once = RandomFlip(mode, seed=seed)(batch)
    np.testing.assert_array_equal(RandomFlip(mode, seed=seed)(once), batch)
    axes = {"horizontal": 1, "vertical": 0, "horizontal_and_vertical": (0, 1)}[mode]
    for image, flipped in zip(batch, once, strict=True):
        assert any(np.array_equal(flipped, option) for option in (image, np.flip(image, axes)))


@pytest.mark.property
@given(
    shapes,
    seeds,
    st.sampled_from(["reflect", "wrap", "nearest", "constant"]),
    st.sampled_from(["bilinear", "nearest"]),
)
def test_moves_by_nothing_are_the_image(shape: tuple[int, ...], seed: int, fill_mode: str, interpolation: str) -> None:
    batch = images(shape)
    options = {"fill_mode": fill_mode, "interpolation": interpolation, "seed": seed}
    for layer in (RandomTranslation(0.0, 0.0, **options), RandomRotation(0.0, **options), RandomZoom(0.0, **options)):
        np.testing.assert_array_equal(layer(batch), batch)


@pytest.mark.property
@given(shapes, seeds)
def test_colours_by_nothing_are_the_image(shape: tuple[int, ...], seed: int) -> None:
    batch = images(shape)
    np.testing.assert_array_equal(RandomBrightness(0.0, seed=seed)(batch), batch)
    np.testing.assert_allclose(RandomContrast(0.0, seed=seed)(batch), batch, rtol=1e-5, atol=1e-4)


@pytest.mark.property
@given(shapes, seeds, st.sampled_from(["reflect", "nearest", "constant"]), st.sampled_from([-0.5, 0.25, 1.0]))
def test_shifts_by_whole_pixels_are_those_of_numpy(
    shape: tuple[int, ...], seed: int, fill_mode: str, factor: float
) -> None:
    batch = images((shape[0], 4, 8, shape[3]))
    got = RandomTranslation((factor, factor), (factor, factor), fill_mode, "nearest", seed)(batch)
    mode: Any = {"reflect": "symmetric", "nearest": "edge", "constant": "constant"}[fill_mode]
    padded = np.pad(batch, ((0, 0), (4, 4), (8, 8), (0, 0)), mode=mode)
    down, right = int(4 * factor), int(8 * factor)
    np.testing.assert_array_equal(got, padded[:, 4 - down : 8 - down, 8 - right : 16 - right])


@pytest.mark.unit
def test_turns_by_a_quarter_are_those_of_numpy() -> None:
    batch = images((2, 5, 5, 3))
    got = RandomRotation((0.25, 0.25), fill_mode="constant", interpolation="nearest")(batch)
    np.testing.assert_array_equal(got, np.rot90(batch, axes=(1, 2)))


@pytest.mark.property
@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_crops_are_parts_of_the_image(seed: int, height: int, width: int) -> None:
    image = np.arange(7 * 7, dtype=np.float32).reshape(1, 7, 7, 1)
    got = RandomCrop(height, width, seed=seed)(image)[0, :, :, 0]
    top, left = divmod(int(got[0, 0]), 7)
    np.testing.assert_array_equal(got, image[0, top : top + height, left : left + width, 0])


@pytest.mark.unit
def test_draws_fill_their_ranges() -> None:
    flat = np.full((4000, 1, 1, 1), 100.0)
    brighter = RandomBrightness((-0.2, 0.3), seed=5)(flat).ravel() - 100
    assert abs(brighter.min() + 51) < 0.3
    assert abs(brighter.max() - 76.5) < 0.3
    assert abs(brighter.mean() - 12.75) < 3
    flips = RandomFlip("horizontal", seed=5)(np.tile([[0.0], [1.0]], (4000, 1, 1, 1)))[:, 0, 0, 0]
    assert abs(flips.mean() - 0.5) < 0.03
    heights = [RandomHeight(0.5, seed=s)(np.zeros((20, 1, 1))).shape[0] for s in range(60)]
    assert min(heights) < 13
    assert max(heights) > 27
    assert set(heights) <= set(range(10, 31))


@pytest.mark.unit
def test_contrast_keeps_means_and_stretches_distances() -> None:
    batch = images((3, 8, 8, 2)) / 4 + 100
    factors = RandomContrast((-0.5, 0.9), seed=2)._uniform(3, 0.5, 1.9)
    got = RandomContrast((-0.5, 0.9), value_range=(0, 255), seed=2)(batch)
    mean = batch.mean((1, 2), keepdims=True)
    assert got.shape == batch.shape
    assert len(factors) == 3
    np.testing.assert_allclose(got.mean((1, 2), keepdims=True), mean, rtol=1e-4)


# --- inputs -----------------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(MAKE))
def test_every_form_of_input(name: str) -> None:
    batch = images((3, 6, 5, 2)).round().astype(np.uint8)
    expected = MAKE[name](seed=1)(batch)
    for form in (batch.tolist(), batch.astype(np.int64), batch.astype(np.float16), DenseColumn(batch)):
        np.testing.assert_array_equal(MAKE[name](seed=1)(form), expected)
    locked = batch.copy()
    locked.flags.writeable = False
    np.testing.assert_array_equal(MAKE[name](seed=1)(locked), expected)
    strided = np.repeat(batch, 2, axis=2)[:, :, ::2]
    np.testing.assert_array_equal(MAKE[name](seed=1)(strided), expected)
    wrapped = MAKE[name](seed=1)(Tensor(batch))
    assert isinstance(wrapped, Tensor)
    np.testing.assert_array_equal(wrapped.numpy(), expected)


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(MAKE))
def test_dtypes(name: str) -> None:
    batch = images((2, 6, 5, 3))
    # Integers are cut off before and after; the contrast grows by 1.6 between.
    for dtype, tolerance in (("uint8", 3), ("int32", 3), ("float16", 0.6), ("float32", 0), ("float64", 1e-3)):
        got = MAKE[name](seed=1, dtype=dtype)(batch)
        assert got.dtype == dtype
        if name != "contrast" or tolerance in (0, 3):  # Its factor is drawn in the layer's own precision.
            np.testing.assert_allclose(got.astype(float), MAKE[name](seed=1)(batch), atol=tolerance)


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(MAKE))
def test_dicts_change_images_and_masks_alike(name: str) -> None:
    batch = images((3, 6, 5, 2))
    masks = (batch[..., :1] > 100).astype(np.int32)
    entries = {"images": batch, "segmentation_masks": masks, "labels": [1, 2, 3]}
    got = MAKE[name](seed=1)(entries)
    assert list(got) == list(entries)
    assert got["labels"] is entries["labels"]
    assert entries["images"] is batch
    np.testing.assert_array_equal(got["images"], MAKE[name](seed=1)(batch))
    if name in ("flip", "crop"):
        np.testing.assert_array_equal(got["segmentation_masks"], MAKE[name](seed=1)(masks))
    elif name in ("brightness", "contrast"):
        assert got["segmentation_masks"] is not None
        np.testing.assert_array_equal(got["segmentation_masks"], masks)
    else:
        assert got["segmentation_masks"].dtype == np.int32
        assert set(np.unique(got["segmentation_masks"])) <= {0, 1}
    quiet = MAKE[name](seed=1)(entries, training=False)
    np.testing.assert_array_equal(quiet["segmentation_masks"], masks)


@pytest.mark.unit
def test_a_mask_of_nearest_pixels_moves_as_the_images_do() -> None:
    batch = images((4, 9, 7, 1))
    layer = RandomRotation(0.5, seed=3, interpolation="nearest")
    got = layer({"images": batch, "segmentation_masks": batch.astype(np.float64)})
    np.testing.assert_array_equal(got["images"], got["segmentation_masks"])


@pytest.mark.unit
def test_in_map_each_element_has_its_own_draw() -> None:
    batch = images((12, 5, 4, 3)).astype(np.uint8)
    layer, twin = RandomRotation(0.5, seed=4), RandomRotation(0.5, seed=4)
    dataset = Dataset.from_tensor_slices(batch).map(layer)
    assert "draws random numbers" in dataset.explain()
    for _ in range(2):  # A second epoch goes on where the first one ended.
        for got, image in zip(dataset, batch, strict=True):
            np.testing.assert_array_equal(got, twin(image))
    batches = list(Dataset.from_tensor_slices(batch).batch(6).map(RandomFlip(seed=1)))
    twin = RandomFlip(seed=1)
    for got, part in zip(batches, (batch[:6], batch[6:]), strict=True):
        np.testing.assert_array_equal(got, twin(part))


@pytest.mark.unit
def test_in_map_a_layer_that_does_not_train_runs_on_blocks() -> None:
    batch = images((5, 4, 3, 2)).astype(np.uint8)
    dataset = Dataset.from_tensor_slices(batch).map(lambda x: RandomFlip()(x, training=False), vectorize=True)
    np.testing.assert_array_equal(np.stack(list(dataset)), batch.astype(np.float32))


@pytest.mark.unit
def test_map_that_must_be_vectorised_says_why_it_cannot() -> None:
    dataset = Dataset.from_tensor_slices(images((2, 4, 3, 2))).map(RandomFlip(name="f"), vectorize=True)
    with pytest.raises(TraceError, match=r"RandomFlip 'f' draws random numbers, for each call anew"):
        list(dataset)


@pytest.mark.unit
def test_a_model_changes_images_when_it_trains() -> None:
    batch = images((6, 4, 4, 1))
    layer = RandomFlip("horizontal", seed=1)
    inputs = nn.Input(shape=(4, 4, 1))
    model = nn.Model(inputs, layer(inputs))
    np.testing.assert_array_equal(model.predict(batch, verbose=0), batch)
    assert layer.generator.state.tolist() == [1, 0]
    np.testing.assert_array_equal(np.asarray(model(batch, training=True)), RandomFlip("horizontal", seed=1)(batch))


@pytest.mark.unit
def test_fit_draws_and_a_saved_model_goes_on_there(tmp_path) -> None:
    batch, labels = images((16, 4, 4, 1)), np.arange(16) % 2
    random_layers = [RandomFlip(seed=1), RandomRotation(0.1, seed=2)]
    model = nn.Sequential([nn.Input(shape=(4, 4, 1)), *random_layers, nn.layers.Flatten(), nn.layers.Dense(2)])
    model.compile(optimizer="sgd", loss=nn.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(batch, labels, batch_size=8, epochs=3, verbose=0)
    model.evaluate(batch, labels, verbose=0)
    model.predict(batch, verbose=0)
    model.save(tmp_path / "model.penstock")
    loaded = nn.models.load_model(tmp_path / "model.penstock")
    for layers in (model.layers, loaded.layers):
        states = [layer.generator.state.tolist() for layer in layers if hasattr(layer, "generator")]
        assert states == [[1, 6], [2, 6]]


@pytest.mark.unit
def test_specs() -> None:
    spec = TensorSpec((None, 8, 9, 3), "uint8")
    assert RandomRotation(0.1).compute_output_spec(spec) == TensorSpec((None, 8, 9, 3), "float32")
    assert RandomCrop(4, 5, dtype="uint8").compute_output_spec(spec) == TensorSpec((None, 4, 5, 3), "uint8")
    first = RandomCrop(4, 5, data_format="channels_first").compute_output_spec(spec)
    assert first == TensorSpec((None, 8, 4, 5), "float32")
    assert RandomHeight(0.1).compute_output_spec(spec) == TensorSpec((None, None, 9, 3), "float32")
    assert RandomWidth(0.1).compute_output_spec(spec) == TensorSpec((None, 8, None, 3), "float32")
    entries = {"images": spec, "labels": TensorSpec((None,), "int64")}
    assert RandomFlip().compute_output_spec(entries)["labels"] == entries["labels"]
    assert RandomCrop(4, 5).compute_output_spec(TensorSpec(None, "uint8")) == TensorSpec(None, "float32")


# --- seeds, configs ---------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("layer", [RandomFlip, lambda: RandomHeight(0.5)], ids=["flip", "height"])
def test_without_a_seed_it_follows_the_global_one(layer: Any) -> None:
    batch = images((8, 9, 4, 1))
    try:
        penstock.random.set_seed(3)
        first = [layer()(batch) for _ in range(3)]
        penstock.random.set_seed(3)
        again = [layer()(batch) for _ in range(3)]
    finally:
        penstock.random.set_seed(None)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(a.shape != b.shape or not np.array_equal(a, b) for a, b in itertools.pairwise(first))


@pytest.mark.unit
def test_configs_hold_keras_names() -> None:
    config = RandomTranslation((-0.1, 0.2), 0.3, fill_value=2.0, seed=1, name="t").get_config()
    assert config == {
        "name": "t",
        "trainable": True,
        "dtype": "float32",
        "seed": 1,
        "data_format": "channels_last",
        "fill_mode": "reflect",
        "interpolation": "bilinear",
        "fill_value": 2.0,
        "height_factor": [-0.1, 0.2],
        "width_factor": 0.3,
    }
    assert RandomContrast(0.4).factor == (0, 0.4)
    assert RandomRotation(0.4).factor == (-0.4, 0.4)
    assert RandomBrightness((0.3, -0.2), (9, 1)).get_config()["value_range"] == [1, 9]
    assert "data_format" not in RandomHeight(0.1).get_config()
    json.dumps(RandomZoom(0.1, (0.1, 0.2)).get_config())


@pytest.mark.unit
def test_saved_arrays_must_be_those_of_the_layer() -> None:
    with pytest.raises(InvalidArgumentError, match=r"RandomFlip 'f': saved arrays must hold 'seed_generator'\."):
        RandomFlip(name="f").load_arrays({})
    with pytest.raises(
        InvalidArgumentError, match=r"RandomHeight 'h': saved arrays must hold 'generator', uint64\[4\]"
    ):
        RandomHeight(0.1, name="h").load_arrays({"seed_generator": np.zeros(2, np.int64)})


# --- messages ---------------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandomFlip("diagonal"), r"mode must be one of horizontal, vertical, .*Received: mode='diagonal'"),
        (lambda: RandomFlip(data_format="nhwc"), r"data_format must be one of .* Received: data_format='nhwc'"),
        (lambda: RandomFlip(seed=1.5), r"seed must be an integer of 64 bits or None\. Received: seed=1\.5"),
        (lambda: RandomFlip(seed=2**63), r"seed must be an integer of 64 bits or None\. Received: seed=9223"),
        (lambda: RandomRotation(1.5), r"factor must be a number or two in \[-1, 1\]\. Received: factor=1\.5"),
        (lambda: RandomRotation((1, 2, 3)), r"factor must be a number or two in \[-1, 1\]\. Received: factor="),
        (lambda: RandomRotation(0.1, "mirror"), r"fill_mode must be one of .*Received: fill_mode='mirror'"),
        (lambda: RandomRotation(0.1, interpolation="cubic"), r"interpolation must be one of nearest, bilinear"),
        (lambda: RandomRotation(0.1, fill_value="a"), r"fill_value must be a number\. Received: fill_value='a'"),
        (lambda: RandomTranslation(-1.1, 0), r"height_factor must be a number or two in \[-1, 1\]\. Received: height"),
        (lambda: RandomTranslation(0, (0, 2)), r"width_factor must be a number or two in \[-1, 1\]\. Received: width"),
        (lambda: RandomZoom(-1.0), r"height_factor must be a number or two in \(-1, 1\]\. Received: height_factor=-1"),
        (lambda: RandomZoom(0.1, "a"), r"width_factor must be a number or two in \(-1, 1\]\. Received: width_factor"),
        (lambda: RandomZoom(float("nan")), r"height_factor must be a number or two"),
        (lambda: RandomContrast(-0.5), r"factor must be a number or two in \[0, 1\]\. Received: factor=-0\.5"),
        (lambda: RandomContrast(0.5, (1,)), r"value_range must be a list of two numbers\. Received: value_range="),
        (lambda: RandomBrightness(2), r"factor must be a number or two in \[-1, 1\]\. Received: factor=2"),
        (lambda: RandomBrightness(0.1, 255), r"value_range must be a list of two numbers\. Received: value_range=255"),
        (lambda: RandomCrop(0, 3), r"\(height, width\) must be two ints >= 1"),
        (lambda: RandomHeight((0.2, 0.1)), r"factor must be a number in \[0, 1\], or two numbers >= -1 in ascending"),
        (lambda: RandomHeight(-0.1), r"factor must be a number in \[0, 1\], or two"),
        (lambda: RandomWidth(0.1, "linear"), r"interpolation must be one of bilinear, nearest, .*='linear'"),
    ],
)
def test_bad_options_are_errors(make: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^Random\w+ '\w+': {message}"):
        make()


@pytest.mark.unit
def test_bad_inputs_are_errors() -> None:
    layer = RandomFlip(name="f")
    with pytest.raises(ShapeError, match=r"RandomFlip 'f': images must be \[height, width, channels\] or \[batch"):
        layer(np.zeros((4, 4)))
    with pytest.raises(ShapeError, match=r"images must be"):
        layer(np.zeros((1, 1, 1, 4, 4)), training=False)
    with pytest.raises(ShapeError, match=r"rows of images must have one length"):
        layer([[[1], [2]], [[3]]])
    with pytest.raises(DTypeError, match=r"images must be integers or floating-point numbers"):
        layer(np.array([[["a"]]]))
    with pytest.raises(DTypeError, match=r"dtype must be one of numbers\. Received: dtype=string"):
        RandomFlip(dtype="string")
    with pytest.raises(InvalidArgumentError, match=r"a dict must hold 'images'\. Received: 'labels'\."):
        layer({"labels": 1})
    with pytest.raises(InvalidArgumentError, match=r"bounding boxes are not changed along with images"):
        layer({"images": np.zeros((2, 2, 1)), "bounding_boxes": {}})
    with pytest.raises(InvalidArgumentError, match=r"there must be as many segmentation masks as images"):
        layer({"images": np.zeros((2, 2, 2, 1)), "segmentation_masks": np.zeros((2, 2, 1))})
    with pytest.raises(InvalidArgumentError, match=r"images must have pixels, before and after\. .* to become 0 x 3"):
        RandomHeight((-1.0, -1.0))(np.zeros((2, 3, 1)))
    with pytest.raises(ShapeError, match=r"images must be"):
        layer.compute_output_spec(TensorSpec((None, 3), "float32"))
