"""n-grams of rows of strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.columns import BytesColumn, RaggedColumn
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ...core.values import encode
from ..coding import column_of, element_of
from ..strings import DenseForm, RaggedForm, as_strings
from ..transform import Transform
from .base import Int64s, check_strings, restored, run
from .joining import joined, with_strings


@dataclass(frozen=True)
class _NGrams(Transform):
    """n-grams along the last axis.

    Attributes:
        widths: Lengths, in the order in which they are made.
        separator: Stands between strings.
        pads: Left and right string put around each row; None for none.
        padding: Most of them on each side; -1 for one less than the length.
        keep_short: A row too short for any n-gram is one.
    """

    name = "ngrams"

    widths: tuple[int, ...]
    separator: bytes
    pads: tuple[bytes, bytes] | None
    padding: int
    keep_short: bool

    def _padding(self, width: int) -> int:
        if self.pads is None:
            return 0
        return width - 1 if self.padding < 0 else min(self.padding, width - 1)

    def compute(self, strings: BytesColumn, splits: Int64s, *, apart: bool) -> tuple[BytesColumn, Int64s]:
        """Return the n-grams of rows, and int64[rows + 1] row splits over them.

        Args:
            strings: One string per row.
            splits: int64[rows + 1], row splits over them.
            apart: Whether each row is a value of its own. A value without strings has no n-grams, even padded ones;
                an empty row of a value that has strings elsewhere is padded.
        """
        lengths = np.diff(splits)
        has_strings = lengths > 0 if apart else np.full(len(lengths), len(strings) > 0)
        # One entry for each n-gram: its row, its place in the order of widths, where it begins in the row, its length.
        rows, ranks, firsts, counts = [], [], [], []
        made = np.zeros(len(lengths), dtype=np.int64)
        for rank, width in enumerate(self.widths):
            pad = self._padding(width)
            n = np.where(has_strings, np.maximum(lengths + 2 * pad - width + 1, 0), 0)
            made += n
            rows.append(np.repeat(np.arange(len(n)), n))
            firsts.append(np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n) - pad)
            ranks.append(np.full(len(rows[-1]), rank))
            counts.append(np.full(len(rows[-1]), width))
        if self.keep_short:
            short = np.flatnonzero((made == 0) & (lengths > 0))
            pad = 0 if self.pads is None else max(self.padding, 0)
            rows.append(short)
            ranks.append(np.zeros(len(short), dtype=np.int64))
            firsts.append(np.full(len(short), -pad))
            counts.append(lengths[short] + 2 * pad)
            made[short] = 1
        row, first, count = np.concatenate(rows), np.concatenate(firsts), np.concatenate(counts)
        order = np.lexsort((np.concatenate(ranks), row))
        row, first, count = row[order], first[order], count[order]
        ends = np.cumsum(count)
        grams = np.concatenate([[0], ends]).astype(np.int64)
        place = np.arange(int(grams[-1])) - np.repeat(grams[:-1] - first, count)
        each = np.repeat(row, count)
        taken = splits[each] + place
        taken[place < 0] = len(strings)
        taken[place >= lengths[each]] = len(strings) + 1
        padded = with_strings(strings, list(self.pads or (b"", b"")))
        result = joined(padded.take(taken), grams, self.separator)
        return result, np.concatenate([[0], np.cumsum(made)]).astype(np.int64)

    def apply(self, value: Any) -> Any:
        strings, form = as_strings(value, where=self.name)
        if isinstance(form, DenseForm) and form.shape:
            rows = int(np.prod(form.shape[:-1]))
            grams, splits = self.compute(strings, np.arange(rows + 1, dtype=np.int64) * form.shape[-1], apart=False)
            each = int(splits[1]) if rows else 0
            return restored(grams, DenseForm((*form.shape[:-1], each)))
        if isinstance(form, RaggedForm) and not form.inner:
            grams, splits = self.compute(strings, form.splits[-1], apart=False)
            return restored(grams, RaggedForm((*form.splits[:-1], splits), ()))
        raise DTypeError(f"ngrams: data must be rows of strings, dense or ragged. Received: {describe(value)}.")

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn) and isinstance(rows.values, BytesColumn) and not rows.values.shape:
            low, high = int(rows.splits[0]), int(rows.splits[-1])
            grams, splits = self.compute(rows.values.slice(low, high), rows.splits - low, apart=True)
            return RaggedColumn(grams, splits)
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        found = check_strings(spec, self.name)
        if isinstance(found, SparseSpec) or found.shape == ():
            raise DTypeError(f"ngrams: data must be rows of strings, dense or ragged. Received: {spec!r}.")
        if found.shape is None:
            return found
        shape = (*found.shape[:-1], None)
        return (
            RaggedSpec(shape, "string", found.ragged_rank)
            if isinstance(found, RaggedSpec)
            else TensorSpec(shape, "string")
        )


def ngrams(
    data: Any,
    ngram_width: int | Sequence[int],
    separator: Any = " ",
    *,
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
) -> Any:
    """Return the n-grams of rows of strings, along the last axis.

    Args:
        data: Dense or ragged rows of strings.
        ngram_width: An int, or several; a row's n-grams come width after width.
        separator: Stands between the strings of an n-gram.
        pad_values: String put around each row, or a pair for left and right; None for none.
        padding_width: Most padding strings on each side; one less than the width when None, and never more.
        preserve_short_sequences: A row too short for any n-gram becomes one n-gram of all its strings.

    Raises:
        InvalidArgumentError: A width is below 1, or `padding_width` is given and wrong.
        DTypeError: `data` are no rows of strings.
    """
    widths = (int(ngram_width),) if isinstance(ngram_width, int | np.integer) else tuple(int(w) for w in ngram_width)
    if not widths or min(widths) < 1:
        raise InvalidArgumentError(
            f"ngrams: ngram_width must be an int >= 1, or several such. Received: ngram_width={ngram_width!r}."
        )
    if padding_width is not None and (pad_values is None or padding_width < 1):
        raise InvalidArgumentError(
            f"ngrams: padding_width must be at least 1, and given with pad_values only. Received: {padding_width!r}."
        )
    pads = None
    if pad_values is not None:
        pair = (pad_values, pad_values) if isinstance(pad_values, str | bytes) else tuple(pad_values)
        if len(pair) != 2:
            raise InvalidArgumentError(f"ngrams: pad_values must be one string or a pair. Received: {pad_values!r}.")
        pads = (encode(pair[0]), encode(pair[1]))
    padding = -1 if padding_width is None else int(padding_width)
    return run(_NGrams(widths, encode(separator), pads, padding, bool(preserve_short_sequences)), data)
