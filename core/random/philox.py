"""Philox4x32-10: a counter-based generator, laid out as TensorFlow lays it out.

A stream is named by two 64-bit seeds. The first is the key; the second is the upper half of the 128-bit counter; the
lower half counts blocks from 0. A block is four 32-bit words, used in order::

    key      [seed & m, seed >> 32]
    counter  [block & m, block >> 32, seed2 & m, seed2 >> 32]          m = 2**32 - 1
    word i   of the stream is word i % 4 of block i // 4

Nothing is carried from word to word, so `skip` costs nothing and a position is the whole state. A block number past
2**64 carries into the upper half of the counter.

References:
    J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3 and
    table 2. https://doi.org/10.1145/2063384.2063405
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..errors import InvalidArgumentError, describe

WORDS_PER_BLOCK: Final = 4
ROUNDS: Final = 10

_MASK: Final = 0xFFFFFFFF
_MASK_64: Final = 0xFFFFFFFFFFFFFFFF
_MULTIPLIERS: Final = (0xD2511F53, 0xCD9E8D57)
_WEYL: Final = (0x9E3779B9, 0xBB67AE85)
_CHUNK_BLOCKS: Final = 8192  # 64 KiB per temporary: the ten rounds stay in the second-level cache.
_FEW_BLOCKS: Final = 8  # As many as cost in Python what NumPy's calls cost.
_MANY_WORDS: Final = 1 << 14  # From here on a kernel pays, its first call included once a process.
_STATE_FORMAT: Final = 1


class Philox:
    """A stream of 32-bit words that depends on two seeds and a position alone.

    Not safe for use by several threads at once.

    Args:
        seed: First seed; taken modulo 2**64.
        seed2: Second seed; taken modulo 2**64.

    Example:
        >>> stream = Philox(87654321, 42)
        >>> stream.uint32(3).tolist()
        [2985944072, 4132877644, 929418493]
        >>> stream.skip(-2)
        >>> stream.next_uint32()
        4132877644
    """

    __slots__ = ("_block", "_block_index", "position", "seed", "seed2")

    def __init__(self, seed: int, seed2: int = 0) -> None:
        self.seed = int(seed) & _MASK_64
        self.seed2 = int(seed2) & _MASK_64
        self.position = 0
        self._block: tuple[int, int, int, int] = (0, 0, 0, 0)
        self._block_index = -1

    def next_uint32(self) -> int:
        """Return the next word, in [0, 2**32)."""
        index, lane = divmod(self.position, WORDS_PER_BLOCK)
        if index != self._block_index:
            self._block = self.block(index)
            self._block_index = index
        self.position += 1
        return self._block[lane]

    def uint32(self, n: int) -> npt.NDArray[np.uint32]:
        """Return the next `n` words, uint32[n]."""
        if n < 0:
            raise InvalidArgumentError(f"Philox.uint32: n must be >= 0. Received: n={n}.")
        lane = self.position % WORDS_PER_BLOCK
        words = self.blocks(np.arange(-(-(lane + n) // WORDS_PER_BLOCK), dtype=np.uint64))
        self.position += n
        return words.reshape(-1)[lane : lane + n]

    def blocks(self, offsets: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
        """Return some blocks, counted from the current one, without moving: uint64[n] -> uint32[n, 4]."""
        first = self.position // WORDS_PER_BLOCK
        words = np.empty((len(offsets), WORDS_PER_BLOCK), np.uint32)
        if len(offsets) <= _FEW_BLOCKS:
            for i, offset in enumerate(offsets.tolist()):
                words[i] = self.block(first + offset)
            return words
        counter = (self.seed2 << 64) + first
        for start in range(0, len(offsets), _CHUNK_BLOCKS):
            chunk = slice(start, start + _CHUNK_BLOCKS)
            _fill_blocks(self.seed, counter, offsets[chunk], words[chunk])
        return words

    def block(self, index: int) -> tuple[int, int, int, int]:
        """Return one block by its number, without moving.

        Python's integers take 5 µs for it, where NumPy pays 65 µs for its calls.
        """
        key0, key1 = self.seed & _MASK, self.seed >> 32
        counter = (self.seed2 << 64) + index
        c0, c1, c2, c3 = (counter >> 32 * i & _MASK for i in range(4))
        for _ in range(ROUNDS):
            product0, product1 = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
            c0, c1, c2, c3 = (
                (product1 >> 32) ^ c1 ^ key0,
                product1 & _MASK,
                (product0 >> 32) ^ c3 ^ key1,
                product0 & _MASK,
            )
            key0, key1 = (key0 + _WEYL[0]) & _MASK, (key1 + _WEYL[1]) & _MASK
        return c0, c1, c2, c3

    def words(self, n: int) -> npt.NDArray[np.uint32]:
        """Return `n` words from the start of the current block on, without moving: uint32[n]."""
        first = self.position // WORDS_PER_BLOCK
        if n < _MANY_WORDS or first + n >= 1 << 62:  # The kernel counts words in 64 bits.
            return self.blocks(np.arange(-(-n // WORDS_PER_BLOCK), dtype=np.uint64)).reshape(-1)[:n]
        from ..parallel import run_ranges
        from .philox_kernels import fill_words_kernel

        out = np.empty(n, np.uint32)

        def fill(start: int, stop: int) -> None:
            begin = np.uint64(first * WORDS_PER_BLOCK + start)
            fill_words_kernel(np.uint64(self.seed), np.uint64(self.seed2), begin, out[start:stop])

        run_ranges(fill, n, least=_MANY_WORDS)
        return out

    def skip(self, n: int) -> None:
        """Move the position by `n` words; a negative `n` goes back.

        Raises:
            InvalidArgumentError: The position would be before the start.
        """
        if self.position + n < 0:
            raise InvalidArgumentError(
                f"Philox.skip: cannot go back before word 0. Received: n={n} at position {self.position}."
            )
        self.position += n

    def copy(self) -> Philox:
        """Return a stream of its own at the same position."""
        twin = Philox(self.seed, self.seed2)
        twin.position = self.position
        return twin

    def get_state(self) -> dict[str, int]:
        """Return the seeds and the number of words consumed, as plain JSON values."""
        return {"format": _STATE_FORMAT, "seed": self.seed, "seed2": self.seed2, "position": self.position}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue where `get_state` was taken; the seeds are taken over as well.

        Raises:
            InvalidArgumentError: `state` does not come from `Philox.get_state`.
        """
        keys = {"format", "seed", "seed2", "position"}
        if (
            not isinstance(state, dict)
            or set(state) != keys
            or not all(type(v) is int and v >= 0 for v in state.values())
        ):
            raise InvalidArgumentError(
                f"Philox.set_state: state must be a dict from Philox.get_state(). Received: state={describe(state)}."
            )
        if state["format"] != _STATE_FORMAT:
            raise InvalidArgumentError(
                f"Philox.set_state: the state's format must be {_STATE_FORMAT}. Received: format={state['format']}. "
                "It was saved by another version of penstock; start a new stream."
            )
        self.seed, self.seed2, self.position = state["seed"] & _MASK_64, state["seed2"] & _MASK_64, state["position"]
        self._block_index = -1

    def __repr__(self) -> str:
        return f"Philox({self.seed}, {self.seed2}, position={self.position})"


def _fill_blocks(key: int, counter: int, offsets: npt.NDArray[np.uint64], out: npt.NDArray[np.uint32]) -> None:
    """Compute the blocks at `counter + offsets`, all at once round by round; uint64[n] -> uint32[n, 4]."""
    mask, shift = np.uint64(_MASK), np.uint64(32)
    multiplier0, multiplier1 = (np.uint64(m) for m in _MULTIPLIERS)
    key0, key1 = key & _MASK, key >> 32
    low = offsets + np.uint64(counter & _MASK_64)
    high = np.uint64(counter >> 64 & _MASK_64) + (low < offsets).astype(np.uint64)
    c0, c1, c2, c3 = low & mask, low >> shift, high & mask, high >> shift
    for _ in range(ROUNDS):
        product0, product1 = multiplier0 * c0, multiplier1 * c2
        c0 = (product1 >> shift) ^ c1 ^ np.uint64(key0)
        c1 = product1 & mask
        c2 = (product0 >> shift) ^ c3 ^ np.uint64(key1)
        c3 = product0 & mask
        key0, key1 = (key0 + _WEYL[0]) & _MASK, (key1 + _WEYL[1]) & _MASK
    out[:, 0], out[:, 1], out[:, 2], out[:, 3] = c0, c1, c2, c3
