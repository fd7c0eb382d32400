"""unbatch and rebatch: rows of batches, lengths that do not fit, the rule that makes no batch at all."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.core.values import Ragged, Sparse
from penstock.pipeline import UNKNOWN_CARDINALITY, plan
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.rules import optimize
from penstock.testing import assert_elements_equal, assert_resumes_exactly


@pytest.mark.unit
def test_leaves_of_every_kind() -> None:
    data = {
        "x": np.arange(10, dtype=np.float32).reshape(5, 2),
        "name": ["a", "bb", "", "d", "e"],
        "words": Ragged.from_list([[b"a"], [], [b"b", b"c"], [b"d"], []]),
        "sparse": Sparse([[0, 1], [3, 0], [4, 2]], [1, 2, 3], [5, 3]),
    }
    rows = Dataset.from_tensor_slices(data)
    batches = rows.map(lambda e: {k: e[k] for k in ("x", "name", "sparse")}, vectorize=False).batch(2)
    for found, wanted in zip(batches.unbatch(), rows, strict=True):
        assert_elements_equal(found, {k: wanted[k] for k in ("x", "name", "sparse")})
    assert [w.tolist() for w in rows.map(lambda e: e["words"]).ragged_batch(2).unbatch()] == [
        [b"a"], [], [b"b", b"c"], [b"d"], [],
    ]  # fmt: skip


@pytest.mark.unit
def test_elements_without_rows_give_nothing() -> None:
    sequences = Dataset.from_generator(lambda: iter([[], [1], [], [], [2, 3], []]))
    assert [float(x) for x in sequences.unbatch()] == [1.0, 2.0, 3.0]
    assert list(Dataset.from_tensor_slices(np.zeros((4, 0))).unbatch()) == []


@pytest.mark.unit
def test_the_function_below_runs_when_its_first_row_is_asked_for() -> None:
    calls = []

    def rows(x):
        calls.append(int(x))
        return np.full(3, x)

    iterator = iter(Dataset.range(5).map(rows, vectorize=False).unbatch())
    seen = []
    for _ in range(4):
        next(iterator)
        seen.append(list(calls))
    assert seen == [[0], [0], [0], [0, 1]]


@pytest.mark.fault
def test_elements_before_one_that_does_not_fit_come_first(read_all) -> None:
    def pair(x):
        return np.arange(2), np.arange(3 if x in (2, 5) else 2)

    found = read_all(Dataset.range(7).map(pair, vectorize=False).unbatch())
    errors = [(i, str(x)) for i, x in enumerate(found) if isinstance(x, ShapeError)]
    text = "the leaves of an element must have one first axis. Received: [0] with 2 rows and [1] with 3 rows."
    assert errors == [
        (4, f"Dataset.unbatch (node 2): element 2: {text}"),
        (9, f"Dataset.unbatch (node 2): element 5: {text}"),
    ]
    assert len(found) == 12


@pytest.mark.fault
def test_scalars_have_no_rows() -> None:
    with pytest.raises(InvalidArgumentError, match="unbatch: every leaf must have a first axis. Received: TensorSpec"):
        Dataset.range(3).unbatch()
    opaque = Dataset.range(3).map(lambda x: x, vectorize=False)
    with pytest.raises(ShapeError, match=r"Dataset.unbatch \(node 2\): element 0: every leaf must have a first axis"):
        list(opaque.unbatch())


@pytest.mark.unit
def test_spec_and_count() -> None:
    batches = Dataset.range(12).batch(4, drop_remainder=True)
    assert (repr(batches.unbatch().element_spec), len(batches.unbatch())) == ("TensorSpec(shape=(), dtype=int64)", 12)
    assert Dataset.range(12).batch(5).unbatch().cardinality() == UNKNOWN_CARDINALITY
    assert batches.rebatch(5).cardinality() == 3
    assert repr(batches.rebatch(5, drop_remainder=True).element_spec) == "TensorSpec(shape=(5,), dtype=int64)"


@pytest.mark.unit
def test_a_batch_that_is_unbatched_is_not_made() -> None:
    source = Dataset.range(10).shuffle(3, seed=1, reshuffle_each_iteration=False)
    assert optimize(source.batch(4).unbatch()._node)[0] == source._node
    assert optimize(source.batch(5, drop_remainder=True).unbatch()._node)[0] == source._node
    assert optimize(source.batch(4, drop_remainder=True).unbatch()._node)[1] == ()
    with DatasetIterator(source.batch(4).unbatch()._node) as unoptimised:
        assert list(source.batch(4).unbatch()) == list(unoptimised)
    assert "rules applied: CancelUnbatch" in source.batch(4).unbatch().explain()


@pytest.mark.unit
@pytest.mark.parametrize(
    "rows",
    [
        Dataset.from_tensor_slices(Ragged.from_list([[1], [2, 3]])),
        Dataset.from_tensor_slices(Sparse([[0, 1]], [1], [2, 3])),
        Dataset.range(4).map(lambda x: x, vectorize=False),
        Dataset.range(4).filter(lambda x: x > 1, vectorize=False),
        Dataset.from_generator(lambda: iter([1, 2])),
    ],
)
def test_batches_that_may_fail_or_run_functions_are_made(rows) -> None:
    assert isinstance(optimize(rows.batch(2).unbatch()._node)[0], plan.Unbatch)


@pytest.mark.unit
def test_rebatch_takes_sizes_in_turn() -> None:
    batches = Dataset.range(10).batch(3)
    assert [b.tolist() for b in batches.rebatch([1, 4])] == [[0], [1, 2, 3, 4], [5], [6, 7, 8, 9]]
    assert [b.tolist() for b in batches.rebatch(np.array([4, 4, 4]))] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(Dataset.range(0).batch(3).rebatch(2)) == []


@pytest.mark.fault
def test_rebatch_of_rows_of_different_shape() -> None:
    padded = Dataset.from_tensor_slices(Ragged.from_list([[1], [2, 3], [4, 5, 6]])).padded_batch(2)
    assert [b.tolist() for b in padded.rebatch(1)] == [[[1, 0]], [[2, 3]], [[4, 5, 6]]]
    text = r"Dataset.rebatch \(node 3\): the element: elements differ in shape.*Use unbatch\(\) and padded_batch\(\)\."
    with pytest.raises(InvalidArgumentError, match=text):
        list(padded.rebatch(3))


@pytest.mark.unit
@pytest.mark.parametrize("size", [0, -1, 2.5, None, [], [2, 0], ["a"]])
def test_rebatch_sizes_are_checked_at_once(size) -> None:
    with pytest.raises(InvalidArgumentError, match=r"Dataset\.rebatch: batch_size must be an int >= 1"):
        Dataset.range(10).batch(3).rebatch(size)


@pytest.mark.unit
def test_resume() -> None:
    sequences = Ragged.from_row_lengths(np.arange(22), [3, 0, 5, 1, 0, 0, 7, 2, 4])
    assert_resumes_exactly(lambda: Dataset.from_tensor_slices(sequences).unbatch().batch(4))
    assert_resumes_exactly(lambda: Dataset.range(30).shuffle(5, seed=2).batch(4).rebatch([1, 3, 2]))
    opaque = lambda: Dataset.range(9).map(lambda x: np.full(x % 4, x), vectorize=False)
    assert_resumes_exactly(lambda: opaque().unbatch().shuffle(4, seed=3))
