"""Write one stream of records into many files: round robin, by key, or by size; all of them appear, or none."""

from __future__ import annotations

import errno
import functools
import hashlib
import os
import random
import string
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from ..core.columns import BytesColumn
from ..core.errors import FailedPreconditionError, InvalidArgumentError, describe
from ..core.waiting import Task
from ..core.worker import Worker
from .files import check_compression, path_of
from .framing import frame, frame_many
from .manifest import Manifest, Shard, publish_shards
from .writer import TFRecordOptions, TFRecordWriter, as_options

# Framed bytes are handed to a shard's thread in pieces of this size; all shards together hold no more than the second.
_PIECE_BYTES: Final = 1 << 20
_WAITING_BYTES: Final = 1 << 26
# Pieces that may wait for a thread: what bounds memory, with the shuffle buffer.
_PIECES_PER_THREAD: Final = 4
_MOST_THREADS: Final = 8


class _ShardFile:
    """One shard: pieces wait here until its thread compresses and writes them, in order."""

    def __init__(self, writer: TFRecordWriter, thread: Worker | None, piece_bytes: int) -> None:
        self.writer = writer
        self._piece_bytes = piece_bytes
        self.records = 0
        self.framed_bytes = 0
        self.thread = thread
        self._waiting: list[bytes | memoryview] = []
        self._waiting_bytes = 0

    def add(self, data: bytes | memoryview, records: int) -> Task[None] | None:
        """Take in framed records; return the work this started, if any."""
        self.records += records
        self.framed_bytes += len(data)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        return self.drain() if self._waiting_bytes >= self._piece_bytes else None

    def drain(self) -> Task[None] | None:
        """Write what waits: in the shard's thread, or right here when it has none."""
        pieces, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if self.thread is not None:
            return self.thread.submit(functools.partial(self._write, pieces))
        self._write(pieces)
        return None

    def _write(self, pieces: list[bytes | memoryview]) -> None:
        for piece in pieces:
            self.writer.write_framed(piece)


class ShardedWriter:
    """Writes records into several TFRecord files and a manifest of them.

    All files are written under temporary names. `close`, and a `with` block that ends well, gives all shards their
    names, and the manifest last; a block that fails, or is interrupted, leaves no file under a final name, and a
    process that is killed leaves temporary files only. Belongs to one thread at a time.

    Args:
        pattern: Path of the shards with `{shard}` and, where wanted, `{shards}` as in
            `"train-{shard:05d}-of-{shards:05d}.tfrecord"`. Its folder exists.
        shards: Number of shards; records go to them in turn, or by their key.
        target_bytes: In place of `shards`: a new shard begins when one holds so many bytes (before compression).
        options: Compression, as for `TFRecordWriter`.
        shuffle_buffer: Records held back and taken in random order, as `Dataset.shuffle` does; None keeps the order.
        seed: Seed of that order; None for a different one each time.
        num_threads: Threads that compress and write; None for one per processor (8 at most) with compression, none
            without.
        schema: What to note in the manifest about the records: plain JSON values.
        manifest: Path of the manifest; None for the pattern's name up to its first brace and `.manifest.json`.

    Raises:
        NotFoundError: The folder does not exist.
        InvalidArgumentError: An argument breaks its rule.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import ShardedWriter
        >>> folder = tempfile.mkdtemp()
        >>> with ShardedWriter(os.path.join(folder, "train-{shard:02d}-of-{shards:02d}.tfrecord"), shards=2) as writer:
        ...     writer.write_many([b"one", b"two", b"three"])
        >>> sorted(os.listdir(folder))
        ['train-00-of-02.tfrecord', 'train-01-of-02.tfrecord', 'train.manifest.json']
        >>> [shard.records for shard in writer.manifest.shards]
        [2, 1]
    """

    def __init__(
        self,
        pattern: str | os.PathLike[str],
        *,
        shards: int | None = None,
        target_bytes: int | None = None,
        options: TFRecordOptions | str | None = None,
        shuffle_buffer: int | None = None,
        seed: int | None = None,
        num_threads: int | None = None,
        schema: Any = None,
        manifest: str | os.PathLike[str] | None = None,
    ) -> None:
        self._pattern = check_pattern("ShardedWriter", path_of(pattern), shards)
        if (shards is None) == (target_bytes is None):
            raise InvalidArgumentError(
                "ShardedWriter: give either shards or target_bytes. "
                f"Received: shards={describe(shards)}, target_bytes={describe(target_bytes)}."
            )
        self._target = None if target_bytes is None else _check_count("target_bytes", target_bytes, 1)
        self._held_most = 0 if shuffle_buffer is None else _check_count("shuffle_buffer", shuffle_buffer, 1)
        self._options = as_options(options)
        self._schema = schema
        self._manifest_path = manifest_path(self._pattern) if manifest is None else path_of(manifest)
        count = None if shards is None else _check_count("shards", shards, 1)
        self._piece_bytes = min(_PIECE_BYTES, _WAITING_BYTES // (count or 1))
        self._random = random.Random(seed)
        self._held: list[tuple[bytes, int | None]] = []
        self._turn = 0
        self._threads = self._make_threads(num_threads)
        self._work: deque[Task[None]] = deque()
        self._files: list[_ShardFile] = []
        self._closed = False
        self.manifest: Manifest | None = None
        """What was written, after `close`."""
        try:
            for _ in range(count or 0):
                self._open_shard()
        except BaseException:
            self.discard()
            raise

    def _make_threads(self, wanted: int | None) -> list[Worker]:
        """Return workers of one thread each, so that the pieces of a shard stay in order."""
        if wanted is None:
            wanted = min(_MOST_THREADS, os.cpu_count() or 1) if self._options.compression_type else 0
        number = _check_count("num_threads", wanted, 0)
        return [Worker(f"penstock-shards-{i}") for i in range(number)]

    def _open_shard(self) -> _ShardFile:
        number = len(self._files)
        provisional = self._pattern.format(shard=number, shards=0)
        thread = self._threads[number % len(self._threads)] if self._threads else None
        with too_many_open("ShardedWriter"):
            writer = TFRecordWriter(provisional, self._options, hashed=True)
        self._files.append(_ShardFile(writer, thread, self._piece_bytes))
        return self._files[-1]

    def write(self, record: bytes | bytearray | memoryview, *, key: bytes | str | int | None = None) -> None:
        """Append one record.

        Args:
            record: The bytes.
            key: Records with equal keys go to the same shard, in any process; None takes the shards in turn.

        Raises:
            InvalidArgumentError: The record is not bytes, or there is a key where shards are cut by size.
            FailedPreconditionError: The writer is closed.
        """
        self._check_open()
        if not isinstance(record, bytes | bytearray | memoryview):
            raise InvalidArgumentError(f"ShardedWriter.write: a record must be bytes. Received: {describe(record)}.")
        shard = None if key is None else self._shard_of(key)
        if not self._held_most:
            self._send(frame(record), shard)
            return
        item = (frame(record), shard)
        if len(self._held) < self._held_most:
            self._held.append(item)
            return
        place = self._random.randrange(self._held_most)
        item, self._held[place] = self._held[place], item
        self._send(*item)

    def write_many(self, records: BytesColumn | Iterable[bytes]) -> None:
        """Append all strings of a column, or of any iterable of bytes.

        Raises:
            InvalidArgumentError: A record is not bytes.
            FailedPreconditionError: The writer is closed.
        """
        self._check_open()
        if not isinstance(records, BytesColumn) or self._held_most or self._target is not None:
            for record in records.strings() if isinstance(records, BytesColumn) else records:
                self.write(record)
            return
        # In pieces, so that a large column needs no second copy of itself.
        rows = max(1, int(len(records) * len(self._files) * _PIECE_BYTES / max(1, records.nbytes)))
        for start in range(0, len(records), rows):
            self._deal(records.slice(start, min(start + rows, len(records))))

    def _deal(self, records: BytesColumn) -> None:
        """Give the rows of a column to the shards in turn."""
        count = len(self._files)
        for i in range(min(count, len(records))):
            rows = np.arange(i, len(records), count, dtype=np.int64)
            self._add(self._files[(self._turn + i) % count], frame_many(records.take(rows)), len(rows))
        self._turn = (self._turn + len(records)) % count

    def _shard_of(self, key: bytes | str | int) -> int:
        if self._target is not None:
            raise InvalidArgumentError("ShardedWriter.write: a key goes with shards=, not with target_bytes=.")
        if isinstance(key, bool) or not isinstance(key, bytes | str | int):
            raise InvalidArgumentError(
                f"ShardedWriter.write: key must be bytes, str or int. Received: key={describe(key)}."
            )
        raw = key if isinstance(key, bytes) else str(key).encode()
        return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "little") % len(self._files)

    def _send(self, data: bytes, shard: int | None) -> None:
        """Give one framed record to its shard."""
        if shard is None:
            if self._target is not None:
                full = not self._files or self._files[-1].framed_bytes >= self._target
                shard = len(self._files) if full else len(self._files) - 1
            else:
                shard, self._turn = self._turn, (self._turn + 1) % len(self._files)
        self._add(self._files[shard] if shard < len(self._files) else self._next_shard(), data, 1)

    def _next_shard(self) -> _ShardFile:
        """Begin a shard; the one before is complete, so that no more than one file stays open."""
        if self._files:
            last = self._files[-1]
            self._drain(last)
            self._finish(last)
        return self._open_shard()

    def _add(self, file: _ShardFile, data: bytes | memoryview, records: int) -> None:
        self._note(file.add(data, records))

    def _drain(self, file: _ShardFile) -> None:
        self._note(file.drain())

    def _finish(self, file: _ShardFile) -> None:
        if file.thread is None:
            file.writer.finish()
        else:
            self._work.append(file.thread.submit(file.writer.finish))

    def _note(self, work: Task[None] | None) -> None:
        """Keep work in mind, wait where there is too much, and raise what earlier work failed with."""
        if work is not None:
            self._work.append(work)
        most = _PIECES_PER_THREAD * len(self._threads)
        while self._work and (len(self._work) > most or self._work[0].done()):
            self._work.popleft().result()

    def _check_open(self) -> None:
        if self._closed:
            raise FailedPreconditionError(f"ShardedWriter: {self._pattern} is closed. Open a new writer.")

    def close(self) -> None:
        """Give all shards their names, then write the manifest; may be called again. On failure no shard is left."""
        if self._closed:
            return
        try:
            while self._held:
                self._send(*self._held.pop(self._random.randrange(len(self._held))))
            if not self._files:
                self._open_shard()
            for file in self._files:
                self._drain(file)
                self._finish(file)
            for work in self._work:
                work.result()
            names = [self._pattern.format(shard=i, shards=len(self._files)) for i in range(len(self._files))]
            manifest = self._describe(names)
            publish_shards([file.writer for file in self._files], names, manifest, self._manifest_path)
        except BaseException:
            self.discard()
            raise
        self.manifest = manifest
        self._stop()

    def _describe(self, names: list[str]) -> Manifest:
        shards = tuple(
            Shard(Path(name).name, file.records, file.writer.bytes_written, file.writer.sha256 or "")
            for name, file in zip(names, self._files, strict=True)
        )
        kind = check_compression("ShardedWriter", self._options.compression_type)
        return Manifest(shards, kind, self._schema, str(Path(self._pattern).parent))

    def discard(self) -> None:
        """Close without making any file: the temporary ones are removed. May be called again, or after `close`."""
        if self._closed:
            return
        try:
            self._stop()
        finally:
            for file in self._files:
                file.writer.discard()

    def _stop(self) -> None:
        self._closed = True
        try:
            self._held.clear()
            self._close_threads()
        except BaseException:
            # A Ctrl-C: the threads end all the same.
            self._close_threads()
            raise

    def _close_threads(self) -> None:
        for thread in self._threads:
            thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def __repr__(self) -> str:
        return f"ShardedWriter({self._pattern!r}, {len(self._files)} shards{', closed' if self._closed else ''})"


def _check_count(name: str, value: Any, least: int) -> int:
    """Return a number of things.

    Raises:
        InvalidArgumentError: It is no int, or too small.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
        raise InvalidArgumentError(
            f"ShardedWriter: {name} must be an int >= {least}. Received: {name}={describe(value)}."
        )
    return int(value)


def check_pattern(where: str, pattern: str, shards: int | None) -> str:
    """Return a pattern that tells its shards apart, in one folder.

    Args:
        where: Who asks, for messages.
        pattern: The pattern.
        shards: Number of shards, or None where their size is given.

    Raises:
        InvalidArgumentError: It does not, or names another field.
    """
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
        bad = not fields <= {"shard", "shards"} or ("shard" not in fields and shards != 1)
        bad = bad or "{" in str(Path(pattern).parent)
        pattern.format(shard=0, shards=1)
    except (ValueError, TypeError, LookupError, AttributeError):
        bad = True
    if bad:
        raise InvalidArgumentError(
            f"{where}: pattern must have {{shard}} and may have {{shards}} in its file name, as in "
            f'"train-{{shard:05d}}-of-{{shards:05d}}.tfrecord". Received: pattern={pattern!r}.'
        )
    return pattern


@contextmanager
def too_many_open(where: str) -> Iterator[None]:
    """Say what to do where a process may not open one more shard."""
    try:
        yield
    except OSError as err:
        if err.errno == errno.EMFILE:
            err.add_note(f"{where}: all shards are open at once. Write fewer, or raise the limit (ulimit -n).")
        raise


def manifest_path(pattern: str) -> str:
    """Return where the manifest of a pattern's shards is written when nobody says otherwise."""
    stem = Path(pattern).name.partition("{")[0].rstrip("-_. ") or "shards"
    return str(Path(pattern).with_name(f"{stem}.manifest.json"))
