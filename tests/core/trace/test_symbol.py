import sys

import numpy as np
import pytest

from penstock import TensorSpec, ops
from penstock.core.errors import DTypeError, OutOfRangeError, ShapeError, TraceError
from penstock.core.specs import ObjectSpec, RaggedSpec, SparseSpec
from penstock.core.trace import Graph, Scope, Symbol, placeholder
from penstock.core.trace.symbol import ElementTrace


def symbol(*shape, dtype="float32"):
    return placeholder(TensorSpec(shape, dtype), "x")


def here():
    """`file:line` of the caller."""
    frame = sys._getframe(1)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def test_shape_dtype_and_length():
    x = symbol(None, 3)
    assert (x.shape, x.dtype, x.ndim, x.name) == ((None, 3), "float32", 2, "x")
    assert (len(x.T), x.T.shape, symbol(2, 3).size) == (3, (3, None), 6)
    assert [part.shape for part in symbol(2, 3)] == [(3,), (3,)]
    assert repr(x) == "<symbol x: float32[?, 3]>"
    assert repr(x + 1) == "<symbol add: float32[?, 3]>"
    assert repr(placeholder(TensorSpec(None, "int64"))) == "<symbol input: int64[...]>"
    assert (np.shape(x), np.ndim(x), np.size(symbol(2, 3))) == ((None, 3), 2, 6)


def evaluate(function, *values):
    """Trace on symbols of the values' specs and run on the values."""
    inputs = [placeholder(TensorSpec(np.shape(v), np.asarray(v).dtype)) for v in values]
    return Graph(inputs, [function(*inputs)]).run(values)[0]


OPERATORS = {
    "add": lambda a, b: (a + b) + (1 + a) + (a + 1.5),
    "subtract": lambda a, b: (a - b) - (1 - a),
    "multiply": lambda a, b: a * b * (2 * a),
    "divide": lambda a, b: a / b + 1 / b,
    "floor_divide": lambda a, b: a // b + 7 // b,
    "mod": lambda a, b: a % b + 7 % b,
    "divmod": lambda a, b: divmod(a, b)[0] + divmod(a, b)[1],
    "power": lambda a, b: a**b + 2**b + a**2,
    "matmul": lambda a, b: a @ b + np.ones(3) @ b,
    "negative": lambda a, b: -a + +b,
    "abs": lambda a, b: abs(a - b),
    "compare": lambda a, b: (a < b) | (a <= b) & (a > b) ^ (a >= b),
    "equal": lambda a, b: (a == b) | ~(a != b),
    "array": lambda a, b: np.arange(3.0) + a * np.float32(2),
    "index": lambda a, b: a[1:] + b[..., :2] + a[0] + b[None][0, -1] + a[[0, 1]],
}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name):
    function = OPERATORS[name]
    a, b = np.float32([1, 2, 5]), np.float32([2, 2, 3])
    got, expected = evaluate(function, a, b), function(a, b)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", ["and", "or", "xor", "shifts", "invert"])
def test_operators_on_integers(name):
    function = {
        "and": lambda a: (a & 3) + (5 & a),
        "or": lambda a: (a | 3) + (5 | a),
        "xor": lambda a: (a ^ 3) + (5 ^ a),
        "shifts": lambda a: (a << 1) + (1 << a) + (a >> 1) + (64 >> a),
        "invert": lambda a: ~a,
    }[name]
    a = np.arange(4)
    np.testing.assert_array_equal(evaluate(function, a), function(a))


METHODS = {
    "astype": lambda x: x.astype(np.int32),
    "sum": lambda x: x.sum(axis=1, keepdims=True),
    "prod": lambda x: x.prod(),
    "mean": lambda x: x.mean(0),
    "max": lambda x: x.max(axis=-1),
    "min": lambda x: x.min(),
    "any": lambda x: (x > 2).any(axis=0),
    "all": lambda x: (x > 2).all(),
    "argmax": lambda x: x.argmax(axis=1),
    "argmin": lambda x: x.argmin(),
    "clip": lambda x: x.clip(1, 2) + x.clip(min=1) + x.clip(max=3),
    "round": lambda x: x.round(),
    "reshape": lambda x: x.reshape(-1, 2) + x.reshape((3, 2)),
    "ravel": lambda x: x.ravel() + x.flatten(),
    "squeeze": lambda x: x[None].squeeze(0),
    "transpose": lambda x: x.T + x.transpose() + x.transpose(1, 0),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "take": lambda x: x.take([0, 5]).sum() + x.take([1], axis=0),
    "dot": lambda x: x.dot(x.T),
    "copy": lambda x: x.copy(),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_of_arrays(name):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    got, expected = evaluate(METHODS[name], x), METHODS[name](x)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


NEEDS_DATA = {
    "bool": (lambda x: bool(x), "a branch .* depends on the value of an element"),
    "float": (lambda x: float(x), r"float\(\) needs the value"),
    "int": (lambda x: int(x), r"int\(\) needs the value"),
    "complex": (lambda x: complex(x), r"complex\(\) needs"),
    "index": (lambda x: [1, 2][x], "Python index or a size"),
    "range": (lambda x: range(x), "Python index or a size"),
    "array": (lambda x: np.asarray(x), "converts an element to a NumPy array"),
    "array of symbols": (lambda x: np.array([x, x]), "converts an element to a NumPy array"),
    "scalar constructor": (lambda x: np.float64(x), "needs the value|converts an element"),
    "in": (lambda x: 1 in x, "`in` needs the values"),
    "setitem": (lambda x: x.__setitem__(0, 1), "changed in place"),
    "inplace ufunc": (lambda x: np.add(x, 1, out=np.zeros(())), r"np.add cannot be traced with these arguments: .*out"),
    "ufunc": (lambda x: np.arctan(x), "np.arctan has no op"),
    "ufunc method": (lambda x: np.add.outer(x, x), "np.add.outer has no op"),
    "function": (lambda x: np.linalg.svd(x), "np.linalg.svd has no op"),
    "arguments": (lambda x: np.sum(x, where=[True]), "np.sum cannot be traced with these arguments"),
    "decimals": (lambda x: np.round(x, 2), "decimals must be 0"),
    "attribute": (lambda x: x.decode(), "'.decode' of an element cannot be traced"),
    "numpy": (lambda x: x.numpy(), r"numpy\(\) needs"),
    "item": (lambda x: x.item(), r"item\(\) needs"),
    "tolist": (lambda x: x.tolist(), r"tolist\(\) needs"),
    "len": (lambda x: len(x), r"len\(\) of a scalar"),
    "iter": (lambda x: list(x), "iteration over a scalar"),
}


@pytest.mark.parametrize("name", NEEDS_DATA)
def test_what_needs_data_is_a_trace_error_with_the_users_line(name):
    function, message = NEEDS_DATA[name]
    with pytest.raises(TraceError, match=message) as caught:
        function(symbol())
    assert caught.value.line == f"{__file__}:{function.__code__.co_firstlineno}"
    assert f"(at {caught.value.line})" in str(caught.value)


def test_unknown_dimensions():
    x = symbol(None)
    with pytest.raises(TraceError, match="first dimension is not known"):
        len(x)
    with pytest.raises(TraceError, match="first dimension is not known"):
        iter(x)
    with pytest.raises(TraceError, match=r"size is not known while tracing \(shape \(None,\)\)"):
        _ = x.size
    with pytest.raises(TraceError, match="not even its rank"):
        _ = placeholder(TensorSpec(None)).shape
    with pytest.raises(TraceError, match="shape of a value that is no array"):
        _ = placeholder(ObjectSpec()).shape


def test_ragged_and_sparse_symbols_have_a_shape_and_a_dtype():
    for spec in (RaggedSpec((3, None), "int64"), SparseSpec((None, 5), "string")):
        x = placeholder(spec)
        assert (x.shape, x.dtype, x.ndim) == (spec.shape, spec.dtype, 2)


def test_attributes_that_do_not_exist_answer_hasattr():
    assert not hasattr(symbol(), "decode")
    assert getattr(symbol(), "_private", 3) == 3


def test_formatting_is_an_error_while_elements_are_traced_only():
    x = symbol(2)
    assert str(x) == f"{x}" == "<symbol x: float32[2]>"
    with ElementTrace():
        line = here()
        with pytest.raises(TraceError, match="formatted or printed") as caught:
            str(x)
        assert caught.value.line.rpartition(":")[0] == line.rpartition(":")[0]
        assert repr(x) == "<symbol x: float32[2]>"


def test_errors_of_shapes_and_dtypes_while_tracing():
    x = symbol(2, 3)
    with pytest.raises(ShapeError, match=r"add: shapes must broadcast together. Received: \(2, 3\) and \(2,\)"):
        x + np.ones(2)
    with pytest.raises(
        ShapeError, match=r"matmul: the inner dimensions must be equal. Received: \(2, 3\) and \(2, 3\)"
    ):
        x @ x
    with pytest.raises(ShapeError, match="matmul: both arguments must have at least one axis"):
        x @ symbol()
    with pytest.raises(OutOfRangeError, match="sum: axis must be at least -2 and less than 2"):
        x.sum(axis=2)
    with pytest.raises(OutOfRangeError, match="index 2 is out of range for axis 0 of length 2"):
        x[2]
    with pytest.raises(OutOfRangeError, match="at most 2 indices fit a value of rank 2. Received: 3"):
        x[0, 0, 0]
    with pytest.raises(OutOfRangeError, match="index arrays must hold integers or bools"):
        x[symbol()]
    with pytest.raises(DTypeError, match="exp: must be given numbers. Received: a string"):
        np.exp(symbol(dtype="string"))
    with pytest.raises(DTypeError, match="must be given dense values"):
        ops.add(placeholder(RaggedSpec((None, None))), 1)
    with pytest.raises(ShapeError, match=r"stack: shapes must be equal. Received: \(2, 3\) and \(2,\)"):
        ops.stack([x, np.ones(2)])
    with pytest.raises(ShapeError, match="reshape: shape must hold all 6 values"):
        x.reshape(4)
    with pytest.raises(ShapeError, match="split: the axis must divide into equal parts. Received: 2 parts of 3"):
        ops.split(x, 2, axis=1)
    with pytest.raises(ShapeError, match=r"split: sizes must sum to the axis. Received: sizes=\(1, 1\) of 3"):
        ops.split(x, [1, 1], axis=1)
    with pytest.raises(ShapeError, match="squeeze: axes must have length 1"):
        ops.squeeze(x, 0)
    with pytest.raises(
        ShapeError, match=r"broadcast_to: shapes must broadcast together. Received: \(2, 3\) and \(2, 4\)"
    ):
        ops.broadcast_to(x, (2, 4))
    with pytest.raises(ShapeError, match=r"broadcast_to: shape must be one .* Received: \(2, 3\) to \(1, 3\)"):
        ops.broadcast_to(x, (1, 3))


def test_symbols_of_one_graph_share_its_scope():
    scope = Scope(keeps_layers=True)
    x = placeholder(TensorSpec((2,)), scope=scope)
    assert (x + 1).graph is scope
    assert x.graph.keeps_layers


def test_hashing_is_an_error_while_elements_are_traced_only():
    x = symbol()
    assert {x: 1}[x] == 1
    with ElementTrace() as elements, pytest.raises(TraceError, match=r"looked up \(in a dict"):
        {b"a": 1}.get(x, 0)
    assert "looked up" in str(elements.failure)


def test_comparison_with_none_and_identity():
    x = symbol()
    assert (x == None, x != None) == (False, True)  # noqa: E711
    assert isinstance(x == 1, Symbol)
    assert len({x, x}) == 1
