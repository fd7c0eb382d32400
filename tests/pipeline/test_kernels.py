"""Kernels against slow references."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.pipeline.exec.kernels import ALL_CLOSED, SCHEDULE_FULL, SLOT_EMPTY, interleave_kernel, shuffle_kernel


def slow_shuffle(held: list[int], incoming: list[int], words: list[int]) -> tuple[list[int], list[int]]:
    """The buffer as a deque whose left end is the ring's start."""
    ring, waiting, out = deque(held), deque(incoming), []
    for word in words:
        offset = word % len(ring)
        out.append(ring[offset])
        ring[offset] = ring[0]
        ring.popleft()
        if waiting:
            ring.append(waiting.popleft())
    return out, list(ring)


@pytest.mark.property
@given(st.data())
def test_shuffle_is_a_ring_buffer(data) -> None:
    size = data.draw(st.integers(1, 8))
    held = data.draw(st.integers(1, size))
    start = data.draw(st.integers(0, size - 1))
    incoming = data.draw(st.integers(0, 6)) if held == size else 0
    draws = data.draw(st.integers(0, held + incoming))
    words = data.draw(st.lists(st.integers(0, 2**32 - 1), min_size=draws, max_size=draws))
    slots = np.full(size, -1, np.int64)
    slots[(start + np.arange(held)) % size] = np.arange(held)
    out = np.empty(draws, np.int64)
    new_start, new_held, next_incoming = shuffle_kernel(
        slots, start, held, held, held + incoming, np.array(words, np.uint32), out
    )
    wanted, ring = slow_shuffle(list(range(held)), list(range(held, held + incoming)), words)
    assert out.tolist() == wanted
    assert slots[(new_start + np.arange(new_held)) % size].tolist() == ring
    assert next_incoming == held + min(draws, incoming)


def slow_schedule(available, taken, closed, cycle, block, block_length, limit):
    """One row at a time, as the rule says it."""
    taken, out, passed = list(taken), [], 0
    while len(out) < limit:
        if closed[cycle]:
            passed += 1
            if passed > len(available):
                return ALL_CLOSED, out, cycle, block, taken
            cycle, block = (cycle + 1) % len(available), 0
            continue
        passed = 0
        if taken[cycle] >= available[cycle]:
            return SLOT_EMPTY, out, cycle, block, taken
        out.append((cycle, taken[cycle]))
        taken[cycle] += 1
        block += 1
        if block == block_length:
            cycle, block = (cycle + 1) % len(available), 0
    return SCHEDULE_FULL, out, cycle, block, taken


@pytest.mark.property
@given(st.data())
def test_interleave_goes_round_the_slots(data) -> None:
    slots = data.draw(st.integers(1, 5))
    available = data.draw(st.lists(st.integers(0, 9), min_size=slots, max_size=slots))
    taken = [data.draw(st.integers(0, n)) for n in available]
    closed = [n == 0 and data.draw(st.booleans()) for n in available]
    block_length, limit = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 40))
    cycle, block = data.draw(st.integers(0, slots - 1)), data.draw(st.integers(0, block_length - 1))
    wanted = slow_schedule(available, taken, closed, cycle, block, block_length, limit)
    out_slots, out_rows = np.empty(limit, np.int64), np.empty(limit, np.int64)
    taken_array = np.array(taken, np.int64)
    status, n, cycle, block = interleave_kernel(
        np.array(available, np.int64), taken_array, np.array(closed), cycle, block, block_length, out_slots, out_rows
    )
    found = list(zip(out_slots[:n].tolist(), out_rows[:n].tolist(), strict=True))
    assert (status, found, cycle, block, taken_array.tolist()) == wanted
