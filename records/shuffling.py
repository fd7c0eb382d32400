"""Shuffle record files of any size in bounded memory.

Each record gets a random number of 64 bits, in the order of the files; the result is in the order of these numbers.
Numbers that are equal (one chance in 2**64 for each pair) are told apart by more random bits, so that every order is
equally likely, and for a given seed the order is the same whatever memory there is and however the files are read.

Records that do not fit into memory are dealt to temporary files by the first bits of their numbers; each of these is
then sorted in memory, or dealt once more where it does not fit either. That is the shuffle of C. R. Rao, "Generation of
random permutations of given number of elements using random sampling numbers", Sankhya A 23 (1961), and M. Sandelius,
"A simple randomization procedure", Journal of the Royal Statistical Society B 24 (1962). Each record is read and
written twice, in order. Files of large records that have an index are read at random places instead, once.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, concat
from ..core.errors import InvalidArgumentError, NotFoundError, describe
from .files import path_of
from .framing import frame_many
from .index import load_index
from .indexed_files import TFRecordFiles
from .inputs import AUTO, Paths, compression_of, expand_paths
from .reader import TFRecordReader
from .sharded_writer import ShardedWriter
from .writer import TFRecordOptions, TFRecordWriter

Keys = npt.NDArray[np.uint64]
Rows = tuple[BytesColumn, Keys]

DEFAULT_MEMORY_BYTES: Final = 1 << 29
# Below, the buffers and Python itself would take most of it.
SMALLEST_MEMORY_BYTES: Final = 1 << 22
_KEY_BITS: Final = 64
_MOST_BUCKETS_BITS: Final = 8
# Where nobody knows how much is to come: as many as can be kept apart without many small writes.
_USUAL_BUCKETS_BITS: Final = 5
# Sorting needs its rows twice for a moment (to join them), and some room beside them.
_SHARE_HELD: Final = 0.4
# Key, offset, and their order: what a row costs beside its bytes.
_ROW_BYTES: Final = 48
# What is read and written at a time.
_MOST_PIECE_BYTES: Final = 1 << 20
_FIRST_ROWS: Final = 16
_MOST_ROWS: Final = 1 << 14
_FRAME_BYTES: Final = 16
# Random places of a file are read one page or more at a time: below this, reading in order twice is faster on a disk.
_LARGE_RECORD_BYTES: Final = 1 << 15
_MOST_OPEN_FILES: Final = 128


def shuffle_records(
    paths: Paths,
    output: str | os.PathLike[str],
    *,
    seed: int | None = None,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    compression_type: str | None = AUTO,
    options: TFRecordOptions | str | None = None,
    shards: int | None = None,
    target_bytes: int | None = None,
    temp_dir: str | os.PathLike[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the records of TFRecord files in random order, every order equally likely, in bounded memory.

    The order depends on the seed and on the order of the records alone. What does not fit into memory waits in
    temporary files, which are as large as the records and are removed at the end, also after an error or Ctrl-C. The
    result appears when it is complete.

    Args:
        paths: TFRecord files or glob patterns; all records of all files are shuffled together.
        output: The file to write; with `shards` or `target_bytes` a pattern, as `ShardedWriter` takes it, which also
            writes a manifest.
        seed: The same seed gives the same order, in any version; None for a different one each time.
        memory_bytes: Memory to use, at least 4 MiB, or two of the longest records where that is more. Compression and
            several shards add their buffers (up to 64 MiB).
        compression_type: How the files are compressed: None or `""`, `"GZIP"`, `"ZLIB"`; `"AUTO"` finds out for each.
        options: How the output is compressed, as for `TFRecordWriter`.
        shards: Number of files to write, records in turn; None for one file without a number.
        target_bytes: In place of `shards`: bytes in each file, before compression.
        temp_dir: Folder for temporary files, which needs room for all records; None for that of the output.
        progress: Called with bytes done so far; at the end these are twice those of all records with their frames.

    Returns:
        The number of records.

    Raises:
        NotFoundError: A file or folder does not exist.
        DataLossError: A file is damaged.
        InvalidArgumentError: An argument breaks its rule.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordReader, TFRecordWriter, shuffle_records
        >>> folder = tempfile.mkdtemp()
        >>> source, target = os.path.join(folder, "a.tfrecord"), os.path.join(folder, "b.tfrecord")
        >>> with TFRecordWriter(source) as writer:
        ...     writer.write_many([b"one", b"two", b"three", b"four"])
        >>> shuffle_records(source, target, seed=1)
        4
        >>> with TFRecordReader(target) as reader:
        ...     sorted(reader)
        [b'four', b'one', b'three', b'two']
    """
    _check_int("seed", seed)
    _check_int("memory_bytes", memory_bytes, SMALLEST_MEMORY_BYTES)
    files = [(path, compression_of("shuffle_records", path, compression_type)) for path in expand_paths(_WHERE, paths)]
    name = path_of(output)
    folder_path = Path(name).parent if temp_dir is None else Path(temp_dir)
    if temp_dir is not None and not folder_path.is_dir():
        raise NotFoundError(
            f"{_WHERE}: temp_dir must be a folder. Received: temp_dir={str(temp_dir)!r}. Make it first."
        )
    shuffle = _Shuffle(secrets.randbits(128) if seed is None else seed % (1 << 128), memory_bytes, progress)
    with ExitStack() as stack:
        writer: TFRecordWriter | ShardedWriter
        if shards is None and target_bytes is None:
            writer = TFRecordWriter(name, options)
        else:
            writer = ShardedWriter(name, shards=shards, target_bytes=target_bytes, options=options)
        # First out: the writer is left when the temporary files are gone.
        stack.enter_context(writer)
        folder = stack.enter_context(_TemporaryFolder(folder_path))
        indexed = _indexed(files, shuffle.most_held)
        if indexed is None:
            blocks = shuffle.sorted(shuffle.read(files), _size(files), folder)
        else:
            blocks = shuffle.gathered(stack.enter_context(indexed))
        for block in blocks:
            writer.write_many(block)
    return shuffle.records


_WHERE: Final = "shuffle_records"


def _check_int(name: str, value: Any, least: int | None = None) -> None:
    if value is None and least is None:
        return
    if isinstance(value, bool) or not hasattr(value, "__index__") or (least is not None and value < least):
        rule = "an int or None" if least is None else f"an int >= {least}"
        raise InvalidArgumentError(f"{_WHERE}: {name} must be {rule}. Received: {name}={describe(value)}.")


def _size(files: list[tuple[str, str]]) -> int | None:
    """Return the bytes of all files, or None when some are compressed or remote."""
    if any(kind or "://" in path for path, kind in files):
        return None
    return sum(Path(path).stat().st_size for path, _ in files)


def _indexed(files: list[tuple[str, str]], most_held: int) -> TFRecordFiles | None:
    """Return the files for random access, where that is possible and cheaper than reading them in order."""
    size = _size(files)
    if size is None or size <= most_held or len(files) > _MOST_OPEN_FILES:
        return None
    rows = 0
    for path, kind in files:
        index = load_index(path, kind)
        if index is None:
            return None
        rows += len(index)
    if size < rows * _LARGE_RECORD_BYTES or rows * _ROW_BYTES > most_held:
        return None
    return TFRecordFiles([path for path, _ in files])


class _TemporaryFolder:
    """A folder that is made when it is needed, and removed with all it holds."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made = 0

    def new(self) -> Path:
        """Return the name of a file that is not there yet."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix=".penstock-shuffle-", dir=self._parent)
        self._made += 1
        return Path(self._folder.name) / str(self._made)

    def __enter__(self) -> _TemporaryFolder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()


class _Bucket:
    """Rows in a temporary file, in the order they came: their records in one file, their keys in another."""

    def __init__(self, path: Path) -> None:
        self._records, self._keys = path.with_suffix(".tfrecord"), path.with_suffix(".keys")
        self.size_bytes = 0

    def add(self, rows: BytesColumn, keys: Keys, mine: npt.NDArray[np.int64], piece_bytes: int) -> None:
        """Append the rows of a block that are named by `mine`."""
        with self._keys.open("ab") as file:
            file.write(keys[mine].tobytes())
        with self._records.open("ab", buffering=0) as file:
            for piece in _pieces(rows, mine, piece_bytes):
                framed = frame_many(piece)
                self.size_bytes += len(framed)
                while framed:  # an unbuffered write may take less than it is given
                    framed = framed[file.write(framed) :]

    def rows(self, piece_bytes: int) -> Generator[Rows]:
        """Yield all rows, and remove the files."""
        with TFRecordReader(str(self._records), buffer_size=piece_bytes) as reader, self._keys.open("rb") as file:
            while (block := reader.read(_rows_for(reader, piece_bytes))) is not None:
                yield block, np.frombuffer(file.read(8 * len(block)), np.uint64)
        self._records.unlink()
        self._keys.unlink()


class _Shuffle:
    """One shuffle: draws keys, and yields records in their order.

    Args:
        seed: An int from 0 to 2**128 - 1.
        memory_bytes: Memory to use.
        progress: Told how many bytes were read and given back.

    Attributes:
        records: Number of records so far.
        most_held: Bytes of rows, with what each costs beside its bytes, that may be held at a time.
    """

    def __init__(self, seed: int, memory_bytes: int, progress: Callable[[int], None] | None) -> None:
        self.records = 0
        self.most_held = int(_SHARE_HELD * memory_bytes)
        self._piece_bytes = min(_MOST_PIECE_BYTES, memory_bytes // 32)
        self._seed = seed
        self._random = np.random.Philox(seed)
        self._progress = progress
        self._done_bytes = 0

    def draw(self, count: int) -> Keys:
        """Return the keys of the next records."""
        return self._random.random_raw(count)

    def _advance(self, count: int) -> None:
        self._done_bytes += count
        if self._progress is not None:
            self._progress(self._done_bytes)

    def read(self, files: Iterable[tuple[str, str]]) -> Generator[Rows]:
        """Yield the records of all files, in order, with their keys."""
        for path, kind in files:
            with TFRecordReader(path, kind, buffer_size=self._piece_bytes) as reader:
                before = 0
                while (block := reader.read(_rows_for(reader, self._piece_bytes))) is not None:
                    self.records += len(block)
                    self._advance(reader.offset_bytes - before)
                    before = reader.offset_bytes
                    yield block, self.draw(len(block))

    def sorted(
        self, source: Generator[Rows], size_bytes: int | None, folder: _TemporaryFolder, used_bits: int = 0
    ) -> Iterator[BytesColumn]:
        """Yield records in the order of their keys.

        Args:
            source: Rows whose keys agree in the first `used_bits`.
            size_bytes: How much is to come, about; None when nobody knows.
            folder: Where rows may wait.
            used_bits: See `source`.
        """
        held: list[Rows] = []
        held_bytes = 0
        buckets: list[_Bucket] = []
        bits = min(_KEY_BITS - used_bits, self._bits_for(size_bytes))
        with closing(source):  # its file must be closed before the folder goes
            for rows, keys in source:
                held.append((rows, keys))
                held_bytes += _bytes_of(rows)
                if held_bytes > self.most_held and bits and sum(len(keys) for _, keys in held) > 1:
                    buckets = buckets or [_Bucket(folder.new()) for _ in range(1 << bits)]
                    self._deal(held, buckets, _KEY_BITS - used_bits - bits)
                    held_bytes = 0
        if not buckets:
            yield from self._ordered(held)
            return
        self._deal(held, buckets, _KEY_BITS - used_bits - bits)
        for bucket in buckets:
            if bucket.size_bytes:
                rest = bucket.rows(self._piece_bytes)
                yield from self.sorted(rest, bucket.size_bytes, folder, used_bits + bits)

    def _deal(self, held: list[Rows], buckets: list[_Bucket], shift: int) -> None:
        """Put rows into the buckets that their keys choose, and empty the list."""
        if not held:
            return
        rows, keys = _joined(held)
        chosen = (keys >> np.uint64(shift)) & np.uint64(len(buckets) - 1)
        order = np.argsort(chosen, kind="stable")
        bounds = np.searchsorted(chosen[order], np.arange(len(buckets) + 1, dtype=np.uint64))
        for i, bucket in enumerate(buckets):
            mine = order[bounds[i] : bounds[i + 1]]
            if len(mine):
                bucket.add(rows, keys, mine, self._piece_bytes)

    def _bits_for(self, size_bytes: int | None) -> int:
        """Return how many bits of the keys choose the bucket: so many that each will fit with room to spare."""
        if size_bytes is None:
            return _USUAL_BUCKETS_BITS
        return min(_MOST_BUCKETS_BITS, max(1, (4 * size_bytes // self.most_held).bit_length()))

    def _ordered(self, held: list[Rows]) -> Iterator[BytesColumn]:
        """Yield rows in the order of their keys; empties the list."""
        if not held:
            return
        rows, keys = _joined(held)
        for piece in _pieces(rows, self.order(keys), self._piece_bytes):
            self._advance(piece.nbytes - piece.offsets.nbytes + _FRAME_BYTES * len(piece))
            yield piece

    def order(self, keys: Keys) -> npt.NDArray[np.int64]:
        """Return int64[n]: the rows in the order of their keys."""
        order = np.argsort(keys, kind="stable")
        ranked = keys[order]
        same = np.flatnonzero(ranked[1:] == ranked[:-1])
        for key in np.unique(ranked[same]).tolist():
            start, stop = (int(np.searchsorted(ranked, np.uint64(key), side)) for side in ("left", "right"))
            order[start:stop] = self._untied(order[start:stop], key)
        return order.astype(np.int64, copy=False)

    def _untied(self, rows: npt.NDArray[Any], key: int) -> npt.NDArray[Any]:
        """Return rows of equal keys in an order that seed and key decide."""
        more = np.random.Philox(np.random.SeedSequence([self._seed, key]))
        while True:
            draws = more.random_raw(len(rows))
            if len(np.unique(draws)) == len(rows):
                return rows[np.argsort(draws)]

    def gathered(self, files: TFRecordFiles) -> Iterator[BytesColumn]:
        """Yield the records of files in the order of their keys, reading each where it is."""
        self.records = len(files)
        order = self.order(self.draw(self.records))
        for rows in _cut(order, files.lengths[order], self._piece_bytes):
            taken = files.take(rows)
            self._advance(2 * (taken.nbytes - taken.offsets.nbytes + _FRAME_BYTES * len(rows)))
            yield taken


def _rows_for(reader: TFRecordReader, piece_bytes: int) -> int:
    """Return how many records to read, so that they take about so many bytes if they are like those before."""
    if reader.record_index == 0:
        return _FIRST_ROWS
    return max(1, min(_MOST_ROWS, piece_bytes * reader.record_index // reader.offset_bytes))


def _bytes_of(rows: BytesColumn) -> int:
    """Return the memory that a block of rows holds on to, and what sorting it will take beside."""
    base = rows.data if rows.data.base is None else rows.data.base
    return int(getattr(base, "nbytes", rows.data.nbytes)) + _ROW_BYTES * len(rows)


def _joined(held: list[Rows]) -> Rows:
    """Return all rows as one block; empties the list, so that they are held once."""
    rows = concat([rows for rows, _ in held])
    keys = np.concatenate([keys for _, keys in held])
    held.clear()
    assert isinstance(rows, BytesColumn)
    return rows, keys


def _pieces(rows: BytesColumn, order: npt.NDArray[np.int64], piece_bytes: int) -> Iterator[BytesColumn]:
    """Yield rows in an order, so many bytes at a time."""
    for some in _cut(order, rows.lengths[order], piece_bytes):
        yield rows.take(some)


def _cut(
    order: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], piece_bytes: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield parts of an order whose records, of given lengths, make up so many bytes each."""
    part = np.cumsum(lengths + _FRAME_BYTES) // piece_bytes
    for some in np.split(order, np.flatnonzero(np.diff(part)) + 1):
        if len(some):
            yield some
