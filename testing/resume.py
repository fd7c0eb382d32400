"""`assert_resumes_exactly`: an iterator that is saved and restored anywhere gives exactly what is left."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from ..core.errors import InvalidArgumentError, describe
from ..pipeline import Dataset
from ..pipeline.exec import DatasetIterator
from .compare import assert_elements_equal
from .fresh_process import resume_in_fresh_process

MakeDataset: TypeAlias = Callable[[], Dataset[Any]]
Iterate: TypeAlias = Callable[[Dataset[Any]], DatasetIterator[Any]]


@dataclasses.dataclass(frozen=True)
class ResumeReport:
    """What `assert_resumes_exactly` saw.

    Attributes:
        elements: How many elements were read.
        states: How many states were saved and restored.
        largest_state_bytes: Bytes of the largest state as JSON.
        largest_state_at: After how many elements that one was saved.
    """

    elements: int
    states: int
    largest_state_bytes: int
    largest_state_at: int


def assert_resumes_exactly(
    make_dataset: MakeDataset,
    *,
    steps: int | None = None,
    fresh_process: bool = False,
    next_epoch: bool = True,
    make_restored: MakeDataset | None = None,
    iterate: Iterate = iter,
    iterate_restored: Iterate | None = None,
) -> ResumeReport:
    """Check that saving and restoring an iterator loses, repeats and reorders nothing, wherever it is done.

    One pass is read, with a state saved before each element, behind the last one and at the end. Each state goes
    through JSON into a fresh iterator over a freshly made dataset. Checked: the fresh iterator's own state is the same;
    all elements that follow are; the end is; a pass that is saved, restored and moved one element on again and again
    gives the same elements; the next epoch after a resumed one is that of the run without a stop.

    The work grows with the square of the number of elements: some hundreds are a good size.

    Args:
        make_dataset: Returns the dataset, a new one at each call.
        steps: How many elements to read; None reads to the end, so endless datasets need a number.
        fresh_process: Whether some of the states are restored in another Python process too. `make_dataset` must then
            be a function of a module, or a `functools.partial` of one with arguments that can be pickled.
        next_epoch: Whether the next epoch is compared too; not for user functions that draw random numbers without any
            seed, which are new in each epoch.
        make_restored: Returns the dataset that states are restored into; None for `make_dataset`. Threads, prefetching
            and other things that do not change elements may differ.
        iterate: Makes the iterator that is saved.
        iterate_restored: Makes the iterators that are restored; None for `iterate`.

    Returns:
        Counts, and the size of the largest state.

    Raises:
        AssertionError: Something differs; the message says after how many elements the state was saved.
    """
    original = made_by("assert_resumes_exactly", make_dataset)
    run = _Run(original, iterate, steps)
    restore = _Restore(make_restored or make_dataset, iterate_restored or iterate, run)
    for saved_at in range(len(run.states)):
        restore.check(saved_at)
    restore.check_chain()
    if run.ended and next_epoch:
        restore.check_next_epoch(original)
    if fresh_process:
        _check_fresh_process(make_restored or make_dataset, run)
    sizes = [len(json.dumps(state)) for state in run.states]
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    return ResumeReport(len(run.elements), len(sizes), sizes[largest], largest)


def made_by(where: str, make_dataset: Any) -> Dataset[Any]:
    """Call the function that makes the dataset to test.

    Raises:
        InvalidArgumentError: It is no function, or returns something else.
    """
    if not callable(make_dataset):
        raise InvalidArgumentError(
            f"{where}: make_dataset must be a function that returns a dataset, a new one at each call. "
            f"Received: make_dataset={describe(make_dataset)}. Use a lambda, or a function of a module."
        )
    made = make_dataset()
    if not isinstance(made, Dataset):
        raise InvalidArgumentError(f"{where}: make_dataset must return a Dataset. Received: {describe(made)}.")
    return made


class _Run:
    """One pass without a stop: the elements, the states between them, and whether it came to the end."""

    def __init__(self, dataset: Dataset[Any], iterate: Iterate, steps: int | None) -> None:
        self.elements: list[Any] = []
        self.states: list[Any] = []
        self.ended = False
        with iterate(dataset) as iterator:
            while not self.ended:
                self.states.append(through_json(iterator.get_state()))
                if len(self.elements) == steps:
                    return
                try:
                    self.elements.append(next(iterator))
                except StopIteration:
                    self.ended = True
            self.states.append(through_json(iterator.get_state()))

    def after(self, saved_at: int) -> list[Any]:
        """Return the elements behind a state."""
        return self.elements[saved_at:]


class _Restore:
    """Fresh iterators that get the states of a run."""

    def __init__(self, make_dataset: MakeDataset, iterate: Iterate, run: _Run) -> None:
        self._make, self._iterate, self._run = make_dataset, iterate, run

    def _iterator(self, state: Any, where: str) -> tuple[Dataset[Any], DatasetIterator[Any]]:
        dataset = self._make()
        iterator = self._iterate(dataset)
        iterator.set_state(state)
        again = through_json(iterator.get_state())
        if again != state:
            raise AssertionError(
                f"{where}: get_state() right after set_state(state) differs {_difference(state, again)}"
            )
        return dataset, iterator

    def check(self, saved_at: int) -> None:
        """Restore one state and read what is left."""
        run, where = self._run, f"resumed after {min(saved_at, len(self._run.elements))} elements"
        _, iterator = self._iterator(run.states[saved_at], where)
        with iterator:
            _assert_follows(iterator, run.after(saved_at), run.ended, where)

    def check_chain(self) -> None:
        """Save and restore before each element, from state to state."""
        run, state = self._run, self._run.states[0]
        for i, element in enumerate(run.elements):
            where = f"resumed {i + 1} times, before each element"
            _, iterator = self._iterator(state, where)
            with iterator:
                _assert_follows(iterator, [element], False, where)
                state = through_json(iterator.get_state())
        where = f"resumed {len(run.elements) + 1} times, before each element and at the end"
        _, iterator = self._iterator(state, where)
        with iterator:
            _assert_follows(iterator, [], run.ended, where)

    def check_next_epoch(self, original: Dataset[Any]) -> None:
        """Compare the epoch that follows a resumed one."""
        run = self._run
        with self._iterate(original) as iterator:
            expected = list(itertools.islice(iterator, len(run.elements) + 1))
        for saved_at in sorted({0, len(run.states) // 2, len(run.states) - 2, len(run.states) - 1}):
            where = f"the epoch after one that was resumed after {min(saved_at, len(run.elements))} elements"
            dataset, iterator = self._iterator(run.states[saved_at], where)
            with iterator:
                for _ in iterator:
                    pass
            with self._iterate(dataset) as iterator:
                _assert_follows(iterator, expected, len(expected) <= len(run.elements), where)


def _check_fresh_process(make_dataset: MakeDataset, run: _Run) -> None:
    chosen = sorted({0, len(run.elements) // 3, 2 * len(run.elements) // 3, len(run.states) - 1})
    counts = [len(run.after(i)) for i in chosen]
    results = resume_in_fresh_process(make_dataset, [run.states[i] for i in chosen], counts)
    for saved_at, (again, elements, ended) in zip(chosen, results, strict=True):
        where = f"resumed in a fresh process after {min(saved_at, len(run.elements))} elements"
        if again != run.states[saved_at]:
            difference = _difference(run.states[saved_at], again)
            raise AssertionError(f"{where}: get_state() right after set_state(state) differs {difference}")
        _assert_follows(iter(elements), run.after(saved_at), False, where)
        if ended != run.ended:
            raise AssertionError(f"{where}: the end must come after the same elements. Received: ended={ended}.")


def _assert_follows(iterator: Iterator[Any], expected: list[Any], ends: bool, where: str) -> None:  # noqa: FBT001
    """Compare the next elements; with `ends`, there must be no more."""
    for i, element in enumerate(expected):
        try:
            actual = next(iterator)
        except StopIteration:
            raise AssertionError(f"{where}: {len(expected)} elements must follow. Received: {i} elements.") from None
        if not _is_same_scalar(actual, element):
            try:
                assert_elements_equal(actual, element)
            except AssertionError as err:
                raise AssertionError(f"{where}: element {i} of those that follow: {err}") from err
    if ends:
        rest = next(iterator, _NOTHING)
        if rest is not _NOTHING:
            raise AssertionError(f"{where}: nothing may follow the last element. Received: {rest!r}.")


_NOTHING = object()


def _is_same_scalar(actual: Any, expected: Any) -> bool:
    """Whether both are the same number or string; quick, because most elements of tests are."""
    if type(actual) is not type(expected):
        return False
    return isinstance(actual, np.generic | bytes) and bool(actual == expected)


def through_json(state: Any) -> Any:
    """Return a state after a way through JSON text."""
    return json.loads(json.dumps(state))


def _difference(expected: Any, actual: Any, path: str = "state") -> str:
    """Say where two states differ first."""
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        for key in expected:
            if expected[key] != actual[key]:
                return _difference(expected[key], actual[key], f"{path}[{key!r}]")
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for i, (mine, other) in enumerate(zip(expected, actual, strict=True)):
            if mine != other:
                return _difference(mine, other, f"{path}[{i}]")
    return f"at {path}. Saved: {_short(expected)}. Received: {_short(actual)}."


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
