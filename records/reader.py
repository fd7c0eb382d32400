"""Read TFRecord files block by block: both checksums of every record are checked, damage is raised or skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.errors import DataLossError, InvalidArgumentError, describe
from .buffer import ReadBuffer, trimmed
from .damage import Damage, DamageReport, OnCorrupt, damage_policy
from .file_reader import FileReader
from .files import check_buffer_size, check_compression, is_stream, name_of, open_source
from .framing import Scan, crc_mismatch, too_long, truncated

if TYPE_CHECKING:
    from .index import IndexBuilder
    from .remote import RetryPolicy

_SMALLEST_FRAME: Final = 16
# As long as a protobuf message can be. A small compressed file can hold a record larger than memory; what a plain file
# holds is bounded by the file, and memory is taken as bytes arrive.
_MAX_INFLATED_RECORD_BYTES: Final = 1 << 31
_NO_LIMIT: Final = 1 << 62
# Large records get a larger buffer, or the parts of records at its end would be moved to its beginning too often.
_RECORDS_IN_BUFFER: Final = 8
_MOST_CHOSEN_BYTES: Final = 1 << 20


class Layout(NamedTuple):
    """Where records are.

    Attributes:
        offsets: int64[n], offset of each record's header in the (decompressed) file.
        lengths: int64[n], bytes in each payload.
        crcs: uint32[n], masked CRC32C of each payload.
    """

    offsets: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    crcs: npt.NDArray[np.uint32]


class TFRecordReader(FileReader):
    """Reads the records of one file, in order.

    Memory is bounded by `buffer_size`, or by the largest record where that is larger, and the records asked for, of
    which a read returns 16 MiB at most; a record's length is used only after its checksum held, and memory for it is
    taken as its bytes arrive. Belongs to one thread at a time.

    With `on_corrupt="skip"` a damaged place is left out and reported, and reading goes on with the next record whose
    two checksums hold; behind the point where compressed data breaks nothing can be read. All records that the damage
    did not touch come back. Reading may go on after the end, when the file has grown.

    Args:
        path: A file; a remote one with its scheme, as `s3://bucket/a.tfrecord`. Or an open binary file, as
            `sys.stdin.buffer`, which is read from where it stands and left open.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB, up to 1 MiB where records are large.
        on_corrupt: `"raise"`, or `"skip"` to leave damaged places out.
        max_skipped: How much may be left out: an int for a number of damaged places, a float for their share among
            places and records (judged at the end of the file); None for any.
        max_record_bytes: A longer record is damage, whatever its checksum says; None for 2 GiB in compressed files
            (they may be bombs) and no limit in others.
        write_index: Write the sidecar index of the file (see `build_index`) when all of it has been read.
        retry: When to try again where a remote file fails; None for the default `RetryPolicy`.

    Attributes:
        report: `DamageReport` of what was left out so far.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordReader, TFRecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     for word in (b"one", b"two"):
        ...         writer.write(word)
        >>> with TFRecordReader(path) as reader:
        ...     list(reader)
        [b'one', b'two']
    """

    def __init__(
        self,
        path: str | bytes | os.PathLike[str] | BinaryIO,
        compression_type: str | None = None,
        *,
        buffer_size: int | None = None,
        on_corrupt: OnCorrupt = "raise",
        max_skipped: float | None = None,
        max_record_bytes: int | None = None,
        write_index: bool = False,
        retry: RetryPolicy | None = None,
    ) -> None:
        kind = check_compression("TFRecordReader", compression_type)
        size = check_buffer_size("TFRecordReader", buffer_size)
        self._chooses_size = buffer_size is None
        self._policy = damage_policy("TFRecordReader", on_corrupt, max_skipped)
        self._max_record_bytes = _check_max_record_bytes(max_record_bytes, kind)
        name = name_of(path)
        if write_index and is_stream(path):
            raise InvalidArgumentError(f"TFRecordReader: write_index needs a path. Received: the open file {name}.")
        super().__init__(name, ReadBuffer(open_source(path, kind, retry), max(size, _SMALLEST_FRAME)))
        self.report = DamageReport()
        self._builder: IndexBuilder | None = None
        if write_index:
            from .index import IndexBuilder

            self._builder = IndexBuilder(name, kind)
        # Where the compressed data breaks, and whether the report has it.
        self._broken: DataLossError | None = None
        # What reading ahead of the records that were returned has met.
        self._failed: Exception | None = None
        self._rest_is_lost = False
        # Where the damage is that `pass_damage` was told to leave out, and whether the share of all of it was an error.
        self._passed_bytes = -1
        self._share_is_told = False

    @property
    def record_index(self) -> int:
        """Index of the next record, counted from 0."""
        return self._index

    @property
    def offset_bytes(self) -> int:
        """Offset of the next record in the (decompressed) file."""
        return self._buffer.offset_bytes

    def read(self, max_records: int) -> BytesColumn | None:
        """Return the next records, at least one and at most `max_records`, or None at the end of the file.

        Fewer come when the buffer holds no more; the next call goes on from there. All good records before a damaged
        one are returned before the error is raised.

        Args:
            max_records: At most so many, at least 1.

        Raises:
            DataLossError: The next record is damaged or cut off and may not be skipped.
            FailedPreconditionError: The reader is closed.
        """
        self._check_read("read", max_records)
        if self._failed is not None:
            failed, self._failed = self._failed, None
            raise failed
        size = self._buffer.reach(max_records, self._index)
        while True:
            column, scan = self._unframe(max_records, size)
            if column is not None:
                return column
            if not self._go_on(scan):
                return None
            size = max(size, len(self._buffer))

    def _unframe(self, max_records: int, size: int) -> tuple[BytesColumn | None, Scan]:
        """Return the next records, as many as are good and take up to `size` bytes, and what stopped the scan."""
        from .framing_kernels import SHORT_HEADER, SHORT_PAYLOAD, unframe_kernel

        buffer = self._buffer
        out, records = np.empty(size, np.uint8), 0
        offsets = np.empty(min(max_records, size // _SMALLEST_FRAME + 1) + 1, np.int64)
        offsets[0] = 0
        while True:
            start, used = buffer.start, int(offsets[records])
            stop = min(buffer.stop, start + size - used)
            scan = Scan(
                stop < buffer.stop,
                *unframe_kernel(buffer.data, start, stop, self._max_record_bytes, out, offsets, records),
            )
            if self._builder is not None:
                ends = offsets[records : scan.records + 1] - used
                self._builder.add_unframed(buffer.data, start, buffer.offset_bytes, ends)
            buffer.advance(scan.position)
            self._count(scan.records - records)
            records = scan.records
            if not records:
                return None, scan
            wanted = scan.length + _SMALLEST_FRAME
            is_full = scan.status not in (SHORT_HEADER, SHORT_PAYLOAD) or int(offsets[records]) + wanted > size
            if is_full or scan.is_partial or not (buffer.is_regular and self._fill_later(wanted)):
                return trimmed(out, offsets, records), scan

    def _fill_later(self, wanted: int) -> bool:
        """Get more bytes while records wait to be returned: an error is raised by the next call."""
        try:
            return self._fill(wanted)
        except Exception as err:
            self._failed = err
            return False

    def read_layout(self, max_records: int) -> Layout | None:
        """Return where the next records are, without their bytes; their checksums are checked all the same.

        At least one and at most `max_records`, or None at the end of the file; otherwise as `read`.

        Args:
            max_records: As for `read`.

        Raises:
            DataLossError: The next record is damaged or cut off and may not be skipped.
            FailedPreconditionError: The reader is closed.
        """
        from .framing_kernels import locate_kernel

        self._check_read("read_layout", max_records)
        buffer = self._buffer
        while True:
            limit = min(max_records, len(buffer) // _SMALLEST_FRAME + 1)
            offsets, lengths, crcs = np.empty(limit, np.int64), np.empty(limit, np.int64), np.empty(limit, np.uint32)
            base = buffer.offset_bytes - buffer.start
            scan = Scan(
                False,
                *locate_kernel(
                    buffer.data, buffer.start, buffer.stop, limit, self._max_record_bytes, offsets, lengths, crcs
                ),
            )
            buffer.advance(scan.position)
            if records := scan.records:
                self._count(records)
                layout = Layout(offsets[:records] + base, lengths[:records], crcs[:records])
                if self._builder is not None:
                    self._builder.add(layout)
                return layout
            if not self._go_on(scan):
                return None

    def _count(self, records: int) -> None:
        self._index += records
        self.report.records_read += records

    def _go_on(self, scan: Scan) -> bool:
        """Get past what stopped a scan that found no record; False at the end of the file.

        Raises:
            DataLossError: The next record is damaged or cut off and may not be skipped.
        """
        from .framing_kernels import FULL, SHORT_HEADER, SHORT_PAYLOAD

        if scan.status not in (FULL, SHORT_HEADER, SHORT_PAYLOAD):
            self._meet_damage(scan.status, scan.length, scan.stored, scan.computed)
            return True
        return scan.is_partial or self._fill(scan.length + _SMALLEST_FRAME) or not self._at_end(scan.length)

    def _fill(self, wanted: int) -> bool:
        """Get more bytes; False at the end, and where a compressed file breaks."""
        if self._broken is not None:
            return False
        if self._chooses_size:
            self._buffer.widen(min(_RECORDS_IN_BUFFER * wanted, _MOST_CHOSEN_BYTES))
        try:
            return self._buffer.fill(wanted)
        except DataLossError as err:
            what = str(err).removeprefix(f"{self.path}: ")
            self._broken = DataLossError(
                f"{self.path}: record {self._index} at byte {self.offset_bytes}: {what}",
                path=self.path,
                record_index=self._index,
                offset_bytes=self.offset_bytes,
            )
            self._broken.__cause__ = err
            return False

    def _meet_damage(self, status: int, length: int, stored: int, computed: int) -> None:
        """Raise, or go on behind the damaged place that a scan stopped at.

        Raises:
            DataLossError: It may not be skipped.
        """
        from .framing_kernels import BAD_LENGTH_CRC, BAD_PAYLOAD_CRC, TOO_LONG
        from .resync import resume_inside

        if status == TOO_LONG:
            error = too_long(self.path, self._index, self.offset_bytes, length, self._max_record_bytes)
        else:
            what = "length" if status == BAD_LENGTH_CRC else "payload"
            error = crc_mismatch(self.path, self._index, self.offset_bytes, what, stored, computed)
        if not self._may_pass():
            raise error
        start = self.offset_bytes
        lost = None
        if status == BAD_PAYLOAD_CRC:
            lost = resume_inside(self._buffer, self._fill, length, self._max_record_bytes)
        else:
            self._resume_anywhere()
        self._skipped(start, lost, error)

    def _at_end(self, length: int) -> bool:
        """Return whether nothing is left; `length` is that of the record at hand if its header has been checked.

        Raises:
            DataLossError: The file ends inside a record, or breaks, and that may not be skipped.
        """
        held = len(self._buffer)
        if held == 0 and self._broken is None:
            self._check_share()
            self._finish_index()
            return True
        error = self._broken or self._truncated(held, length)
        if not self._may_pass():
            raise error
        if held == 0:
            if self._rest_is_lost:
                self._check_share()
                return True
            self._skipped(self.offset_bytes, None, error)
            return False
        start = self.offset_bytes
        self._resume_anywhere()
        self._skipped(start, None if len(self._buffer) or self._broken else 1, error)
        return False

    def _resume_anywhere(self) -> None:
        from .resync import resume_anywhere

        resume_anywhere(self._buffer, self._fill, self._max_record_bytes)

    def pass_damage(self) -> None:
        """Have the next read leave out the damage whose error the last one raised, and go on as `"skip"` does.

        Other damage is met as before. What is left out so is not reported: it was raised.
        """
        self._passed_bytes = self.offset_bytes

    def _may_pass(self) -> bool:
        """Return whether the damage at hand is left out."""
        return self._policy.skips or self._rest_is_lost or self.offset_bytes == self._passed_bytes

    def _check_share(self) -> None:
        """Check the share of damaged places, once."""
        if not self._share_is_told:
            self._share_is_told = True
            self._policy.check_share(self.path, self.report)

    def _skipped(self, start_bytes: int, records_lost: int | None, error: DataLossError) -> None:
        """Report the bytes from `start_bytes` to where the buffer stands now."""
        self._rest_is_lost = is_rest = self._broken is not None and len(self._buffer) == 0
        stop = None if is_rest else self.offset_bytes
        self._builder = None
        if not self._policy.skips:
            return
        self._policy.admit(
            self.report, Damage(self.path, start_bytes, stop, self._index, None if is_rest else records_lost, error)
        )

    def _truncated(self, held: int, length: int) -> DataLossError:
        if held < 12:
            return truncated(self.path, self._index, self.offset_bytes, "needs a header of 12 bytes", held)
        if held < 12 + length:
            return truncated(self.path, self._index, self.offset_bytes, f"announces {length} bytes", held - 12)
        return truncated(
            self.path, self._index, self.offset_bytes, "needs a payload CRC of 4 bytes", held - 12 - length
        )

    def _finish_index(self) -> None:
        builder, self._builder = self._builder, None
        if builder is not None:
            builder.build().save()

    def seek(self, offset_bytes: int, record_index: int) -> None:
        """Go to a record whose place is known; before the first read.

        Args:
            offset_bytes: Offset of the record in the (decompressed) file, as `offset_bytes` told it.
            record_index: Index of the record, counted from 0.

        Raises:
            DataLossError: The file is shorter.
        """
        self._builder = None
        self._go_to(offset_bytes, record_index)

    def skip(self, count: int) -> int:
        """Read past `count` records, checking them; return how many there were before the file ended.

        Args:
            count: How many records, 0 or more.
        """
        left = count
        while left > 0 and (layout := self.read_layout(left)) is not None:
            left -= len(layout.offsets)
        return count - left

    def __iter__(self) -> Iterator[bytes]:
        while (block := self.read(1024)) is not None:
            yield from block.strings()


def _check_max_record_bytes(value: int | None, compression_type: str) -> int:
    """Return the longest record to believe in.

    Raises:
        InvalidArgumentError: It is not an int >= 1.
    """
    if value is None:
        return _MAX_INFLATED_RECORD_BYTES if compression_type else _NO_LIMIT
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
        raise InvalidArgumentError(
            "TFRecordReader: max_record_bytes must be an int >= 1 (bytes) or None. "
            f"Received: max_record_bytes={describe(value)}."
        )
    return int(value)
