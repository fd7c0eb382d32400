"""Index arithmetic of the operators."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Int64s = npt.NDArray[np.int64]


@kernel
def shuffle_kernel(
    slots: Int64s,
    start: int,
    held: int,
    incoming: int,
    incoming_end: int,
    words: npt.NDArray[np.uint32],
    out: Int64s,
) -> tuple[int, int, int]:
    """Run the shuffle buffer for `len(out)` elements.

    `slots` is the ring of row numbers, `held` of them from `start` on are filled. Each step draws an offset, emits that
    slot, moves the slot at `start` into it, advances `start`, and refills one slot with the next incoming row number
    while there is one.

    Returns:
        The new `start`, `held` and `incoming`.
    """
    size = len(slots)
    for i in range(len(out)):
        offset = np.int64(words[i]) % held
        position = start + offset
        if position >= size:
            position -= size
        out[i] = slots[position]
        slots[position] = slots[start]
        start += 1
        if start == size:
            start = 0
        held -= 1
        if incoming < incoming_end:
            free = start + held
            if free >= size:
                free -= size
            slots[free] = incoming
            incoming += 1
            held += 1
    return start, held, incoming


# What interleave_kernel stopped for.
SCHEDULE_FULL = 0
SLOT_EMPTY = 1
ALL_CLOSED = 2


@kernel
def interleave_kernel(
    available: Int64s,
    taken: Int64s,
    closed: npt.NDArray[np.bool_],
    cycle_index: int,
    block_index: int,
    block_length: int,
    out_slots: Int64s,
    out_rows: Int64s,
) -> tuple[int, int, int, int]:
    """Schedule rows from the slots in turn until `out_slots` is full or a slot has no row left.

    `available[s]` rows are buffered for slot `s`, `taken[s]` of them are already scheduled; slots that are `closed`
    will never have rows again and are passed over.

    Returns:
        A status, the number of rows scheduled, and the new `cycle_index` and `block_index`.
    """
    slots = len(available)
    n = 0
    limit = len(out_slots)
    passed_over = 0
    while n < limit:
        if closed[cycle_index]:
            passed_over += 1
            if passed_over > slots:
                return ALL_CLOSED, n, cycle_index, block_index
            block_index = 0
            cycle_index += 1
            if cycle_index == slots:
                cycle_index = 0
            continue
        passed_over = 0
        row = taken[cycle_index]
        if row >= available[cycle_index]:
            return SLOT_EMPTY, n, cycle_index, block_index
        out_slots[n] = cycle_index
        out_rows[n] = row
        n += 1
        taken[cycle_index] = row + 1
        block_index += 1
        if block_index == block_length:
            block_index = 0
            cycle_index += 1
            if cycle_index == slots:
                cycle_index = 0
    return SCHEDULE_FULL, n, cycle_index, block_index
