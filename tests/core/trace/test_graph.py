import numpy as np
import pytest

from penstock import GradientTape, TensorSpec, Variable, ops
from penstock.core.errors import InvalidArgumentError
from penstock.core.trace import Graph, placeholder, simplify


def build(function, shape=(None, 2), dtype="float32"):
    x = placeholder(TensorSpec(shape, dtype))
    return Graph([x], [function(x)])


def test_printing():
    graph = build(lambda x: ops.split(x * np.arange(6.0).reshape(3, 2)[0] + 1, 2, axis=1)[1])
    assert str(graph) == (
        "%0 = input: float32[?, 2]\n"
        "%1 = multiply(%0, array([0., 1.])): float64[?, 2]\n"
        "%2 = add(%1, 1): float64[?, 2]\n"
        "%3, %4 = split(%2, sections=2, axis=1): float64[?, 1], float64[?, 1]\n"
        "return %4"
    )
    assert repr(graph) == "<graph: 1 inputs, 3 ops, 1 outputs>"
    assert "float64[2, 3]" in str(build(lambda x: x @ np.ones((2, 3))))


def test_running_on_arrays_symbols_and_tensors():
    graph = build(lambda x: ops.softmax(x) * 2)
    x = np.float32([[1, 2]])
    np.testing.assert_allclose(graph.run([x])[0], ops.softmax(x) * 2)
    outer = placeholder(TensorSpec((1, 2)))
    assert graph.run([outer])[0].shape == (1, 2)
    v = Variable(x)
    with GradientTape() as tape:
        y = ops.sum(graph.run([v])[0] ** 2)
    assert tape.gradient(y, v).shape == (1, 2)
    with pytest.raises(InvalidArgumentError, match="one value per input is needed. Received: 0 for 1 inputs"):
        graph.run([])


def test_outputs_that_are_inputs_or_constants():
    x = placeholder(TensorSpec(()))
    assert Graph([x], [x, 3, x]).run([1.5]) == [1.5, 3, 1.5]


def test_only_what_outputs_need_is_kept():
    def function(x):
        np.exp(x)
        return x + 1

    assert [n.op.name for n in build(function).nodes] == ["add"]


def test_an_input_that_is_not_listed_is_an_error():
    x, y = (placeholder(TensorSpec(())) for _ in range(2))
    with pytest.raises(InvalidArgumentError, match="every input that an output needs must be listed"):
        Graph([x], [x + y])


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (lambda x: x + 1, lambda x: x + 1, True),
        (lambda x: x + 1, lambda x: 1 + x, False),
        (lambda x: x + 1, lambda x: x + 1.0, False),
        (lambda x: x + 1, lambda x: x + np.int64(1), False),
        (lambda x: x + np.ones(2), lambda x: x + np.ones(2), True),
        (lambda x: x + np.ones(2), lambda x: x + np.array([1, 2.0]), False),
        (lambda x: x + np.nan, lambda x: x + float("nan"), True),
        (lambda x: x[0, 0] + np.arange(9999), lambda x: x[0, 0] + np.arange(9999), True),
        (lambda x: x[0, 0] + np.arange(9999), lambda x: x[0, 0] - np.arange(9999), False),
        (lambda x: x * 0.0, lambda x: x * -0.0, False),
        (lambda x: x[:1], lambda x: x[:1], True),
        (lambda x: x[:1], lambda x: x[:2], False),
        (lambda x: x[[0, 1]], lambda x: x[np.array([0, 1])], True),
        (lambda x: x.sum(0), lambda x: x.sum(1), False),
        (lambda x: x, lambda x: x + 0, False),
        (lambda x: np.exp(x) + np.log(x), lambda x: np.exp(x) + np.log(x), True),
    ],
)
def test_equality_is_by_operations_and_content(first, second, same):
    a, b = build(first), build(second)
    assert (a == b) is same
    assert not same or hash(a) == hash(b)


def test_graphs_with_other_inputs_differ():
    assert build(lambda x: x + 1) != build(lambda x: x + 1, dtype="float64")
    assert build(lambda x: x) != 3


def test_equality_by_identity_of_variables():
    v, w = Variable(1.0), Variable(1.0)
    assert build(lambda x: x + v) == build(lambda x: x + v)
    assert build(lambda x: x + v) != build(lambda x: x + w)


def test_simplify_merges_equal_operations():
    def function(x):
        a = np.exp(x) + ops.split(x, 2, axis=1)[0]
        b = np.exp(x) + ops.split(x, 2, axis=1)[0]
        return a * b

    graph = build(function)
    small = simplify(graph)
    assert [n.op.name for n in graph.nodes] == ["exp", "split", "add"] * 2 + ["multiply"]
    assert [n.op.name for n in small.nodes] == ["exp", "split", "add", "multiply"]
    x = np.float32([[1, 2], [3, 4]])
    np.testing.assert_array_equal(small.run([x])[0], graph.run([x])[0])
    assert simplify(small) == small


def test_simplify_keeps_different_operations():
    graph = build(lambda x: (x + 1) * (x + 1.0) * x.sum(0) * x.sum(1, keepdims=True))
    assert simplify(graph) == graph
    v, w = Variable(1.0), Variable(1.0)
    assert len(simplify(build(lambda x: (x + v) * (x + w) * (x + v))).nodes) == 4


def test_ops_that_layers_bring_along_are_not_merged_by_name():
    """Two look-ups of one column agree on the rows that are checked, and differ later."""
    import penstock as ps
    from penstock.preprocessing import CategoryEncoding, StringLookup

    one, two = StringLookup(vocabulary=["a", "b", "c"]), StringLookup(vocabulary=["a", "c", "b"])
    words = ["a"] * 20 + ["b", "c"]
    mapped = ps.Dataset.from_tensor_slices(words).map(lambda w: (one(w), two(w), one(w)))
    found = list(mapped)
    assert found[-2:] == [(2, 3, 2), (3, 2, 3)]
    assert "runs on whole blocks (2 ops" in str(mapped.explain())
    count = CategoryEncoding(3, "count")
    weighted = ps.Dataset.from_tensor_slices([0, 1, 2]).map(lambda i: count(i, count_weights=2.0 * i))
    assert np.stack(list(weighted)).tolist() == [[0, 0, 0], [0, 2, 0], [0, 0, 4]]
    assert "runs on whole blocks" in str(weighted.explain())
