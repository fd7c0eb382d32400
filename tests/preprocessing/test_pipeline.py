"""Pipeline: layers one after the other, alone, in map, in models, saved."""

import json

import numpy as np
import pytest

from penstock import Dataset, nn
from penstock.core.errors import InvalidArgumentError
from penstock.core.layer import Layer
from penstock.core.saving import load, register_serializable, save
from penstock.preprocessing import CategoryEncoding, Discretization, Pipeline, Rescaling, StringLookup

pytestmark = pytest.mark.unit

WORDS = np.array(["a", "b", "zz"], dtype=object)


def words():
    lookup = StringLookup()
    lookup.adapt(["b", "a", "b"])
    return Pipeline([lookup, CategoryEncoding(3, "one_hot")], name="words")


def test_layers_run_in_order(tmp_path):
    layer = words()
    expected = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert layer(WORDS).tolist() == expected
    assert [type(one).__name__ for one in layer.layers] == ["StringLookup", "CategoryEncoding"]
    mapped = Dataset.from_tensor_slices(WORDS).map(layer)
    assert [e.tolist() for e in mapped] == [[row] for row in expected]
    again = Pipeline.from_config(json.loads(json.dumps(layer.get_config())))
    assert again(WORDS).tolist() == expected
    save(layer, tmp_path / "words")
    assert load(tmp_path / "words")(WORDS).tolist() == expected
    inputs = nn.Input(shape=(1,), dtype="string")
    model = nn.Model(inputs, layer(inputs))
    assert np.asarray(model(WORDS[:, None])).tolist() == expected
    nested = Pipeline([Rescaling(2), Pipeline([Rescaling(1, 1)]), Discretization([3.0])])
    assert nested([0.5, 1.5]).tolist() == [0, 1]


@register_serializable("test_pipeline")
class Training(Layer):
    arrays_out = True

    def call(self, inputs, training=False):
        return np.asarray(inputs) + 1 if training else inputs


def test_training_reaches_the_layers():
    layer = Pipeline([Training(), Training()])
    assert layer(np.array([1])).tolist() == [3]
    assert layer(np.array([1]), training=False).tolist() == [1]


def test_bad_pipelines():
    with pytest.raises(InvalidArgumentError, match=r"Pipeline 'p': layers must be a list of layers\. Received: \[\]"):
        Pipeline([], name="p")
    with pytest.raises(InvalidArgumentError, match="Pipeline 'p': layers must hold layers. Received: 3"):
        Pipeline([Rescaling(1), 3], name="p")
    with pytest.raises(InvalidArgumentError, match="a saved pipeline must have a list of layers"):
        Pipeline.from_config({"name": "p"})
