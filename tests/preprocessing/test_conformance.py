"""Every preprocessing layer keeps the contract of layers. A new layer joins with one row."""

import numpy as np
import pytest

from penstock.preprocessing import (
    CategoryEncoding,
    CenterCrop,
    ColumnLayers,
    Discretization,
    FeatureSpace,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Normalization,
    RandomBrightness,
    RandomColorJitter,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomGrayscale,
    RandomHeight,
    RandomHue,
    RandomInvert,
    RandomPosterization,
    RandomRotation,
    RandomSaturation,
    RandomTranslation,
    RandomWidth,
    RandomZoom,
    Rescaling,
    Resizing,
    Solarization,
    StringLookup,
    TextVectorization,
)
from penstock.testing.layers import run_layer_test, run_random_layer_test

pytestmark = pytest.mark.unit

NUMBERS = np.random.default_rng(0).normal(3, 2, (6, 4)).astype(np.float32)
WORDS = np.array([["a", "b", "a"], ["é", "zz", ""]], dtype=object)
TOKENS = ["b", "a", "é", "c"]
IDF = [0.5, 1.0, 2.0, 4.0]
TEXTS = np.array(["a B!", "É b  c a", "", "b, b"], dtype=object)
COUNTS = np.array([[5, 3, 5], [-2, 9, 0]])
IMAGES = np.random.default_rng(1).normal(9, 5, (2, 5, 6, 3)).astype(np.float32)


TABLE = {"age": NUMBERS[:, 0], "city": np.array(list("abacca"), dtype=object), "rooms": np.arange(6) % 4}


def adapted(data):
    return lambda layer: layer.adapt(data)


ROWS = [
    pytest.param(lambda: Normalization(), NUMBERS, adapted(NUMBERS), id="normalization"),
    pytest.param(lambda: Normalization(axis=None, invert=True), NUMBERS, adapted(NUMBERS), id="normalization-inverse"),
    pytest.param(
        lambda: Normalization(mean=[1, 2, 3, 4], variance=[1, 4, 9, 0]), NUMBERS, None, id="normalization-given"
    ),
    pytest.param(
        lambda: Normalization(dtype="float64", name="n"), NUMBERS, adapted(NUMBERS), id="normalization-float64"
    ),
    pytest.param(lambda: StringLookup(), WORDS, adapted(WORDS), id="lookup"),
    pytest.param(lambda: StringLookup(3, 2, mask_token="a"), WORDS, adapted(WORDS), id="lookup-limits"),
    pytest.param(lambda: StringLookup(vocabulary=TOKENS, oov_token="?"), WORDS, None, id="lookup-given"),
    pytest.param(
        lambda: StringLookup(vocabulary=TOKENS, invert=True), np.array([[0, 1], [4, 9]]), None, id="lookup-inverse"
    ),
    *(
        pytest.param(lambda mode=mode: StringLookup(output_mode=mode), WORDS, adapted(WORDS), id=f"lookup-{mode}")
        for mode in ("one_hot", "multi_hot", "count", "tf_idf")
    ),
    pytest.param(lambda: StringLookup(output_mode="count", sparse=True), WORDS, adapted(WORDS), id="lookup-sparse"),
    pytest.param(
        lambda: StringLookup(9, vocabulary=TOKENS, idf_weights=IDF, output_mode="tf_idf", pad_to_max_tokens=True),
        WORDS,
        None,
        id="lookup-given-idf",
    ),
    pytest.param(lambda: StringLookup(3, max_counted=8), WORDS, adapted(WORDS), id="lookup-bounded"),
    pytest.param(lambda: StringLookup(vocabulary=TOKENS, num_oov_indices=5, salt=3), WORDS, None, id="lookup-salt"),
    pytest.param(lambda: IntegerLookup(), COUNTS, adapted(COUNTS), id="integers"),
    pytest.param(
        lambda: IntegerLookup(4, 2, mask_token=5, oov_method="farmhash", salt=[1, 2]),
        COUNTS,
        adapted(COUNTS),
        id="integers-limits",
    ),
    pytest.param(lambda: IntegerLookup(vocabulary=[5, -2], num_oov_indices=3), COUNTS, None, id="integers-given"),
    pytest.param(lambda: IntegerLookup(vocabulary=[5, -2], invert=True), COUNTS, None, id="integers-inverse"),
    pytest.param(lambda: IntegerLookup(output_mode="tf_idf"), COUNTS, adapted(COUNTS), id="integers-tf_idf"),
    pytest.param(lambda: Hashing(7), WORDS, None, id="hashing"),
    pytest.param(lambda: Hashing(7, mask_value="a", salt=[3, -4], dtype="int32"), WORDS, None, id="hashing-salt"),
    pytest.param(lambda: Hashing(7, mask_value=5), COUNTS, None, id="hashing-integers"),
    pytest.param(lambda: Hashing(7, output_mode="count", sparse=True), WORDS, None, id="hashing-sparse"),
    *(
        pytest.param(lambda mode=mode: CategoryEncoding(4, mode), np.abs(COUNTS), None, id=f"categories-{mode}")
        for mode in ("one_hot", "multi_hot", "count")
    ),
    pytest.param(lambda: CategoryEncoding(4, sparse=True, dtype="int64"), np.abs(COUNTS), None, id="categories-sparse"),
    pytest.param(lambda: Discretization(num_bins=3), NUMBERS, adapted(NUMBERS), id="discretization"),
    pytest.param(lambda: Discretization([1.0, 2.5, 4.0]), NUMBERS, None, id="discretization-given"),
    *(
        pytest.param(
            lambda mode=mode: Discretization(num_bins=3, epsilon=0.1, output_mode=mode),
            NUMBERS,
            adapted(NUMBERS),
            id=f"discretization-{mode}",
        )
        for mode in ("one_hot", "multi_hot", "count")
    ),
    pytest.param(lambda: TextVectorization(), TEXTS, adapted(TEXTS), id="text"),
    pytest.param(
        lambda: TextVectorization(9, None, split="character", ngrams=(2, 1), output_sequence_length=5),
        TEXTS,
        adapted(TEXTS),
        id="text-characters",
    ),
    pytest.param(lambda: TextVectorization(ragged=True, standardize="lower"), TEXTS, adapted(TEXTS), id="text-ragged"),
    pytest.param(
        lambda: TextVectorization(vocabulary=["a", "b"], split=None, ngrams=2), TEXTS, None, id="text-not-split"
    ),
    *(
        pytest.param(lambda mode=mode: TextVectorization(output_mode=mode), TEXTS, adapted(TEXTS), id=f"text-{mode}")
        for mode in ("one_hot", "multi_hot", "count", "tf_idf")
    ),
    pytest.param(
        lambda: TextVectorization(12, output_mode="tf_idf", pad_to_max_tokens=True, sparse=True),
        TEXTS,
        adapted(TEXTS),
        id="text-sparse",
    ),
    pytest.param(lambda: Resizing(3, 4), IMAGES, None, id="resizing"),
    pytest.param(
        lambda: Resizing(7, 4, "lanczos5", pad_to_aspect_ratio=True, fill_value=-3, antialias=True, dtype="float64"),
        IMAGES,
        None,
        id="resizing-padded",
    ),
    pytest.param(
        lambda: Resizing(4, 4, "bicubic", crop_to_aspect_ratio=True, data_format="channels_first"),
        IMAGES.astype(np.int64),
        None,
        id="resizing-integers",
    ),
    pytest.param(lambda: CenterCrop(3, 4), IMAGES, None, id="center-crop"),
    pytest.param(lambda: CenterCrop(9, 3, dtype="float16"), IMAGES, None, id="center-crop-small"),
    pytest.param(lambda: Rescaling(1 / 127.5, -1), NUMBERS, None, id="rescaling"),
    pytest.param(
        lambda: Rescaling([1, 2, 3, 4], np.float32(0.1), dtype="float64"), COUNTS[:, :1], None, id="rescaling-4"
    ),
    pytest.param(
        lambda: FeatureSpace(
            {"age": "float_normalized", "city": "string_categorical", "rooms": "integer_hashed"},
            crosses=[("city", "rooms")],
            crossing_dim=5,
        ),
        TABLE,
        adapted(TABLE),
        id="feature-space",
    ),
    pytest.param(
        lambda: FeatureSpace(
            {
                "age": FeatureSpace.float_discretized(3, output_mode="int"),
                "city": FeatureSpace.feature("string", StringLookup(output_mode="count"), "float"),
                "rooms": FeatureSpace.integer_categorical(num_oov_indices=2),
            },
            output_mode="dict",
        ),
        TABLE,
        adapted(TABLE),
        id="feature-space-dict",
    ),
    pytest.param(
        lambda: ColumnLayers(
            {"age": Normalization(), "code": StringLookup(output_mode="one_hot"), "cross": HashedCrossing(4)},
            {"code": "city", "cross": ["city", "rooms"]},
            keep=False,
        ),
        TABLE,
        adapted(TABLE),
        id="columns",
    ),
]


@pytest.mark.parametrize(("make", "inputs", "prepare"), ROWS)
def test_layers_keep_the_contract(make, inputs, prepare):
    run_layer_test(make, inputs, prepare=prepare)


IMAGES = np.random.default_rng(1).integers(0, 256, (3, 6, 5, 2)).astype(np.uint8)

RANDOM_ROWS = [
    pytest.param(lambda: RandomFlip(seed=1), id="flip"),
    pytest.param(lambda: RandomFlip("vertical", seed=1, data_format="channels_first", dtype="uint8"), id="flip-uint8"),
    pytest.param(lambda: RandomTranslation(0.4, (-0.2, 0.5), seed=1), id="translation"),
    pytest.param(
        lambda: RandomTranslation(0.4, 0.1, "constant", "nearest", 1, 7.5, "channels_first", dtype="float64"),
        id="translation-constant",
    ),
    pytest.param(lambda: RandomRotation(0.4, seed=1), id="rotation"),
    pytest.param(lambda: RandomRotation((-0.1, 1), "wrap", "nearest", 1, dtype="float16"), id="rotation-wrap"),
    pytest.param(lambda: RandomZoom(0.5, seed=1), id="zoom"),
    pytest.param(lambda: RandomZoom([-0.5, 0.2], 0.7, "nearest", seed=1, dtype="uint8"), id="zoom-uint8"),
    pytest.param(lambda: RandomContrast(0.5, seed=1), id="contrast"),
    pytest.param(lambda: RandomContrast((0.2, 0.5), [0, 200.5], 1, dtype="float64"), id="contrast-float64"),
    pytest.param(lambda: RandomBrightness(0.5, seed=1), id="brightness"),
    pytest.param(lambda: RandomBrightness((-0.5, 0.1), (100, 0), 1, dtype="int32", name="b"), id="brightness-int32"),
    pytest.param(lambda: RandomInvert(0.9, seed=1), id="invert"),
    pytest.param(lambda: RandomPosterization(6, (0, 200), seed=1, dtype="uint8"), id="posterization-uint8"),
    pytest.param(lambda: Solarization(0.4, (0.1, 0.9), [0, 200], 1, dtype="float64"), id="solarization"),
    pytest.param(lambda: RandomCrop(4, 3, seed=1), id="crop"),
    pytest.param(lambda: RandomCrop(4, 3, seed=1, dtype="uint8"), id="crop-uint8"),
    pytest.param(lambda: RandomHeight(0.9, seed=1), id="height"),
    pytest.param(lambda: RandomWidth((0.1, 0.9), "nearest", 1, dtype="uint8"), id="width-uint8"),
]


@pytest.mark.parametrize("make", RANDOM_ROWS)
def test_random_layers_keep_the_contract(make):
    run_random_layer_test(make, IMAGES, quiet_inputs=IMAGES[:, :4, :3])


COLOURS = np.random.default_rng(1).integers(0, 256, (3, 6, 5, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: RandomGrayscale(seed=1), id="grayscale"),
        pytest.param(
            lambda: RandomColorJitter((0, 300), 0.3, (0.1, 0.4), None, 0.5, 1, dtype="uint8"), id="jitter-uint8"
        ),
        pytest.param(lambda: RandomColorJitter(saturation_factor=0.4, seed=1), id="jitter"),
        pytest.param(lambda: RandomHue(0.7, (0, 300), seed=1, dtype="uint8"), id="hue-uint8"),
        pytest.param(lambda: RandomSaturation((0.2, 0.9), seed=1, dtype="float16"), id="saturation-float16"),
    ],
)
def test_layers_of_colours_keep_the_contract(make):
    run_random_layer_test(make, COLOURS)
