"""The seed rules of TensorFlow: how a global seed and an operation's seed become the pair that names a stream.

==============  ==============  ================================================================
global seed     op seed         pair
==============  ==============  ================================================================
not set         not given       two fresh numbers from the operating system
not set         s               (87654321, r(s))
g               s               (r(g), r(s)), and (0, 2**31 - 1) in place of (0, 0)
g               not given       (r(g), next number of a stream seeded by g)
==============  ==============  ================================================================

r(x) is x modulo 2**31 - 1, never negative. The stream of the last row starts anew with each `set_seed`; it is Python's
Mersenne Twister seeded with g itself, so programs see the numbers that TensorFlow's eager mode gives.
"""

from __future__ import annotations

import operator
import random
import secrets
import threading
from collections.abc import Callable
from typing import Final

from ..errors import InvalidArgumentError, describe

DEFAULT_FIRST_SEED: Final = 87654321
_MODULUS: Final = 2**31 - 1

_lock = threading.Lock()
_global_seed: int | None = None
_operation_seeds = random.Random()
_on_set_seed: list[Callable[[], None]] = []


def set_seed(seed: int | None) -> None:
    """Set the global seed and restart everything that is derived from it; `None` takes it back.

    Args:
        seed: Any integer. It takes part in every later random operation and in every `Dataset` built later.
    """
    global _global_seed
    value = None if seed is None else _as_int(seed, "set_seed")
    with _lock:
        _global_seed = value
        _operation_seeds.seed(value)
    for forget in _on_set_seed:
        forget()


def get_global_seed() -> int | None:
    """Return the global seed as it was given to `set_seed`, or None."""
    return _global_seed


def get_seed(op_seed: int | None = None) -> tuple[int, int]:
    """Return the pair of seeds for one random operation, by the table above.

    Args:
        op_seed: The operation's own seed, any integer; `None` when the user gave none.

    Returns:
        Two integers, >= 0, for `Philox(seed, seed2)`.
    """
    own = None if op_seed is None else _as_int(op_seed, "get_seed") % _MODULUS
    with _lock:
        if _global_seed is None:
            return (secrets.randbits(64), secrets.randbits(64)) if own is None else (DEFAULT_FIRST_SEED, own)
        if own is None:
            own = _operation_seeds.randint(0, _MODULUS) % _MODULUS
        first = _global_seed % _MODULUS
    return (0, _MODULUS) if first == 0 and own == 0 else (first, own)


def call_on_set_seed(forget: Callable[[], None]) -> None:
    """Have `forget` called at each `set_seed`, for what keeps streams from one call to the next."""
    _on_set_seed.append(forget)


def _as_int(seed: object, where: str) -> int:
    try:
        return operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidArgumentError(f"{where}: seed must be an integer. Received: seed={describe(seed)}.") from None
