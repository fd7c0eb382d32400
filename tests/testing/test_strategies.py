"""The public strategies give what they say, and say what they need."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from penstock.core.errors import UnimplementedError
from penstock.core.specs import ObjectSpec, RaggedSpec, TensorSpec, spec_of
from penstock.core.values import Ragged
from penstock.testing import assert_elements_equal, strategies


@given(strategies.leaf_specs().flatmap(lambda s: st.tuples(st.just(s), strategies.leaves(s))))
def test_leaves_fit_their_spec(case):
    spec, leaf = case
    assert spec.admits(spec_of(leaf))


@given(
    strategies.dtypes().flatmap(lambda d: st.tuples(st.just(d), strategies.scalars(d), strategies.arrays_of(d, (2, 1))))
)
def test_scalars_and_arrays_have_their_dtype(case):
    dtype, scalar, array = case
    assert spec_of(scalar) == TensorSpec((), dtype)
    assert spec_of(array) == TensorSpec((2, 1), dtype)


@given(strategies.shapes(min_rank=1, max_rank=2, max_dim=4))
def test_shapes_keep_their_bounds(shape):
    assert 1 <= len(shape) <= 2
    assert all(0 <= d <= 4 for d in shape)


def test_the_hard_cases_are_found():
    find(strategies.dtypes(strings=False), lambda d: d.is_complex)
    find(strategies.shapes(unknown=True), lambda s: None in s and 0 in s)
    find(strategies.leaves(TensorSpec((), "float32")), np.isnan)
    find(strategies.leaves(TensorSpec((), "string")), lambda s: s.endswith(b"\0"))
    find(strategies.leaves(RaggedSpec((None, None, None))), lambda r: isinstance(r, Ragged) and r.shape[0] == 0)
    find(strategies.element_specs(), lambda s: s == ())
    find(strategies.damaged(st.just(b"message")), lambda m: len(m) == 7 and m != b"message")
    find(strategies.damaged(st.just(b"message")), lambda m: len(m) == 3 and b"message".startswith(m))
    find(strategies.damaged(st.just(b"")), lambda m: m == b"")
    case = find(strategies.blocks(TensorSpec((), "string")), lambda c: c.block.n and c.block.columns[0].offsets[0] > 0)
    assert case.elements == case.block.to_list()


def test_leaves_need_a_spec_with_leaves():
    with pytest.raises(
        UnimplementedError, match=r"leaves: needs a TensorSpec, .* of known rank\. Received: ObjectSpec\(\)\."
    ):
        strategies.leaves(ObjectSpec())


def test_without_hypothesis_the_error_says_what_to_install():
    code = """
import sys
sys.modules["hypothesis"] = None
from penstock.core.errors import MissingDependencyError
from penstock.testing import assert_elements_equal, strategies
try:
    strategies.blocks
except MissingDependencyError as err:
    print(err)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == (
        'penstock.testing.strategies needs hypothesis. Install it with: pip install "penstock[test]"'
    )


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ({"b": np.int64(1), "a": b"x"}, {"a": b"x", "b": np.int64(1)}),
        (np.float32("nan"), np.float32("nan")),
        ((Ragged.from_list([[1.5], []]), None), (Ragged.from_list([[1.5], []]), None)),
    ],
)
def test_equal_elements(actual, expected):
    assert_elements_equal(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "text"),
    [
        (
            np.int64(1),
            np.int32(1),
            r"^differs\. Received: np\.int64\(1\) int64\[\], expected: np\.int32\(1\) int32\[\]\.$",
        ),
        ({"a": (b"x",)}, {"a": (b"y",)}, r"leaf \['a'\]\[0\] differs\. Received: b'x', expected: b'y'\."),
        (np.zeros(2), np.zeros((2, 1)), r"(?s)float64\[2\], expected: .* float64\[2, 1\]"),
        (1, np.int64(1), r"Received: 1, expected"),
        ((1, 2), (1,), r"structures differ\. Received: Structure\(\(\*, \*\)\), expected: Structure\(\(\*,\)\)\."),
    ],
)
def test_different_elements(actual, expected, text):
    with pytest.raises(AssertionError, match=text):
        assert_elements_equal(actual, expected)
