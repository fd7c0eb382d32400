import collections
import dataclasses
import re
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import TensorSpec, Variable, ops
from penstock.core.block import Block
from penstock.core.columns import BytesColumn, DenseColumn
from penstock.core.errors import OutOfRangeError, TraceError
from penstock.core.leaves import as_element
from penstock.core.ops.registry import register
from penstock.core.provenance import Provenance
from penstock.core.specs import ObjectSpec
from penstock.core.trace import trace
from penstock.testing import assert_elements_equal


def assert_rows_equal(block, expected):
    for row, element in zip(block.to_list(), expected, strict=True):
        assert_elements_equal(row, element)


def both_ways(function, elements):
    """Run a function traced over a block and element by element; the results must be equal."""
    block = Block.from_elements(elements)
    traced = trace(function, block.spec)
    expected = [as_element(function(*e) if type(e) is tuple else function(e)) for e in elements]
    result = traced.run_block(block)
    assert_rows_equal(result, expected)
    empty = traced.run_block(block.slice(0, 0))
    assert empty.n == 0
    assert empty.structure == result.structure
    return traced


Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Pair:
    a: object
    b: object


ROWS = [(np.float32(i), np.arange(3) + i, b"s%d" % i) for i in range(4)]


def test_a_plain_tuple_is_spread_over_the_arguments():
    both_ways(lambda a, v, s: a + v, ROWS)


def test_other_nests_are_passed_whole():
    both_ways(lambda p: p.x * p.y, [Point(np.float32(i), np.float32(2)) for i in range(3)])
    both_ways(lambda d: d["x"] + 1, [{"x": np.int64(i)} for i in range(3)])
    both_ways(lambda p: p.a - p.b, [Pair(np.int64(i), np.int64(2)) for i in range(3)])
    both_ways(lambda x: x * 2, [np.int64(i) for i in range(3)])


def test_structures_of_results():
    both_ways(lambda a, v, s: {"b": (a, v), "a": Point(s, a)}, ROWS)
    both_ways(lambda a, v, s: Pair(a, {"v": v}), ROWS)
    both_ways(lambda a, v, s: [a, a * 2, 3.0], ROWS)
    both_ways(lambda a, v, s: [[a, 1], [2, a]], ROWS)
    both_ways(lambda a, v, s: (), ROWS)


def test_constants_and_inputs_as_results():
    traced = both_ways(lambda a, v, s: (1, 2.5, True, "hi", b"b", [1, 2], np.float32(3), np.ones((2, 2)), s, v), ROWS)
    assert len(traced.graph.nodes) == 0
    both_ways(lambda a, v, s: (["a", "b"], [1.5]), ROWS)


def test_inputs_keep_their_columns_and_provenance_its_place():
    block = Block.from_elements(ROWS)
    block = Block(block.structure, block.columns, block.n, Provenance.of_file("a.csv", 5, 4))
    result = trace(lambda a, v, s: (s, v, a + 1), block.spec).run_block(block)
    assert result.columns[0] is block.columns[2]
    assert result.columns[1] is block.columns[1]
    assert result.provenance is block.provenance


FUNCTIONS = {
    "arithmetic": lambda a, v, s: (v * a + np.sqrt(a)) / 3,
    "reductions": lambda a, v, s: (v.sum(), v.mean(), v.max() - v.min(), v.argmax()),
    "shapes": lambda a, v, s: (v[::-1], v[:, None] * v, v.reshape(3, 1), np.stack([v, v]), v[None]),
    "constants": lambda a, v, s: np.array([1.0, 2.0, 3.0]) @ v + np.ones((2, 3)) @ v,
    "where": lambda a, v, s: np.where(a > 1, v, -v),
    "one_hot": lambda a, v, s: ops.one_hot(v[0], 5),
    "softmax": lambda a, v, s: ops.softmax(v * 0.5),
    "gather": lambda a, v, s: ops.gather([9, 8, 7, 6], v[0]),
    "index": lambda a, v, s: v[v[0] % 3],
    "mask": lambda a, v, s: (v[np.array([True, False, True])], v.reshape(1, 3)[:, [False, True, True]]),
    "mask and array": lambda a, v, s: (v[:, None] * v)[[True, True, False], [0, 2]],
    "mask of two axes": lambda a, v, s: (v[:, None] * v)[None, np.eye(3, dtype=bool)],
    "arrays apart": lambda a, v, s: (v[:, None, None] * v[:, None] * v)[[0, 1], :, [2, 1]],
    "strings": lambda a, v, s: (s == b"s2", s != b"s1", s < b"s2", [s, "x"]),
    "cast": lambda a, v, s: (ops.cast(v, "float32"), a.astype(np.int64)),
    "constant only": lambda a, v, s: ops.add(np.ones(2), 1),
    "shape": lambda a, v, s: v * v.shape[0],
    "overflow": lambda a, v, s: ops.cast(v, "uint8") * np.uint8(200),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_over_blocks_are_those_of_direct_calls(name):
    both_ways(FUNCTIONS[name], ROWS)


@given(st.integers(0, 5), st.integers(0, 4))
def test_any_number_of_rows(n, width):
    rows = [(np.float64(i), np.full(width, i, np.float32)) for i in range(5)]
    block = Block.from_elements(rows)
    traced = trace(lambda a, v: {"y": v * 2 + a, "n": np.sum(v)}, block.spec)
    expected = [{"y": v * 2 + a, "n": np.sum(v)} for a, v in rows[:n]]
    assert_rows_equal(traced.run_block(block.slice(0, n)), expected)


def test_unknown_dimensions_are_those_of_the_block():
    traced = trace(lambda x: (x + 1, x.sum()), TensorSpec((None,), "int64"))
    assert traced.output_specs == (TensorSpec((None,), "int64"), TensorSpec((), "int64"))
    for width in (2, 3):
        block = Block.from_elements([np.arange(width)] * 2)
        assert traced.accepts(block)
        assert_rows_equal(traced.run_block(block), [(np.arange(width) + 1, np.arange(width).sum())] * 2)
    assert not traced.accepts(Block.from_elements([np.float32(1)]))


def test_masks_of_rows_give_rows_of_different_length():
    block = Block.from_elements([np.array([1, 5, 3]), np.array([0, 0, 9]), np.array([7, 7, 7])])
    traced = trace(lambda v: v[v > 2], block.spec)
    assert traced.output_specs == (TensorSpec((None,), "int64"),)
    assert [row.tolist() for row in traced.run_block(block).to_list()] == [[5, 3], [9], [7, 7, 7]]


def test_masks_must_fit():
    block = Block.from_elements([np.arange(3)])
    traced = trace(lambda v: v[[True, False]], block.spec)
    with pytest.raises(OutOfRangeError, match=r"a mask must have the shape of the axes from 0 on. Received: bool\[2\]"):
        traced.run_block(block)


def test_variables_give_their_present_value():
    v = Variable([1.0, 2.0])
    block = Block.from_elements([np.float32([1, 1])])
    traced = trace(lambda x: x + v, block.spec)
    assert traced.run_block(block).columns[0].element(0).tolist() == [2, 3]
    v.assign([10.0, 10.0])
    assert traced.run_block(block).columns[0].element(0).tolist() == [11, 11]


def test_ops_on_string_columns():
    def lengths(n, args, batched, attrs):
        assert isinstance(args[0], BytesColumn)
        return args[0].lengths

    length = register(
        "test_length",
        lambda s: np.int64(len(s)),
        batch=lengths,
        infer=lambda args, attrs: TensorSpec((), "int64"),
        columns=True,
    )
    looped = register("test_upper", lambda s: s.upper(), infer=lambda args, attrs: TensorSpec((), "string"))
    block = Block.from_elements([b"a", b"", b"bcd"])
    from penstock.core.ops import call

    result = trace(lambda s: (call(length, s), call(looped, s)), block.spec).run_block(block)
    assert isinstance(result.columns[0], DenseColumn)
    assert result.to_list() == [(1, b"A"), (0, b""), (3, b"BCD")]


def test_equal_work_is_done_once():
    assert len(trace(lambda x: np.exp(x) + np.exp(x), TensorSpec(())).graph.nodes) == 2


def test_repr():
    assert repr(trace(lambda x: x + 1, TensorSpec(()))) == "<traced function: <graph: 1 inputs, 1 ops, 1 outputs>>"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x if x > 0 else -x, "a branch"),
        (lambda x: undefined_name, "NameError: name 'undefined_name' is not defined"),  # noqa: F821
        (lambda x: x + np.ones(3), "shapes must broadcast together"),
        (lambda x: {"a": x}["b"], "KeyError: 'b'"),
        (lambda: 1, "TypeError: .* takes 0 positional arguments"),
        (lambda x: x == "a", r"equal: strings of elements are bytes. Received: 'a' \(str\). Write b'a'"),
        (lambda x: object(), "it returns object, which no tensor can hold"),
        (lambda x: None, "it returns NoneType"),
    ],
)
def test_functions_that_cannot_be_traced(function, message):
    with pytest.raises(TraceError, match=message) as caught:
        trace(function, TensorSpec((2,)))
    assert caught.value.line is None or caught.value.line.startswith(__file__)


def test_failures_that_the_function_catches_count():
    def swallows(x):
        try:
            return float(x)
        except TypeError:
            return -1.0

    def swallows_shapes(x):
        try:
            return x + np.ones(3)
        except ValueError:
            return x

    for function, message in [(swallows, r"float\(\) needs"), (swallows_shapes, "shapes must broadcast")]:
        with pytest.raises(TraceError, match=message):
            trace(function, TensorSpec((2,)))
    with pytest.raises(TraceError, match="looked up"):
        trace(lambda x: {1.0: 2}.get(x, 3), TensorSpec(()))
    assert trace(lambda x: x, TensorSpec(())).graph.nodes == ()


def test_elements_that_cannot_be_traced():
    with pytest.raises(TraceError, match=r"the element holds a Python object at \['a'\]"):
        trace(lambda d: d, {"a": ObjectSpec()})


def test_the_error_names_the_users_line_and_not_that_of_a_library_it_calls():
    def function(x):
        return re.sub(b"a", b"", x)

    with pytest.raises(TraceError, match="TypeError: expected string or bytes-like object") as caught:
        trace(function, TensorSpec((), "string"))
    assert caught.value.line == f"{__file__}:{function.__code__.co_firstlineno + 1}"


def test_the_error_names_the_line_of_an_installed_function():
    with pytest.raises(TraceError) as caught:
        trace(statistics.mean, TensorSpec((3,)))
    assert "statistics.py" in caught.value.line


def test_the_error_names_the_line_of_the_users_code():
    def function(x):
        y = x + 1
        return float(y)

    with pytest.raises(TraceError) as caught:
        trace(function, TensorSpec(()))
    assert caught.value.line == f"{__file__}:{function.__code__.co_firstlineno + 2}"
