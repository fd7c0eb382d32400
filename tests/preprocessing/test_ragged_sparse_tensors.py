"""Layers take RaggedTensor and SparseTensor as they take `Ragged` and `Sparse`; so do datasets."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as ps
from penstock import preprocessing as pp
from penstock.core.composites import RaggedTensor, SparseTensor
from penstock.core.errors import DTypeError
from penstock.core.values import Ragged, Sparse

WORDS = Ragged.from_list([["a", "b"], ["c"]])
NUMBERS = Ragged.from_list([[1, 2], [3]])
SPARSE_WORDS = Sparse([[0, 0], [1, 1]], np.array([b"a", b"b"], object), [2, 2])
SPARSE_NUMBERS = Sparse([[0, 0], [1, 1]], [1, 2], [2, 2])

LAYERS = [
    (lambda: pp.StringLookup(vocabulary=["a", "b"]), WORDS, SPARSE_WORDS),
    (lambda: pp.IntegerLookup(vocabulary=[1, 2]), NUMBERS, SPARSE_NUMBERS),
    (lambda: pp.Hashing(5), WORDS, SPARSE_WORDS),
    (lambda: pp.Discretization([1.5]), NUMBERS, SPARSE_NUMBERS),
    (lambda: pp.CategoryEncoding(5, output_mode="count"), NUMBERS, SPARSE_NUMBERS),
]


@pytest.mark.unit
@pytest.mark.parametrize(("make", "ragged", "sparse"), LAYERS)
def test_results_are_those_of_plain_values(make, ragged, sparse) -> None:
    assert repr(make()(RaggedTensor(ragged))) == repr(make()(ragged))
    assert repr(make()(SparseTensor.of(sparse))) == repr(make()(sparse))


@pytest.mark.unit
@pytest.mark.parametrize("make", [RaggedTensor, lambda rows: [RaggedTensor(rows)], lambda rows: [rows]])
def test_adapt_takes_ragged_tensors_whole_and_in_batches(make) -> None:
    lookup = pp.StringLookup()
    lookup.adapt(make(WORDS))
    assert lookup.get_vocabulary() == ["[UNK]", "c", "b", "a"]
    layer = pp.Normalization(axis=None)
    layer.adapt(make(NUMBERS))
    assert layer.mean == 2


@pytest.mark.unit
@pytest.mark.parametrize("make", [SparseTensor.of, lambda held: [SparseTensor.of(held)], lambda held: [held]])
def test_adapt_counts_the_strings_that_a_sparse_tensor_holds(make) -> None:
    lookup = pp.StringLookup()
    lookup.adapt(make(SPARSE_WORDS))
    assert lookup.get_vocabulary() == ["[UNK]", "b", "a"]


@pytest.mark.unit
@pytest.mark.parametrize("make", [SparseTensor.of, lambda held: held, lambda held: [held]])
def test_statistics_of_sparse_numbers_are_refused(make) -> None:
    message = r"Normalization 'n': data must be dense numbers\. Received: int64\[2, 2\]\. Call to_dense\(\) first"
    with pytest.raises(DTypeError, match=message):
        pp.Normalization(axis=None, name="n").adapt(make(SPARSE_NUMBERS))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("tensor", "held"), [(RaggedTensor(WORDS), WORDS), (SparseTensor.of(SPARSE_NUMBERS), SPARSE_NUMBERS)]
)
def test_datasets_hold_the_plain_values(tensor, held) -> None:
    for make in (
        lambda value: ps.Dataset.from_tensors({"x": value}),
        lambda value: ps.Dataset.from_tensor_slices({"x": value}),
        lambda value: ps.Dataset.from_list([{"x": value}, {"x": value}]),
        lambda value: ps.Dataset.from_generator(lambda: iter([value, value])),
        lambda value: ps.Dataset.range(2).map(lambda x: value, vectorize=False),
    ):
        assert repr(list(make(tensor))) == repr(list(make(held)))
        assert make(tensor).element_spec == make(held).element_spec
