"""assert_same_order and assert_no_leaks."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from penstock import Dataset
from penstock.testing import assert_no_leaks, assert_same_order, reference_epochs, reference_iterator


@pytest.mark.unit
def test_same_order() -> None:
    assert_same_order(Dataset.range(9).shuffle(3, seed=1).repeat(2).batch(2))
    assert_same_order(Dataset.range(3).repeat(), limit=10)
    assert_same_order(Dataset.range(3), [np.int64(0), np.int64(1), np.int64(2)])
    assert_same_order(Dataset.range(6).shuffle(4, seed=1), reference_iterator(Dataset.range(6).shuffle(4, seed=1)))


@pytest.mark.unit
@pytest.mark.parametrize(
    "reference, message",
    [
        ([np.int64(0), np.int64(2)], r"element 1: differs. Received: np.int64\(1\) int64\[\], expected: np.int64\(2\)"),
        ([np.int32(0)], "element 0: differs"),
        ([np.int64(0)], "the reference ends after 1 elements, the other one goes on"),
        ([np.int64(i) for i in range(4)], "the dataset ends after 3 elements"),
    ],
)
def test_another_order(reference, message) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_same_order(Dataset.range(3), reference)


@pytest.mark.unit
def test_a_reference_is_needed_for_what_is_no_dataset() -> None:
    with pytest.raises(TypeError, match="dataset must be a Dataset when reference is None. Received: list."):
        assert_same_order([1, 2])


@pytest.mark.unit
def test_reference_epochs_differ_as_those_of_the_dataset() -> None:
    dataset = Dataset.range(6).shuffle(6, seed=2)
    assert reference_epochs(dataset, 2) == [list(dataset), list(dataset)]


@pytest.mark.unit
def test_leaks_are_named(tmp_path) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    try:
        with pytest.raises(AssertionError, match="assert_no_leaks: nothing may be left. Received: thread 'forgotten'."):
            with assert_no_leaks():
                thread.start()
    finally:
        stop.set()
        thread.join()


@pytest.mark.unit
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not name open files")
def test_open_files_are_named(tmp_path) -> None:
    path = tmp_path / "open.txt"
    with pytest.raises(AssertionError, match=r"Received: file '.*open\.txt'\."):
        with assert_no_leaks():
            file = path.open("w")
    file.close()
    # A file that was open before may be opened once more, and that is seen too.
    with path.open(), pytest.raises(AssertionError, match="open.txt"), assert_no_leaks():
        again = path.open()
    again.close()


@pytest.mark.unit
def test_what_is_given_back_is_no_leak(tmp_path) -> None:
    with assert_no_leaks():
        for x in Dataset.range(100).map(lambda x: x, vectorize=False, num_parallel_calls=2).prefetch(2):
            if x == 3:
                break


@pytest.mark.unit
def test_errors_inside_come_through() -> None:
    with pytest.raises(KeyError), assert_no_leaks():
        raise KeyError
