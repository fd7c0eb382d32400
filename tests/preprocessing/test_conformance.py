"""Every preprocessing layer keeps the contract of layers. A new layer joins with one row."""

import numpy as np
import pytest

from penstock.preprocessing import Normalization, StringLookup
from penstock.testing.layers import run_layer_test

pytestmark = pytest.mark.unit

NUMBERS = np.random.default_rng(0).normal(3, 2, (6, 4)).astype(np.float32)
WORDS = np.array([["a", "b", "a"], ["é", "zz", ""]], dtype=object)
TOKENS = ["b", "a", "é", "c"]
IDF = [0.5, 1.0, 2.0, 4.0]


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
]


@pytest.mark.parametrize(("make", "inputs", "prepare"), ROWS)
def test_layers_keep_the_contract(make, inputs, prepare):
    run_layer_test(make, inputs, prepare=prepare)
