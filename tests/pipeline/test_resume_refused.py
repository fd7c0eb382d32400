"""States that a pipeline refuses: of another one, of other files, damaged, or past the end."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as ps
from penstock import Dataset
from penstock.core.errors import FailedPreconditionError, InvalidArgumentError


def add_one(x):
    return int(x) + 1


def is_odd(x):
    return int(x) % 2 == 1


def numbers(n=20):
    """Count; what a generator does."""
    yield from range(n)


def saved(dataset, after=3):
    """Return the state after some elements."""
    with iter(dataset) as iterator:
        for _ in range(after):
            next(iterator)
        return json.loads(json.dumps(iterator.get_state()))


@pytest.mark.unit
@pytest.mark.parametrize(
    "mine, theirs, message",
    [
        (
            lambda: Dataset.range(99).map(add_one).shuffle(1024, seed=7),
            lambda: Dataset.range(99).map(add_one).shuffle(2048, seed=7),
            r"set_state: the saved state is for shuffle\(1024, seed=7\) at node 2; this pipeline has "
            r"shuffle\(2048, seed=7\) there. Rebuild it with the saved options or start a new iterator.",
        ),
        (
            lambda: Dataset.range(9).batch(2),
            lambda: Dataset.range(9),
            r"is for batch\(2\) at node 1; .* has nothing there",
        ),
        (
            lambda: Dataset.range(9),
            lambda: Dataset.range(9).repeat(2),
            r"is for nothing at node 1; .* has repeat\(2\) there",
        ),
        (
            lambda: Dataset.range(9).map(add_one),
            lambda: Dataset.range(9).map(is_odd),
            r"map\(add_one\) .* map\(is_odd\)",
        ),
        (
            lambda: Dataset.from_tensor_slices(np.zeros((9, 2))),
            lambda: Dataset.from_tensor_slices(np.zeros((9, 3))),
            r"shape=\(2,\).*shape=\(3,\)",
        ),
        (
            lambda: Dataset.from_tensor_slices(np.zeros(9)),
            lambda: Dataset.from_tensor_slices(np.zeros(8)),
            "9 rows.*8 rows",
        ),
    ],
)
def test_another_pipeline_is_refused_by_its_first_difference(mine, theirs, message) -> None:
    state = saved(mine())
    iterator = iter(theirs())
    with pytest.raises(InvalidArgumentError, match=message):
        iterator.set_state(state)
    # Nothing has happened to the iterator.
    assert len(list(iterator)) == len(list(theirs()))


@pytest.mark.unit
def test_other_files_are_refused(folder) -> None:
    def make(*names):
        return ps.TextLineDataset([str(folder / name) for name in names])

    with pytest.raises(InvalidArgumentError, match=r"is for text_line\('0.txt'\) at node 0; .* text_line\('1.txt'\)"):
        iter(make("1.txt")).set_state(saved(make("0.txt")))
    with pytest.raises(InvalidArgumentError, match=r"text_line\(2 files\) with names \w{8} at .*files\) with names"):
        iter(make("1.txt", "0.txt")).set_state(saved(make("0.txt", "1.txt")))


@pytest.mark.fault
def test_a_file_that_has_become_shorter(folder) -> None:
    path = folder / "2.txt"
    state = saved(ps.TextLineDataset([str(path)]), after=8)
    path.write_text("short\n")
    iterator = iter(ps.TextLineDataset([str(path)]))
    iterator.set_state(state)
    with pytest.raises(FailedPreconditionError, match="set_state: text_line ends 7 elements before the saved position"):
        next(iterator)


@pytest.mark.fault
def test_a_file_that_ends_before_the_place_of_a_line(folder) -> None:
    path = folder / "2.txt"
    with iter(ps.TextLineDataset([str(path)])) as iterator:
        iterator.next_block(8)
        state = iterator.get_state()
    path.write_text("short\n")
    iterator = iter(ps.TextLineDataset([str(path)]))
    with pytest.raises(ps.errors.DataLossError, match="line 8 was at byte 32, but the file ends before"):
        iterator.set_state(state)
    with pytest.raises(FailedPreconditionError, match="the iterator is closed"):
        next(iterator)


@pytest.mark.fault
def test_a_file_that_is_gone(folder) -> None:
    path = folder / "2.txt"
    state = saved(ps.TextLineDataset([str(path)]))
    path.unlink()
    iterator = iter(ps.TextLineDataset([str(path)]))
    with pytest.raises(ps.errors.NotFoundError, match="no such file"):
        iterator.set_state(state)
        next(iterator)


@pytest.mark.fault
@pytest.mark.parametrize("state", [None, 3, [], {}, {"format": 1}, "{}"])
def test_what_is_no_state_is_refused(state) -> None:
    with pytest.raises(InvalidArgumentError, match=r"set_state: state must come from get_state\(\)\. Received: "):
        iter(Dataset.range(3)).set_state(state)


@pytest.mark.fault
def test_another_format_is_refused() -> None:
    state = {**saved(Dataset.range(9)), "format": 99}
    with pytest.raises(InvalidArgumentError, match=r"format must be 1\. Received: format=99\. .*another version"):
        iter(Dataset.range(9)).set_state(state)


@pytest.mark.fault
@settings(max_examples=60)
@given(st.data())
def test_damage_is_found(data) -> None:
    """A changed character of the text is refused, or leaves another JSON text of the same state."""

    def make():
        return Dataset.range(30).shuffle(7, seed=1).repeat(2).batch(2)

    state = saved(make())
    text = json.dumps(state)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.sampled_from('0123456789abc,[]{}" ')) + text[at + 1 :]
    try:
        damaged = json.loads(changed)
    except ValueError:
        return
    if damaged == state:
        return
    with pytest.raises(InvalidArgumentError, match="set_state: "):
        iter(make()).set_state(damaged)


@pytest.mark.unit
def test_a_used_iterator_takes_no_state() -> None:
    state = saved(Dataset.range(9))
    used = r"set_state: the iterator has been used already. Make a new one with iter\(dataset\), then set its state."
    iterator = iter(Dataset.range(9))
    next(iterator)
    with pytest.raises(FailedPreconditionError, match=used):
        iterator.set_state(state)
    assert next(iterator) == 1
    iterator = iter(Dataset.range(9))
    iterator.set_state(state)
    with pytest.raises(FailedPreconditionError, match=used):
        iterator.set_state(state)
    assert next(iterator) == 3
    iterator.close()
    for call in (iterator.get_state, lambda: iterator.set_state(state)):
        with pytest.raises(FailedPreconditionError, match="the iterator is closed"):
            call()


@pytest.mark.fault
def test_generators_that_end_earlier_are_noticed() -> None:
    def make(n):
        return Dataset.from_generator(functools.partial(numbers, n))

    with pytest.raises(
        FailedPreconditionError, match=r"the generator .* ended after 4 elements; .* after 6.*same elem"
    ):
        iter(make(4)).set_state(saved(make(9), after=6))


@pytest.mark.fault
def test_inputs_that_have_become_shorter_are_noticed(folder) -> None:
    def make():
        return ps.TextLineDataset([str(folder / "2.txt")]).shuffle(5, seed=1)

    with iter(make()) as iterator:
        iterator.next_block(4)
        state = iterator.get_state()
    lines = (folder / "2.txt").read_text().splitlines(keepends=True)
    (folder / "2.txt").write_text("".join(lines[:6]))
    with pytest.raises(FailedPreconditionError, match=r"shuffle held elements up to \d of its input .* ends after \d"):
        iter(make()).set_state(state)
