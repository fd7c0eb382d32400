"""The reference executor's functions for transformations that combine datasets, or carry something along.

As in `executor.py`: one small function per plan node, which turns the node and a `Run` into an iterator.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..core import nest
from ..core.errors import FailedPreconditionError, PenstockError
from ..core.leaves import as_element
from ..core.random import Philox
from ..core.values import Ragged
from ..pipeline import plan
from ..pipeline.plan.draw import cumulated
from ..pipeline.plan.on_error import ErrorPolicy

if TYPE_CHECKING:
    from .executor import Run

Elements: TypeAlias = Iterator[Any]


def _counter(node: plan.Counter, run: Run) -> Elements:
    kind = node.dtype.numpy.type
    number, step = np.array([node.start]).astype(kind), np.array([node.step]).astype(kind)
    while True:
        yield number[0]
        number = number + step


def _random(node: plan.Random, run: Run) -> Elements:
    words = Philox(*node.seeds.of_pass(run.next_epoch(node.seeds)))
    return (np.int64(words.next_uint32()) for _ in itertools.count())


def _concatenate(node: plan.Concatenate, run: Run) -> Elements:
    return _one_after_another(run.open(node.first), node.second, run)


def _one_after_another(first: Elements, second: plan.Node, run: Run) -> Elements:
    yield from first
    yield from run.open(second)


def _zip(node: plan.Zip, run: Run) -> Elements:
    return map(node.structure.pack, zip(*[run.open(dataset) for dataset in node.datasets], strict=False))


def _enumerate(node: plan.Enumerate, run: Run) -> Elements:
    return ((np.int64(i), element) for i, element in enumerate(run.open(node.input), node.start))


def _shard(node: plan.Shard, run: Run) -> Elements:
    return itertools.islice(run.open(node.input), node.index, None, node.num_shards)


def _choose(node: plan.Choose, run: Run) -> Elements:
    choices = run.open(node.choices)
    return _chosen(choices, [run.open(dataset) for dataset in node.datasets], stop=node.stop_on_empty_dataset)


def _chosen(choices: Elements, sources: list[Elements], *, stop: bool) -> Elements:
    ended = [False] * len(sources)
    for choice in choices:
        if ended[choice]:
            continue
        for element in itertools.islice(sources[choice], 1):
            yield element
            break
        else:
            ended[choice] = True
            if stop or all(ended):
                return


def _draw(node: plan.Draw, run: Run) -> Elements:
    for element in run.open(node.input):
        weights, words = (None, element) if node.weights is not None else element
        shares = node.cumulative_weights[0] if weights is None else cumulated(weights[None])[0]
        # The seeds, encrypted with a fixed key, are key and counter of the stream that gives one number.
        mixed = Philox(0x3EC8F720 | 0x02461E29 << 32, int(words[1]))
        mixed.position = 4 * int(words[0])
        a, b, c, d = (int(word) for word in mixed.uint32(4))
        high, low = (int(word) for word in Philox(a | b << 32, c | d << 32).uint32(2))
        target = ((high & 0xFFFFF) << 32 | low) * 2.0**-52 * shares[-1]
        yield np.int64(sum(share <= target for share in shares))


def _take_while(node: plan.TakeWhile, run: Run) -> Elements:
    return itertools.takewhile(run.call(node, node.predicate), run.open(node.input))


def _unique(node: plan.Unique, run: Run) -> Elements:
    seen = []
    for element in run.open(node.input):
        plain = [_plain(leaf) for leaf in nest.flatten(element)[0]]
        if plain not in seen:
            seen.append(plain)
            yield element


def _plain(leaf: Any) -> Any:
    if isinstance(leaf, bytes):  # NumPy's own strings lose zero bytes at their end
        return leaf
    return leaf.to_list() if isinstance(leaf, Ragged) else np.asarray(leaf).tolist()


def _scan(node: plan.Scan, run: Run) -> Elements:
    seeds, state = run.streams(node, node.global_seed), node.initial_state
    for element in run.open(node.input):
        with seeds:
            state, output = node.function(state, element)
        state = as_element(state)
        yield as_element(output)


def _assert_cardinality(node: plan.AssertCardinality, run: Run) -> Elements:
    count, expected = 0, node.expected_cardinality
    for count, element in enumerate(run.open(node.input), 1):
        if 0 <= expected < count:
            raise FailedPreconditionError("too many elements")
        yield element
    if expected not in (count, plan.UNKNOWN):
        raise FailedPreconditionError("too few elements")


def skipping(function: Callable[[Any], Any], source: Elements, errors: ErrorPolicy) -> Iterator[tuple[Any, Any]]:
    """Give elements and a function's results for them, without those that it fails for; a limit is not kept."""
    for element in source:
        try:
            result = function(element)
        except Exception as err:
            if not isinstance(errors.on_error, str) and not errors.on_error(err):
                raise
            continue
        yield element, result


def until_error(source: Elements, errors: ErrorPolicy) -> Elements:
    """Give the elements before the first one that fails."""
    while True:
        try:
            element = next(source)
        except StopIteration:
            return
        except Exception as err:
            if not isinstance(errors.on_error, str) and not errors.on_error(err):
                raise
            return
        yield element


def _ignore_errors(node: plan.IgnoreErrors, run: Run) -> Elements:
    """Go on after an error where the input can: generators cannot, iterators over functions can."""
    source = run.open(node.input)
    while True:
        try:
            yield next(source)
        except StopIteration:
            return
        except (PenstockError, ValueError):
            continue


OPEN: dict[type[plan.Node], Callable[[Any, Run], Elements]] = {
    plan.AssertCardinality: _assert_cardinality,
    plan.Choose: _choose,
    plan.Concatenate: _concatenate,
    plan.Counter: _counter,
    plan.Draw: _draw,
    plan.Enumerate: _enumerate,
    plan.IgnoreErrors: _ignore_errors,
    plan.Random: _random,
    plan.Scan: _scan,
    plan.Shard: _shard,
    plan.TakeWhile: _take_while,
    plan.Unique: _unique,
    plan.Zip: _zip,
}
