"""LayerTransformer inside scikit-learn's own tools."""

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import Pipeline, make_pipeline  # noqa: E402

from penstock.core.errors import InvalidArgumentError, ShapeError  # noqa: E402
from penstock.preprocessing import (  # noqa: E402
    Discretization,
    Hashing,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)
from penstock.preprocessing.sklearn import LayerTransformer  # noqa: E402

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
    pd = pytest.importorskip("pandas")
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
