"""Kernel that splits CSV text into records, which are lines but for line ends inside quotes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel
from ..words import load_u64, low_zero_bytes, store_u64
from .kernels import odd_marks_kernel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

_QUOTE: Final = 34
_NEWLINE: Final = 10
_RETURN: Final = 13

SLACK_BYTES: Final = 8  # words are stored whole, so the last store may reach past the last record


@kernel
def split_records_kernel(
    data: Bytes,
    start: int,
    stop: int,
    max_records: int,
    at_end: bool,
    delimiter: int,
    quotes: bool,
    out: Bytes,
    offsets: Offsets,
    starts: Offsets,
    lines: Offsets,
) -> tuple[int, int, int, bool]:
    r"""Copy up to `max_records` records of `data[start:stop]` to `out`, without their line ends.

    A record ends with `\n`, `\r\n` or `\r` outside quotes, or at the end of the data. A quote opens at the beginning of
    a field and closes with the next quote that is not doubled. Whether fields are well formed is not looked at.
    Eight bytes are tested and copied at a time, as far as the next quote or line end.

    Args:
        data: uint8[...].
        start: First byte, where a record begins.
        stop: End of the bytes.
        max_records: How many records at most.
        at_end: Nothing follows `data[stop - 1]`, so that the bytes after the last line end are a record.
        delimiter: The byte between fields.
        quotes: Whether quotes have a meaning.
        out: uint8[stop - start + SLACK_BYTES], the records.
        offsets: int64[max_records + 1], where they begin in `out`.
        starts: int64[max_records], where they begin in `data`.
        lines: int64[max_records], how many lines of the text lie before each.

    Returns:
        How many records, the position after the last one, how many lines they have, and whether the last one ends
        inside quotes.
    """
    records, used, position, line = 0, 0, start, 0
    is_open = False
    offsets[0] = 0
    while records < max_records and position < stop:
        i, to, newlines = position, used, 0
        quoted, ended, cut = False, False, False
        while i < stop and not ended and not cut:
            if i + 8 <= stop:
                word = load_u64(data, i)
                store_u64(out, to, word)
                hit = odd_marks_kernel(word, quotes)
                step = 8 if hit == np.uint64(0) else low_zero_bytes(hit)
                i += step
                to += step
                if step == 8:
                    continue
            byte = data[i]
            is_last = i + 1 == stop
            if quoted:
                if byte == _QUOTE:
                    if is_last and not at_end:
                        cut = True
                    elif not is_last and data[i + 1] == _QUOTE:
                        out[to] = byte
                        to += 1
                        i += 1
                    else:
                        quoted = False
                elif byte == _NEWLINE:
                    newlines += 1
            elif byte == _NEWLINE:
                ended = True
            elif byte == _RETURN:
                if is_last and not at_end:
                    cut = True
                else:
                    ended = True
                    if not is_last and data[i + 1] == _NEWLINE:
                        i += 1
            elif quotes and byte == _QUOTE and (i == position or data[i - 1] == delimiter):
                quoted = True
            if not ended and not cut:
                out[to] = byte
                to += 1
            i += 1
        if not ended and (cut or not at_end):
            break
        starts[records] = position
        lines[records] = line
        records += 1
        offsets[records] = to
        used, position = to, i
        line += newlines + 1
        is_open = quoted
    return records, position, line, is_open
