"""KeyedPermutation: a random order of `n` things that takes no memory.

The place of thing `i` is computed from `i` alone. A Feistel network over the `k` bits of `i` is a permutation of
`[0, 2**k)` whatever its round function; a place outside of `[0, n)` is sent through the network again until it falls
inside (cycle walking), which makes it a permutation of `[0, n)`::

    k     max(8, bits of n - 1), split into low = k - k // 2 and high = k // 2 bits
    round low ^= mix(high + key[2r]);  high ^= mix(low + key[2r + 1])        r = 0 … 3, each cut to its bits
    mix   SplitMix64's finalizer; the eight 64-bit keys are words of a Philox stream on the pair of seeds

At most every second place falls outside (for fewer than 128 things more, but then there are few), so that a place
costs less than two walks on average. The order is a random one for the eye and for training, not a secret: eight
rounds of a fast mixer are no cipher.

References:
    J. Black, P. Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, sections 3 and 4: cycle walking, and
    Feistel networks over uneven halves. https://doi.org/10.1007/3-540-45760-7_9
    R. Mitchell, D. Stokes, E. Frank, G. Holmes, "Bandwidth-Optimal Random Shuffling for GPUs", ACM TOPC 9(1), 2022,
    sections 4 and 5: shuffling by such permutations. https://doi.org/10.1145/3505287
    G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, section 2: the mixer.
    https://doi.org/10.1145/2660193.2660195
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..errors import InvalidArgumentError
from .permutation_kernels import permute_kernel
from .philox import Philox

ROUNDS: Final = 8
# Networks over very few bits reach few of the possible orders; small sets walk through a larger domain.
LEAST_BITS: Final = 8
LARGEST: Final = 1 << 62


class KeyedPermutation:
    """A permutation of `range(n)` that depends on two seeds; immutable, safe for several threads.

    Args:
        n: How many things are put in order, at most 2**62.
        seed: First seed; taken modulo 2**64.
        seed2: Second seed; taken modulo 2**64.

    Raises:
        InvalidArgumentError: `n` is negative or too large.

    Example:
        >>> import numpy as np
        >>> order = KeyedPermutation(5, seed=1)
        >>> sorted(order.places(np.arange(5)).tolist())
        [0, 1, 2, 3, 4]
    """

    __slots__ = ("_high_bits", "_keys", "_low_bits", "n")

    def __init__(self, n: int, seed: int, seed2: int = 0) -> None:
        if not 0 <= n <= LARGEST:
            raise InvalidArgumentError(f"KeyedPermutation: n must be from 0 to 2**62. Received: n={n}.")
        self.n = n
        bits = max(LEAST_BITS, (n - 1).bit_length())
        self._low_bits, self._high_bits = np.uint64(bits - bits // 2), np.uint64(bits // 2)
        self._keys = Philox(seed, seed2).uint32(2 * ROUNDS).astype("<u4").view("<u8").astype(np.uint64)

    def places(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return what stands at each of some places of the order: int64[m], in `[0, n)`, to int64[m]."""
        out = np.empty(len(indices), np.uint64)
        words = np.ascontiguousarray(indices, dtype=np.uint64)
        permute_kernel(words, np.uint64(self.n), self._low_bits, self._high_bits, self._keys, out)
        return out.astype(np.int64)
