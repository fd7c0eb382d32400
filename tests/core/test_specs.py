"""Specs: their order by generality, compatibility, batching, and the spec of a value."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.errors import InvalidArgumentError
from penstock.core.specs import (
    DatasetSpec,
    ObjectSpec,
    OptionalSpec,
    RaggedSpec,
    SparseSpec,
    Spec,
    TensorSpec,
    as_shape,
    element_spec_of,
    most_specific,
    most_specific_nest,
    spec_of,
)
from penstock.core.values import Ragged, Sparse, as_leaf
from penstock.testing.strategies import (
    element_specs,
    elements,
    leaf_specs,
    leaves,
    ragged_specs,
    sparse_specs,
    tensor_specs,
)

DTYPES = st.sampled_from(["int64", "string"])
# Few dtypes and ranks, so that specs often meet.
CLOSE = (
    tensor_specs(dtype="int64", max_rank=2)
    | DTYPES.flatmap(lambda d: tensor_specs(dtype=d, max_rank=1))
    | ragged_specs(dtype="int64")
    | sparse_specs(dtype="int64")
    | st.sampled_from(
        [ObjectSpec(), TensorSpec(None, "int64"), RaggedSpec(None, "int64", 1), SparseSpec(None, "int64")]
    )
    | st.builds(lambda s: RaggedSpec(s.shape, s.dtype, s.ragged_rank, "int32"), ragged_specs(dtype="int64"))
    | st.builds(
        DatasetSpec, tensor_specs(dtype="int64", max_rank=1) | st.tuples(tensor_specs(dtype="int64", max_rank=1))
    )
)


@given(CLOSE)
def test_most_specific_is_idempotent(spec):
    assert spec.most_specific(spec) == spec
    assert most_specific([spec, spec]) == spec
    assert spec.admits(spec)
    assert spec.is_compatible_with(spec)


@given(CLOSE, CLOSE)
def test_most_specific_is_commutative_and_admits_both(a, b):
    merged = most_specific([a, b])
    assert merged == most_specific([b, a])
    assert merged.admits(a)
    assert merged.admits(b)


@given(CLOSE, CLOSE, CLOSE)
def test_most_specific_is_associative(a, b, c):
    assert most_specific([most_specific([a, b]), c]) == most_specific([a, most_specific([b, c])])
    assert most_specific([a, b, c]) == most_specific([c, b, a])


@given(CLOSE, CLOSE, CLOSE)
def test_admits_is_an_order(a, b, c):
    if a.admits(b) and b.admits(c):
        assert a.admits(c)
    if a.admits(b):
        assert most_specific([a, b]).admits(a)
        assert a.is_compatible_with(b)
    if a.admits(b) and b.admits(a) and not isinstance(a, RaggedSpec):
        assert a == b


@given(CLOSE, CLOSE)
def test_compatibility_is_symmetric_between_specs_of_a_kind(a, b):
    if not isinstance(a, ObjectSpec) and not isinstance(b, ObjectSpec):
        assert a.is_compatible_with(b) == b.is_compatible_with(a)


@given(leaf_specs().flatmap(lambda s: st.tuples(st.just(s), leaves(s))))
def test_a_generated_leaf_fits_its_spec(case):
    spec, leaf = case
    assert spec.admits(spec_of(leaf))
    assert spec.is_compatible_with(leaf)


@given(element_specs().flatmap(lambda s: st.tuples(st.just(s), elements(s))))
def test_element_spec_of_keeps_the_structure(case):
    spec, element = case
    merged = most_specific_nest([spec, element_spec_of(element)])
    assert merged == most_specific_nest([spec])


@given(leaf_specs(), st.none() | st.integers(0, 3))
def test_unbatched_undoes_batched(spec, size):
    assert spec.batched(size).unbatched() == spec
    assert spec.batched(None).admits(spec.batched(size))


@given(CLOSE)
def test_specs_are_values(spec):
    for again in (pickle.loads(pickle.dumps(spec)), copy.copy(spec), copy.deepcopy(spec)):
        assert again == spec
        assert hash(again) == hash(spec)
        assert repr(again) == repr(spec)
    names = {c.__name__: c for c in (TensorSpec, RaggedSpec, SparseSpec, ObjectSpec)}
    dtypes = {"int64": "int64", "string": "string"}
    if not isinstance(spec, DatasetSpec) and getattr(spec, "row_splits_dtype", "int64") == "int64":
        assert eval(repr(spec), {**names, **dtypes}) == spec


def test_equality_and_repr():
    assert TensorSpec(3, "f4", name="x") == TensorSpec([3], np.float32)
    assert repr(TensorSpec((2, None), "int8")) == "TensorSpec(shape=(2, None), dtype=int8)"
    assert repr(TensorSpec((), "string", name="id")) == "TensorSpec(shape=(), dtype=string, name='id')"
    assert repr(RaggedSpec((2, None))) == "RaggedSpec(shape=(2, None), dtype=float32, ragged_rank=1)"
    assert repr(SparseSpec(None, "bool")) == "SparseSpec(shape=None, dtype=bool)"
    assert repr(DatasetSpec({"a": TensorSpec(())})) == "DatasetSpec({'a': TensorSpec(shape=(), dtype=float32)})"
    assert TensorSpec(()) != SparseSpec(())
    assert TensorSpec(()) != 3
    assert TensorSpec((1, 2)).rank == 2
    assert TensorSpec(None).rank is None


@pytest.mark.parametrize(
    ("a", "b", "merged"),
    [
        (TensorSpec((2, 3)), TensorSpec((2, 4)), TensorSpec((2, None))),
        (TensorSpec((2,)), TensorSpec((2, 4)), TensorSpec(None)),
        (TensorSpec((2,)), TensorSpec((2,), "int32"), ObjectSpec()),
        (TensorSpec((2, 2)), RaggedSpec((2, None)), ObjectSpec()),
        (RaggedSpec((2, None)), RaggedSpec((3, None)), RaggedSpec((None, None))),
        (RaggedSpec((2, None), row_splits_dtype="int32"), RaggedSpec((2, None)), RaggedSpec((2, None))),
        (RaggedSpec((2, None, None), ragged_rank=1), RaggedSpec((2, None, None)), ObjectSpec()),
        (SparseSpec((2,)), SparseSpec((3,)), SparseSpec((None,))),
        (DatasetSpec(TensorSpec((2,))), DatasetSpec(TensorSpec((3,))), DatasetSpec(TensorSpec((None,)))),
        (DatasetSpec(TensorSpec(())), DatasetSpec((TensorSpec(()),)), ObjectSpec()),
        (OptionalSpec(TensorSpec((2,))), OptionalSpec(TensorSpec((3,))), OptionalSpec(TensorSpec((None,)))),
        (OptionalSpec(TensorSpec(())), DatasetSpec(TensorSpec(())), ObjectSpec()),
        (ObjectSpec(), TensorSpec(()), ObjectSpec()),
    ],
)
def test_most_specific(a, b, merged):
    assert most_specific([a, b]) == most_specific([b, a]) == merged


@pytest.mark.parametrize(
    ("spec", "value", "fits"),
    [
        (TensorSpec((None, 2), "int64"), [[1, 2]], True),
        (TensorSpec((None, 2), "int64"), [[1, 2, 3]], False),
        (TensorSpec((), "int64"), 1.5, False),
        (TensorSpec((), "string"), "a", True),
        (TensorSpec((2,)), TensorSpec((None,)), True),
        (TensorSpec((2,)), TensorSpec(None), True),
        (TensorSpec((2,)), TensorSpec((3,)), False),
        (RaggedSpec((None, None), "int64"), Ragged.from_list([[1], []]), True),
        (RaggedSpec((None, None), "int64"), [[1]], False),
        (RaggedSpec((2, None), "int64", row_splits_dtype="int32"), Ragged.from_list([[1], []]), True),
        (RaggedSpec((None,), "int64", 0), [1, 2], True),
        (RaggedSpec((None,), "int64", 0), [1.5], False),
        (SparseSpec((None,), "int64"), Sparse([[0]], [1], [3]), True),
        (SparseSpec((4,), "int64"), Sparse([[0]], [1], [3]), False),
        (DatasetSpec((TensorSpec((None, 2)),)), DatasetSpec((TensorSpec((3, None)),)), True),
        (DatasetSpec(TensorSpec(())), TensorSpec(()), False),
        (ObjectSpec(), None, True),
        (TensorSpec(()), None, False),
    ],
)
def test_is_compatible_with(spec, value, fits):
    assert spec.is_compatible_with(value) is fits


class _Leaf:
    def _element_leaf_spec(self) -> Spec:
        return DatasetSpec(TensorSpec(()))


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        (1, TensorSpec((), "int64")),
        (True, TensorSpec((), "bool")),
        (1.5, TensorSpec((), "float64")),
        (1j, TensorSpec((), "complex128")),
        (2**63, TensorSpec((), "uint64")),
        (2**70, ObjectSpec()),
        ("a", TensorSpec((), "string")),
        (np.bytes_(b"a"), TensorSpec((), "string")),
        (np.float16(1), TensorSpec((), "float16")),
        (np.zeros((2, 0), ">i2"), TensorSpec((2, 0), "int16")),
        ([[1, 2], [3, 4]], TensorSpec((2, 2), "int64")),
        (["a", b"b"], TensorSpec((2,), "string")),
        (np.array(["a", "b"]), TensorSpec((2,), "string")),
        (np.array([b"a", "b"], object), TensorSpec((2,), "string")),
        ([1, "a"], ObjectSpec()),
        ([[1], [2, 3]], ObjectSpec()),
        ([None], ObjectSpec()),
        (None, ObjectSpec()),
        ({1, 2}, ObjectSpec()),
        (object(), ObjectSpec()),
        (np.datetime64("2020-01-01"), ObjectSpec()),
        (np.zeros(2, "m8[s]"), ObjectSpec()),
        (np.zeros(2, [("a", int)]), ObjectSpec()),
        (np.longdouble(1), ObjectSpec()),
        (_Leaf(), DatasetSpec(TensorSpec(()))),
    ],
)
def test_spec_of(value, spec):
    assert spec_of(value) == spec
    assert spec_of(as_leaf(value)) == spec


@pytest.mark.parametrize(
    ("shape", "want"),
    [(None, None), ((), ()), (3, (3,)), ([2, None], (2, None)), (np.array([1, 2]), (1, 2)), (np.int32(4), (4,))],
)
def test_as_shape(shape, want):
    assert as_shape(shape) == want


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: as_shape((2, -1)), r"shape: dimensions must be >= 0 \(None for unknown\)\. Received: \(2, -1\)\."),
        (lambda: as_shape("ab"), r"shape: must be a sequence of ints and Nones\. Received: 'ab' \(str\)\."),
        (lambda: as_shape((1.5,)), r"shape: must be a sequence of ints and Nones\. Received: \(1\.5,\) \(tuple\)\."),
        (lambda: RaggedSpec(None), r"RaggedSpec: ragged_rank must be given when the shape is unknown"),
        (
            lambda: RaggedSpec((2, None), ragged_rank=2),
            r"less than the rank\. Received: ragged_rank=2, shape=\(2, None\)\.",
        ),
        (lambda: most_specific([]), r"at least one spec is needed\. Received: none\."),
        (
            lambda: TensorSpec(()).unbatched(),
            r"unbatch: .* first axis\. Received: TensorSpec\(shape=\(\), dtype=float32\)",
        ),
        (lambda: SparseSpec(()).unbatched(), r"unbatch: .* first axis\. Received: SparseSpec\(shape=\(\)"),
        (lambda: RaggedSpec((), ragged_rank=0).unbatched(), r"unbatch: .* first axis\. Received: TensorSpec"),
        (lambda: DatasetSpec(TensorSpec(())).batched(2), r"batch: datasets inside elements cannot be stacked"),
        (lambda: DatasetSpec(TensorSpec(())).unbatched(), r"unbatch: datasets inside elements have no rows"),
        (lambda: ObjectSpec().batched(2), r"batch: Python objects cannot be stacked"),
        (lambda: ObjectSpec().unbatched(), r"unbatch: Python objects have no rows"),
    ],
)
def test_messages(make, text):
    with pytest.raises(InvalidArgumentError, match=text):
        make()


def test_unbatched_of_ragged_specs():
    assert RaggedSpec((4, None, 3)).unbatched() == RaggedSpec((None, 3), ragged_rank=1)
    assert RaggedSpec((4, None, 3), ragged_rank=1).unbatched() == TensorSpec((None, 3))
    assert RaggedSpec(None, ragged_rank=2).unbatched() == RaggedSpec(None, ragged_rank=1)
    assert RaggedSpec((5, 2), ragged_rank=0).unbatched() == TensorSpec((2,))
    assert TensorSpec(None).unbatched() == TensorSpec(None)
