"""pack_sequences: no item lost, bins as the rules say, nests, errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.values import Ragged
from penstock.pipeline import UNKNOWN_CARDINALITY
from penstock.testing import assert_resumes_exactly


def sequences(lengths):
    flat = np.concatenate([np.empty(0, np.int64), *(np.full(n, i + 1) for i, n in enumerate(lengths))])
    return Dataset.from_tensor_slices(Ragged.from_row_lengths(flat, lengths))


def packed_slowly(lengths, capacity, bins, best):
    """Return the sequences of each row, by number from 1 on."""
    done, opened = [], []
    for i, n in enumerate(lengths, 1):
        if n == 0:
            continue
        used = [sum(lengths[k - 1] for k in each) for each in opened]
        fitting = [b for b, u in enumerate(used) if u + n <= capacity]
        if not fitting and len(opened) == bins:
            done.append(opened.pop(used.index(max(used)) if best else 0))
        if not fitting:
            opened.append([i])
            b = len(opened) - 1
        else:
            b = max(fitting, key=lambda b: (used[b], -b)) if best else fitting[0]
            opened[b].append(i)
        if sum(lengths[k - 1] for k in opened[b]) == capacity:
            done.append(opened.pop(b))
    return done + opened


@pytest.mark.property
@given(
    st.lists(st.integers(0, 9), max_size=40), st.integers(9, 14), st.integers(1, 5), st.booleans(), st.integers(1, 9)
)
def test_rows_are_those_of_the_rules(lengths, capacity, bins, best, max_rows) -> None:
    strategy = "best_fit" if best else "first_fit"
    rows = []
    with iter(sequences(lengths).pack_sequences(capacity, num_bins=bins, strategy=strategy)) as iterator:
        while (block := iterator.next_block(max_rows)) is not None:
            rows += block.to_list()
    wanted = packed_slowly(lengths, capacity, bins, best)
    assert [list(dict.fromkeys(row.values[row.segment_ids > 0].tolist())) for row in rows] == wanted
    for row, members in zip(rows, wanted, strict=True):
        sizes = [lengths[m - 1] for m in members]
        left = [0] * (capacity - sum(sizes))
        assert row.values.tolist() == np.repeat(members, sizes).tolist() + left
        assert row.segment_ids.tolist() == np.repeat(np.arange(1, len(sizes) + 1), sizes).tolist() + left
        assert row.positions.tolist() == [i for n in sizes for i in range(n)] + left
        assert row.segment_ids.dtype == row.positions.dtype == np.int32


@pytest.mark.unit
def test_little_is_left_empty() -> None:
    lengths = np.random.default_rng(0).integers(1, 100, 3000)
    for strategy in ("first_fit", "best_fit"):
        rows = list(sequences(lengths).pack_sequences(256, strategy=strategy))
        assert sum(int((row.segment_ids > 0).sum()) for row in rows) == lengths.sum()
        assert len(rows) <= 1.03 * lengths.sum() / 256 + 1


@pytest.mark.unit
def test_nests_have_a_length_for_each_leaf() -> None:
    data = Dataset.from_generator(
        lambda: iter(
            [{"in": np.full((n, 2), n, np.float32), "out": np.array(["w"] * k)} for n, k in ((2, 1), (1, 3), (1, 1))]
        )
    )
    rows = list(data.pack_sequences({"in": 4, "out": 4}, num_bins=1, padding_values={"in": -1, "out": "-"}))
    assert len(rows) == 2
    assert rows[0].values["in"].tolist() == [[2, 2], [2, 2], [1, 1], [-1, -1]]
    assert rows[0].values["out"].tolist() == [b"w"] * 4
    assert rows[0].segment_ids["out"].tolist() == [1, 2, 2, 2] and rows[0].positions["out"].tolist() == [0, 0, 1, 2]
    assert rows[1].values["out"].tolist() == [b"w", b"-", b"-", b"-"]


@pytest.mark.unit
def test_batches_of_rows() -> None:
    batch = next(iter(sequences([3, 3, 2, 4]).pack_sequences(6, num_bins=2).batch(2)))
    assert batch.values.tolist() == [[1, 1, 1, 2, 2, 2], [3, 3, 4, 4, 4, 4]]
    assert batch.segment_ids.tolist() == [[1, 1, 1, 2, 2, 2], [1, 1, 2, 2, 2, 2]]


@pytest.mark.unit
def test_spec_and_count() -> None:
    packed = Dataset.from_tensor_slices({"a": np.zeros((5, 2, 3), np.float32)}).pack_sequences(7)
    assert packed.element_spec.values["a"].shape == (7, 3)
    assert repr(packed.element_spec.positions["a"]) == "TensorSpec(shape=(7,), dtype=int32)"
    assert packed.cardinality() == UNKNOWN_CARDINALITY
    assert repr(packed) == "<Dataset from_tensor_slices(5 rows).pack_sequences(7, num_bins=64)>"


@pytest.mark.fault
@pytest.mark.parametrize("max_rows", [1, 3, 100])
def test_a_sequence_that_is_too_long_is_named_and_left_out(max_rows) -> None:
    with iter(sequences([4, 9, 4, 2, 9, 1]).pack_sequences(4, num_bins=2)) as iterator:
        found = []
        while True:
            try:
                block = iterator.next_block(max_rows)
            except ShapeError as err:
                found.append(str(err))
                continue
            if block is None:
                break
            found += [row.values.tolist() for row in block.to_list()]
    text = "Dataset.pack_sequences (node 1): sequences must not be longer than max_length=4. Received: element {}: the "
    end = "element of 9. Cut it in map(), or filter() it out."
    assert found == [[1] * 4, text.format(1) + end, [3] * 4, text.format(4) + end, [4, 4, 6, 0]]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"max_length": 0}, "max_length must be an int >= 1. Received: max_length=0"),
        ({"max_length": {"a": 3}}, "max_length must be an int >= 1. Received: max_length={'a': 3}"),
        ({"max_length": 3, "num_bins": 0}, "num_bins must be an int >= 1. Received: num_bins=0"),
        (
            {"max_length": 3, "strategy": "worst_fit"},
            "strategy must be one of first_fit, best_fit. Received: strategy='worst_fit'",
        ),
    ],
)
def test_arguments_are_checked_at_once(arguments, text) -> None:
    with pytest.raises(InvalidArgumentError, match=f"Dataset.pack_sequences: {text}"):
        sequences([1, 2]).pack_sequences(**arguments)
    pairs = Dataset.from_tensor_slices((np.zeros((2, 2)), np.zeros((2, 2))))
    with pytest.raises(InvalidArgumentError, match="max_length must be one for all leaves or have the structure of"):
        pairs.pack_sequences((1, 2, 3))


@pytest.mark.fault
def test_elements_must_be_sequences() -> None:
    with pytest.raises(ShapeError, match="sequences must have a first axis. Received: TensorSpec"):
        Dataset.range(3).pack_sequences(4)
    opaque = Dataset.range(3).map(lambda x: x, vectorize=False)
    with pytest.raises(ShapeError, match=r"Dataset.pack_sequences \(node 2\): sequences must have a first axis"):
        list(opaque.pack_sequences(4))
    with pytest.raises(DTypeError, match="sequences must be dense arrays"):
        Dataset.from_tensor_slices(Ragged.from_list([[[1], [2, 3]], [[4]]])).pack_sequences(4)
    uneven = Dataset.range(1, 4).map(lambda x: np.zeros((1, x)), vectorize=False)
    with pytest.raises(ShapeError, match="sequences must differ in their first axis only"):
        list(uneven.pack_sequences(4, num_bins=1))


@pytest.mark.unit
def test_resume() -> None:
    lengths = [3, 0, 5, 1, 4, 4, 2, 5, 5, 1, 0, 3, 2, 2, 4]
    for strategy in ("first_fit", "best_fit"):
        assert_resumes_exactly(lambda s=strategy: sequences(lengths).pack_sequences(6, num_bins=3, strategy=s))
    assert_resumes_exactly(lambda: sequences(lengths).shuffle(5, seed=2).pack_sequences(7, num_bins=2).batch(2))
