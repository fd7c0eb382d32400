"""The seed rules of TensorFlow: how a global seed and an operation's seed become the pair that names a stream.

==============  ==============  ================================================================
global seed     op seed         pair
==============  ==============  ================================================================
not set         not given       two fresh numbers from the operating system
not set         s               (87654321, r(s))
g               s               (r(g), r(s)), and (0, 2**31 - 1) in place of (0, 0)
g               not given       (r(g), next number of a stream seeded by g)
g, in a         not given       (r(g), how many operations without a seed came before it in this
function                        call of the function)
==============  ==============  ================================================================

r(x) is x modulo 2**31 - 1, never negative. The stream of the last row starts anew with each `set_seed`; it is Python's
Mersenne Twister seeded with g itself, so programs see the numbers that TensorFlow's eager mode gives.

"In a function" means a function that the user gave to `map`, `flat_map`, `interleave` and the like: TensorFlow makes a
graph of it, and the operations of a graph are numbered. `FunctionSeeds` gives a function that is called the same pairs.
"""

from __future__ import annotations

import hashlib
import operator
import random
import secrets
import threading
from collections.abc import Sequence
from typing import Final, Protocol

from ..errors import InvalidArgumentError, describe
from ..forks import new_lock
from .philox import WORDS_PER_BLOCK, Philox

DEFAULT_FIRST_SEED: Final = 87654321
_MODULUS: Final = 2**31 - 1
# Number of the stream of operations without a seed among the streams of a function, and of its first generator; the
# following ones count down.
_FRESH: Final = -1
_GENERATORS: Final = -2


class Resumable(Protocol):
    """A generator whose place is three integers."""

    def get_place(self) -> tuple[int, int, int]:
        """Return where it stands."""

    def set_place(self, place: tuple[int, int, int]) -> None:
        """Go on from there."""


class FunctionSeeds:
    """The seeds and streams of the random operations in one user function of a pipeline.

    Use one object per iterator and function, and enter it around each call of the function, on whatever thread. The
    n-th random operation of each call goes on with the stream of the n-th operation of the call before, as an operation
    in a graph does. Calls on several threads at once share the streams in the order in which they ask.

    Args:
        global_seed: The global seed (`get_global_seed()`) when the pipeline was defined.
        generators: Generators that the function draws from, in an order that is the same in every process. They are
            not copied: their places belong to the state, and setting the state sets them.
        part: Numbers of the element that the pipeline was made of, where a function made it. Each element has streams
            of its own; those of the first one, all zeros, are those of no part.

    Example:
        >>> calls = FunctionSeeds(7)
        >>> with calls:
        ...     get_seed(), get_seed(), get_seed(3)
        ((7, 0), (7, 1), (7, 3))
        >>> with calls:
        ...     get_seed()
        (7, 0)
    """

    __slots__ = ("_fresh", "generators", "global_seed", "part", "streams")

    def __init__(self, global_seed: int | None, generators: Sequence[Resumable] = (), part: Sequence[int] = ()) -> None:
        self.generators = tuple(generators)
        self.part = tuple(part)
        self.global_seed = None if global_seed is None else as_seed(global_seed, "FunctionSeeds")
        self.streams: dict[int, Philox] = {}
        self._fresh: Philox | None = None

    @property
    def is_used(self) -> bool:
        """Whether a random operation ran in the function, or may have run."""
        return bool(self.streams) or bool(self.generators) or (self._fresh is not None and self._fresh.position > 0)

    def stream(self, pair: tuple[int, int]) -> Philox:
        """Return the stream of a pair of seeds, from its beginning, as this part of the pipeline has it."""
        if not any(self.part):
            return Philox(*pair)
        digest = hashlib.blake2b(repr((pair, self.part)).encode(), digest_size=16).digest()
        return Philox(int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))

    def fresh_pair(self) -> tuple[int, int]:
        """Return a pair for an operation without any seed: two numbers that nobody can tell, but `set_state`."""
        a, b, c, d = (self._fresh_stream().next_uint32() for _ in range(4))
        return a << 32 | b, c << 32 | d

    def _fresh_stream(self) -> Philox:
        if self._fresh is None:
            self._fresh = Philox(secrets.randbits(64), secrets.randbits(64))
        return self._fresh

    def get_state(self) -> list[list[int]]:
        """Return the streams and their positions, as plain JSON values; between calls."""
        streams = dict(self.streams)
        if self.global_seed is None:
            streams[_FRESH] = self._fresh_stream()
        places = [[_GENERATORS - i, *generator.get_place()] for i, generator in enumerate(self.generators)]
        return [[number, s.seed, s.seed2, s.position] for number, s in sorted(streams.items())] + places

    def set_state(self, state: list[list[int]]) -> None:
        """Go on with the streams where `get_state` was taken; between calls.

        Args:
            state: From `get_state`.
        """
        self.streams, self._fresh = {}, None
        for number, seed, seed2, position in state:
            if number <= _GENERATORS:
                if _GENERATORS - number < len(self.generators):
                    self.generators[_GENERATORS - number].set_place((seed, seed2, position))
                continue
            stream = Philox(seed, seed2)
            stream.skip(position)
            if number == _FRESH:
                self._fresh = stream
            else:
                self.streams[number] = stream

    def __enter__(self) -> FunctionSeeds:
        _calls.stack.append(_Call(self))
        return self

    def __exit__(self, *exc_info: object) -> None:
        _calls.stack.pop()


class _Call:
    """One call of a user function: how many operations came by."""

    __slots__ = ("drawn", "function", "unseeded")

    def __init__(self, function: FunctionSeeds) -> None:
        self.function = function
        self.unseeded = 0
        self.drawn = 0


class _Calls(threading.local):
    """The calls of user functions that this thread is in, outermost first."""

    def __init__(self) -> None:
        self.stack: list[_Call] = []


_calls = _Calls()
_lock = new_lock()
_streams: dict[tuple[object, ...], Philox] = {}
_global_seed: int | None = None
_operation_seeds = random.Random()


def set_seed(seed: int | None) -> None:
    """Set the global seed and restart everything that is derived from it; `None` takes it back.

    Args:
        seed: Any integer. It takes part in every later random operation and in every `Dataset` built later.

    Raises:
        InvalidArgumentError: `seed` is neither an integer nor `None`.
    """
    global _global_seed
    value = None if seed is None else as_seed(seed, "set_seed")
    with _lock:
        _global_seed = value
        _operation_seeds.seed(value)
        _streams.clear()


def get_global_seed() -> int | None:
    """Return the global seed as it was given to `set_seed`, or None."""
    return _global_seed


def get_seed(op_seed: int | None = None) -> tuple[int, int]:
    """Return the pair of seeds for one random operation, by the table above.

    Args:
        op_seed: The operation's own seed, any integer; `None` when the user gave none.

    Returns:
        Two integers, >= 0, for `Philox(seed, seed2)`.

    Raises:
        InvalidArgumentError: `op_seed` is not an integer.
    """
    own = None if op_seed is None else as_seed(op_seed, "get_seed") % _MODULUS
    call = _calls.stack[-1] if _calls.stack else None
    with _lock:
        global_seed = call.function.global_seed if call else _global_seed
        if global_seed is None:
            if own is not None:
                return DEFAULT_FIRST_SEED, own
            return call.function.fresh_pair() if call else (secrets.randbits(64), secrets.randbits(64))
        if own is None and call:
            own, call.unseeded = call.unseeded % _MODULUS, call.unseeded + 1
        elif own is None:
            own = _operation_seeds.randint(0, _MODULUS) % _MODULUS
        first = global_seed % _MODULUS
    return (0, _MODULUS) if first == 0 and own == 0 else (first, own)


def reserve_blocks(kind: tuple[str, ...], op_seed: int | None, blocks: int) -> Philox:
    """Return a stream at the first block that no earlier call of the same operation had for itself.

    An operation with a seed of its own goes on from call to call, until the next `set_seed`. One without is new each
    time, except in a user function.

    Args:
        kind: What makes two operations the same, besides their seeds: their name and dtype.
        op_seed: The operation's own seed, or `None`.
        blocks: How many blocks of four words the caller may read.
    """
    pair = get_seed(op_seed)
    call = _calls.stack[-1] if _calls.stack else None
    mine = call.function.stream(pair) if call else Philox(*pair)
    with _lock:
        if call:
            shared = call.function.streams.setdefault(call.drawn, mine.copy())
            call.drawn += 1
        elif op_seed is not None:
            shared = _streams.setdefault((*kind, *pair), mine.copy())
        else:
            return mine
        mine = shared.copy()
        shared.skip(blocks * WORDS_PER_BLOCK)
    return mine


def as_seed(seed: object, where: str) -> int:
    """Return `seed` as a Python integer, or raise an error that names `where`."""
    try:
        return operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidArgumentError(f"{where}: seed must be an integer. Received: seed={describe(seed)}.") from None
