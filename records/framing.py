"""TFRecord framing: records of any length in one file, each with two checksums.

A file is records one after another, nothing before, between or behind them. All numbers are little-endian::

    offset      bytes   field
    0           8       length n of the payload, unsigned
    8           4       masked CRC32C of the 8 length bytes
    12          n       payload
    12 + n      4       masked CRC32C of the payload

CRC32C is the Castagnoli polynomial (RFC 3720, appendix B.4); masked means rotated right by 15 bits, plus 0xa282ead8,
modulo 2**32. The format is described at https://www.tensorflow.org/tutorials/load_data/tfrecord.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from ..core.errors import DataLossError

if TYPE_CHECKING:
    from ..core.columns import BytesColumn

_MASK_DELTA = 0xA282EAD8


class Scan(NamedTuple):
    """What stopped a kernel that looked for records in the buffer.

    Attributes:
        is_partial: Whether it did not look at all of the buffer.
        status: See `framing_kernels`.
        records: Number of records found.
        position: Behind the last one.
        length: Of the record behind that, where it has been checked.
        stored: For a CRC mismatch, the CRC that the file holds.
        computed: And the one that would fit.
    """

    is_partial: bool
    status: int
    records: int
    position: int
    length: int
    stored: int
    computed: int


def masked_crc32c(data: bytes | bytearray | memoryview) -> int:
    """Return the masked CRC32C of some bytes."""
    import crc32c

    crc = crc32c.crc32c(data)
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def frame(record: bytes | bytearray | memoryview) -> bytes:
    """Return one record with its header and footer, as TensorFlow writes it."""
    length = struct.pack("<Q", len(record))
    return b"".join(
        (length, struct.pack("<I", masked_crc32c(length)), record, struct.pack("<I", masked_crc32c(record)))
    )


def frame_many(records: BytesColumn) -> memoryview:
    """Return all strings of a column, framed, one after another; checksums and copies run in one kernel."""
    import numpy as np

    from .framing_kernels import FOOTER_BYTES, HEADER_BYTES, frame_kernel

    offsets = np.ascontiguousarray(records.offsets)
    payload = int(offsets[-1] - offsets[0])
    out = np.empty(payload + (len(offsets) - 1) * (HEADER_BYTES + FOOTER_BYTES), np.uint8)
    frame_kernel(np.ascontiguousarray(records.data), offsets, out)
    return out.data


def crc_mismatch(path: str, index: int, offset_bytes: int, what: str, stored: int, computed: int) -> DataLossError:
    """Return the error for a header (`what="length"`) or payload whose checksum does not hold."""
    return DataLossError(
        f"{path}: record {index} at byte {offset_bytes}: {what} CRC mismatch (stored 0x{stored:08x}, "
        f"computed 0x{computed:08x}). The file is damaged here, or is no TFRecord file of this compression.",
        path=path,
        record_index=index,
        offset_bytes=offset_bytes,
    )


def truncated(path: str, index: int, offset_bytes: int, announced: str, held: int) -> DataLossError:
    """Return the error for a record that the end of the file cuts."""
    return DataLossError(
        f"{path}: record {index} at byte {offset_bytes} {announced} but the file ends after {held}. "
        "The writer was probably interrupted.",
        path=path,
        record_index=index,
        offset_bytes=offset_bytes,
    )


def too_long(path: str, index: int, offset_bytes: int, length: int, limit: int) -> DataLossError:
    """Return the error for a record that announces more bytes than are allowed."""
    return DataLossError(
        f"{path}: record {index} at byte {offset_bytes} announces {length} bytes, more than max_record_bytes={limit}. "
        "Raise the limit if records are that long.",
        path=path,
        record_index=index,
        offset_bytes=offset_bytes,
    )
