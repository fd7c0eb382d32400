"""Choices: drawing them by weight, and scheduling rows by them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel
from ...core.random.philox_kernels import philox_block

Int64s = npt.NDArray[np.int64]

_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_ZERO = np.uint64(0)
# TensorFlow's operations that take their seeds as arguments scramble them: the seeds are encrypted with this key, and
# the block that comes out is key and counter of the stream.
_SCRAMBLE_0 = np.uint64(0x3EC8F720)
_SCRAMBLE_1 = np.uint64(0x02461E29)
# The upper 20 of the 52 random bits of a double come from the first word.
_HIGH_BITS = np.uint64(0xFFFFF)


@kernel
def draw_kernel(pairs: npt.NDArray[np.uint64], cumulated: npt.NDArray[np.float64], out: Int64s) -> None:
    """Draw a class for each pair of seeds, uint64[n, 2].

    `cumulated`, float64[n or 1, classes], are weights added up. A class is drawn where a uniform number times the sum
    of all falls below its cumulated weight for the first time.
    """
    classes = cumulated.shape[1]
    for i in range(len(out)):
        a, b = pairs[i, 0], pairs[i, 1]
        mixed = philox_block(_SCRAMBLE_0, _SCRAMBLE_1, a & _MASK, a >> _SHIFT, b & _MASK, b >> _SHIFT)
        words = philox_block(mixed[0], mixed[1], _ZERO, _ZERO, mixed[2], mixed[3])
        bits = ((words[0] & _HIGH_BITS) << _SHIFT) | words[1]
        row = i if len(cumulated) > 1 else 0
        target = np.float64(bits) * 2.0**-52 * cumulated[row, classes - 1]
        low, high = 0, classes
        while low < high:
            middle = (low + high) // 2
            if cumulated[row, middle] > target:
                high = middle
            else:
                low = middle + 1
        out[i] = low


# What choose_kernel stopped for.
SCHEDULE_FULL = 0
CHOICES_USED = 1
LANE_EMPTY = 2
NO_SUCH_LANE = 3


@kernel
def choose_kernel(
    choices: Int64s,
    next_choice: int,
    available: Int64s,
    taken: Int64s,
    closed: npt.NDArray[np.bool_],
    out_lanes: Int64s,
    out_rows: Int64s,
) -> tuple[int, int, int]:
    """Schedule a row of the chosen lane for each choice until `out_lanes` is full or something is missing.

    `available[l]` rows are buffered for lane `l`, `taken[l]` of them are already scheduled; choices of lanes that are
    `closed` are passed over.

    Returns:
        A status, the number of rows scheduled, and the new `next_choice`: that of the row which is missing.
    """
    n = 0
    while n < len(out_lanes):
        if next_choice == len(choices):
            return CHOICES_USED, n, next_choice
        lane = choices[next_choice]
        if lane < 0 or lane >= len(available):
            return NO_SUCH_LANE, n, next_choice
        if closed[lane]:
            next_choice += 1
            continue
        row = taken[lane]
        if row >= available[lane]:
            return LANE_EMPTY, n, next_choice
        out_lanes[n] = lane
        out_rows[n] = row
        taken[lane] = row + 1
        n += 1
        next_choice += 1
    return SCHEDULE_FULL, n, next_choice
