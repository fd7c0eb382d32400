"""Kernels that read decimal numbers from text, correctly rounded.

Where the end of a number is known, its last sixteen characters are loaded as two words, the point is shifted out, and
the digits are added up in parallel: no branch depends on them, so that the processor works on several numbers at once
(about 9 ns each, rounding and storing included). All other forms take a loop over the digits.

A decimal `m * 10**e` becomes a float by one exact operation where both `m` and `10**|e|` are exact floats (W. Clinger,
"How to read floating point numbers accurately", PLDI 1990), else by one 64 × 128 bit product (D. Lemire, "Number
parsing at a gigabyte per second", Software: Practice and Experience 51(8), 2021, section 5,
https://arxiv.org/abs/2101.11408), which is right or says that it cannot tell. What it cannot tell, and more than 19
digits, is left to the caller.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .words import load_u64, low_zero_bytes, multiply_high

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]

_MINUS: Final = 45
_PLUS: Final = 43
_POINT: Final = 46
_POINTS_LESS_ZEROS: Final = 0x1E1E1E1E1E1E1E1E  # "." xor "0"
_ONES: Final = 0x0101010101010101
_ZERO: Final = 48
_LOWER_E: Final = 101
_ASCII_ZEROS: Final = 0x3030303030303030
_ABOVE_NINE: Final = 0x7676767676767676  # added to a byte of 0..9 it stays below 0x80
_HIGHS: Final = 0x8080808080808080
_PAIRS: Final = 0x000000FF000000FF
_WEIGHTS_1: Final = 100 + (1_000_000 << 32)
_WEIGHTS_2: Final = 1 + (10_000 << 32)

MAX_DIGITS: Final = 19  # what always fits 64 bits
MIN_POWER: Final = -330  # below, every float64 is subnormal or zero even for 19 digits
MAX_POWER: Final = 308


class PowerTables(NamedTuple):
    """Powers of ten, passed to kernels as arguments (globals would be frozen into the compiled code).

    Attributes:
        tens: uint64[20], 10**k.
        exact: float64[23], 10**k where that is exact.
        high: uint64[MAX_POWER - MIN_POWER + 1], upper half of the 128 leading bits of 10**e.
        low: The lower halves.
    """

    tens: Words
    exact: npt.NDArray[np.float64]
    high: Words
    low: Words


@functools.cache
def power_tables() -> PowerTables:
    """Return the tables, made once (1 ms)."""
    high, low = [], []
    for power in range(MIN_POWER, MAX_POWER + 1):
        if power >= 0:
            bits = 10**power
            bits = bits << (128 - bits.bit_length()) if bits.bit_length() <= 128 else bits >> (bits.bit_length() - 128)
        else:
            divisor = 10**-power
            bits = (1 << (divisor.bit_length() + 127)) // divisor
            bits >>= bits.bit_length() - 128
        high.append(bits >> 64)
        low.append(bits & (2**64 - 1))
    return PowerTables(
        np.array([10**k for k in range(20)], np.uint64),
        np.array([10.0**k for k in range(23)]),
        np.array(high, np.uint64),
        np.array(low, np.uint64),
    )


@kernel(inline=True)
def eight_digits_kernel(digits: int) -> int:
    """Return the number that eight bytes of 0 to 9 spell, the lowest byte first."""
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    upper = (pairs & np.uint64(_PAIRS)) * np.uint64(_WEIGHTS_1)
    lower = ((pairs >> np.uint64(16)) & np.uint64(_PAIRS)) * np.uint64(_WEIGHTS_2)
    return (upper + lower) >> np.uint64(32)


@kernel(inline=True)
def last_digits_kernel(data: Bytes, stop: int, n: int) -> int:
    """Return the `n` (1..8) bytes before `data[stop]`, less ASCII zero, at the top of a word of zeros."""
    shift = np.uint64(64 - 8 * n)
    return ((load_u64(data, stop - 8) ^ np.uint64(_ASCII_ZEROS)) >> shift) << shift


@kernel(inline=True)
def points_kernel(digits: int) -> int:
    """Return a word whose lowest set bit marks the first byte that was a point; 0 when there is none."""
    x = digits ^ np.uint64(_POINTS_LESS_ZEROS)
    return (x - np.uint64(_ONES)) & ~x & np.uint64(_HIGHS)


@kernel(inline=True)
def not_digits_kernel(digits: int) -> int:
    """Return a word that is not 0 when a byte is above 9."""
    return ((digits + np.uint64(_ABOVE_NINE)) | digits) & np.uint64(_HIGHS)


@kernel(inline=True)
def short_kernel(data: Bytes, start: int, stop: int) -> tuple[bool, bool, int, int]:
    """Read a plain number that fills `data[start:stop]`: digits, perhaps a minus in front and a point among them.

    Returns:
        `(known, negative, mantissa, exponent)`; not `known` for every other form and for more than 16 characters.
    """
    if start == stop:
        return False, False, np.uint64(0), 0
    negative = data[start] == _MINUS
    first = start + np.intp(negative)
    n, exponent = stop - first, 0
    if n < 1 or n > 16 or stop < 16:
        return False, negative, np.uint64(0), 0
    low, high = last_digits_kernel(data, stop, min(n, 8)), np.uint64(0)
    if n > 8:
        high = last_digits_kernel(data, stop - 8, n - 8)
    points = points_kernel(low)
    if points != np.uint64(0):
        place = low_zero_bytes(points)
        before = (np.uint64(1) << np.uint64(8 * place)) - np.uint64(1)
        low = (low & ~((before << np.uint64(8)) | np.uint64(0xFF))) | ((low & before) << np.uint64(8))
        low |= high >> np.uint64(56)
        high <<= np.uint64(8)
        exponent = place - 7
    elif n > 8:
        points = points_kernel(high)
        if points != np.uint64(0):
            place = low_zero_bytes(points)
            before = (np.uint64(1) << np.uint64(8 * place)) - np.uint64(1)
            high = (high & ~((before << np.uint64(8)) | np.uint64(0xFF))) | ((high & before) << np.uint64(8))
            exponent = place - 15
    if not_digits_kernel(low) | not_digits_kernel(high) != np.uint64(0) or (n == 1 and points != np.uint64(0)):
        return False, negative, np.uint64(0), 0
    mantissa = eight_digits_kernel(low)
    if n > 8:
        mantissa += eight_digits_kernel(high) * np.uint64(100_000_000)
    return True, negative, mantissa, exponent


@kernel(inline=True)
def digit_run_kernel(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    """Return the number that the digits from `data[start]` spell (modulo 2**64), and where they end."""
    i = start
    total = np.uint64(0)
    while i < stop and data[i] >= _ZERO and data[i] <= _ZERO + 9:
        total = total * np.uint64(10) + np.uint64(data[i] - _ZERO)
        i += 1
    return total, i


@kernel(inline=True)
def exponent_kernel(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    """Return the exponent written at `data[start]` (just behind the `e`), and where it ends (`start`: none)."""
    i, negative = start, False
    if i < stop and (data[i] == _MINUS or data[i] == _PLUS):
        negative = data[i] == _MINUS
        i += 1
    first, value = i, 0
    while i < stop and data[i] >= _ZERO and data[i] <= _ZERO + 9:
        value = min(value * 10 + np.int64(data[i]) - _ZERO, 99_999)
        i += 1
    if i == first:
        return 0, start
    return -value if negative else value, i


@kernel
def decimal_kernel(data: Bytes, start: int, stop: int, tens: Words) -> tuple[bool, bool, int, int, int]:
    """Read a decimal number at `data[start:stop]`.

    Returns:
        `(known, negative, mantissa, exponent, end)`: the number is `±mantissa * 10**exponent` and ends before `end`;
        not `known` when there is none, or it has more than 19 digits.
    """
    i, negative = start, False
    if i < stop and (data[i] == _MINUS or data[i] == _PLUS):
        negative = data[i] == _MINUS
        i += 1
    mantissa, end = digit_run_kernel(data, i, stop)
    digits, exponent = end - i, 0
    i = end
    if i < stop and data[i] == _POINT:
        i += 1
        fraction, end = digit_run_kernel(data, i, stop)
        exponent = i - end
        digits -= exponent
        if digits <= MAX_DIGITS:
            mantissa = mantissa * tens[end - i] + fraction
        i = end
    if digits == 0 or digits > MAX_DIGITS:
        return False, negative, np.uint64(0), 0, i
    if i < stop and data[i] | 32 == _LOWER_E:
        more, end = exponent_kernel(data, i + 1, stop)
        if end == i + 1:
            return False, negative, np.uint64(0), 0, i
        exponent += more
        i = end
    return True, negative, mantissa, exponent, i


@kernel(inline=True)
def integer_kernel(data: Bytes, start: int, stop: int) -> tuple[bool, bool, int, int]:
    """Read an integer at `data[start:stop]`: `(known, negative, magnitude, end)`, as `decimal_kernel`."""
    i, negative = start, False
    if i < stop and (data[i] == _MINUS or data[i] == _PLUS):
        negative = data[i] == _MINUS
        i += 1
    while i + 1 < stop and data[i] == _ZERO and data[i + 1] >= _ZERO and data[i + 1] <= _ZERO + 9:
        i += 1
    magnitude, end = digit_run_kernel(data, i, stop)
    return 0 < end - i <= MAX_DIGITS, negative, magnitude, end


@kernel
def product_float_kernel(mantissa: int, exponent: int, high: Words, low: Words) -> tuple[bool, float]:
    """Return whether `mantissa * 10**exponent` (not 0) could be rounded for sure to a normal float64, and it."""
    if exponent < MIN_POWER or exponent > MAX_POWER:
        return False, 0.0
    slot = exponent - MIN_POWER
    m, zeros = np.uint64(mantissa), 0
    for step in (32, 16, 8, 4, 2, 1):
        if m >> np.uint64(64 - step) == np.uint64(0):
            m <<= np.uint64(step)
            zeros += step
    upper, lower = multiply_high(m, high[slot]), m * high[slot]
    # The power is cut to 128 bits, so the product may be short by less than m in its lowest word: where that could
    # carry up to the bits that decide the rounding, bring in the power's lower half, and give up if it still could.
    if upper & np.uint64(0x1FF) == np.uint64(0x1FF) and lower + m < m:
        more_upper, more_lower = multiply_high(m, low[slot]), m * low[slot]
        merged = lower + more_upper
        if merged < lower:
            upper += np.uint64(1)
        if (
            upper & np.uint64(0x1FF) == np.uint64(0x1FF)
            and merged + np.uint64(1) == np.uint64(0)
            and more_lower + m < m
        ):
            return False, 0.0
        lower = merged
    top = upper >> np.uint64(63)
    bits = upper >> (top + np.uint64(9))  # 54 bits: the significand and one to round by
    # floor(exponent * log2(10)): 217706 / 2**16 is exact enough for |exponent| < 1500.
    binary = ((217_706 * exponent) >> 16) + 64 + 1023 - zeros - (1 - np.int64(top))
    if lower == np.uint64(0) and upper & np.uint64(0x1FF) == np.uint64(0) and bits & np.uint64(3) == np.uint64(1):
        return False, 0.0  # maybe exactly half way
    bits = (bits + (bits & np.uint64(1))) >> np.uint64(1)
    if bits >> np.uint64(53) != np.uint64(0):
        bits >>= np.uint64(1)
        binary += 1
    if binary < 1 or binary > 2046:
        return False, 0.0
    packed = (np.uint64(binary) << np.uint64(52)) | (bits & np.uint64((1 << 52) - 1))
    return True, np.uint64(packed).view(np.float64)


@kernel(inline=True)
def float64_kernel(
    negative: bool, mantissa: int, exponent: int, exact: npt.NDArray[np.float64], high: Words, low: Words
) -> tuple[bool, float]:
    """Return whether `±mantissa * 10**exponent` could be rounded to float64 here, and the result."""
    known, value = True, 0.0
    if mantissa == np.uint64(0):
        value = 0.0
    elif mantissa <= np.uint64(1 << 53) and -22 <= exponent <= 22:
        value = np.float64(np.int64(mantissa))
        value = value * exact[exponent] if exponent >= 0 else value / exact[-exponent]
    else:
        known, value = product_float_kernel(mantissa, exponent, high, low)
    return known, -value if negative else value


@kernel(inline=True)
def rounds_once_kernel(value: float) -> bool:
    """Whether a correctly rounded float64, rounded again to float32, is the correctly rounded float32.

    The second rounding can only go wrong on a value half way between two float32 numbers, and where float32 is
    subnormal or overflows these lie elsewhere.
    """
    if value == 0.0:
        return True
    middle = np.float64(value).view(np.uint64) & np.uint64((1 << 29) - 1) == np.uint64(1 << 28)
    return not middle and 1.2e-38 < abs(value) < 3.4e38
