"""The error tree: what catches what, what errors carry, and that they travel between processes."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from penstock.core import errors
from penstock.core.errors import describe, suggest

CASES = [
    (errors.InvalidArgumentError("m"), ValueError, {}),
    (errors.ShapeError("m"), errors.InvalidArgumentError, {}),
    (errors.DTypeError("m"), TypeError, {}),
    (errors.DTypeError("m"), ValueError, {}),
    (errors.FailedPreconditionError("m"), RuntimeError, {}),
    (errors.NotAdaptedError("m"), errors.FailedPreconditionError, {}),
    (errors.NotFoundError("m"), FileNotFoundError, {}),
    (errors.DataLossError("m", path="p", record_index=1, offset_bytes=2), OSError,
     {"path": "p", "record_index": 1, "offset_bytes": 2}),
    (errors.ParseError("m", path="p", line=3, record_index=2), ValueError, {"path": "p", "line": 3, "record_index": 2}),
    (errors.OutOfRangeError("m"), IndexError, {}),
    (errors.AlreadyExistsError("m"), FileExistsError, {}),
    (errors.PermissionDeniedError("m"), PermissionError, {}),
    (errors.DeadlineExceededError("m"), TimeoutError, {}),
    (errors.ResourceExhaustedError("m"), RuntimeError, {}),
    (errors.UnavailableError("m"), ConnectionError, {}),
    (errors.UnauthenticatedError("m"), PermissionError, {}),
    (errors.OutOfRangeError("node", "op", "m"), IndexError, {"node_def": "node", "op": "op", "message": "m"}),
    (errors.NotFoundError(None, None, "m"), FileNotFoundError, {"node_def": None, "message": "m", "error_code": 5}),
    (errors.DataLossError(None, "op", "m"), OSError, {"op": "op", "message": "m", "path": None, "error_code": 15}),
    (errors.CancelledError(node_def=1, op=2, message="m"), errors.PenstockError, {"node_def": 1, "op": 2}),
    (errors.UnimplementedError("m"), NotImplementedError, {}),
    (errors.StageError("m", stage="map", node=1, element_index=2, path="p", record_index=3), RuntimeError,
     {"stage": "map", "node": 1, "element_index": 2, "path": "p", "record_index": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("error", "builtin", "attributes"), CASES, ids=lambda v: getattr(type(v), "__name__", ""))
def test_errors_are_builtins_too_and_travel(error, builtin, attributes):
    assert isinstance(error, errors.PenstockError)
    assert isinstance(error, builtin)
    for again in (error, pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == "m"
        assert {name: getattr(again, name) for name in attributes} == attributes


def test_a_missing_dependency_says_how_to_install_it():
    error = errors.MissingDependencyError("Decoding JPEG", package="pillow", extra="images")
    assert str(error) == 'Decoding JPEG needs pillow. Install it with: pip install "penstock[images]"'
    assert isinstance(error, ImportError)
    plain = errors.MissingDependencyError("x", package="pillow")
    assert str(plain) == "x needs pillow. Install it with: pip install pillow"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.package) == (str(error), "pillow")


def test_a_trace_error_names_the_line():
    error = errors.TraceError("a branch depends on a value", line="a.py:3")
    assert str(error) == "a branch depends on a value (at a.py:3)"
    assert str(errors.TraceError("why")) == "why"
    assert isinstance(error, TypeError)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.reason, again.line) == (str(error), "a branch depends on a value", "a.py:3")


def test_the_tree_in_the_docstring_is_complete():
    public = [n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, errors.PenstockError)]
    assert [n for n in public if n not in errors.__doc__] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3 (int)"),
        ("a" * 100, "'" + "a" * 76 + "... (str)"),
        (b"x" * 41, "bytes of length 41"),
        (b"x", "b'x' (bytes)"),
        (np.zeros((2, 3), np.int8), "int8[2, 3]"),
        (np.float32(1), "float32[]"),
        (np.float32, "<class 'numpy.float32'> (type)"),
        ([1, 2], "[1, 2] (list)"),
    ],
)
def test_describe(value, text):
    assert describe(value) == text


def test_describe_writes_unknown_dimensions():
    from penstock.core.specs import TensorSpec

    assert describe(TensorSpec((None, 2), "int64")) == "int64[?, 2]"
    assert describe(TensorSpec(None)) == "TensorSpec(shape=None, dtype=float32) (TensorSpec)"


def test_suggest():
    assert suggest("lable", ["image", "label"]) == " Did you mean 'label'?"
    assert suggest("zzz", ["image"]) == ""
