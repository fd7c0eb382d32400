"""unique: each different element once."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import UnimplementedError
from penstock.core.values import Ragged
from penstock.pipeline import UNKNOWN_CARDINALITY
from penstock.pipeline.exec.unique_kernels import insert_kernel


@pytest.mark.property
@given(st.lists(st.integers(-5, 5)), st.sampled_from(["int8", "int32", "int64", "uint64", "bool", "float32"]))
def test_numbers(numbers, dtype) -> None:
    array = np.array(numbers).astype(dtype)
    assert [x.item() for x in Dataset.from_tensor_slices(array).unique()] == list(dict.fromkeys(array.tolist()))


@pytest.mark.unit
def test_many_numbers() -> None:
    numbers = np.random.default_rng(0).integers(-(2**62), 2**62, 3000)[np.random.default_rng(1).integers(0, 3000, 9000)]
    found = [int(x) for x in Dataset.from_tensor_slices(numbers).unique()]
    assert found == list(dict.fromkeys(numbers.tolist()))


@pytest.mark.unit
def test_zeros_are_one_number_and_nan_is_itself() -> None:
    found = list(Dataset.from_tensor_slices([0.0, -0.0, np.nan, 1.0, np.nan]).unique())
    assert np.array_equal(found, [0.0, np.nan, 1.0], equal_nan=True)
    rows = Dataset.from_tensor_slices(np.array([[0.0, 1.0], [-0.0, 1.0], [1.0, 0.0]])).unique()
    assert [x.tolist() for x in rows] == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.unit
def test_strings_arrays_ragged_rows_and_nests() -> None:
    assert list(Dataset.from_tensor_slices(["b", "a", "b", ""]).unique()) == [b"b", b"a", b""]
    words = np.array([["a", "b"], ["ab", ""], ["a", "b"]], dtype=object)
    assert [x.tolist() for x in Dataset.from_tensor_slices(words).unique()] == [[b"a", b"b"], [b"ab", b""]]
    ragged = Ragged.from_row_lengths(np.array([1, 2, 1, 2, 3]), [2, 2, 1])
    assert [x.tolist() for x in Dataset.from_tensor_slices(ragged).unique()] == [[1, 2], [3]]
    pairs = Dataset.from_tensor_slices({"x": [1, 1, 1], "y": ["a", "b", "a"]}).unique()
    assert list(pairs) == [{"x": 1, "y": b"a"}, {"x": 1, "y": b"b"}]


@pytest.mark.unit
def test_count_is_unknown_and_spec_stays() -> None:
    dataset = Dataset.range(5).unique()
    assert dataset.cardinality() == UNKNOWN_CARDINALITY and dataset.element_spec == Dataset.range(5).element_spec


@pytest.mark.unit
@pytest.mark.parametrize("values", [[3, 1, 3, 2, 1, 5, 3, 6], [b"a", b"\xff", b"a", b"b", b"\xff", b"c"]])
def test_a_saved_state_knows_what_came_before(values) -> None:
    def fresh():
        return iter(Dataset.from_tensor_slices(np.array(values, dtype=None if values[0] == 3 else object)).unique())

    wanted = list(dict.fromkeys(values))
    for n in range(len(wanted) + 1):
        iterator = fresh()
        for _ in range(n):
            next(iterator)
        state = json.loads(json.dumps(iterator.get_state()))
        restored = fresh()
        restored.set_state(state)
        assert list(restored) == wanted[n:]


@pytest.mark.unit
def test_objects_are_refused() -> None:
    sets = Dataset.range(3).map(lambda x: {1} if x >= 0 else x, vectorize=False)
    message = r"Dataset\.unique: elements must be numbers, strings, arrays or ragged rows, all of one kind\. Received: "
    with pytest.raises(UnimplementedError, match=message):
        list(sets.unique())


@pytest.mark.property
@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=8), max_size=4))
def test_kernel_is_a_set(parts) -> None:
    table, used, seen = np.zeros(64, np.uint64), np.zeros(64, np.bool_), set()
    for part in parts:
        new = np.empty(len(part), np.bool_)
        count = insert_kernel(np.array(part, dtype=np.uint64), table, used, new)
        wanted = []
        for key in part:
            wanted.append(key not in seen)
            seen.add(key)
        assert new.tolist() == wanted and count == sum(wanted)
    assert set(table[used].tolist()) == seen
