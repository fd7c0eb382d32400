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
from .vocabulary import heads_of, table_size

Int64s = npt.NDArray[np.int64]

_ONE_EACH = np.empty((0, 2), dtype=np.int64)
# Below this many tokens, sorting Python's tuples is faster than loading pyarrow.
_SMALL = 4096


class TokenCounts:
    """Counts of distinct tokens in a growing hash table; memory is bounded by the distinct tokens.

    Equal counts come out of any split of the data, in any order, by any tree of merges. One thread at a time.

    A compiled table with growing arrays counts 49 million Zipf tokens per second on one thread (reference machine).
    pyarrow's `value_counts` reaches 58 million, but only within a batch: its results would have to be merged by a table
    like this one, and it knows no documents.

    Attributes:
        n_documents: How many documents were counted.
    """

    def __init__(self) -> None:
        self.n_documents = 0
        self._n = 0
        self._slots = np.zeros(table_size(64), dtype=np.uint64)
        self._data = np.empty(1024, dtype=np.uint8)
        self._offsets = np.zeros(65, dtype=np.int64)
        self._counts = np.empty((64, 2), dtype=np.int64)
        self._seen = np.empty(64, dtype=np.int64)

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
        tokens, counts = other.tokens, other.counts
        if len(tokens):
            self._run(tokens, counts, np.array([0, len(tokens)], dtype=np.int64))
        self.n_documents += other.n_documents

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
                self._grow_table()
            else:
                k = int(state[1])
                self._grow_data(int(strings.offsets[k + 1] - strings.offsets[k]))

    def _grow_table(self) -> None:
        capacity = 2 * len(self._seen)
        self._offsets = np.resize(self._offsets, capacity + 1)
        self._counts = np.resize(self._counts, (capacity, 2))
        self._seen = np.resize(self._seen, capacity)
        self._slots = np.zeros(table_size(capacity), dtype=np.uint64)
        with np.errstate(over="ignore"):
            kernels.build_kernel(self._slots, frozen(self._data), frozen(self._offsets[: self._n + 1]))

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
        tokens, counts = self.tokens, self.counts
        order = _rank(tokens, counts[:, 0])
        if drop:
            order = order[~np.isin(order, self._find(BytesColumn.from_list(sorted(drop))))]
        order = order[:limit]
        return tokens.take(order), counts[order]

    def _find(self, strings: BytesColumn) -> Int64s:
        """Return the index of each string among the tokens, or -1."""
        out = np.empty(len(strings), dtype=np.int64)
        first, oov = np.array([0, -1, 0], dtype=np.int64), np.zeros(2, dtype=np.int64)
        with np.errstate(over="ignore"):
            given = (frozen(strings.data), frozen(strings.offsets))
            held = (frozen(self._slots), frozen(self._data), frozen(self._offsets), frozen(heads_of(self.tokens)))
            kernels.lookup_kernel(*given, *held, first, oov, out)
        return out

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as named arrays."""
        tokens = self.tokens
        return {
            "tokens.data": tokens.data,
            "tokens.offsets": tokens.offsets,
            "counts": self.counts,
            "n_documents": np.array(self.n_documents, dtype=np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, where: str) -> TokenCounts:
        """Return the counts that `to_arrays` described.

        Raises:
            InvalidArgumentError: The arrays do not fit together.
        """
        tokens = tokens_from_arrays(arrays, "tokens", where=where)
        counts, n_documents = arrays.get("counts"), arrays.get("n_documents")
        if counts is None or n_documents is None or counts.shape != (len(tokens), 2):
            raise InvalidArgumentError(f"{where}: the saved token counts do not fit the saved tokens.")
        made = cls()
        if len(tokens):
            made._run(tokens, counts.astype(np.int64), np.array([0, len(tokens)], dtype=np.int64))
        made.n_documents = int(n_documents)
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
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.table({"count": counts, "token": tokens.to_arrow()})
    order = pc.sort_indices(table, sort_keys=[("count", "descending"), ("token", "descending")])
    indices: Int64s = order.to_numpy().astype(np.int64)
    return indices
