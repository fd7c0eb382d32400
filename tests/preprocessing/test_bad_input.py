"""Bad input and bad options: each a clear error. Vocabulary files have test_vocabulary_files.py."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as ps
from penstock.errors import DTypeError, InvalidArgumentError, NotAdaptedError, ShapeError, StageError
from penstock.preprocessing import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Normalization,
    StringLookup,
    TextVectorization,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("layer", "value", "message"),
    [
        (
            StringLookup(name="n"),
            ["a"],
            r"StringLookup 'n' has no vocabulary yet\. Call adapt\(data\) or set_vocabulary",
        ),
        (IntegerLookup(name="n"), [1], r"IntegerLookup 'n' has no vocabulary yet"),
        (TextVectorization(name="n"), ["a"], r"TextVectorization 'n' has no vocabulary yet"),
        (
            Normalization(name="n"),
            [1.0],
            r"Normalization 'n' has no statistics yet\. Call adapt\(data\) first, or pass",
        ),
        (Discretization(num_bins=3, name="n"), [1.0], r"Discretization 'n' has no boundaries yet\. Call adapt\(data\)"),
    ],
)
def test_not_adapted(layer, value, message):
    with pytest.raises(NotAdaptedError, match=message):
        layer(value)
    with pytest.raises(StageError, match=message):
        list(ps.Dataset.from_tensor_slices(value).map(layer))


OPTIONS = [
    (lambda: StringLookup(vocabulary=[]), r"a vocabulary must hold at least one token\. Received: none"),
    (lambda: StringLookup(vocabulary=["a", "b", "a", "b"]), r"Received: 'a', 'b' more than once \(first .* index 2\)"),
    (lambda: IntegerLookup(vocabulary=[4, -7, 2, -7]), r"Received: -7 more than once \(first repeated at index 3\)"),
    (lambda: StringLookup(vocabulary=[["a"]]), r"a vocabulary must be a list of tokens\. Received: \[\['a'\]\]"),
    (lambda: StringLookup(vocabulary=[1, 2]), r"vocabulary: inputs must be strings\. Received an item 1"),
    (lambda: IntegerLookup(vocabulary=["x"]), r"vocabulary: tokens must be integers\. Received: 'x'"),
    (
        lambda: StringLookup(vocabulary=["a"], mask_token="a"),
        r"special tokens must stand at the front .*mask_token='a' at",
    ),
    (lambda: StringLookup(vocabulary=["a", "a"], mask_token="a"), r"'a' more than once"),
    (lambda: StringLookup(mask_token=3), r"^StringLookup: mask_token must be a string or None\. Received: 3 \(int\)"),
    (lambda: StringLookup(oov_token=3), r"^StringLookup: oov_token must be a string or None\. Received: 3 \(int\)"),
    (
        lambda: IntegerLookup(mask_token="3"),
        r"^IntegerLookup: mask_token must be an int or None\. Received: '3' \(str\)",
    ),
    (lambda: StringLookup(encoding="nope"), r"encoding must be one that Python knows\. Received: encoding='nope'"),
    (lambda: StringLookup(vocabulary="."), r"a vocabulary must be a file\. Received: vocabulary='\.', a folder"),
    (
        lambda: StringLookup(vocabulary=["a"], idf_weights=["x"], output_mode="tf_idf"),
        r"idf_weights must be numbers\. Received: \['x'\]",
    ),
    (lambda: Normalization(mean=["x"], variance=[1.0]), r": mean must be numbers\. Received: \['x'\]"),
    (lambda: Discretization(["x"]), r": bin_boundaries must be numbers\. Received: \['x'\]"),
    (lambda: Discretization([3.0, 1.0]), r"bin_boundaries must be a list of rising numbers"),
    (lambda: Hashing(0), r"num_bins must be an int >= 1\. Received: num_bins=0"),
    (lambda: CategoryEncoding(0), r"num_tokens must be an int >= 1\. Received: num_tokens=0"),
    (lambda: HashedCrossing("3"), r"num_bins must be an int >= 1\. Received: num_bins='3'"),
]


@pytest.mark.parametrize(("make", "message"), OPTIONS, ids=range(len(OPTIONS)))
def test_options(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()


def test_categories_outside_of_the_range_are_as_in_keras():
    assert CategoryEncoding(3)([3, 2]).tolist() == [0, 0, 1]
    assert CategoryEncoding(3, "one_hot")([-1]).tolist() == [[0, 0, 0]]
    with pytest.raises(InvalidArgumentError, match=r"categories must not be negative\. Received: -1"):
        CategoryEncoding(3)([-1, 2])


def test_nan_and_infinity_in_normalization_are_as_in_keras():
    layer = Normalization()
    layer.adapt([[1.0, 1.0], [np.nan, 3.0]])
    assert np.isnan(layer.mean).tolist() == [[True, False]]
    assert np.isnan(layer([[1.0, 2.0]])).tolist() == [[True, False]]
    with pytest.raises(DTypeError, match=r"data must be numbers\. Received: complex128\[2, 2\]"):
        layer.adapt(np.ones((2, 2), complex))
    with pytest.raises(ShapeError, match=r"inputs must broadcast with statistics of shape \[1, 2\]"):
        layer(np.ones((3, 3)))
    with pytest.raises(ShapeError, match=r"axis 1 of every batch must have length 2"):
        layer.adapt(iter([np.ones((3, 2)), np.ones((3, 4))]))


def test_bytes_that_are_no_text_pass_as_in_tensorflow():
    lookup = StringLookup(vocabulary=[b"\xff", b"a"])
    assert lookup([b"\xff", b"\xfe"]).tolist() == [1, 0]
    twin = StringLookup.from_config(lookup.get_config())
    assert twin([b"\xff", b"\xfe"]).tolist() == [1, 0]
    text = TextVectorization()
    text.adapt([b"\xff a"])
    assert text([b"\xff b"]).tolist() == [[2, 1]]
    with pytest.raises(InvalidArgumentError, match=r"a str must have a UTF-8 form; a lone surrogate has none"):
        lookup(["\ud800"])


STATES = [
    (StringLookup, r"the saved tokens must be bytes and offsets"),
    (IntegerLookup, r"the saved tokens must be bytes and offsets"),
    (TextVectorization, r"the saved tokens must be bytes and offsets"),
    (Normalization, r"a saved state must have 'input_shape'"),
    (lambda: Discretization(num_bins=2), r"a saved state must have values and counts"),
]


@pytest.mark.parametrize(("make", "message"), STATES, ids=range(len(STATES)))
def test_states_that_are_none(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make().set_state({"junk": np.zeros(2)})
    layer = make()
    with pytest.raises(InvalidArgumentError, match="the saved adapted state does not fit the layer"):
        type(layer).from_config({**layer.get_config(), "adapted": {"junk": 1}})


def test_states_of_other_layers_do_not_merge():
    layers = [StringLookup(), IntegerLookup(), TextVectorization(), Normalization(), Discretization(num_bins=2)]
    for one in layers:
        for other in layers:
            if one is not other:
                with pytest.raises(
                    InvalidArgumentError, match=r"merge_state needs a \w+ with the same options\. Received"
                ):
                    one.merge_state(other)
    for options in ({"standardize": None}, {"split": "character"}, {"ngrams": 2}):
        with pytest.raises(InvalidArgumentError, match=r"needs a layer that makes the same tokens\. Received: \w+="):
            TextVectorization().merge_state(TextVectorization(**options))


def test_layers_of_compat_and_native_ones_merge():
    from penstock.compat import tensorflow as tf

    native, compat = StringLookup(), tf.keras.layers.StringLookup()
    native.update_state(["a"])
    compat.update_state(["b", "b"])
    native.merge_state(compat)
    native.finalize_state()
    assert native.get_vocabulary() == ["[UNK]", "b", "a"]
