"""Steps of recipes that combine datasets, or carry something along; see `datasets.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...core import nest
from ...core.values import Ragged
from ...pipeline import Dataset
from .hypothesis_extra import st
from .pipelines import seeds

if TYPE_CHECKING:
    from .datasets import Log, Recipe

LONGEST_PARTNER = 9


def _logged_range(log: Log, n: int) -> Dataset[Any]:
    """Return a range whose elements are written down when they are made."""

    def note(x: Any) -> Any:
        log.append(f"partner {x}")
        return x

    return Dataset.range(n).map(note, vectorize=False)


@st.composite
def zips(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a zip with one or two ranges, before or behind, opaque or not."""
    n, is_opaque, is_first = draw(st.integers(0, LONGEST_PARTNER)), draw(st.booleans()), draw(st.booleans())

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        partner = _logged_range(log, n) if is_opaque else Dataset.range(n)
        return Dataset.zip(partner, {"of": dataset}) if is_first else Dataset.zip((dataset, partner.enumerate(3)))

    return recipe.then(f"zip({'opaque ' if is_opaque else ''}range({n}), first={is_first})", step)


@st.composite
def concatenations(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a concatenation of a dataset with a part of itself."""
    count, is_shuffled = draw(st.integers(-1, LONGEST_PARTNER)), draw(st.booleans())

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        other = dataset.take(count)
        return dataset.concatenate(other.shuffle(3, seed=5) if is_shuffled else other)

    return recipe.then(f"concatenate(itself.take({count}), shuffled={is_shuffled})", step)


@st.composite
def shards(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a shard."""
    count = draw(st.integers(1, 4))
    index = draw(st.integers(0, count - 1))
    return recipe.then(f"shard({count}, {index})", lambda d, log: d.shard(count, index))


@st.composite
def enumerations(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw an enumerate."""
    start = draw(st.integers(-3, 3))
    return recipe.then(f"enumerate({start})", lambda d, log: d.enumerate(start))


@st.composite
def choices(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw choices, given or random, among parts of a dataset."""
    stop = draw(st.booleans())
    if draw(st.booleans()):
        seed, weights = draw(seeds()), draw(st.none() | st.lists(st.floats(0.1, 1), min_size=2, max_size=2))
        again = draw(st.booleans())
        return recipe.then(
            f"sampled(weights={weights}, seed={seed}, stop={stop}, rerandomize={again})",
            lambda d, log: Dataset.sample_from_datasets([d, d.take(3)], weights, seed, stop, again),
        )
    turns = np.array(draw(st.lists(st.integers(0, 2), max_size=30)), dtype=np.int64)
    return recipe.then(
        f"chosen({turns.tolist()}, stop={stop})",
        lambda d, log: Dataset.choose_from_datasets(
            [d, d.skip(2), d.take(2)], Dataset.from_tensor_slices(turns), stop_on_empty_dataset=stop
        ),
    )


@st.composite
def prefixes(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a take_while that ends after a number of elements, by a count that it carries along."""
    limit, is_opaque = draw(st.integers(0, LONGEST_PARTNER)), draw(st.booleans())

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        def is_early(number: Any, element: Any) -> Any:
            log.append(f"is_early {number}")
            return np.bool_(number < limit)

        if is_opaque:
            return dataset.enumerate().take_while(is_early, vectorize=False)
        return dataset.enumerate().take_while(lambda number, element: number < limit)

    return recipe.then(f"enumerate().take_while(< {limit}, vectorize={not is_opaque})", step)


def uniques(recipe: Recipe) -> st.SearchStrategy[Recipe]:
    """Draw a unique."""
    return st.just(recipe.then("unique()", lambda d, log: d.unique()))


@st.composite
def scans(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a scan that counts, and gives elements or counts."""
    gives_elements = draw(st.booleans())

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        def count(state: Any, element: Any) -> Any:
            log.append(f"count {state}")
            leaf = nest.flatten(element)[0][0]
            size = len(leaf) if isinstance(leaf, Ragged | bytes) else np.size(leaf)
            total, name = state
            return (total + size, name + b"x"), (element if gives_elements else (total, name))

        return dataset.scan((0, b""), count)

    return recipe.then(f"scan(count, gives_elements={gives_elements})", step)


@st.composite
def skips(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a transformation that fails for some elements and leaves them out."""
    kind = draw(st.sampled_from(["map", "filter", "interleave", "flat_map", "ignore_errors"]))
    remainder = draw(st.integers(0, 2))

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        def shaky(number: Any, element: Any) -> Any:
            log.append(f"shaky {number}")
            if number % 3 == remainder:
                raise ValueError("an element that fails")
            return element

        numbered = dataset.enumerate()
        match kind:
            case "map":
                return numbered.map(shaky, on_error="skip")
            case "filter":
                return numbered.filter(lambda n, x: np.bool_(shaky(n, x) is x), vectorize=False, on_error="skip")
            case "interleave":
                return numbered.interleave(lambda n, x: Dataset.from_tensors(shaky(n, x)), 2, on_error="skip")
            case "flat_map":
                return numbered.flat_map(lambda n, x: Dataset.from_tensors(shaky(n, x)), on_error="skip")
        return numbered.map(shaky).ignore_errors()

    return recipe.then(f"{kind}(shaky at {remainder} modulo 3)", step)


STEPS = [
    (skips, True),
    (zips, True),
    (concatenations, True),
    (shards, True),
    (enumerations, True),
    (choices, True),
    (prefixes, True),
    (uniques, True),
    (scans, True),
]
"""Each step, and whether it runs functions only when their elements are asked for."""

ONCE = frozenset({"concatenations", "choices", "zips"})
"""Steps that are large, or make more elements than they get."""
