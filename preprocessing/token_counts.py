"""TokenCounts: how often each token was seen, and in how many documents; a monoid under `merge`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.columns.kernels import frozen
from ..core.errors import InvalidArgumentError
from .kernels import table as kernels
from .ranking import ranked_rows
from .vocabulary import table_size

Int64s = npt.NDArray[np.int64]

_ONE_EACH = np.empty((0, 2), dtype=np.int64)
# Below this many tokens, sorting Python's tuples is faster than loading a kernel.
_SMALL = 4096


class TokenCounts:
    """Counts of distinct tokens in a growing hash table; memory is bounded by the distinct tokens.

    Equal counts come out of any split of the data, in any order, by any tree of merges. One thread at a time.

    A compiled table with growing arrays counts 49 million Zipf tokens per second on one thread (reference machine).
    pyarrow's `value_counts` reaches 58 million, but only within a batch: its results would have to be merged by a table
    like this one, and it knows no documents.

    With a `limit` at most so many tokens are held: when there is no room for a new one, the count of the token in the
    middle of the ranking is taken from all, and those with nothing left are forgotten. That is the summary of J. Misra
    and D. Gries, "Finding repeated elements" (1982), which merges (P. Agarwal et al., "Mergeable summaries", 2012): a
    count is never too large, and too small by at most `error`, which is at most the strings counted divided by
    `limit // 2 + 1`, whatever the order, split and tree of merges. The counts themselves, and which rare tokens are
    held, then depend on these; as long as nothing is forgotten they do not.

    Args:
        limit: Most tokens that are held, at least 2; None for all.

    Attributes:
        n_documents: How many documents were counted.
        error: By how much a count may be too small.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.n_documents = self.error = 0
        self._limit = limit
        self._n = 0
        capacity = 64 if limit is None else min(64, limit)
        self._data = np.empty(1024, dtype=np.uint8)
        self._offsets = np.zeros(capacity + 1, dtype=np.int64)
        self._counts = np.empty((capacity, 2), dtype=np.int64)
        self._seen = np.empty(capacity, dtype=np.int64)
        self._slots = np.zeros(table_size(capacity), dtype=np.uint64)

    def __len__(self) -> int:
        """Number of distinct tokens."""
        return self._n

    @property
    def tokens(self) -> BytesColumn:
        """The distinct tokens, in the order in which they were first seen."""
        offsets = self._offsets[: self._n + 1].copy()
        return BytesColumn(self._data[: offsets[-1]].copy(), offsets)

    @property
    def counts(self) -> Int64s:
        """int64[tokens, 2]: occurrences of each token, and documents that hold it."""
        return self._counts[: self._n].copy()

    def add(self, strings: BytesColumn, documents: Int64s) -> None:
        """Count strings.

        Args:
            strings: One string per row.
            documents: int64[documents + 1], row splits over the strings.
        """
        self._run(strings, _ONE_EACH, documents)
        self.n_documents += len(documents) - 1

    def merge(self, other: TokenCounts) -> None:
        """Add the counts of `other`, which stays as it is."""
        tokens, counts = (self.tokens, self.counts) if other is self else (other._view(), other._counts[: other._n])
        if len(tokens):
            self._run(tokens, counts, np.array([0, len(tokens)], dtype=np.int64))
        self.n_documents += other.n_documents
        self.error += other.error

    def _run(self, strings: BytesColumn, amounts: Int64s, documents: Int64s) -> None:
        state = np.array([kernels.DONE, 0, 0, self._n, self.n_documents], dtype=np.int64)
        given = (frozen(strings.data), frozen(strings.offsets), frozen(amounts), frozen(documents))
        while True:
            with np.errstate(over="ignore"):
                kernels.count_kernel(
                    *given,
                    self._slots,
                    self._data,
                    self._offsets,
                    self._counts,
                    self._seen,
                    state,
                )
            self._n = int(state[3])
            if state[0] == kernels.DONE:
                return
            if state[0] == kernels.TABLE_FULL:
                if self._n == self._limit:
                    self._forget()
                    state[3] = self._n
                else:
                    self._grow_table()
            else:
                k = int(state[1])
                self._grow_data(int(strings.offsets[k + 1] - strings.offsets[k]))

    def _grow_table(self) -> None:
        capacity = 2 * len(self._seen) if self._limit is None else min(2 * len(self._seen), self._limit)
        n = self._n
        self._offsets = _longer(self._offsets, n + 1, capacity + 1)
        self._counts = _longer(self._counts, n, capacity)
        self._seen = _longer(self._seen, n, capacity)
        self._build_table(capacity)

    def _build_table(self, capacity: int) -> None:
        self._slots = np.zeros(table_size(capacity), dtype=np.uint64)
        with np.errstate(over="ignore"):
            kernels.build_kernel(self._slots, frozen(self._data), frozen(self._offsets[: self._n + 1]))

    def _forget(self) -> None:
        """Make room in a full table; at least half of it is free then."""
        n, keep = self._n, self._n // 2
        counts = self._counts[:n, 0]
        least = int(np.partition(counts, n - keep - 1)[n - keep - 1])
        self.error += least
        kept = np.flatnonzero(counts > least)
        held = BytesColumn(self._data, self._offsets[: n + 1]).take(kept)
        self._n = len(kept)
        self._data[: len(held.data)] = held.data
        self._offsets[: self._n + 1] = held.offsets
        self._counts[: self._n] = self._counts[kept] - np.array([least, 0])
        self._seen[: self._n] = self._seen[kept]
        self._build_table(len(self._seen))

    def _grow_data(self, more: int) -> None:
        size = max(2 * len(self._data), int(self._offsets[self._n]) + more)
        grown = np.empty(size, dtype=np.uint8)
        grown[: len(self._data)] = self._data
        self._data = grown

    def ranked(self, drop: frozenset[bytes], limit: int | None) -> tuple[BytesColumn, Int64s]:
        """Return the most frequent tokens and their counts, ties in descending order of bytes (Keras's order).

        Args:
            drop: Tokens to leave out.
            limit: At most this many; None for all.
        """
        tokens, counts = self._view(), self._counts[: self._n]
        candidates = np.flatnonzero(self._among(tokens, drop)) if drop else None
        some = counts[:, 0] if candidates is None else counts[candidates, 0]
        if limit is not None and 2 * limit < len(some):
            # Only tokens that may come among the first have to be sorted.
            least = np.partition(some, len(some) - max(limit, 1))[len(some) - max(limit, 1)]
            likely = np.flatnonzero(some >= least)
            candidates = likely if candidates is None else candidates[likely]
        if candidates is None:
            order = _rank(tokens, some)[:limit]
        else:
            order = candidates[_rank(tokens.take(candidates), counts[candidates, 0])[:limit]]
        return tokens.take(order), counts[order]

    def _view(self) -> BytesColumn:
        """Return the tokens over the memory of the table."""
        return BytesColumn(self._data, self._offsets[: self._n + 1])

    @staticmethod
    def _among(tokens: BytesColumn, drop: frozenset[bytes]) -> npt.NDArray[np.bool_]:
        """Return whether each token is none of some few."""
        lengths = tokens.lengths
        kept = np.ones(len(tokens), dtype=np.bool_)
        for dropped in drop:
            found = np.flatnonzero(lengths == len(dropped))
            for i, byte in enumerate(dropped):
                found = found[tokens.data[tokens.offsets[found] + i] == byte]
            kept[found] = False
        return kept

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as named arrays."""
        tokens = self.tokens
        arrays: dict[str, npt.NDArray[Any]] = {
            "tokens.data": tokens.data,
            "tokens.offsets": tokens.offsets,
            "counts": self.counts,
            "n_documents": np.array(self.n_documents, dtype=np.int64),
        }
        return {**arrays, "error": np.array(self.error, dtype=np.int64)} if self.error else arrays

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], *, where: str, limit: int | None = None
    ) -> TokenCounts:
        """Return the counts that `to_arrays` described.

        Raises:
            InvalidArgumentError: The arrays do not fit together.
        """
        tokens = tokens_from_arrays(arrays, "tokens", where=where)
        counts, n_documents = arrays.get("counts"), arrays.get("n_documents")
        if counts is None or n_documents is None or counts.shape != (len(tokens), 2):
            raise InvalidArgumentError(f"{where}: the saved token counts do not fit the saved tokens.")
        made = cls(limit)
        made.error = int(arrays.get("error", 0))
        if len(tokens):
            made._run(tokens, counts.astype(np.int64), np.array([0, len(tokens)], dtype=np.int64))
        made.n_documents = int(n_documents)
        return made


def _longer(array: npt.NDArray[Any], used: int, length: int) -> npt.NDArray[Any]:
    """Return a longer array that begins as one does."""
    made = np.empty((length, *array.shape[1:]), dtype=array.dtype)
    made[:used] = array[:used]
    return made


def tokens_from_arrays(arrays: Mapping[str, npt.NDArray[Any]], name: str, *, where: str) -> BytesColumn:
    """Return the tokens that stand under `name.data` and `name.offsets`, checked before anything indexes with them.

    Raises:
        InvalidArgumentError: They are missing or do not fit together.
    """
    data, offsets = arrays.get(f"{name}.data"), arrays.get(f"{name}.offsets")
    if data is None or offsets is None or data.ndim != 1 or offsets.ndim != 1 or not len(offsets):
        raise InvalidArgumentError(f"{where}: the saved {name} must be bytes and offsets.")
    if data.dtype != np.uint8 or offsets.dtype != np.int64 or offsets[0] != 0 or offsets[-1] != len(data):
        raise InvalidArgumentError(f"{where}: the saved offsets of {name} must run from 0 to the number of bytes.")
    if (np.diff(offsets) < 0).any():
        raise InvalidArgumentError(f"{where}: the saved offsets of {name} must not decrease.")
    return BytesColumn(data, offsets)


def _rank(tokens: BytesColumn, counts: Int64s) -> Int64s:
    """Return the indices of tokens by count, then by bytes, both descending."""
    if len(tokens) <= _SMALL:
        strings = tokens.strings()
        pairs = sorted(zip(counts.tolist(), strings, range(len(strings)), strict=True), reverse=True)
        return np.array([i for _, _, i in pairs], dtype=np.int64)
    return ranked_rows(tokens, counts)
