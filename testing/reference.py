"""A slow, plain model of tf.data: Python iterators over integers, element by element.

It is what the fast pipeline is compared with where TensorFlow is not installed. The golden files of `tests/golden` hold
it to TensorFlow's order, and these points of it are easy to get wrong:

- A shuffled dataset draws the seeds of an epoch when an iterator is made, not when its first element is read. Datasets
  built on the same shuffled dataset draw from it together.
- `shuffle` and `repeat(-1)` make the iterator of their own input when their first element is read, others at once;
  `repeat(-1)` right on top of `shuffle` is one step with it, so that the shuffle's is made at once.
- `repeat(n)` makes the iterator of the next pass when a pass ends, after the last pass too: that iterator is never
  read, yet a shuffle below it has drawn the seeds of an epoch. `repeat` right on top of `shuffle` does not do so, nor
  does `repeat(-1)`; `repeat(1)` is no step at all.
- `take(0)`, `skip(-1)` and `repeat(0)` make no iterator of their input.
- A function that returns a dataset makes a new one with each call, which starts with its own first epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, count, cycle, islice, takewhile
from typing import Any

import numpy as np

from ..core.random import FunctionSeeds, Philox, get_global_seed, get_seed

Open = Callable[[], Iterator[Any]]


class ReferenceDataset:
    """A dataset of integers or lists of integers, with the methods of `Dataset` that `pipelines.py` names.

    Arguments are not checked.
    """

    def __init__(self, open_iterator: Open, *, is_shuffle: bool = False) -> None:
        self._open = open_iterator
        self._is_shuffle = is_shuffle

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Make an iterator over one epoch."""
        return self._open()

    @staticmethod
    def range(start: int, stop: int) -> ReferenceDataset:
        """Count from `start` to `stop`, which is left out."""
        return ReferenceDataset(lambda: iter(range(int(start), int(stop))))

    @staticmethod
    def from_tensor_slices(values: Iterable[int]) -> ReferenceDataset:
        """Give the values one by one."""
        listed = [int(value) for value in values]
        return ReferenceDataset(lambda: iter(listed))

    @staticmethod
    def random(seed: int | None = None, *, rerandomize_each_iteration: bool | None = None) -> ReferenceDataset:
        """Give the words of a random stream; of another one in each epoch where asked for."""
        pair = get_seed(seed)
        epochs = Philox(*pair)

        def open_iterator() -> Iterator[Any]:
            words = Philox(epochs.next_uint32(), epochs.next_uint32()) if rerandomize_each_iteration else Philox(*pair)
            return (words.next_uint32() for _ in count())

        return ReferenceDataset(open_iterator)

    @staticmethod
    def zip(datasets: Sequence[ReferenceDataset]) -> ReferenceDataset:
        """Give tuples of elements, until one dataset ends."""
        return ReferenceDataset(lambda: zip(*[dataset._open() for dataset in datasets], strict=False))

    @staticmethod
    def choose_from_datasets(
        datasets: Sequence[ReferenceDataset], choice_dataset: ReferenceDataset, *, stop_on_empty_dataset: bool = True
    ) -> ReferenceDataset:
        """Give the next element of the dataset whose number comes next."""

        def open_iterator() -> Iterator[Any]:
            choices, sources = choice_dataset._open(), [dataset._open() for dataset in datasets]
            return _chosen(choices, sources, stop=stop_on_empty_dataset)

        return ReferenceDataset(open_iterator)

    @staticmethod
    def sample_from_datasets(
        datasets: Sequence[ReferenceDataset],
        weights: Sequence[float] | None = None,
        *,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> ReferenceDataset:
        """Give the next element of a dataset that is drawn at random.

        Two words make the seeds of an operation that draws one number, as TensorFlow's stateless operations do.
        """
        likely = [(dataset, w) for dataset, w in zip(datasets, weights or [1.0] * len(datasets), strict=True) if w > 0]
        if len(likely) < 2:
            return likely[0][0] if likely else _empty()
        logits = np.log(np.array([weight for _, weight in likely], dtype=np.float32)).astype(np.float64)
        shares = np.cumsum(np.exp(logits - logits.max()))
        words = ReferenceDataset.random(seed, rerandomize_each_iteration=rerandomize_each_iteration)
        choices = words.batch(2).map(lambda pair: int(np.sum(shares <= _stateless_uniform(*pair) * shares[-1])))
        return ReferenceDataset.choose_from_datasets(
            [dataset for dataset, _ in likely], choices, stop_on_empty_dataset=stop_on_empty_dataset
        )

    def shuffle(
        self, buffer_size: int, seed: int | None = None, *, reshuffle_each_iteration: bool | None = None
    ) -> ReferenceDataset:
        """Give the elements in random order, from a buffer of `buffer_size` elements."""
        pair = get_seed(seed)
        epochs = Philox(*pair)

        def open_iterator() -> Iterator[Any]:
            again = reshuffle_each_iteration is False
            words = Philox(*pair) if again else Philox(epochs.next_uint32(), epochs.next_uint32())
            return shuffled(self._open, buffer_size, words)

        return ReferenceDataset(open_iterator, is_shuffle=True)

    def repeat(self, count: int = -1) -> ReferenceDataset:
        """Give the elements `count` times, or for ever."""
        if count == 0:
            return _empty()
        if count == 1:
            return self
        if count < 0:
            return ReferenceDataset(lambda: _forever(self._open, self._open() if self._is_shuffle else None))
        return ReferenceDataset(lambda: _repeated(self._open(), self._open, count, ahead=not self._is_shuffle))

    def take(self, count: int) -> ReferenceDataset:
        """Give the first `count` elements; all when it is -1."""
        if count == 0:
            return _empty()
        return self if count < 0 else ReferenceDataset(lambda: islice(self._open(), count))

    def skip(self, count: int) -> ReferenceDataset:
        """Leave out the first `count` elements; all when it is -1."""
        return _empty() if count < 0 else ReferenceDataset(lambda: islice(self._open(), count, None))

    def shard(self, num_shards: int, index: int) -> ReferenceDataset:
        """Give every `num_shards`-th element, from number `index` on."""
        return ReferenceDataset(lambda: islice(self._open(), index, None, num_shards))

    def batch(self, batch_size: int, *, drop_remainder: bool = False) -> ReferenceDataset:
        """Join elements into lists of `batch_size`."""
        return ReferenceDataset(lambda: _batched(self._open(), batch_size, batch_size if drop_remainder else 1))

    def unbatch(self) -> ReferenceDataset:
        """Take lists apart."""
        return ReferenceDataset(lambda: chain.from_iterable(self._open()))

    def rebatch(self, batch_size: int | list[int], *, drop_remainder: bool = False) -> ReferenceDataset:
        """Take lists apart, and join their elements into lists of other sizes, in turn."""
        sizes = batch_size if isinstance(batch_size, list) else [batch_size]
        return ReferenceDataset(lambda: _rebatched(chain.from_iterable(self._open()), sizes, drop=drop_remainder))

    def window(
        self, size: int, shift: int | None = None, stride: int = 1, *, drop_remainder: bool = False
    ) -> ReferenceDataset:
        """Give datasets of `size` elements."""
        span, step = (size - 1) * stride + 1, shift or size

        def open_iterator() -> Iterator[Any]:
            for held in _overlapping(self._open(), span, step, least=span if drop_remainder else 1):
                kept = held[::stride]
                yield ReferenceDataset(partial(iter, kept))

        return ReferenceDataset(open_iterator)

    def group_by_window(
        self,
        key_func: Callable[[Any], int],
        reduce_func: Callable[[int, ReferenceDataset], ReferenceDataset],
        window_size: int,
    ) -> ReferenceDataset:
        """Give the elements of a dataset made of each `window_size` elements of one key, at the end of fewer."""

        def open_iterator() -> Iterator[Any]:
            groups: dict[int, list[Any]] = {}
            for element in self._open():
                key = key_func(element)
                groups.setdefault(key, []).append(element)
                if len(groups[key]) == window_size:
                    yield from _reduced(key, groups.pop(key), reduce_func)
            for key in sorted(groups):
                yield from _reduced(key, groups[key], reduce_func)

        return ReferenceDataset(open_iterator)

    def map(self, function: Callable[..., Any]) -> ReferenceDataset:
        """Apply a function to each element; tuples are spread over its arguments."""
        return ReferenceDataset(lambda: (function(*x) if isinstance(x, tuple) else function(x) for x in self._open()))

    def enumerate(self, start: int = 0) -> ReferenceDataset:
        """Give pairs of a number and an element."""
        return ReferenceDataset(lambda: enumerate(self._open(), start))

    def take_while(self, predicate: Callable[[Any], Any]) -> ReferenceDataset:
        """Give the elements before the first one for which the function gives false."""
        return ReferenceDataset(lambda: takewhile(predicate, self._open()))

    def unique(self) -> ReferenceDataset:
        """Give each element once."""
        return ReferenceDataset(lambda: iter(dict.fromkeys(self._open())))

    def scan(self, initial_state: Any, scan_func: Callable[[Any, Any], tuple[Any, Any]]) -> ReferenceDataset:
        """Give what the function makes of a state and each element."""
        return ReferenceDataset(lambda: _scanned(self._open(), initial_state, scan_func))

    def filter(self, predicate: Callable[[Any], Any]) -> ReferenceDataset:
        """Keep the elements for which the function gives true."""
        return ReferenceDataset(lambda: filter(predicate, self._open()))

    def prefetch(self, buffer_size: int) -> ReferenceDataset:
        """Change nothing: reading ahead is not seen from outside."""
        return ReferenceDataset(self._open)

    def cache(self) -> ReferenceDataset:
        """Keep the elements of the first epoch that is read to its end, and give those from then on."""
        kept: list[list[Any]] = []
        return ReferenceDataset(lambda: iter(kept[0]) if kept else _keeping(self._open(), kept))

    def concatenate(self, dataset: ReferenceDataset) -> ReferenceDataset:
        """Give the elements of this dataset, then those of the other."""
        return ReferenceDataset(lambda: _concatenated(self._open(), dataset._open))

    def flat_map(self, function: Callable[[Any], ReferenceDataset]) -> ReferenceDataset:
        """Give the elements of one returned dataset after the other."""
        return self.interleave(function, cycle_length=1)

    def interleave(
        self,
        function: Callable[[Any], ReferenceDataset],
        *,
        cycle_length: int,
        block_length: int = 1,
        num_parallel_calls: int | None = None,
    ) -> ReferenceDataset:
        """Give `block_length` elements of each of `cycle_length` returned datasets in turn."""
        global_seed = get_global_seed()

        def open_iterator() -> Iterator[Any]:
            seeds = FunctionSeeds(global_seed)

            def open_returned(element: Any) -> Iterator[Any]:
                with seeds:
                    return function(element).as_numpy_iterator()

            return _interleaved(map(open_returned, self._open()), cycle_length, block_length)

        return ReferenceDataset(open_iterator)


def _empty() -> ReferenceDataset:
    return ReferenceDataset(lambda: iter(()))


def shuffled(open_input: Open, buffer_size: int, words: Philox) -> Iterator[Any]:
    """Keep the elements in a ring; the place of the one given away takes the ring's first, and the ring moves on."""
    source = open_input()
    ring: list[Any] = [None] * buffer_size
    start = held = 0
    open_end = True
    while True:
        while held < buffer_size and open_end:
            try:
                ring[(start + held) % buffer_size] = next(source)
                held += 1
            except StopIteration:
                open_end = False
        if held == 0:
            return
        chosen = (start + words.next_uint32() % held) % buffer_size
        element, ring[chosen] = ring[chosen], ring[start]
        start, held = (start + 1) % buffer_size, held - 1
        yield element


def _forever(open_input: Open, first: Iterator[Any] | None) -> Iterator[Any]:
    current = first
    while True:
        empty = True
        for element in open_input() if current is None else current:
            empty = False
            yield element
        if empty:
            return
        current = None


def _repeated(first: Iterator[Any], open_input: Open, count: int, *, ahead: bool) -> Iterator[Any]:
    current = first
    for done in range(1, count + 1):
        yield from current
        if ahead or done < count:
            current = open_input()


def _batched(source: Iterator[Any], batch_size: int, least: int) -> Iterator[list[Any]]:
    while len(batch := list(islice(source, batch_size))) >= least:
        yield batch


def _rebatched(source: Iterator[Any], sizes: list[int], *, drop: bool) -> Iterator[list[Any]]:
    for size in cycle(sizes):
        batch = list(islice(source, size))
        if not batch or (drop and len(batch) < size):
            return
        yield batch


def _overlapping(source: Iterator[Any], span: int, step: int, least: int) -> Iterator[list[Any]]:
    """Give up to `span` elements from every `step`-th one on."""
    held: list[Any] = []
    while True:
        held += islice(source, span - len(held))
        if len(held) < least:
            return
        yield held
        list(islice(source, max(0, step - len(held))))
        held = held[step:]


def _reduced(
    key: int, window: list[Any], reduce_func: Callable[[int, ReferenceDataset], ReferenceDataset]
) -> Iterator[Any]:
    return reduce_func(key, ReferenceDataset(lambda: iter(window))).as_numpy_iterator()


def _keeping(source: Iterator[Any], kept: list[list[Any]]) -> Iterator[Any]:
    seen = []
    for element in source:
        seen.append(element)
        yield element
    kept.append(seen)


def _concatenated(first: Iterator[Any], open_second: Open) -> Iterator[Any]:
    yield from first
    yield from open_second()


def _chosen(choices: Iterator[int], sources: list[Iterator[Any]], *, stop: bool) -> Iterator[Any]:
    """Pass over choices of sources that have ended, until all have."""
    left = dict(enumerate(sources))
    for choice in choices:
        if choice not in left:
            continue
        element = next(left[choice], _END)
        if element is not _END:
            yield element
            continue
        del left[choice]
        if stop or not left:
            return


_END = object()


def _stateless_uniform(seed: int, seed2: int) -> float:
    """Return the number in [0, 1) that TensorFlow's stateless operations draw for two seeds below 2**32.

    The seeds are encrypted with a fixed key; what comes out is key and counter of the stream.
    """
    mixed = Philox(0x3EC8F720 | 0x02461E29 << 32, seed2)
    mixed.skip(4 * seed)
    a, b, c, d = (mixed.next_uint32() for _ in range(4))
    words = Philox(a | b << 32, c | d << 32)
    high, low = words.next_uint32(), words.next_uint32()
    return ((high % 2**20) * 2**32 + low) / 2**52


def _scanned(source: Iterator[Any], state: Any, function: Callable[[Any, Any], tuple[Any, Any]]) -> Iterator[Any]:
    for element in source:
        state, output = function(state, element)
        yield output


def _interleaved(sources: Iterator[Iterator[Any]], cycle_length: int, block_length: int) -> Iterator[Any]:
    """Go round the places of the cycle; a place whose source ended takes a new one when its next turn comes."""
    places: list[Iterator[Any] | None] = [None] * cycle_length
    turn = 0
    open_end = True
    while open_end or any(place is not None for place in places):
        if places[turn] is None and open_end:
            places[turn] = next(sources, None)
            open_end = places[turn] is not None
        if (place := places[turn]) is not None:
            given = 0
            for element in islice(place, block_length):
                given += 1
                yield element
            if given < block_length:
                places[turn] = None
        turn = (turn + 1) % cycle_length
