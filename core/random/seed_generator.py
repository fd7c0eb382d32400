"""SeedGenerator: a counter that gives each random call of a layer a pair of seeds of its own, as in Keras.

A pair is (seed, number of calls so far). `draw_seed` makes of it the pair for the functions of `stateless.py`: both
parts modulo 2**31 - 2, as Keras does on TensorFlow, so that a layer draws the numbers that Keras draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from ..errors import InvalidArgumentError, describe
from ..forks import new_lock
from ..naming import unique_name
from .seeds import get_seed

_SEED_MODULUS: Final = 2**31 - 2
_DEFAULT_SEEDS: Final = 10**9
_INT64: Final = np.iinfo(np.int64)
# One lock for all generators, held for some additions: a layer that has a generator can be copied and pickled.
_lock = new_lock()


class SeedGenerator:
    """Gives a new pair of seeds at each call of `next`; calls may come from several threads.

    Args:
        seed: Any integer that fits into 64 bits; None takes one that follows `set_seed`, fresh where no global seed is
            set.
        name: Name for configs; made from the class name when None.

    Raises:
        InvalidArgumentError: `seed` is not such an integer.

    Example:
        >>> seeds = SeedGenerator(42)
        >>> seeds.next(), seeds.next()
        (array([42,  0]), array([42,  1]))
    """

    __slots__ = ("_first", "_initial", "_second", "name")

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        if seed is not None and (
            isinstance(seed, bool) or not isinstance(seed, int) or not _INT64.min <= seed <= _INT64.max
        ):
            raise InvalidArgumentError(
                f"SeedGenerator: seed must be an integer of 64 bits. Received: seed={describe(seed)}."
            )
        self.name = unique_name("seed_generator") if name is None else name
        self._initial = seed
        self._first = 1 + get_seed()[1] % _DEFAULT_SEEDS if seed is None else seed
        self._second = 0

    def next(self, ordered: bool = True) -> npt.NDArray[np.int64]:  # noqa: FBT001, FBT002 (Keras's form)
        """Return the current pair and go on to the next.

        Args:
            ordered: Whether the second number counts up; otherwise both numbers jump about below 933199.

        Returns:
            int64[2].
        """
        with _lock:
            pair = np.array([self._first, self._second], np.int64)
            if ordered:
                self._second = int(_wrap(self._second + 1))
            else:
                self._first, self._second = (_wrap(_wrap(v + 1) * 5387) % 933199 for v in (self._first, self._second))
        return pair

    @property
    def state(self) -> npt.NDArray[np.int64]:
        """The pair that `next` will return, int64[2]; may be set."""
        with _lock:
            return np.array([self._first, self._second], np.int64)

    @state.setter
    def state(self, pair: Any) -> None:
        values = np.asarray(pair)
        if values.shape != (2,) or values.dtype.kind not in "iu":
            raise InvalidArgumentError(f"SeedGenerator: state must be int64[2]. Received: state={describe(pair)}.")
        with _lock:
            self._first, self._second = int(values[0]), int(values[1])

    def get_place(self) -> tuple[int, int, int]:
        """Return the state as three integers."""
        with _lock:
            return self._first, self._second, 0

    def set_place(self, place: tuple[int, int, int]) -> None:
        """Take back what `get_place` returned."""
        with _lock:
            self._first, self._second = place[:2]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the count of calls is not among them."""
        return {"seed": self._initial, "name": self.name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a generator, at its start, from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"SeedGenerator({self._first}, calls={self._second})"


def draw_seed(seed: int | SeedGenerator | None = None) -> tuple[int, int]:
    """Return the pair of seeds for one stateless random call.

    Args:
        seed: An integer gives the same pair each time, a `SeedGenerator` its next one, None that of a generator that
            all calls without a seed share.

    Raises:
        InvalidArgumentError: `seed` is something else.
    """
    if seed is None:
        first, second = _shared().next(ordered=False).tolist()
    elif isinstance(seed, SeedGenerator):
        first, second = seed.next().tolist()
    elif isinstance(seed, int) and not isinstance(seed, bool) and _INT64.min <= seed <= _INT64.max:
        first, second = seed, 0
    else:
        raise InvalidArgumentError(
            f"draw_seed: seed must be an integer of 64 bits or a SeedGenerator. Received: seed={describe(seed)}."
        )
    return first % _SEED_MODULUS, second % _SEED_MODULUS


_without_seed: SeedGenerator | None = None


def _shared() -> SeedGenerator:
    global _without_seed
    if _without_seed is None:
        _without_seed = SeedGenerator()
    return _without_seed


def _wrap(value: int) -> int:
    """Return an integer as int64 arithmetic has it."""
    return (value + 2**63) % 2**64 - 2**63
