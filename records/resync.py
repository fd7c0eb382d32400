"""Find the way back into a damaged TFRecord file: where the next record begins that is certainly one.

Two cases. When the header of a damaged record still holds, and at its end the next header (or the end of the file) is
where it should be, the damage is inside that record and reading goes on behind it; what lies inside is its payload,
even where it looks like records, unless these reach exactly to that end: then bytes are missing and they are records
of the file. In all other cases every following byte is tried, until one begins a record whose two CRCs hold. A payload
that itself holds framed records can give those back in this second case: nothing in the file tells them apart.

One random place passes both CRCs with a probability of 2**-64.
"""

from __future__ import annotations

from collections.abc import Callable

from .buffer import ReadBuffer

Fill = Callable[[int], bool]
"""Reads more into the buffer, told how many bytes are wanted together; False at the end."""


def resume_inside(buffer: ReadBuffer, fill: Fill, length: int, max_record_bytes: int) -> int | None:
    """Go on after a record whose payload is damaged; its header, at the buffer's start, holds.

    Args:
        buffer: Holds the whole record; is moved to the next record, or to the end.
        fill: Reads more.
        length: Length of the payload.
        max_record_bytes: Longest record to believe in.

    Returns:
        How many records were lost, or None when that cannot be told.
    """
    from .framing_kernels import FOOTER_BYTES, HEADER_BYTES
    from .resync_kernels import chain_start_kernel, header_length_kernel

    size = HEADER_BYTES + length + FOOTER_BYTES
    while len(buffer) < size + HEADER_BYTES and fill(size + HEADER_BYTES):
        pass
    goal = buffer.start + size
    if goal != buffer.stop and header_length_kernel(buffer.data, goal, buffer.stop) < 0:
        resume_anywhere(buffer, fill, max_record_bytes)
        return None
    first = chain_start_kernel(buffer.data, buffer.start + HEADER_BYTES, goal)
    buffer.advance(goal if first < 0 else first)
    return 1 if first < 0 else None


def resume_anywhere(buffer: ReadBuffer, fill: Fill, max_record_bytes: int) -> None:
    """Move the buffer to the next whole record after its first byte, or to the end of the file.

    Memory stays bounded by the buffer, or the longest record that a good header announces.
    """
    from .framing_kernels import FOOTER_BYTES, HEADER_BYTES
    from .resync_kernels import FOUND, find_record_kernel

    buffer.advance(min(buffer.start + 1, buffer.stop))
    ended = False
    while True:
        status, position, length = find_record_kernel(buffer.data, buffer.start, buffer.stop, max_record_bytes, ended)
        buffer.advance(position)
        if status == FOUND:
            return
        if ended:
            buffer.advance(buffer.stop)
            return
        ended = not fill(length + HEADER_BYTES + FOOTER_BYTES)
