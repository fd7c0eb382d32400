"""Steps of recipes that change what an element is: batches of other kinds, windows, groups; see `datasets.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...core import nest
from ...core.specs import TensorSpec
from ...core.values import Ragged
from ...pipeline import Dataset
from ...pipeline.plan.certain import certain_spec
from .hypothesis_extra import st

if TYPE_CHECKING:
    from .datasets import Log, Recipe

LONGEST_SEQUENCE = 4


def _number(arguments: tuple[Any, ...]) -> int:
    """Return a small number that depends on an element."""
    leaf = nest.flatten(arguments)[0][0]
    if isinstance(leaf, Ragged | bytes):
        return len(leaf)
    return int(np.sum(leaf)) if np.asarray(leaf).dtype.kind in "iuf" else int(np.size(leaf))


def _sequences(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
    """Make sequences of any length of the elements, element by element."""

    def sequence(*arguments: Any) -> Any:
        log.append(f"sequence{arguments!r}")
        number = _number(arguments)
        return np.full(number % (LONGEST_SEQUENCE + 1), number)

    return dataset.map(sequence, vectorize=False)


def _leaves(recipe: Recipe) -> list[Any] | None:
    """Return the specs of all elements, or None where they are not known."""
    spec = certain_spec(recipe.build()._node)
    return None if spec is None else nest.flatten(spec)[0]


def _are_arrays(leaves: list[Any] | None, least_rank: int = 0) -> bool:
    if not leaves:
        return False
    return all(
        isinstance(leaf, TensorSpec) and leaf.shape is not None and len(leaf.shape) >= least_rank for leaf in leaves
    )


@st.composite
def unbatches(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw an unbatch, of the elements where all have a first axis, else of sequences made of them."""
    if _are_arrays(_leaves(recipe), 1) and draw(st.booleans()):
        return recipe.then("unbatch()", lambda d, log: d.unbatch())
    return recipe.then("map(sequence).unbatch()", lambda d, log: _sequences(d, log).unbatch())


@st.composite
def paddings(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a padded batch."""
    size, drop = draw(st.integers(1, 4)), draw(st.booleans())
    if _are_arrays(_leaves(recipe)) and draw(st.booleans()):
        text = f"padded_batch({size}, drop_remainder={drop})"
        return recipe.then(text, lambda d, log: d.padded_batch(size, drop_remainder=drop))
    shapes = draw(st.sampled_from([None, [None], [LONGEST_SEQUENCE], [6]]))
    return recipe.then(
        f"map(sequence).padded_batch({size}, {shapes}, -1, {drop})",
        lambda d, log: _sequences(d, log).padded_batch(size, shapes, -1, drop_remainder=drop),
    )


@st.composite
def ragged_batches(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a ragged batch."""
    size, drop = draw(st.integers(1, 4)), draw(st.booleans())
    if _are_arrays(_leaves(recipe)) and draw(st.booleans()):
        text = f"ragged_batch({size}, drop_remainder={drop})"
        return recipe.then(text, lambda d, log: d.ragged_batch(size, drop_remainder=drop))
    text = f"map(sequence).ragged_batch({size}, drop_remainder={drop})"
    return recipe.then(text, lambda d, log: _sequences(d, log).ragged_batch(size, drop_remainder=drop))


@st.composite
def sparse_batches(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a sparse batch, taken apart into its arrays."""
    size, width = draw(st.integers(1, 4)), draw(st.sampled_from([None, LONGEST_SEQUENCE, 6]))

    def parts(batch: Any) -> Any:
        return batch.indices, batch.values, batch.dense_shape

    return recipe.then(
        f"map(sequence).sparse_batch({size}, [{width}]).map(parts)",
        lambda d, log: _sequences(d, log).sparse_batch(size, [width]).map(parts, vectorize=False),
    )


@st.composite
def rebatches(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a rebatch of sequences."""
    sizes, drop = draw(st.integers(1, 4) | st.lists(st.integers(1, 3), min_size=1, max_size=3)), draw(st.booleans())
    text = f"map(sequence).rebatch({sizes}, drop_remainder={drop})"
    return recipe.then(text, lambda d, log: _sequences(d, log).rebatch(sizes, drop_remainder=drop))


@st.composite
def windows(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw windows, and the elements of all of them one after another."""
    size, shift, stride = (draw(st.integers(1, 3)) for _ in range(3))
    drop = draw(st.booleans())
    return recipe.then(
        f"window({size}, {shift}, {stride}, {drop}).flat_map(zip)",
        lambda d, log: d.window(size, shift, stride, drop_remainder=drop).flat_map(
            lambda *w: Dataset.zip(w[0] if len(w) == 1 else w)
        ),
    )


@st.composite
def flat_maps(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a flat_map."""
    body = draw(st.sampled_from(["plain", "opaque", "shuffled"]))

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        def note(*arguments: Any) -> Any:
            log.append(f"note{arguments!r}")
            return arguments[0] if len(arguments) == 1 else arguments

        def open_inner(*arguments: Any) -> Dataset[Any]:
            element = arguments[0] if len(arguments) == 1 else arguments
            inner = Dataset.from_tensors(element).repeat(_number(arguments) % 4)
            match body:
                case "opaque":
                    return inner.map(note, vectorize=False)
                case "shuffled":
                    return inner.shuffle(2, seed=3)
            return inner

        return dataset.flat_map(open_inner)

    return recipe.then(f"flat_map({body})", step)


@st.composite
def groups(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw a group_by_window."""
    size, by_key, reduce = (
        draw(st.integers(1, 4)),
        draw(st.booleans()),
        draw(st.sampled_from(["plain", "twice", "first"])),
    )

    def step(dataset: Dataset[Any], log: Log) -> Dataset[Any]:
        def key(*arguments: Any) -> Any:
            log.append(f"key{arguments!r}")
            return np.int64(_number(arguments) % 3)

        def reduced(key: Any, window: Dataset[Any]) -> Dataset[Any]:
            log.append(f"reduce {key}")
            return {"plain": window, "twice": window.repeat(2), "first": window.take(1)}[reduce]

        if by_key:
            return dataset.group_by_window(key, reduced, window_size_func=lambda k: int(k) + size, vectorize=False)
        return dataset.group_by_window(key, reduced, size, vectorize=False)

    return recipe.then(f"group_by_window(key, {reduce}, {size}, by_key={by_key})", step)


@st.composite
def packs(draw: st.DrawFn, recipe: Recipe) -> Recipe:
    """Draw sequences that are packed."""
    length, bins = draw(st.integers(LONGEST_SEQUENCE, 7)), draw(st.integers(1, 3))
    strategy: Literal["first_fit", "best_fit"] = draw(st.sampled_from(["first_fit", "best_fit"]))
    return recipe.then(
        f"map(sequence).pack_sequences({length}, num_bins={bins}, strategy={strategy!r})",
        lambda d, log: _sequences(d, log).pack_sequences(length, num_bins=bins, strategy=strategy),
    )


STEPS = [
    (unbatches, True),
    (paddings, True),
    (ragged_batches, True),
    (sparse_batches, True),
    (rebatches, True),
    (windows, True),
    (flat_maps, True),
    (groups, True),
    (packs, True),
]
"""Each step, and whether it runs functions only when their elements are asked for."""

ONCE = frozenset({"unbatches", "windows", "flat_maps", "groups"})
"""Steps that make more elements than they get."""
