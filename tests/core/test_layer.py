"""Layer: names, weights, calls on arrays and symbols, training, losses, configs."""

import json
from collections import namedtuple

import numpy as np
import pytest

from penstock.core import ops
from penstock.core.errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    ShapeError,
    UnimplementedError,
)
from penstock.core.layer import Layer
from penstock.core.layer_call import LayerCall
from penstock.core.naming import reset_names, snake_case, unique_name
from penstock.core.specs import TensorSpec
from penstock.core.tensor import Tensor
from penstock.core.trace.graph import Graph
from penstock.core.trace.symbol import Scope, placeholder
from penstock.core.variable import Variable

pytestmark = pytest.mark.unit

Pair = namedtuple("Pair", "left right")


class Affine(Layer):
    def __init__(self, units, *, penalty=None, **options):
        super().__init__(**options)
        self.units, self.penalty = units, penalty

    def build(self, input_shape):
        self.offset = self.add_weight((self.units,), "zeros", trainable=False, name="offset")
        self.kernel = self.add_weight((input_shape[-1], self.units), "ones", name="kernel", regularizer=self.penalty)

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel) + self.offset

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Stack(Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.parts = [Affine(3)]
        self.named = {"last": (Affine(2),)}

    def call(self, inputs):
        return self.named["last"][0](self.parts[0](inputs))


class Says(Layer):
    def call(self, inputs, training=None):
        self.seen = training
        return inputs


class Holds(Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.inner = Says()

    def call(self, inputs):
        return self.inner(inputs)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Dense", "dense"), ("Conv2DTranspose", "conv2d_transpose"), ("LSTMCell", "lstm_cell"), ("ReLU", "re_lu")],
)
def test_names_are_snake_case(name, expected):
    assert snake_case(name) == expected


def test_names_are_unique_until_reset():
    reset_names()
    assert [unique_name("dense") for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    assert Affine(1).name == "affine"
    assert Affine(1).name == "affine_1"
    assert Affine(1, name="mine").name == "mine"
    reset_names()
    assert Affine(1).name == "affine"


def test_unknown_keywords_suggest_the_closest():
    with pytest.raises(
        InvalidArgumentError, match=r"Affine: .*Received: penalti='l2' \(str\)\. Did you mean 'penalty'\?"
    ):
        Affine(1, penalti="l2")
    with pytest.raises(InvalidArgumentError, match="name must be a non-empty str without '/'"):
        Affine(1, name="a/b")


def test_first_call_builds():
    layer = Affine(2, name="a")
    assert not layer.built
    assert layer.weights == []
    with pytest.raises(FailedPreconditionError, match="Affine 'a' has no weights yet"):
        layer.count_params()
    result = layer(np.ones((4, 3)))
    assert layer.built
    assert isinstance(result, Tensor)
    assert result.dtype == "float32"
    np.testing.assert_array_equal(result.numpy(), np.full((4, 2), 3, np.float32))
    assert [v.name for v in layer.weights] == ["kernel", "offset"]
    assert layer.count_params() == 8


def test_calling_build_directly_makes_weights_once():
    layer = Affine(2)
    layer.build((None, 3))
    kernel = layer.kernel
    layer(np.ones((1, 3)))
    assert layer.kernel is kernel
    assert len(layer.weights) == 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("inputs", [np.ones((1, 2), np.float64), [[1.0, 1.0]], np.ones((1, 2), np.float16)])
def test_floating_inputs_take_the_layer_dtype(dtype, inputs):
    layer = Says(dtype=dtype)
    assert layer(inputs).dtype == dtype
    assert layer.dtype == dtype


def test_integers_and_other_leaves_stay():
    layer = Says()
    assert layer(np.array([1, 2], np.int16)).dtype == "int16"
    made = layer({"a": [np.ones(2), Tensor(np.ones(3))], "b": Pair(np.ones(1), None)})
    assert made["a"][1].dtype == "float32"
    assert made["b"].right is None


def test_attributes_are_tracked_in_containers():
    layer = Stack()
    layer(np.ones((1, 4)))
    assert [type(inner) for inner in layer.sublayers()] == [Affine, Affine]
    assert len(layer.weights) == 4
    layer.parts.append(Affine(5))
    assert len(layer.sublayers()) == 3
    layer.extra = Variable(1.0, name="extra")
    layer.again = layer.extra
    assert [v.name for v in layer.weights][0] == "extra"
    assert len(layer.weights) == 5


def test_trainable_is_inherited():
    layer = Stack()
    layer(np.ones((1, 4)))
    names = [v.name for v in layer.weights]
    assert [v.name for v in layer.trainable_weights] == ["kernel", "kernel"]
    assert [v.name for v in layer.non_trainable_weights] == ["offset", "offset"]
    layer.trainable = False
    assert layer.trainable_variables == []
    assert not layer.parts[0].trainable
    assert [v.name for v in layer.weights] == names
    layer.parts[0].trainable = True
    assert layer.trainable_weights == []


def test_get_and_set_weights():
    layer, other = Stack(), Stack()
    layer(np.ones((1, 4)))
    other(np.ones((1, 4)))
    values = [np.random.default_rng(i).normal(size=w.shape) for i, w in enumerate(layer.get_weights())]
    layer.set_weights(values)
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(np.ones((2, 4))).numpy(), other(np.ones((2, 4))).numpy())
    with pytest.raises(InvalidArgumentError, match="set_weights needs 4 arrays. Received: 1"):
        layer.set_weights(values[:1])
    with pytest.raises(ShapeError, match=r"array 1 \(offset\) must have shape \(3,\)\. Received: float64\[9\]"):
        layer.set_weights([values[0], np.ones(9), *values[2:]])


def test_weights_need_known_shapes():
    with pytest.raises(ShapeError, match="shape of a weight must be fully known"):
        Affine(2, name="a").build((3, None))


def test_unknown_initializer_names_the_layer():
    layer = Affine(1, name="odd")
    with pytest.raises(ValueError, match=r"nonsense"):
        layer.add_weight((1,), "nonsense")


@pytest.mark.parametrize("training", [True, False, None])
def test_training_reaches_call_and_inner_layers(training):
    layer = Holds()
    layer(np.ones(1), training=training)
    assert layer.inner.seen is training
    layer.inner(np.ones(1), training=False)
    assert layer.inner.seen is False


def test_training_may_be_given_by_position():
    layer = Says()
    layer(np.ones(1), True)
    assert layer.seen is True
    layer(np.ones(1), None)
    assert layer.seen is None

    class Keyword(Says):
        def call(self, inputs, *, training=False):
            self.seen = training
            return inputs

    layer = Keyword()
    layer(np.ones(1))
    assert layer.seen is False
    layer(np.ones(1), training=True)
    assert layer.seen is True


def test_uneven_lists_are_named():
    with pytest.raises(ShapeError, match=r"Says 's': rows of nested lists must have one length\. Received: \[\[1\]"):
        Says(name="s")([[1], [1, 2]])


def test_training_is_forgotten_after_an_error():
    class Fails(Layer):
        def call(self, inputs):
            raise KeyError("x")

    with pytest.raises(KeyError):
        Fails()(np.ones(1), training=True)
    layer = Says()
    layer(np.ones(1))
    assert layer.seen is None


def test_losses_are_those_of_the_last_call():
    class Penalised(Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.inner = Affine(1, penalty=lambda w: ops.sum(w * w))

        def call(self, inputs):
            self.add_loss(ops.sum(inputs))
            return self.inner(inputs)

    layer = Penalised()
    for _ in range(2):
        layer(np.ones((1, 4)))
        assert [float(loss) for loss in layer.losses] == [4.0, 4.0]
    layer.trainable = False
    assert len(layer.losses) == 1
    layer.add_loss(lambda: 7)
    layer(np.ones((1, 4)))
    assert [float(loss) for loss in layer.losses] == [7.0, 4.0]


def test_super_init_must_be_called():
    class Forgot(Layer):
        def __init__(self):
            self.x = 1

    with pytest.raises(FailedPreconditionError, match=r"Forgot: __init__ must call super\(\).__init__\(\)"):
        Forgot()(np.ones(1))


def test_call_must_be_implemented():
    with pytest.raises(UnimplementedError, match="Layer 'plain': call must be implemented"):
        Layer(name="plain")(np.ones(1))


def test_config_round_trips():
    layer = Affine(3, name="a", trainable=False, dtype="float64", input_shape=(4,))
    config = json.loads(json.dumps(layer.get_config()))
    again = Affine.from_config(config)
    assert again.get_config() == layer.get_config()
    assert (again.units, again.trainable, again.dtype) == (3, False, "float64")
    assert again.input_shape_hint == (4,)


def test_arguments_without_a_config_are_an_error():
    class Silent(Layer):
        def __init__(self, depth=1, **options):
            super().__init__(**options)

    with pytest.raises(UnimplementedError, match=r"must define get_config\(\).*: depth\."):
        Silent().get_config()


def test_output_spec_is_inferred_without_data():
    assert Affine(3).compute_output_spec(TensorSpec((None, 4))) == TensorSpec((None, 3))
    assert Affine(3).compute_output_shape((None, 4)) == (None, 3)

    class Own(Layer):
        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 9)

        def call(self, inputs):
            raise AssertionError("not called")

    assert Own().compute_output_spec(TensorSpec((None, 4))) == TensorSpec((None, 9))


def test_a_functional_graph_holds_one_node_per_layer():
    layer, x = Affine(3), placeholder(TensorSpec((None, 4)), scope=Scope(keeps_layers=True))
    y = layer(x)
    assert y.spec == TensorSpec((None, 3))
    graph = Graph([x], [layer(ops.concat([y, y[:, :1]], axis=1))])
    calls = [node.op for node in graph.nodes if isinstance(node.op, LayerCall)]
    assert [call.layer for call in calls] == [layer, layer]
    values = np.ones((2, 4), np.float32)
    (result,) = graph.run([values])
    once = layer(values)
    np.testing.assert_array_equal(result.numpy(), layer(ops.concat([once, once[:, :1]], axis=1)).numpy())


def test_recorded_calls_keep_nests_and_training():
    class Swaps(Layer):
        def call(self, pair, training=False):
            return {"first": pair[1], "flag": pair[0] * (2.0 if training else 1.0)}

    scope = Scope(keeps_layers=True)
    a, b = (placeholder(TensorSpec((None, n)), scope=scope) for n in (1, 2))
    out = Swaps()([a, b], training=True)
    graph = Graph([a, b], [out["first"], out["flag"]])
    assert len(graph.nodes) == 1
    first, flag = graph.run([np.ones((1, 1), np.float32), np.zeros((1, 2), np.float32)])
    assert first.shape == (1, 2)
    assert float(flag[0, 0]) == 2.0


def test_other_graphs_hold_the_ops_of_call():
    layer, x = Affine(3), placeholder(TensorSpec((None, 4)), scope=Scope())
    graph = Graph([x], [layer(x)])
    assert [node.op.name for node in graph.nodes] == ["matmul", "add"]


def test_saved_arrays_name_the_place():
    layer, other = Stack(), Stack()
    layer(np.ones((1, 4)))
    arrays = layer.save_arrays()
    assert sorted(arrays) == ["layer_0/0", "layer_0/1", "layer_1/0", "layer_1/1"]
    other.build_from_config(json.loads(json.dumps(layer.get_build_config())))
    other.load_arrays({key: value + 1 for key, value in arrays.items()})
    np.testing.assert_array_equal(other.get_weights()[0], layer.get_weights()[0] + 1)
    with pytest.raises(InvalidArgumentError, match="saved arrays must be those of its 0 weights and 2 sub-layers"):
        other.load_arrays({"9": np.ones(1)})
