"""group_by_window and bucket_by_sequence_length: when windows come, what runs when, errors, chains of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError, StageError
from penstock.core.values import Ragged
from penstock.pipeline import UNKNOWN_CARDINALITY
from penstock.pipeline.exec.chain_kernels import chain_kernel, chained_rows_kernel
from penstock.testing import assert_resumes_exactly


def batched(key, window):
    return window.batch(10)


@pytest.mark.property
@given(st.lists(st.integers(0, 3), max_size=30), st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_chains_are_lists(kinds, sizes) -> None:
    next_row, (heads, tails, counts) = np.zeros(30, np.int64), np.zeros((3, 4), np.int64)
    lists: list[list[int]] = [[], [], [], []]
    row = 0
    while row < len(kinds):
        left = np.array(kinds[row:], dtype=np.int64)
        done, full = chain_kernel(left, np.arange(4), row, next_row, heads, tails, counts, np.array(sizes))
        for i in range(row, row + done):
            lists[kinds[i]].append(i)
        row += done
        assert full == next((g for g in range(4) if len(lists[g]) == sizes[g]), -1)
        out = np.empty(sum(map(len, lists)), dtype=np.int64)
        chained_rows_kernel(np.arange(4), next_row, heads, counts, out)
        assert out.tolist() == [i for group in lists for i in group]
        if full >= 0:
            lists[full], counts[full] = [], 0
    assert chain_kernel(np.zeros(3, np.int64), np.array([-1]), 0, next_row, heads, tails, counts, np.array(sizes)) == (
        0,
        -1,
    )


@pytest.mark.unit
def test_elements_of_any_structure() -> None:
    data = {"k": np.array([1, 0, 1, 1, 0], np.int32), "name": ["a", "b", "c", "d", "e"]}
    grouped = Dataset.from_tensor_slices(data).group_by_window(lambda e: e["k"], batched, 2)
    assert [e["name"].tolist() for e in grouped] == [[b"a", b"c"], [b"b", b"e"], [b"d"]]


@pytest.mark.unit
def test_many_windows_of_many_keys() -> None:
    numbers = np.random.default_rng(1).integers(-50, 50, 20_000)
    found = [b.tolist() for b in Dataset.from_tensor_slices(numbers).group_by_window(lambda x: x, batched, 7)]
    held: dict[int, int] = {}
    wanted = []
    for x in numbers.tolist():
        held[x] = held.get(x, 0) + 1
        if held[x] == 7:
            wanted.append([x] * held.pop(x))
    assert found == wanted + [[x] * held[x] for x in sorted(held)]


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
def test_functions_run_for_what_is_asked_for(vectorize) -> None:
    calls = []

    def reduce(key, window):
        calls.append(("reduce", int(key)))
        return window.map(lambda x: x, vectorize=False)

    def size(key):
        calls.append(("size", int(key)))
        return 2

    iterator = iter(
        Dataset.range(20).group_by_window(lambda x: x % 2, reduce, window_size_func=size, vectorize=vectorize)
    )
    assert int(next(iterator)) == 0
    assert calls == [("size", 0), ("size", 1), ("reduce", 0)]
    assert [int(next(iterator)) for _ in range(2)] == [2, 1]
    assert calls[3:] == [("reduce", 1)]


@pytest.mark.unit
def test_spec_and_count() -> None:
    grouped = Dataset.range(9).group_by_window(lambda x: x % 2, lambda key, w: w.batch(3).map(lambda b: b * 1.5), 3)
    assert repr(grouped.element_spec) == "TensorSpec(shape=(None,), dtype=float64)"
    assert grouped.cardinality() == UNKNOWN_CARDINALITY
    assert Dataset.range(0).group_by_window(lambda x: x, batched, 3).cardinality() == 0


@pytest.mark.fault
@pytest.mark.parametrize("vectorize", [None, False])
def test_failing_functions_take_one_element_with_them(read_all, vectorize) -> None:
    def key(x):
        if x in (3, 14):
            raise KeyError("no key")
        return x % 2

    def reduce(key, window):
        if key == 1:
            raise ValueError("odd")
        return window.batch(4)

    found = read_all(Dataset.range(16).group_by_window(key, reduce, 4, vectorize=vectorize))
    texts = [str(x) if isinstance(x, Exception) else x.tolist() for x in found]
    assert texts == [
        "group_by_window: 'key' raised KeyError on element 3 (node 1): 'no key'",
        [0, 2, 4, 6],
        "group_by_window: 'reduce' raised ValueError on element 1 (node 1): odd",
        "group_by_window: 'key' raised KeyError on element 14 (node 1): 'no key'",
        [8, 10, 12],
        "group_by_window: 'reduce' raised ValueError on element 3 (node 1): odd",
    ]


@pytest.mark.fault
def test_a_failing_size_takes_its_element_with_it(read_all) -> None:
    def size(key):
        return 0 if key == 1 else 2

    found = read_all(Dataset.range(5).group_by_window(lambda x: x % 3, batched, window_size_func=size))
    assert [x.tolist() for x in found if not isinstance(x, Exception)] == [[0, 3], [2]]
    text = "Dataset.group_by_window: the result of window_size_func must be an int >= 1."
    assert [text in str(x) for x in found if isinstance(x, Exception)] == [True, True]


@pytest.mark.fault
@pytest.mark.parametrize("key", [lambda x: x * 0.5, lambda x: (x, x), lambda x: b"a", lambda x: np.array([1, 2])])
def test_keys_must_be_integers(key) -> None:
    with pytest.raises(
        DTypeError, match=r"Dataset.group_by_window \(node 1\): key_func must return one integer\. Received: "
    ):
        list(Dataset.range(3).group_by_window(key, batched, 2))


@pytest.mark.unit
def test_arguments_are_checked_at_once() -> None:
    for sizes, text in (({}, "neither"), ({"window_size": 2, "window_size_func": int}, "both")):
        with pytest.raises(
            InvalidArgumentError, match=f"either window_size or window_size_func must be given. Received: {text}"
        ):
            Dataset.range(3).group_by_window(lambda x: x, batched, **sizes)
    with pytest.raises(InvalidArgumentError, match="window_size must be an int >= 1. Received: window_size=0"):
        Dataset.range(3).group_by_window(lambda x: x, batched, 0)
    with pytest.raises(StageError, match="reduce_func must return a Dataset. Received: int64"):
        list(Dataset.range(3).group_by_window(lambda x: x, lambda key, window: key, 1))


# --- buckets ----------------------------------------------------------------------------------------------------

LENGTHS = [3, 1, 5, 2, 8, 4, 6, 1, 9, 2, 3, 7, 2, 12, 5]


def sequences():
    flat = np.concatenate([np.full(n, n) for n in LENGTHS])
    return Dataset.from_tensor_slices(Ragged.from_row_lengths(flat, LENGTHS))


@pytest.mark.unit
def test_bucket_specs() -> None:
    buckets = sequences().bucket_by_sequence_length(len, [3, 6], [2, 3, 2], drop_remainder=True)
    assert repr(buckets.element_spec) == "TensorSpec(shape=(None, None), dtype=int64)"
    assert repr(buckets) == (
        "<Dataset from_tensor_slices(15 rows).group_by_window(bucket of len by [3, 6], bucket_batch_sizes=[2, 3, 2], "
        "drop_remainder=True, window_size_func=batch_size)>"
    )


@pytest.mark.unit
def test_buckets_of_nests() -> None:
    data = Dataset.zip(sequences(), Dataset.range(15))
    found = list(
        data.bucket_by_sequence_length(lambda s, i: len(s), [3, 6, 20], [2, 3, 2, 1], pad_to_bucket_boundary=True)
    )
    assert [(s.shape, i.tolist()) for s, i in found[:3]] == [((2, 2), [1, 3]), ((3, 5), [0, 2, 5]), ((2, 19), [4, 6])]


@pytest.mark.fault
def test_bucket_errors() -> None:
    with pytest.raises(
        InvalidArgumentError, match="must have one size more than there are boundaries. Received: 2 sizes for 2"
    ):
        sequences().bucket_by_sequence_length(len, [3, 6], [2, 3])
    with pytest.raises(
        InvalidArgumentError, match=r"bucket_boundaries must not descend\. Received: bucket_boundaries=\[6, 3\]"
    ):
        sequences().bucket_by_sequence_length(len, [6, 3], [2, 3, 1])
    with pytest.raises(InvalidArgumentError, match="bucket_batch_sizes must be an int >= 1"):
        sequences().bucket_by_sequence_length(len, [3], [2, 0])
    with pytest.raises(InvalidArgumentError, match="bucket_boundaries must be an int"):
        sequences().bucket_by_sequence_length(len, [3.5], [2, 1])
    text = "with pad_to_bucket_boundary elements must be shorter than the last boundary, 6. Add a boundary, or filter"
    with pytest.raises(InvalidArgumentError, match=text):
        list(sequences().bucket_by_sequence_length(len, [3, 6], [2, 3, 2], pad_to_bucket_boundary=True))


@pytest.mark.unit
def test_resume() -> None:
    assert_resumes_exactly(lambda: sequences().shuffle(4, seed=1).bucket_by_sequence_length(len, [3, 6], [2, 3, 2]))
    assert_resumes_exactly(
        lambda: Dataset.range(40).group_by_window(lambda x: x % 5, lambda key, w: w.shuffle(9, seed=3).repeat(2), 4)
    )
    assert_resumes_exactly(
        lambda: Dataset.range(30).group_by_window(
            lambda x: x % 4, batched, window_size_func=lambda key: int(key) + 2, vectorize=False
        )
    )
