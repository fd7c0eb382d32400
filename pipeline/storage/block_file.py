"""Files of blocks: written front to back, complete only with their last byte, read at any row.

A file is 8 bytes of magic, the frames of its blocks, the frame of its index, and a trailer; nothing in between::

    offset      bytes  field
    0           8      b"PENSTKB1"
    8           …      one frame for each block (`frames.py`)
    i           …      a frame without body: {"frames": [[offset, rows], …], "rows": all rows, "meta": anything}
    size - 16   8      i, little-endian
    size - 8    8      b"PENSTKB1"

A file that was cut off anywhere has no index, and is refused before any row of it is read. Every byte is covered by a
checksum or a comparison, so that a flipped bit is found when its block is read, at the latest.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from ...core.block import Block
from ...core.errors import InvalidArgumentError, NotFoundError
from ...core.nest import Structure
from .frames import block_frame, damaged, decode_block, frame, read_frame

MAGIC: Final = b"PENSTKB1"
TRAILER: Final = struct.Struct("<Q8s")

# Small blocks are joined up to one of these: a frame has a price, and a reader holds one frame at a time.
JOINED_ROWS: Final = 4096
JOINED_BYTES: Final = 1 << 20


def open_new(path: str) -> IO[bytes]:
    """Open a file that does not exist yet for writing."""
    return Path(path).open("xb", buffering=1 << 18)


def _open_grown(path: str) -> IO[bytes]:
    try:
        return Path(path).open("r+b", buffering=1 << 18)
    except FileNotFoundError as err:
        raise NotFoundError(f"{path}: is gone, and a save was to go on with it. Remove its progress.") from err


def _open_existing(path: str) -> FileIO:
    try:
        return FileIO(path, "rb")
    except FileNotFoundError as err:
        raise NotFoundError(f"{path}: no such file.") from err
    except (IsADirectoryError, PermissionError) as err:
        if Path(path).is_dir():  # Windows answers that there is no permission
            raise InvalidArgumentError(f"{path}: is a folder, not a file of elements.") from err
        raise


class BlockFileWriter:
    """Writes blocks to a new file. Belongs to one thread at a time.

    Args:
        path: The file to make; one that has no meaning until it is finished, because it grows under this name.
        codec: `""`, `"GZIP"` or `"SNAPPY"`.
        opener: Opens the file.

    Raises:
        NotFoundError: The folder does not exist.
    """

    def __init__(self, path: str, codec: str = "", opener: Callable[[str], IO[bytes]] | None = None) -> None:
        self.path = path
        self.rows = 0
        self._codec = codec
        self._pending: list[Block] = []
        self._pending_rows = self._pending_bytes = 0
        self._frames: list[tuple[int, int]] = []
        self._offset = 0
        self._kept = False
        try:
            # Looked up when it is used: tests put a disk there that is full.
            self._file: IO[bytes] | None = (opener or open_new)(path)
        except NotFoundError:
            raise
        except FileNotFoundError as err:
            raise NotFoundError(f"{path}: cannot be written, there is no folder {Path(path).parent}.") from err
        self._put([MAGIC])

    def write(self, block: Block) -> None:
        """Append a block; it may be joined with its neighbours.

        Raises:
            InvalidArgumentError: An element has no form in a file.
            OSError: The file cannot be written; it is gone then.
        """
        if self._pending and block.structure != self._pending[0].structure:
            self._flush()
        self._pending.append(block)
        self._pending_rows += block.n
        self._pending_bytes += block.nbytes
        self.rows += block.n
        if self._pending_rows >= JOINED_ROWS or self._pending_bytes >= JOINED_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            block = Block.concat(self._pending)
            self._pending, self._pending_rows, self._pending_bytes = [], 0, 0
            try:
                pieces = block_frame(block, self._codec)
            except InvalidArgumentError:
                self.abort()
                raise
            self._frames.append((self._offset, block.n))
            self._put(pieces)

    def _put(self, pieces: list[Any]) -> None:
        assert self._file is not None
        try:
            for piece in pieces:
                self._file.write(piece)
                self._offset += len(piece)
        except OSError as err:
            self.abort()
            raise OSError(err.errno, err.strerror, self.path) from err

    @classmethod
    def reopened(cls, path: str, codec: str, size: int) -> BlockFileWriter:
        """Go on with a file that `keep` brought to disk when it had a size; what follows is cut off.

        Raises:
            NotFoundError: The file is gone.
            DataLossError: It is damaged.
        """
        writer = cls(path, codec, _open_grown)
        writer._kept = True
        assert writer._file is not None
        try:
            # The magic was written once more, over itself.
            writer._file.flush()
            writer._file.truncate(max(size, len(MAGIC)))
            with Path(path).open("rb") as reader:
                writer._read_frames(reader, size)
            writer._file.seek(size)
        except BaseException:
            writer.abort()
            raise
        return writer

    def _read_frames(self, file: IO[bytes], size: int) -> None:
        def read(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        while self._offset < size:
            where = f"block {len(self._frames)}"
            header, _, end = read_frame(read, self._offset, size, where, self.path)
            self._frames.append((self._offset, header["rows"]))
            self.rows += header["rows"]
            self._offset = end

    def keep(self) -> int:
        """Bring all rows to disk, and return the size of the file; from then on `abort` leaves it there.

        Raises:
            OSError: The file cannot be written.
        """
        self._flush()
        assert self._file is not None
        self._kept = True
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as err:
            self.abort()
            raise OSError(err.errno, err.strerror, self.path) from err
        return self._offset

    @property
    def is_kept(self) -> bool:
        """Whether `abort` leaves the file."""
        return self._kept

    def finish(self, meta: Any = None) -> int:
        """Write the index, bring the file to disk and close it; return its size in bytes.

        Args:
            meta: Plain JSON values to keep with the file.

        Raises:
            OSError: The file cannot be written; it is gone then.
        """
        self._flush()
        start = self._offset
        self._put(frame({"frames": self._frames, "rows": self.rows, "meta": meta}))
        self._put([TRAILER.pack(start, MAGIC)])
        assert self._file is not None
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as err:
            self.abort()
            raise OSError(err.errno, err.strerror, self.path) from err
        self._file = None
        return self._offset

    def abort(self) -> None:
        """Close and remove the file, unless it is finished or kept; idempotent."""
        file, self._file = self._file, None
        if file is None:
            return
        self._pending = []
        try:
            file.close()
        except OSError:
            pass  # the bytes that could not be flushed are the ones being thrown away
        finally:
            if not self._kept:
                Path(self.path).unlink(missing_ok=True)


class BlockFile:
    """A finished file of blocks, open for reading. Belongs to one thread at a time.

    Args:
        path: The file.
        like: A structure that brings the classes of named tuples and dataclasses.

    Attributes:
        rows: How many rows it holds.
        meta: What `finish` was given.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: It is damaged, or was never finished.
    """

    def __init__(self, path: str, like: Structure | None = None) -> None:
        self.path = path
        self.like = like
        self._file = _open_existing(path)
        try:
            self._read_index()
        except BaseException:
            self._file.close()
            raise

    def _read_index(self) -> None:
        size = os.fstat(self._file.fileno()).st_size
        if self._read(0, len(MAGIC)) != MAGIC:
            raise damaged(self.path, 0, "it does not begin as a file of elements does")
        trailer_at = max(len(MAGIC), size - TRAILER.size)
        trailer = self._read(trailer_at, TRAILER.size)
        if len(trailer) < TRAILER.size or trailer[8:] != MAGIC:
            raise damaged(self.path, size, "it has no end mark, its writer was interrupted")
        start, _ = TRAILER.unpack(trailer)
        if start >= trailer_at:
            raise damaged(self.path, trailer_at, "its end mark is damaged")
        index, _, end = read_frame(self._read, start, trailer_at, "its index", self.path)
        match index:
            case {"frames": list(frames), "rows": int(rows), "meta": meta} if end == trailer_at:
                self.rows, self.meta = rows, meta
            case _:
                raise damaged(self.path, start, "its index is none")
        try:
            table = np.array(frames, dtype=np.int64).reshape(-1, 2)
        except (ValueError, TypeError, OverflowError) as err:
            raise damaged(self.path, start, "its index is none") from err
        # Where each frame begins, and where the last one ends; how many rows come before each.
        self._offsets = [*table[:, 0].tolist(), start]
        self._first_rows = np.concatenate([[0], np.cumsum(table[:, 1])])
        ordered = self._offsets[0] == len(MAGIC) and (np.diff(self._offsets) > 0).all() and (table[:, 1] > 0).all()
        if self._first_rows[-1] != rows or not (ordered if frames else start == len(MAGIC)):
            raise damaged(self.path, start, "its index does not fit the file")

    def _read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from an offset, fewer at the end of the file."""
        self._file.seek(offset)
        data = self._file.read(size) or b""
        while len(data) < size and (more := self._file.read(size - len(data))):
            data += more
        return data

    @property
    def blocks(self) -> int:
        """How many blocks it holds."""
        return len(self._offsets) - 1

    def block(self, number: int) -> Block:
        """Return one block.

        Raises:
            DataLossError: It is damaged.
        """
        where, start, limit = f"block {number}", self._offsets[number], self._offsets[number + 1]
        header, body, end = read_frame(self._read, start, limit, where, self.path)
        if end != limit:
            raise damaged(self.path, start, f"{where} ends at byte {end}, but must end at byte {limit}")
        block = decode_block(header, body, self.like, start, where, self.path)
        if block.n != self._first_rows[number + 1] - self._first_rows[number]:
            raise damaged(self.path, start, f"{where} has other rows than the index says")
        return block

    def locate(self, row: int) -> tuple[int, int]:
        """Return the number of the block that holds a row, and the row's place in it; `rows` itself is behind all."""
        if row >= self.rows:
            return self.blocks, 0
        number = int(np.searchsorted(self._first_rows, row, side="right")) - 1
        return number, row - int(self._first_rows[number])

    def close(self) -> None:
        """Close the file; idempotent."""
        self._file.close()


class RowReader:
    """The rows of a file one after another, from any one on.

    Args:
        file: The file; it is closed with the reader.
        row: The row to begin with.
    """

    def __init__(self, file: BlockFile, row: int = 0) -> None:
        self._file = file
        self.row = row
        self._number, self._start = file.locate(row)
        self._block: Block | None = None

    def pull(self, max_rows: int) -> Block | None:
        """Return the next 1 to `max_rows` rows, or None at the end.

        Raises:
            DataLossError: The file is damaged here; all rows before have been returned.
        """
        if self._block is None:
            if self._number >= self._file.blocks:
                return None
            self._block = self._file.block(self._number)
        block, start = self._block, self._start
        self._start = min(start + max_rows, block.n)
        part = block.slice(start, self._start)
        self.row += part.n
        if self._start == block.n:
            self._block, self._number, self._start = None, self._number + 1, 0
        return part

    def close(self) -> None:
        """Close the file; idempotent."""
        self._block = None
        self._file.close()
