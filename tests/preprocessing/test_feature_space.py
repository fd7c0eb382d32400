"""FeatureSpace: features of one's own, models, saving, errors; test_feature_space_golden.py has Keras's results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import penstock as ps
from penstock import nn
from penstock.errors import DTypeError, InvalidArgumentError, NotAdaptedError
from penstock.preprocessing import FeatureSpace, Hashing, Normalization, Rescaling, StringLookup, TextVectorization

pytestmark = pytest.mark.unit

TABLE = {"age": [20.0, 30.0, 40.0, 25.0], "city": ["Rome", "Oslo", "Rome", "Bonn"], "rooms": [1, 2, 1, 9]}


def adapted(features, **options):
    space = FeatureSpace(features, **options)
    space.adapt(TABLE)
    return space


def test_all_layers_adapt_in_one_pass():
    passes = []

    def rows():
        passes.append(1)
        yield from (dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True))

    space = FeatureSpace({"age": "float_normalized", "city": "string_categorical", "rooms": "integer_categorical"})
    space.adapt(rows())
    assert passes == [1]
    assert space({"age": 40.0, "city": "Rome", "rooms": 2}).shape == (1 + 4 + 4,)


def test_a_layer_of_ones_own():
    space = adapted(
        {
            "city": FeatureSpace.feature("string", TextVectorization(output_mode="multi_hot"), "float"),
            "age": FeatureSpace.feature("float32", Rescaling(0.1), "float"),
            "rooms": FeatureSpace.feature("int32", Hashing(3), "one_hot"),
        }
    )
    found = space({"age": [10.0], "city": ["Oslo"], "rooms": [2]})
    assert found.dtype == np.float32
    assert found[0, :5].tolist() == [1, 0, 0, 1, 0]


def test_given_boundaries_need_no_adapting():
    space = FeatureSpace({"age": FeatureSpace.float_discretized(bin_boundaries=[20, 40])})
    assert space({"age": [3, 20, 50]}).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    space.adapt(TABLE)


def test_categories_of_one_feature_in_a_row_are_multi_hot():
    space = FeatureSpace({"tags": FeatureSpace.integer_hashed(8)})
    expected = np.zeros((1, 8))
    expected[0, Hashing(8)([1, 2])] = 1
    assert space({"tags": [[1, 2]]}).tolist() == expected.tolist()


def test_columns_that_are_no_feature_are_left_alone():
    space = adapted({"age": "float"})
    assert space(TABLE).tolist() == [[20], [30], [40], [25]]
    assert space(pd.DataFrame(TABLE)).tolist() == space(TABLE).tolist()


def test_a_row_may_have_vectors():
    space = FeatureSpace({"v": "float", "age": "float"})
    assert space({"v": [1.0, 2.0], "age": 3.0}).tolist() == [3, 1, 2]
    assert space({"v": [[1.0, 2.0]], "age": [3.0]}).tolist() == [[3, 1, 2]]


def test_tensors_give_tensors():
    space = adapted({"age": "float_normalized", "city": "string_categorical"})
    found = space({"age": ps.Tensor([20.0, 30.0]), "city": ps.Tensor(np.array(["Rome", "?"], dtype=object))})
    assert isinstance(found, ps.Tensor)
    np.testing.assert_array_equal(found.numpy(), space({"age": [20.0, 30.0], "city": ["Rome", "?"]}))


def test_in_a_pipeline_for_training():
    space = adapted({"age": "float_normalized", "city": "string_categorical"}, crosses=[])
    rows = ps.Dataset.from_tensor_slices((TABLE, [0, 1, 0, 1]))
    batches = rows.map(lambda features, label: (space(features), label)).batch(2)
    model = nn.Sequential([nn.layers.Dense(2)])
    model.compile("sgd", nn.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(batches, verbose=0)
    assert model.predict(batches, verbose=0).shape == (4, 2)


INPUTS = {"age": np.array([[30.0], [20.0]], np.float32), "city": np.array([["Rome"], ["?"]], dtype=object)}


def test_a_model_on_encoded_features(tmp_path):
    space = adapted({"age": "float_normalized", "city": "string_categorical"}, crosses=[])
    inputs, encoded = space.get_inputs(), space.get_encoded_features()
    assert {name: (i.shape, i.dtype.name) for name, i in inputs.items()} == {
        "age": ((None, 1), "float32"),
        "city": ((None, 1), "string"),
    }
    assert encoded.shape == (None, 5)
    assert space.get_inputs()["age"] is inputs["age"]
    bare = nn.Model(inputs, encoded)
    np.testing.assert_array_equal(bare.predict(INPUTS, verbose=0), space(INPUTS))
    model = nn.Model(inputs, nn.layers.Dense(2)(encoded))
    model.save(tmp_path / "model.zip")
    loaded = nn.models.load_model(tmp_path / "model.zip")
    np.testing.assert_array_equal(loaded.predict(INPUTS, verbose=0), model.predict(INPUTS, verbose=0))


def test_as_a_layer_of_a_model(tmp_path):
    space = adapted(
        {"age": "float_normalized", "city": "string_categorical", "rooms": "integer_hashed"},
        crosses=[("city", "rooms")],
        output_mode="dict",
    )
    inputs = {
        "age": nn.Input((1,), name="age"),
        "city": nn.Input((1,), dtype="string", name="city"),
        "rooms": nn.Input((1,), dtype="int64", name="rooms"),
    }
    model = nn.Model(inputs, nn.layers.Dense(2)(space(inputs)["city_X_rooms"]))
    model.save(tmp_path / "model.zip")
    given = {**INPUTS, "rooms": np.array([[1], [9]])}
    loaded = nn.models.load_model(tmp_path / "model.zip")
    np.testing.assert_array_equal(loaded.predict(given, verbose=0), model.predict(given, verbose=0))


def test_save_and_load(tmp_path):
    space = adapted({"age": "float_discretized", "city": "string_categorical", "rooms": "integer_hashed"})
    path = tmp_path / "space.keras"
    space.save(path)
    for loaded in (FeatureSpace.load(path), nn.models.load_model(path)):
        np.testing.assert_array_equal(loaded(TABLE), space(TABLE))
        assert [str(f.dtype) for f in loaded.features.values()] == ["float32", "string", "int32"]


def test_compat_names():
    from penstock.compat import tensorflow as tf

    space = tf.keras.utils.FeatureSpace({"age": "float", "city": tf.keras.utils.FeatureSpace.string_hashed(4)})
    found = space({"age": [1.0], "city": ["a"]})
    assert isinstance(found, tf.Tensor)
    assert isinstance(FeatureSpace.from_config(space.get_config())({"age": [1.0], "city": ["a"]}), np.ndarray)


def made(features, **options):
    return lambda: FeatureSpace(features, **options, name="s")


BAD = [
    (made({}), r"^FeatureSpace 's': features must be a dict with at least one feature\. Received: \{\}"),
    (made(["a"]), r"features must be a dict with at least one feature\. Received: \['a'\]"),
    (
        made({"a": "flaot"}),
        r"a feature must be one of float, .*, or a Feature\. Received: 'a': 'flaot'.* Did you mean 'f",
    ),
    (made({"a": 3}), r"Received: 'a': 3 \(int\)"),
    (
        made({"a": "float"}, output_mode="dic"),
        r"output_mode must be one of concat, dict\. .*'dic'\. Did you mean 'dict'",
    ),
    (
        made({"a": "string_hashed"}, crosses=[("a", "b")]),
        r"crosses must be of features\. Received: 'b' in a_X_b\.",
    ),
    (
        made({"a": "string_hashed", "b": "float"}, crosses=[("a", "b")]),
        r"features with integer codes\. Received: 'b' in a_X_b, with output_mode='float'",
    ),
    (
        made({"a": "string_hashed", "b": "string_hashed"}, crosses=[("a", "b"), ("a", "b")]),
        r"names must differ\. Received: a_X_b more than once",
    ),
    (lambda: FeatureSpace.cross(["a"], 3), r"^Cross: feature_names must be a list of two names .*Received: feature_n"),
    (lambda: FeatureSpace.cross("ab", 3), r"^Cross: feature_names must be a list of two"),
    (lambda: FeatureSpace.cross(["a", "b"], 0), r"^Cross: crossing_dim must be an int >= 1\. Received: crossing_dim=0"),
    (
        lambda: FeatureSpace.cross(["a", "b"], 2, "float"),
        r"^Cross: output_mode must be one of int, one_hot\. R.*'float'",
    ),
    (
        lambda: FeatureSpace.feature("int32", len, "int"),
        r"^Feature: preprocessor must be a layer or None\. Received: pr",
    ),
    (lambda: FeatureSpace.feature("int32", Hashing(2), "onehot"), r"^Feature: output_mode must be one of .*'one_hot'"),
    (
        lambda: adapted({"city": FeatureSpace.string_categorical(output_mode="int")})(TABLE),
        r"output_mode='concat' needs encoded features\. Received: 'city' with output_mode='int'\. Use output",
    ),
    (
        lambda: adapted({"age": FeatureSpace.feature("float32", Normalization(), "one_hot")})(TABLE),
        r"known number of integer codes\. Received: 'age': Normalization",
    ),
    (
        lambda: adapted({"city": FeatureSpace.feature("string", StringLookup(output_mode="count"), "one_hot")})(TABLE),
        r"known number of integer codes\. Received: 'city': StringLookup",
    ),
    (lambda: adapted({"age": "float"})({"agee": [1.0]}), r"must have the column 'age'.*'agee'\. Did you mean 'agee'"),
    (
        lambda: adapted({"age": "float", "rooms": "float"})({"age": [1.0, 2.0], "rooms": [1]}),
        r"as many rows as each other\. Received: 'age': 2, 'rooms': 1",
    ),
    (
        lambda: FeatureSpace.from_config({"features": {}}),
        r"must have a list of names and features\. Received: features=",
    ),
]


@pytest.mark.parametrize(("run", "message"), BAD, ids=range(len(BAD)))
def test_errors(run, message):
    with pytest.raises(InvalidArgumentError, match=message):
        run()


def test_wrong_kinds_and_not_adapted():
    space = FeatureSpace({"age": "float_normalized", "city": "string_categorical"}, name="s")
    for use in (lambda: space(TABLE), space.get_inputs, space.get_encoded_features):
        with pytest.raises(
            NotAdaptedError, match=r"^FeatureSpace 's' has nothing learned yet for 'age', 'city'\. Call "
        ):
            use()
    space.adapt(TABLE)
    with pytest.raises(DTypeError, match=r"'s', feature 'age': the column must hold numbers\. Received: \['a'\]"):
        space({"age": ["a"], "city": ["b"]})
    with pytest.raises(DTypeError, match=r"'s', feature 'city': the column must hold strings\. Received: \[1\]"):
        space({"age": [1.0], "city": [1]})
    with pytest.raises(DTypeError, match=r"'s': inputs must be a dict of columns or a table\. Received: \[1\]"):
        space([1])


def test_keras_calls_what_a_space_adapts_to_its_dataset():
    from penstock.compat.tensorflow import keras

    space = keras.utils.FeatureSpace({"age": "float_normalized"})
    space.adapt(dataset=ps.Dataset.from_tensor_slices({"age": [1.0, 3.0]}))
    assert space({"age": [3.0]}).numpy().tolist() == [[1.0]]
