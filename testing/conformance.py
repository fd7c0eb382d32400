"""Conformance of pipelines: what every source and every operator must do, each checked by one line.

A source or operator of your own joins with a test such as::

    def test_conforms():
        check_operator(lambda: Dataset(MyNode(Dataset.range(40)._node)))

`check_source` puts the standard transformations on top of a source; `check_operator` checks a pipeline as it is.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ..core import nest
from ..core.leaves import as_element
from ..core.specs import Spec
from ..pipeline import Dataset
from ..pipeline.exec import DatasetIterator
from ..pipeline.plan import UNKNOWN
from ..pipeline.sources import RandomAccessSource, StreamSource
from .compare import assert_elements_equal
from .leaks import assert_no_leaks
from .resume import MakeDataset, ResumeReport, assert_resumes_exactly, made_by

DEMANDS: Final = ((1,), (2,), (3, 1), (7,), (1000,))
"""Sequences of block sizes that are asked for, again and again in turn."""
BLOCK_ROWS: Final = (1, 3)
"""Largest blocks that the engine makes on its own account."""


def check_operator(make_dataset: MakeDataset, *, steps: int | None = None, fresh_process: bool = False) -> ResumeReport:
    """Check the contract of operators on a pipeline.

    Checked: the elements are the same for any demand, any size of blocks, with and without the rules; blocks are no
    larger than asked for; every element fits the element spec, and there are as many as the cardinality says; the end
    stays the end; an iterator that is abandoned, closed or read to its end leaves no thread and no file;
    and everything that `assert_resumes_exactly` checks.

    Args:
        make_dataset: Returns the dataset, a new one with the same elements at each call: random steps have seeds.
        steps: How many elements to read; None reads to the end, so endless datasets need a number.
        fresh_process: Whether states are restored in another Python process too; see `assert_resumes_exactly`.

    Returns:
        The counts and the size of the largest state.

    Raises:
        AssertionError: The pipeline breaks the contract; the message says which point of it.
    """
    dataset = made_by("check_operator", make_dataset)
    expected = _first(dataset, steps)
    _check_description(dataset, expected, steps)
    for demands in DEMANDS:
        with iter(make_dataset()) as iterator:
            _assert_same(_by_demand(iterator, demands), expected, steps, f"blocks of {demands} rows asked for")
    for rows in BLOCK_ROWS:
        written: DatasetIterator[Any] = DatasetIterator(make_dataset()._node, max_block_rows=rows)
        with written:
            _assert_same(written, expected, steps, f"as written, in blocks of {rows} rows")
    _check_end(make_dataset, expected, steps)
    _check_leaks(make_dataset, len(expected))
    return assert_resumes_exactly(make_dataset, steps=steps, fresh_process=fresh_process)


def check_source(
    source: MakeDataset | RandomAccessSource[Any] | StreamSource[Any],
    *,
    steps: int | None = None,
    fresh_process: bool = False,
) -> None:
    """Check a source by itself and below the standard transformations.

    Args:
        source: An object for `Dataset.from_source`; or a function that returns a dataset of the source alone, a new one
            with the same elements at each call.
        steps: How many elements to read; None reads to the end, so endless sources need a number.
        fresh_process: Whether states are restored in another Python process too; it takes a function, see
            `assert_resumes_exactly`.

    Raises:
        AssertionError: The source breaks the contract; the message says below which transformation.
    """
    make_dataset = _maker(source)
    check_operator(make_dataset, steps=steps, fresh_process=fresh_process)
    for name, step in ABOVE_SOURCES.items():
        try:
            check_operator(functools.partial(_below, make_dataset, steps, step))
        except AssertionError as err:
            raise AssertionError(f"below {name}: {err}") from err


def _maker(source: Any) -> MakeDataset:
    """Return a function that makes datasets of a source, or is one."""
    if inspect.isroutine(source) or isinstance(source, functools.partial):
        return source
    _check_random_access(source)
    return functools.partial(Dataset.from_source, source)


def _below(make_dataset: MakeDataset, steps: int | None, step: Callable[[Dataset[Any]], Dataset[Any]]) -> Dataset[Any]:
    return step(make_dataset() if steps is None else make_dataset().take(steps))


def _check_random_access(source: Any) -> None:
    """Check that a source which is read by number gives the same elements in any order."""
    if not (hasattr(source, "__len__") and hasattr(source, "__getitem__")):
        return
    numbers = range(len(source))
    forwards = [source[i] for i in numbers]
    backwards = [source[i] for i in reversed(numbers)][::-1]
    for i in numbers:
        try:
            assert_elements_equal(as_element(backwards[i]), as_element(forwards[i]))
        except AssertionError as err:
            raise AssertionError(f"source[{i}]: must be the same whenever it is read: {err}") from err


def _same(*element: Any) -> Any:
    """Return the element; opaque, because it is called as a Python function."""
    return element[0] if len(element) == 1 else element


ABOVE_SOURCES: Final[dict[str, Callable[[Dataset[Any]], Dataset[Any]]]] = {
    "map": lambda source: source.map(_same, vectorize=False),
    "parallel map": lambda source: source.map(_same, num_parallel_calls=2, vectorize=False),
    "shuffle": lambda source: source.shuffle(4, seed=1),
    "repeat": lambda source: source.repeat(2),
    "skip and take": lambda source: source.skip(2).take(5),
    "prefetch": lambda source: source.prefetch(2),
    "cache": lambda source: source.cache().repeat(2),
    "interleave": lambda source: Dataset.range(3).interleave(lambda _: source, cycle_length=2),
    "zip": lambda source: Dataset.zip(Dataset.range(10**6), source),
    "shuffle, repeat and prefetch": lambda source: source.shuffle(3, seed=2).repeat(2).prefetch(1),
}
"""What `check_source` puts on top of a source."""


def _first(dataset: Dataset[Any], steps: int | None) -> list[Any]:
    with iter(dataset) as iterator:
        return list(itertools.islice(iterator, steps))


def _check_description(dataset: Dataset[Any], elements: Sequence[Any], steps: int | None) -> None:
    """Compare what the plan says of its elements with what comes."""
    spec, cardinality = dataset.element_spec, dataset._node.cardinality
    for i, element in enumerate(elements if spec is not None else ()):
        if not _fits(spec, element):
            raise AssertionError(
                f"element_spec: must hold for every element. Received: {spec!r}, element {i}: {element!r}."
            )
    if cardinality >= 0 and steps is None and cardinality != len(elements):
        raise AssertionError(f"cardinality: must be the number of elements, {len(elements)}. Received: {cardinality}.")
    if cardinality < UNKNOWN:
        raise AssertionError(f"cardinality: must be >= 0, INFINITE or UNKNOWN. Received: {cardinality}.")
    again = _first(dataset, steps)
    if len(again) != len(elements):
        raise AssertionError(f"a second epoch must have {len(elements)} elements. Received: {len(again)}.")


def _fits(spec: Any, element: Any) -> bool:
    specs, structure = nest.flatten(spec)
    leaves = structure.unpack(element)
    return all(not isinstance(s, Spec) or s.is_compatible_with(leaf) for s, leaf in zip(specs, leaves, strict=True))


def _by_demand(iterator: DatasetIterator[Any], demands: Sequence[int]) -> Iterator[Any]:
    # Asked directly: whoever reads an operator in an iterator cuts blocks that are too large.
    operator = iterator._operator
    for rows in itertools.cycle(demands):
        block = operator.pull(rows)
        if block is None:
            return
        if not 1 <= block.n <= rows:
            raise AssertionError(f"pull: a block must have 1 to {rows} rows. Received: {block.n} rows.")
        yield from block.to_list()


def _assert_same(actual: Iterator[Any], expected: Sequence[Any], steps: int | None, where: str) -> None:
    found = list(itertools.islice(actual, steps))
    if len(found) != len(expected):
        raise AssertionError(f"{where}: must give {len(expected)} elements. Received: {len(found)}.")
    for i, pair in enumerate(zip(found, expected, strict=True)):
        try:
            assert_elements_equal(*pair)
        except AssertionError as err:
            raise AssertionError(f"{where}: element {i}: {err}") from err


def _check_end(make_dataset: MakeDataset, expected: Sequence[Any], steps: int | None) -> None:
    if steps is not None:
        return
    iterator = iter(make_dataset())
    _assert_same(iterator, expected, None, "a second dataset")
    nothing = object()
    for _ in range(2):
        if next(iterator, nothing) is not nothing:
            raise AssertionError("an iterator that has ended must give nothing more.")


def _check_leaks(make_dataset: MakeDataset, count: int) -> None:
    for read in sorted({0, min(1, count), count // 2, count}):
        with assert_no_leaks():
            iterator = iter(make_dataset())
            for _ in itertools.islice(iterator, read):
                pass
            del iterator
        with assert_no_leaks(), iter(make_dataset()) as iterator:
            for _ in itertools.islice(iterator, read):
                pass
