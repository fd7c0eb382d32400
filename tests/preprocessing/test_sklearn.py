"""LayerTransformer inside scikit-learn's own tools."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from penstock.core.errors import InvalidArgumentError, NotAdaptedError, ShapeError
from penstock.preprocessing import (
    Discretization,
    FeatureSpace,
    Hashing,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)
from penstock.preprocessing.sklearn import LayerTransformer

pytestmark = pytest.mark.unit

NUMBERS = np.random.default_rng(0).normal(3, 2, (20, 2)).astype(np.float32)
TEXTS = ["good day", "bad day", "good night", "bad night"] * 5
LABELS = np.array([1, 0, 1, 0] * 5)


def test_inside_a_pipeline_of_scikit_learn():
    text = TextVectorization(output_mode="tf_idf", name="text")
    model = Pipeline([("text", LayerTransformer(text)), ("classify", LogisticRegression())])
    model.fit(TEXTS, LABELS)
    assert model.score(TEXTS, LABELS) == 1.0
    assert model.predict(["good good"]).tolist() == [1]
    assert not text.is_adapted
    assert model[:-1].get_feature_names_out().tolist() == [
        f"text_{token}" for token in ["[UNK]", "night", "good", "day", "bad"]
    ]
    twin = clone(model).fit(TEXTS[:2], LABELS[:2])
    assert twin[0].layer_.vocabulary_size() == 4
    numbers = make_pipeline(LayerTransformer(Normalization()), LogisticRegression()).fit(NUMBERS, LABELS)
    np.testing.assert_allclose(numbers[0].transform(NUMBERS).mean(0), 0, atol=1e-5)


def test_columns_of_a_table():
    frame = pd.DataFrame({"age": NUMBERS[:, 0], "size": NUMBERS[:, 1], "word": TEXTS})
    both = ColumnTransformer(
        [
            ("bins", LayerTransformer(Discretization(num_bins=3)), ["age", "size"]),
            ("word", LayerTransformer(StringLookup(output_mode="one_hot", name="w")), ["word"]),
        ]
    )
    result = both.fit_transform(frame)
    assert result.shape == (20, 2 + 5)
    assert both.get_feature_names_out().tolist()[:3] == ["bins__age", "bins__size", "word__w_[UNK]"]
    named = LayerTransformer(Normalization()).set_output(transform="pandas").fit_transform(frame[["age", "size"]])
    assert list(named.columns) == ["age", "size"]


def test_shapes_and_names():
    fitted = LayerTransformer(Hashing(4, output_mode="count", name="h")).fit(TEXTS)
    assert fitted.transform(TEXTS).shape == (20, 4)
    assert fitted.get_feature_names_out().tolist() == ["h_0", "h_1", "h_2", "h_3"]
    rescaled = LayerTransformer(Rescaling(2)).fit([1, 2])
    assert rescaled.transform([3]).tolist() == [[6]]
    assert rescaled.get_feature_names_out().tolist() == ["x0"]
    sparse = LayerTransformer(TextVectorization(output_mode="count", sparse=True)).fit_transform(TEXTS)
    assert (
        sparse.toarray().tolist()
        == LayerTransformer(TextVectorization(output_mode="count")).fit_transform(TEXTS).tolist()
    )
    given = LayerTransformer(StringLookup(vocabulary=["good day"])).fit(TEXTS)
    assert given.transform(["good day", "x"]).tolist() == [[1], [0]]
    padded = LayerTransformer(StringLookup(9, vocabulary=["a"], output_mode="count", pad_to_max_tokens=True)).fit(["a"])
    assert len(padded.get_feature_names_out()) == 9


def test_errors():
    with pytest.raises(NotFittedError):
        LayerTransformer(Normalization()).transform(NUMBERS)
    with pytest.raises(InvalidArgumentError, match="layer must be a layer. Received: 3"):
        LayerTransformer(3).fit(NUMBERS)
    with pytest.raises(InvalidArgumentError, match="rows must have one length"):
        LayerTransformer(TextVectorization()).fit(TEXTS)
    with pytest.raises(ShapeError, match="X must have 2 features, as in fit. Received: 1"):
        LayerTransformer(Normalization()).fit(NUMBERS).transform(NUMBERS[:, :1])


PEOPLE = {"age": [20.0, 30.0, 40.0, 25.0], "city": ["Rome", "Oslo", "Rome", "Bonn"], "rooms": [1, 2, 1, 9]}


def test_a_feature_space_in_a_pipeline():
    table = pd.DataFrame(PEOPLE)
    rooms = FeatureSpace.integer_hashed(3)
    space = FeatureSpace({"age": "float_normalized", "city": "string_categorical", "rooms": rooms})
    model = make_pipeline(LayerTransformer(space), LogisticRegression())
    model.fit(table, [0, 1, 0, 1])
    assert model.predict(table.iloc[:2]).shape == (2,)
    assert not space.is_adapted
    transformer = model[0]
    assert transformer.n_features_in_ == 3
    names = ["age", "city_[UNK]", "city_Rome", "city_Oslo", "city_Bonn", "rooms_0", "rooms_1", "rooms_2"]
    assert sorted(transformer.get_feature_names_out()) == sorted(names)
    assert list(transformer.get_feature_names_out()) == transformer.layer_.feature_names()
    assert clone(transformer).fit_transform(table).shape == (4, len(names))
    found = pd.DataFrame(transformer.transform(table), columns=transformer.get_feature_names_out())
    assert found["city_Rome"].tolist() == [1, 0, 1, 0]


def test_names_of_features():
    kinds = {"city": "string_hashed", "rooms": "integer_hashed"}
    crossed = FeatureSpace(kinds, crosses=[("city", "rooms")], hashing_dim=2, crossing_dim=3)
    assert crossed.feature_names() == [
        *("city_0", "city_1", "rooms_0", "rooms_1"),
        *(f"city_X_rooms_{i}" for i in range(3)),
    ]
    assert crossed(PEOPLE).shape == (4, 7)
    unknown = FeatureSpace({"city": FeatureSpace.string_categorical(num_oov_indices=2)})
    unknown.adapt({"city": ["Rome"]})
    assert unknown.feature_names() == ["city_[UNK]_0", "city_[UNK]_1", "city_Rome"]
    masked = FeatureSpace({"city": FeatureSpace.feature("string", StringLookup(mask_token="-"), "one_hot")})
    masked.adapt({"city": ["Rome", "-"]})
    assert masked.feature_names() == ["city_-", "city_[UNK]", "city_Rome"]
    assert masked({"city": ["-", "Oslo", "Rome"]}).tolist() == np.eye(3).tolist()
    with pytest.raises(NotAdaptedError):
        FeatureSpace({"city": "string_categorical"}).feature_names()


def test_a_feature_space_needs_tables():
    space = FeatureSpace({"age": "float"}, output_mode="dict")
    for layer, data in ((space, pd.DataFrame(PEOPLE)), (FeatureSpace({"age": "float"}), np.ones((3, 1)))):
        with pytest.raises(InvalidArgumentError, match=r"must have output_mode='concat', and X must be a table\. Rec"):
            LayerTransformer(layer).fit(data)


def test_options_of_the_layer_are_parameters():
    texts, labels = ["good day", "bad day", "good night", "bad night"] * 3, [1, 0, 1, 0] * 3
    model = Pipeline([("text", LayerTransformer(TextVectorization(output_mode="count"))), ("l", LogisticRegression())])
    search = GridSearchCV(model, {"text__layer__max_tokens": [2, 5], "text__layer__ngrams": [None, (2,)]}, cv=2)
    search.fit(texts, labels)
    assert search.best_params_ == {"text__layer__max_tokens": 5, "text__layer__ngrams": None}
    assert search.best_score_ == 1
    assert model["text"].layer.max_tokens is None

    words = LayerTransformer(StringLookup(vocabulary=["a", "b"], name="words"))
    assert words.get_params()["layer__num_oov_indices"] == 1
    assert list(words.get_params(deep=False)) == ["layer"]
    assert words.set_params(layer__num_oov_indices=2) is words
    assert words.fit_transform(["b", "a"]).tolist() == [[3], [2]]
    words.set_params(layer__vocabulary=["b"])
    assert words.layer.get_vocabulary() == ["[UNK]", "[UNK]", "b"]
    scaled = words.set_params(layer=Normalization(), layer__invert=True)
    assert (type(scaled.layer), scaled.layer.invert) == (Normalization, True)


def test_parameters_that_do_not_exist_are_named():
    words = LayerTransformer(StringLookup())
    with pytest.raises(ValueError, match="layer__ and an option of the layer. Received: max_tokens"):
        words.set_params(max_tokens=3)
    with pytest.raises(ValueError, match="Received: max_token=3.*Did you mean 'max_tokens'"):
        words.set_params(layer__max_token=3)
