"""Options: what they limit, how they merge, and that they change no element."""

from __future__ import annotations

import threading

import pytest

from penstock import Dataset, Options, TextLineDataset, ThreadingOptions
from penstock.core.errors import InvalidArgumentError
from penstock.testing import assert_resumes_exactly


def limited(size):
    options = Options()
    options.threading.private_threadpool_size = size
    return options


class Together:
    """Counts how many calls run at once; calls wait for one another while there may be more of them."""

    def __init__(self, expected) -> None:
        self.expected = expected
        self.running = self.most = 0
        self.all_here = threading.Condition()

    def __call__(self, x):
        with self.all_here:
            self.running += 1
            self.most = max(self.most, self.running)
            self.all_here.notify_all()
            self.all_here.wait_for(lambda: self.most >= self.expected, timeout=300)
            self.running -= 1
        return x


@pytest.mark.unit
@pytest.mark.parametrize("calls", [4, -1])
@pytest.mark.parametrize("size", [2, 3])
def test_at_most_so_many_calls_run_at_once(calls, size) -> None:
    together = Together(size)
    dataset = Dataset.range(30).map(together, num_parallel_calls=calls, vectorize=False).with_options(limited(size))
    assert list(dataset) == list(range(30))
    assert together.most == size


@pytest.mark.unit
def test_the_limit_holds_over_all_stages_and_with_prefetch() -> None:
    together = Together(2)
    dataset = Dataset.range(30).with_options(limited(2))
    for _ in range(2):
        dataset = dataset.map(together, num_parallel_calls=3, vectorize=False).prefetch(2)
    assert list(dataset) == list(range(30))
    assert together.most == 2


@pytest.mark.unit
def test_one_call_at_a_time() -> None:
    names = set()

    def note(x):
        names.add(threading.current_thread().name)
        return x

    assert list(Dataset.range(9).map(note, num_parallel_calls=-1, vectorize=False).with_options(limited(1))) == [
        *range(9)
    ]
    # Nothing to run at once: no thread is needed.
    assert names == {threading.current_thread().name}
    assert list(Dataset.range(9).map(note, num_parallel_calls=3, vectorize=False).with_options(limited(1))) == [
        *range(9)
    ]
    assert len(names) == 2


@pytest.mark.unit
def test_later_options_count() -> None:
    dataset = Dataset.range(3).with_options(limited(2))
    assert dataset.options() == limited(2)
    assert dataset.map(lambda x: x).with_options(Options()).options() == limited(2)
    assert dataset.with_options(limited(5)).with_options(limited(0)).options() == limited(0)
    assert Dataset.zip(dataset, Dataset.range(3)).options() == limited(2)
    assert Dataset.range(3).options() == Options() == Options(threading=ThreadingOptions(None))
    assert limited(2).merge(limited(3)) == limited(3)
    assert Options(deterministic=False).merge(limited(3)) == Options(False, ThreadingOptions(3))
    assert Options(deterministic=False).merge(Options(deterministic=True)) == Options(True)


@pytest.mark.unit
def test_a_dataset_keeps_its_options() -> None:
    options = limited(2)
    dataset = Dataset.range(3).with_options(options)
    options.threading.private_threadpool_size = 9
    dataset.options().threading.private_threadpool_size = 9
    assert dataset.options() == limited(2)


@pytest.mark.unit
def test_options_are_no_part_of_a_position() -> None:
    iterator = iter(Dataset.range(9).with_options(limited(2)).shuffle(3, seed=1))
    head = [next(iterator) for _ in range(4)]
    fresh = iter(Dataset.range(9).shuffle(3, seed=1))
    fresh.set_state(iterator.get_state())
    assert sorted(head + list(fresh)) == list(range(9))


@pytest.mark.unit
def test_explain_and_spec() -> None:
    dataset = Dataset.range(3).with_options(limited(2))
    assert repr(dataset) == "<Dataset range(3).with_options(threading.private_threadpool_size=2)>"
    assert len(dataset) == 3 and dataset.element_spec == Dataset.range(3).element_spec


@pytest.mark.unit
def test_wrong_options() -> None:
    with pytest.raises(InvalidArgumentError, match=r"options must be Options\. Received: options=3 \(int\)"):
        Dataset.range(3).with_options(3)
    for size in (-1, 1.5, True):
        with pytest.raises(InvalidArgumentError, match=r"size must be None or an int >= 0\. Received"):
            limited(size)
    with pytest.raises(InvalidArgumentError, match=r"threading must be ThreadingOptions\. Received: th"):
        Options().threading = 2
    message = r"there is no option 'thread'. The options are deterministic, threading; .* Did you mean 'threading'\?"
    with pytest.raises(InvalidArgumentError, match=message):
        Options().thread = 2


@pytest.mark.unit
def test_positions_hold_for_other_thread_counts() -> None:
    def make(calls, size):
        dataset = Dataset.range(40).map(lambda x: x + 0, num_parallel_calls=calls, vectorize=False)
        return dataset.shuffle(5, seed=1).prefetch(size or 1).with_options(limited(size))

    assert_resumes_exactly(lambda: make(3, 2), make_restored=lambda: make(None, None))
    assert_resumes_exactly(lambda: make(None, None), make_restored=lambda: make(-1, 3))


@pytest.mark.unit
def test_datasets_of_files_take_options_and_snapshots(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("x\ny\n")
    options = Options()
    options.threading.private_threadpool_size = 1
    lines = TextLineDataset(tmp_path / "a.txt").with_options(options)
    assert list(lines) == [b"x", b"y"]
    assert list(TextLineDataset(tmp_path / "a.txt").snapshot(tmp_path / "kept")) == [b"x", b"y"]
