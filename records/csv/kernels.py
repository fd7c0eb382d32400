"""The kernel of decode_csv: rows of text to columns, in one pass; and the one that gathers string fields.

Grammar (RFC 4180, with tf.io.decode_csv's reading of it): fields are split by one delimiter byte; newlines and carriage
returns in front of a field are skipped, inside an unquoted one they are wrong, and so is a quote; a field that begins
with a quote ends with a quote that is followed by the delimiter or the end, and two quotes in it mean one.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel
from ..number_kernels import decimal_kernel, float64_kernel, integer_kernel, rounds_once_kernel, short_kernel
from ..words import borrow, load_u64, low_zero_bytes

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

# Kinds of columns.
SKIPPED: Final = 0
FLOAT32: Final = 1
FLOAT64: Final = 2
INT32: Final = 3
INT64: Final = 4
STRING: Final = 5

# Status codes of `decode_kernel`.
DONE: Final = 0
ODD_CELLS: Final = 1  # the list of cells for the caller is full; go on at the row returned
BAD_ROW: Final = 2  # something is wrong with the row returned; the caller finds out what

_QUOTE: Final = 34
_NEWLINE: Final = 10
_RETURN: Final = 13
_SPACE: Final = 32
_POINT: Final = 46
_ONES: Final = 0x0101010101010101
_HIGHS: Final = 0x8080808080808080
_LOW_SEVEN: Final = 0x7F7F7F7F7F7F7F7F

MISSING: Final = -1  # start of a string field that takes its default; below that, -2 - start: quotes are doubled inside


@kernel(inline=True)
def marks_kernel(word: int, pattern: int) -> int:
    """Return a word with the top bit of each byte set that equals the same byte of `pattern`, exactly."""
    x = word ^ pattern
    low = np.uint64(_LOW_SEVEN)
    return ~(((x & low) + low) | x | low)


@kernel(inline=True)
def odd_marks_kernel(word: int, quotes: bool) -> int:
    """Return a word whose lowest set bit marks the first newline, carriage return or, with `quotes`, quote, if any."""
    ones, x, y = np.uint64(_ONES), word ^ np.uint64(_NEWLINE * _ONES), word ^ np.uint64(_RETURN * _ONES)
    odd = ((x - ones) & ~x) | ((y - ones) & ~y)
    if quotes:
        z = word ^ np.uint64(_QUOTE * _ONES)
        odd |= (z - ones) & ~z
    return odd & np.uint64(_HIGHS)


@kernel(inline=True)
def split_plain_kernel(data: Bytes, begin: int, stop: int, delimiter: int, quotes: bool, spans: Offsets) -> int:
    """Find the fields of a row without quotes and newlines; return how many, or -1 when it has some.

    Eight bytes are tested at a time. Fills `spans` (int64[m, 3], m above the bytes of any row) with begin and end.
    """
    pattern, odd = np.uint64(delimiter * _ONES), np.uint64(0)
    i, start, n = begin, begin, 0
    while i + 8 <= stop or (i < stop and i + 8 <= len(data)):
        word = load_u64(data, i)
        marks, strange = marks_kernel(word, pattern), odd_marks_kernel(word, quotes)
        if stop - i < 8:
            inside = (np.uint64(1) << np.uint64(8 * (stop - i))) - np.uint64(1)
            marks &= inside
            strange &= inside
        odd |= strange
        while marks != np.uint64(0):
            end = i + low_zero_bytes(marks)
            spans[n, 0] = start
            spans[n, 1] = end
            start = end + 1
            n += 1
            marks &= marks - np.uint64(1)
        i += 8
    while i < stop:  # the last bytes of all rows
        byte = data[i]
        if byte in (_NEWLINE, _RETURN) or (quotes and byte == _QUOTE):
            return -1
        if byte == delimiter:
            spans[n, 0] = start
            spans[n, 1] = i
            start = i + 1
            n += 1
        i += 1
    if odd != np.uint64(0):
        return -1
    if begin == stop:
        return 0
    spans[n, 0] = start
    spans[n, 1] = stop
    return n + 1


@kernel(inline=True)
def plain_end_kernel(data: Bytes, start: int, stop: int, delimiter: int, quotes: bool) -> tuple[bool, int]:
    """Return whether the unquoted field at `start` is well formed, and where it ends."""
    i = start
    while i < stop:
        byte = data[i]
        if byte == delimiter:
            return True, i
        if byte in (_NEWLINE, _RETURN) or (quotes and byte == _QUOTE):
            return False, i
        i += 1
    return True, i


@kernel(inline=True)
def quoted_end_kernel(data: Bytes, start: int, stop: int, delimiter: int) -> tuple[bool, bool, int]:
    """Return whether the field after an opening quote is well formed, holds doubled quotes, and where it ends."""
    i, doubled = start, False
    while i < stop:
        if data[i] != _QUOTE:
            i += 1
        elif i + 1 == stop or data[i + 1] == delimiter:
            return True, doubled, i
        elif data[i + 1] == _QUOTE:
            doubled = True
            i += 2
        else:
            return False, doubled, i
    return False, doubled, i


@kernel
def split_careful_kernel(
    data: Bytes, begin: int, stop: int, delimiter: int, quotes: bool, most: int, spans: Offsets
) -> int:
    """Find up to `most` fields of any row; return how many, or -1 when one is not well formed.

    Fills `spans` with begin, end, and whether quotes are doubled inside.
    """
    i, n = begin, 0
    while i < stop and n < most:
        if data[i] == _NEWLINE or data[i] == _RETURN:
            i += 1
            continue
        doubled = False
        if quotes and data[i] == _QUOTE:
            start = i + 1
            good, doubled, end = quoted_end_kernel(data, start, stop, delimiter)
            i = end + 2
        else:
            start = i
            good, end = plain_end_kernel(data, start, stop, delimiter, quotes)
            i = end + 1
        if not good:
            return -1
        spans[n, 0] = start
        spans[n, 1] = end
        spans[n, 2] = doubled
        n += 1
    if n < most and begin < stop and data[stop - 1] == delimiter:
        spans[n, 0] = stop
        spans[n, 1] = stop
        spans[n, 2] = False
        n += 1
    return n


@kernel(inline=True)
def equals_kernel(data: Bytes, start: int, text: Bytes) -> bool:
    """Whether `text` stands at `data[start]`; the caller has checked that so many bytes are there."""
    for k in range(len(text)):  # noqa: SIM110  (kernels have no generators)
        if data[start + k] != text[k]:
            return False
    return True


@kernel(inline=True)
def is_blank_kernel(byte: int) -> bool:
    """Whether a byte is ASCII white space."""
    return byte == _SPACE or 9 <= byte <= 13


@kernel(inline=True)
def trimmed_kernel(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    """Return the part of `data[start:stop]` without white space at its ends."""
    while start < stop and is_blank_kernel(data[start]):
        start += 1
    while stop > start and is_blank_kernel(data[stop - 1]):
        stop -= 1
    return start, stop


@kernel(inline=True)
def float_kernel(
    data: Bytes,
    start: int,
    stop: int,
    single: bool,
    tens: Words,
    powers: npt.NDArray[np.float64],
    high: Words,
    low: Words,
) -> tuple[bool, float]:
    """Return whether `data[start:stop]` is a number that could be rounded here, and the number.

    `single`: rounding the result once more, to float32, must give the nearest float32.
    """
    known, negative, mantissa, exponent = short_kernel(data, start, stop)
    if not known:
        first, end = trimmed_kernel(data, start, stop)
        known, negative, mantissa, exponent, after = decimal_kernel(data, first, end, tens)
        if not known or after != end:
            return False, 0.0
    known, value = float64_kernel(negative, mantissa, exponent, powers, high, low)
    return known and (not single or rounds_once_kernel(value)), value


@kernel(inline=True)
def int_kernel(data: Bytes, start: int, stop: int, limit: int) -> tuple[bool, int]:
    """Return whether `data[start:stop]` is an integer in `-limit .. limit - 1`, and the integer."""
    known, negative, magnitude, exponent = short_kernel(data, start, stop)
    if not known or data[stop - 1 + exponent] == _POINT:
        first, end = trimmed_kernel(data, start, stop)
        known, negative, magnitude, after = integer_kernel(data, first, end)
        if not known or after != end:
            return False, 0
    bound = np.uint64(limit)
    if magnitude > bound or (magnitude == bound and not negative):
        return False, 0
    return True, -np.int64(magnitude) if negative else np.int64(magnitude)


@kernel
def decode_kernel(
    data: Bytes,
    offsets: Offsets,
    first_row: int,
    layout: tuple[Any, ...],
    tables: tuple[Any, ...],
    outputs: tuple[Any, ...],
    fields_of_row: Offsets,
    odd: Offsets,
) -> tuple[int, int, int]:
    """Decode rows from `first_row` on; row `r` is `data[offsets[r]:offsets[r + 1]]`.

    Each row is split first and its fields are converted then: a number whose end is known takes no branch per digit.
    What is no short decimal number (`inf`, 20 digits, `0x1p3`, a value half way between two floats, but also letters)
    is noted in `odd` for the caller.

    Args:
        data: The rows' bytes.
        offsets: int64[rows + 1].
        first_row: Where to begin.
        layout: `(kinds, slots, required, na_value, delimiter, quotes, exact, empty_is_field)`: per field of the file
            its kind, the column of the output array of that kind, whether it has no default; then whether fields may be
            quoted, whether a row must end with the last of them, and whether a row of no bytes is one empty field.
        tables: `PowerTables`.
        outputs: `(float32[n, a], float64[n, b], int32[n, c], int64[n, d], spans int64[n, e, 2])`, holding the
            defaults. A span is where a string begins and ends; see `MISSING`.
        fields_of_row: int64[m, 3], working space; m is above the bytes of any row.
        odd: int64[m, 4], filled with `(row, field, start, stop)`.

    Returns:
        `(status, row, odd cells)`.
    """
    kinds, slots, required, na_value, delimiter, quotes, exact, empty_is_field = layout
    tens, powers, high, low = tables
    out_f32, out_f64, out_i32, out_i64, out_spans = outputs
    data, spans, offsets = borrow(data), borrow(fields_of_row), borrow(offsets)
    tens, powers, high, low = borrow(tens), borrow(powers), borrow(high), borrow(low)
    na_value = borrow(na_value)
    fields, count = len(kinds), 0
    most = len(spans) if exact else fields
    for row in range(first_row, len(offsets) - 1):
        if count + fields > len(odd):
            return ODD_CELLS, row, count
        begin, end = offsets[row], offsets[row + 1]
        found, careful = split_plain_kernel(data, begin, end, delimiter, quotes, spans), False
        if found < 0:
            found, careful = split_careful_kernel(data, begin, end, delimiter, quotes, most, spans), True
        if begin == end and empty_is_field:
            found = 1
            spans[0, 0] = begin
            spans[0, 1] = end
        if found < fields or (exact and found > fields):
            return BAD_ROW, row, count
        for field in range(fields):
            kind, slot = kinds[field], slots[field]
            if kind == SKIPPED:
                continue
            start, stop = spans[field, 0], spans[field, 1]
            doubled = careful and spans[field, 2] != 0
            if start == stop or (
                stop - start == len(na_value) and not doubled and equals_kernel(data, start, na_value)
            ):
                if required[field]:
                    return BAD_ROW, row, count
                continue
            known = True
            if kind == FLOAT32:
                known, value = float_kernel(data, start, stop, True, tens, powers, high, low)
                if known:
                    out_f32[row, slot] = value
            elif kind == FLOAT64:
                known, value = float_kernel(data, start, stop, False, tens, powers, high, low)
                if known:
                    out_f64[row, slot] = value
            elif kind == STRING:
                out_spans[row, slot, 0] = -2 - start if doubled else start
                out_spans[row, slot, 1] = stop
            else:
                good, number = int_kernel(data, start, stop, 1 << 31 if kind == INT32 else 1 << 63)
                if not good:
                    return BAD_ROW, row, count
                if kind == INT32:
                    out_i32[row, slot] = number
                else:
                    out_i64[row, slot] = number
            if not known:
                odd[count, 0] = row
                odd[count, 1] = field
                odd[count, 2] = start
                odd[count, 3] = stop
                count += 1
    return DONE, len(offsets) - 1, count


@kernel
def string_offsets_kernel(data: Bytes, spans: Offsets, default_length: int, offsets: Offsets) -> None:
    """Fill `offsets` with where each string of `spans` (int64[n, 2]) begins once they are one after another."""
    total = 0
    offsets[0] = 0
    for row in range(len(spans)):
        start, stop = spans[row, 0], spans[row, 1]
        if start >= 0:
            total += stop - start
        elif start == MISSING:
            total += default_length
        else:
            i = -2 - start
            while i < stop:
                i += 2 if data[i] == _QUOTE else 1
                total += 1
        offsets[row + 1] = total


@kernel
def gather_strings_kernel(data: Bytes, spans: Offsets, default: Bytes, offsets: Offsets, out: Bytes) -> None:
    """Copy the strings of `spans` to where `offsets` says; doubled quotes become one."""
    for row in range(len(spans)):
        start, stop, to = spans[row, 0], spans[row, 1], offsets[row]
        if start >= 0:
            for i in range(start, stop):
                out[to + i - start] = data[i]
        elif start == MISSING:
            for i in range(len(default)):
                out[to + i] = default[i]
        else:
            i = -2 - start
            while i < stop:
                out[to] = data[i]
                to += 1
                i += 2 if data[i] == _QUOTE else 1
