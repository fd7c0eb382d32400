"""Strategies for datasets over elements of any structure, as recipes that build the same dataset again and again.

A dataset has state of its own (epochs of a shuffle, a filled cache), so a test that compares two ways of running one
needs two of them. A `Recipe` builds as many as it is asked for, and shows in its `repr` what it builds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ...core import nest
from ...core.dtypes import as_dtype
from ...core.values import Ragged
from ...pipeline import Dataset, Options
from . import combining, shaping
from .hypothesis_extra import st
from .pipelines import seeds
from .structures import nests
from .tables import tables

MAX_ROWS = 12
"""Most rows of a generated source."""

Log = list[str]
"""Calls of the functions of one transformation, in order."""
Step = Callable[[Dataset[Any], Log], Dataset[Any]]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to build a dataset.

    Attributes:
        text: The chain of calls, for people.
        source: Builds the source.
        steps: Put the transformations on, one after another.
        is_lazy: Whether no function runs before its element is asked for: there is no prefetch and no parallel call.
    """

    text: str
    source: Callable[[], Dataset[Any]] = dataclasses.field(repr=False)
    steps: tuple[Step, ...] = dataclasses.field(default=(), repr=False)
    is_lazy: bool = True

    def build(self, logs: list[Log] | None = None) -> Dataset[Any]:
        """Build a new dataset.

        Args:
            logs: Gets a log for each transformation, in which its opaque functions write down their calls.
        """
        dataset = self.source()
        for step in self.steps:
            log: Log = []
            dataset = step(dataset, log)
            if logs is not None:
                logs.append(log)
        return dataset

    def then(self, text: str, step: Step, *, is_lazy: bool = True) -> Recipe:
        """Return the recipe with one more transformation."""
        return Recipe(f"{self.text}.{text}", self.source, (*self.steps, step), self.is_lazy and is_lazy)

    def __repr__(self) -> str:
        return self.text


@st.composite
def recipes(draw: st.DrawFn, *, lazy: bool = False, max_steps: int = 5) -> Recipe:
    """Generate recipes of finite datasets.

    Args:
        draw: Given by Hypothesis.
        lazy: Whether to leave out prefetch and parallel calls.
        max_steps: Most transformations.
    """
    recipe = draw(_sources())
    allowed = [step for step, is_lazy in _STEPS if is_lazy or not lazy]
    # Sources are small and each of these is drawn once at most, so that no epoch has more than some hundred elements.
    once = {"interleave", "repeat", "batch", *combining.ONCE, *shaping.ONCE}
    for _ in range(draw(st.integers(0, max_steps))):
        step = draw(st.sampled_from(allowed))
        if step.__name__.strip("_") in once:
            allowed.remove(step)
        recipe = draw(step(recipe))
    return recipe


# --- sources ----------------------------------------------------------------------------------------------------


def _sources() -> st.SearchStrategy[Recipe]:
    return st.one_of(_ranges(), _slices(), _generators(), _globally_shuffled(), _tables())


def _tables() -> st.SearchStrategy[Recipe]:
    return tables(MAX_ROWS).map(lambda drawn: Recipe(*drawn))


@st.composite
def _ranges(draw: st.DrawFn) -> Recipe:
    start, step = draw(st.integers(-5, 5)), draw(st.sampled_from([1, 2, -1]))
    stop = start + step * draw(st.integers(0, MAX_ROWS))
    return Recipe(f"range({start}, {stop}, {step})", lambda: Dataset.range(start, stop, step))


@st.composite
def _slices(draw: st.DrawFn) -> Recipe:
    rows = draw(st.integers(0, MAX_ROWS))
    tensors = draw(nests(_columns(rows), max_leaves=3).filter(lambda t: nest.flatten(t)[0]))
    return Recipe(f"from_tensor_slices({tensors!r})", lambda: Dataset.from_tensor_slices(tensors))


@st.composite
def _globally_shuffled(draw: st.DrawFn) -> Recipe:
    source, seed, again = draw(st.one_of(_ranges(), _slices())), draw(seeds()), draw(st.booleans())
    return source.then(
        f"global_shuffle(seed={seed}, reshuffle_each_iteration={again})",
        lambda d, log: d.global_shuffle(seed, reshuffle_each_iteration=again),
    )


@st.composite
def _generators(draw: st.DrawFn) -> Recipe:
    values = draw(st.lists(st.tuples(st.integers(0, 9), st.text("abc", max_size=2)), max_size=MAX_ROWS))
    return Recipe(f"from_generator(lambda: {values})", lambda: Dataset.from_generator(lambda: iter(values)))


@st.composite
def _columns(draw: st.DrawFn, rows: int) -> Any:
    """Generate one leaf with a first axis of `rows`; small numbers, so that sums do not overflow."""
    kind = draw(st.sampled_from(["int64", "int32", "float32", "float64", "bool", "string", "ragged"]))
    if kind == "string":
        return np.array(draw(st.lists(st.binary(max_size=3), min_size=rows, max_size=rows)), dtype=object)
    if kind == "ragged":
        lengths = draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows))
        return Ragged.from_row_lengths(np.arange(sum(lengths)), lengths)
    shape = (rows, *draw(st.sampled_from([(), (), (2,), (0,), (2, 1)])))
    first = draw(st.integers(0, 5))
    return (np.arange(np.prod(shape, dtype=int)).reshape(shape) + first).astype(kind)


# --- functions --------------------------------------------------------------------------------------------------
#
# Each takes an element of any structure. Tuples arrive spread over the arguments, as the user's functions get them.


def _element(arguments: tuple[Any, ...]) -> Any:
    return arguments[0] if len(arguments) == 1 else arguments


def _is_number(leaf: Any) -> bool:
    dtype = getattr(leaf, "dtype", None)
    return dtype is not None and not isinstance(leaf, Ragged) and as_dtype(dtype).name.startswith(("int", "float"))


def _weight(element: Any) -> Any:
    """Return a number that depends on the element."""
    leaf = nest.flatten(element)[0][0]
    return np.sum(leaf) if _is_number(leaf) else 1


def doubled(*arguments: Any) -> Any:
    """Double the numbers of an element; can be traced."""
    return nest.map_structure(lambda leaf: leaf * 2 if _is_number(leaf) else leaf, _element(arguments))


def paired(*arguments: Any) -> Any:
    """Put an element into a dict beside a constant; can be traced."""
    return {"kept": nest.flatten(_element(arguments))[0][0], "constant": np.float32(7)}


def branched(*arguments: Any) -> Any:
    """Choose by the value of the element: cannot be traced."""
    element = _element(arguments)
    return nest.flatten(element)[0][0] if _weight(element) % 2 == 0 else np.int64(-1)


def is_kept(*arguments: Any) -> Any:
    """Whether the weight of an element is no multiple of three; can be traced."""
    return _weight(_element(arguments)) % 3 != np.int64(0)


def _logged(function: Callable[..., Any], log: Log) -> Callable[..., Any]:
    """Return the function with a record of its calls."""

    def call(*arguments: Any) -> Any:
        log.append(f"{function.__name__}{arguments!r}")
        return function(*arguments)

    return call


# --- transformations --------------------------------------------------------------------------------------------

_FUNCTIONS = st.sampled_from([doubled, paired, branched])
_COUNTS = st.integers(-1, MAX_ROWS + 2)


@st.composite
def _map(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    function = draw(_FUNCTIONS)
    if draw(st.booleans()):
        return recipe.then(f"map({function.__name__})", lambda d, log: d.map(function))
    return recipe.then(
        f"map({function.__name__}, vectorize=False)", lambda d, log: d.map(_logged(function, log), vectorize=False)
    )


@st.composite
def _parallel_map(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    function, calls = draw(_FUNCTIONS), draw(st.sampled_from([2, 3, -1]))
    text = f"map({function.__name__}, num_parallel_calls={calls})"
    return recipe.then(text, lambda d, log: d.map(function, num_parallel_calls=calls), is_lazy=False)


@st.composite
def _filter(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    if draw(st.booleans()):
        return recipe.then("filter(is_kept)", lambda d, log: d.filter(_bool(is_kept)))
    return recipe.then(
        "filter(is_kept, vectorize=False)", lambda d, log: d.filter(_logged(_bool(is_kept), log), vectorize=False)
    )


def _bool(predicate: Callable[..., Any]) -> Callable[..., Any]:
    def is_kept(*arguments: Any) -> Any:
        result = predicate(*arguments)
        return np.bool_(result) if isinstance(result, bool) else result

    return is_kept


@st.composite
def _interleave(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    cycle, block = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    body = draw(st.sampled_from(["plain", "opaque", "traced", "shuffled"]))
    text = f"interleave({body}, cycle_length={cycle}, block_length={block})"

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        def open_inner(*arguments: Any) -> Dataset[Any]:
            element = _element(arguments)
            inner = Dataset.from_tensors(element).repeat(int(_weight(element)) % 4)
            match body:
                case "opaque":
                    return inner.map(_logged(doubled, log), vectorize=False)
                case "traced":
                    return inner.map(doubled)
                case "shuffled":
                    return inner.shuffle(2, seed=3)
            return inner

        return dataset.interleave(open_inner, cycle_length=cycle, block_length=block)

    return recipe.then(text, step)


@st.composite
def _parallel_interleave(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    cycle, calls = draw(st.integers(2, 4)), draw(st.sampled_from([2, -1]))

    def open_inner(*arguments: Any) -> Dataset[Any]:
        element = _element(arguments)
        return Dataset.from_tensors(element).repeat(int(_weight(element)) % 3)

    text = f"interleave(plain, cycle_length={cycle}, num_parallel_calls={calls})"
    return recipe.then(
        text,
        lambda d, log: d.interleave(open_inner, cycle_length=cycle, num_parallel_calls=calls),
        is_lazy=False,
    )


@st.composite
def _shuffle(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    size, seed, again = draw(st.integers(1, MAX_ROWS + 2)), draw(seeds()), draw(st.sampled_from([None, True, False]))
    return recipe.then(
        f"shuffle({size}, seed={seed}, reshuffle_each_iteration={again})",
        lambda d, log: d.shuffle(size, seed=seed, reshuffle_each_iteration=again),
    )


@st.composite
def _repeat(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    if draw(st.booleans()):
        count = draw(st.integers(0, 3))
        return recipe.then(f"repeat({count})", lambda d, log: d.repeat(count))
    limit = draw(st.integers(0, 3 * MAX_ROWS))
    return recipe.then(f"repeat().take({limit})", lambda d, log: d.repeat().take(limit))


@st.composite
def _take(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    count = draw(_COUNTS)
    return recipe.then(f"take({count})", lambda d, log: d.take(count))


@st.composite
def _skip(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    count = draw(_COUNTS)
    return recipe.then(f"skip({count})", lambda d, log: d.skip(count))


@st.composite
def _batch(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    size, drop = draw(st.integers(1, 5)), draw(st.booleans())
    return recipe.then(f"batch({size}, drop_remainder={drop})", lambda d, log: d.batch(size, drop_remainder=drop))


@st.composite
def _prefetch(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    size = draw(st.sampled_from([0, 1, 2, 100, -1]))
    return recipe.then(f"prefetch({size})", lambda d, log: d.prefetch(size), is_lazy=size == 0)


@st.composite
def _with_options(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    options = Options()
    options.threading.private_threadpool_size = draw(st.sampled_from([None, 1, 2]))
    return recipe.then(f"with_options({options})", lambda d, log: d.with_options(options))


def _cache(recipe: Recipe) -> st.SearchStrategy[Recipe]:
    return st.just(recipe.then("cache()", lambda d, log: d.cache()))


_STEPS: list[tuple[Callable[[Recipe], st.SearchStrategy[Recipe]], bool]] = [
    (_map, True),
    (_filter, True),
    (_interleave, True),
    (_shuffle, True),
    (_repeat, True),
    (_take, True),
    (_skip, True),
    (_batch, True),
    (_cache, True),
    (_with_options, True),
    (_parallel_map, False),
    (_parallel_interleave, False),
    (_prefetch, False),
    *combining.STEPS,
    *shaping.STEPS,
]
"""Each transformation, and whether it runs functions only when their elements are asked for."""
