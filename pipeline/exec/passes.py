"""Which passes of the random nodes have begun, and where.

A shuffled dataset has one counter of passes, whoever reads it: two iterators, two places of a plan, a function that
returns it. They begin its passes in the order in which their first rows are asked for. A saved position is that of one
place; rows behind it were read ahead, and other places have begun passes since. So that a resume gives each place the
passes that it had, all that were begun are on record with their place.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from ..plan import Node
from ..plan.passes import all_seeds
from ..plan.shuffle import ShuffleSeeds

NO_ELEMENT: Final = -1


class Place(NamedTuple):
    """Where a random node stands.

    Attributes:
        path: The number of the node in its plan; where that is the plan of a dataset that a function made, behind where
            the function's node stands.
        element: The number of the element that the dataset was made of.
    """

    path: tuple[int, ...]
    element: int = NO_ELEMENT


# Passes first, first + 1, …, of one place after the other (of one place where there is no element): element, first, n.
_Run: TypeAlias = "list[int]"


class Passes:
    """The passes that the operators of one iterator begin.

    Args:
        root: The plan; seeds that its functions draw in datasets of their own are not on record, nobody else sees them.
        counts: Whether they count among the epochs of the datasets.
        again: The passes of the iterator whose rows are read again; these are begun as they were there.
    """

    def __init__(self, root: Node, *, counts: bool = True, again: Passes | None = None) -> None:
        self._seeds = all_seeds(root)
        self._counts = counts
        self._lock = threading.Lock()
        self._begun: dict[ShuffleSeeds, dict[tuple[int, ...], list[_Run]]] = (
            {seeds: {} for seeds in self._seeds} if again is None else again._begun
        )
        # Counters of passes that do not count.
        self._counters = {} if counts else {s: s.copy(0 if again else s.passes) for s in self._seeds}
        # The first pass that each place may begin, where it was restored; 0 for those of which nothing was saved.
        self._next: dict[tuple[ShuffleSeeds, Place], int] = {}
        self._is_restored = again is not None
        self._is_paused = False

    def __contains__(self, seeds: ShuffleSeeds) -> bool:
        return seeds in self._begun

    @property
    def counts(self) -> bool:
        """Whether passes count among the epochs of the datasets."""
        return self._counts

    def counter(self, seeds: ShuffleSeeds) -> ShuffleSeeds:
        """Return the seeds whose passes are counted for these."""
        return self._counters.get(seeds, seeds)

    def begin(self, seeds: ShuffleSeeds, place: Place) -> int:
        """Return the number of the pass that begins at a place."""
        with self._lock:
            if self._is_paused:
                return 0
            key = (seeds, place)
            start = self._next.get(key, 0 if self._is_restored else None)
            number = None if start is None else self._begun_since(seeds, place, start)
            if number is None:
                number = self.counter(seeds).next_pass()
                if self._counts:
                    _record(self._begun[seeds].setdefault(place.path, []), place.element, number)
            if start is not None:
                self._next[key] = number + 1
            return number

    def _begun_since(self, seeds: ShuffleSeeds, place: Place, start: int) -> int | None:
        """Return the first pass from `start` on that the place began before its state was restored."""
        element = place.element
        for first_element, first, n in self._begun[seeds].get(place.path, ()):
            if element == NO_ELEMENT:
                if start < first + n:
                    return max(first, start)
            elif 0 <= element - first_element < n and start <= first + element - first_element:
                return first + element - first_element
        return None

    def position(self, seeds: ShuffleSeeds, place: Place) -> int:
        """Return the first pass that a place may begin."""
        if (seeds, place) in self._next:
            return self._next[seeds, place]
        return 0 if self._is_restored else self.counter(seeds).passes

    def restore(self, seeds: ShuffleSeeds, place: Place, pair: Sequence[int], following: int) -> None:
        """Go on at a place from a saved pair of seeds and the first pass that the place may begin."""
        with self._lock:
            self._next[seeds, place] = following
        counter = self.counter(seeds)
        counter.restore(pair, counter.passes if self._counts else max(following, counter.passes))

    def pause(self) -> Pause:
        """Return a `with` block in which operators are made whose state is set next: they begin no passes."""
        return Pause(self)

    def save(self) -> list[Any]:
        """Return all passes that were begun, as plain values."""
        with self._lock:
            return [
                [
                    *seeds.pair,
                    seeds.passes,
                    [[list(path), [list(run) for run in runs]] for path, runs in sorted(self._begun[seeds].items())],
                ]
                for seeds in self._seeds
            ]

    def load(self, saved: Iterable[Any]) -> None:
        """Go on from saved passes; before the states of operators are set."""
        with self._lock:
            self._next, self._is_restored = {}, True
            for seeds, (first, second, passes, places) in zip(self._seeds, saved, strict=True):
                seeds.restore((first, second), passes)
                self._begun[seeds] = {tuple(path): [list(run) for run in runs] for path, runs in places}


class Pause:
    """Operators that are made meanwhile begin no passes."""

    def __init__(self, passes: Passes) -> None:
        self._passes = passes

    def __enter__(self) -> None:
        self._before, self._passes._is_paused = self._passes._is_paused, True

    def __exit__(self, *exc_info: object) -> None:
        self._passes._is_paused = self._before


def _record(runs: list[_Run], element: int, number: int) -> None:
    """Add a pass to the record of a node, to its last run where it fits there."""
    if runs:
        first_element, first, n = runs[-1]
        if number == first + n and element == (NO_ELEMENT if first_element == NO_ELEMENT else first_element + n):
            runs[-1][2] += 1
            return
    runs.append([element, number, 1])


class SeedsAt:
    """The seeds of a random node as one place of the plan sees them: what `ShuffleSeeds` are to one that is alone."""

    def __init__(self, passes: Passes, seeds: ShuffleSeeds, place: Place) -> None:
        self._passes, self._seeds, self._place = passes, seeds, place

    @property
    def pair(self) -> tuple[int, int]:
        """The seeds."""
        return self._passes.counter(self._seeds).pair

    @property
    def passes(self) -> int:
        """The first pass that may begin here."""
        return self._passes.position(self._seeds, self._place)

    def next_pass(self) -> int:
        """Return the number of the pass that begins now, and count it."""
        return self._passes.begin(self._seeds, self._place)

    def restore(self, pair: Sequence[int], passes: int) -> None:
        """Go on from a saved pair of seeds and number of passes."""
        self._passes.restore(self._seeds, self._place, pair, passes)

    def restore_pass(self, pair: Sequence[int], number: int) -> None:
        """Go on from a saved pair of seeds; pass `number` and those before it have begun."""
        self.restore(pair, number + 1)

    def of_pass(self, number: int) -> tuple[int, int]:
        """Return the pair of seeds of one pass."""
        return self._passes.counter(self._seeds).of_pass(number)
