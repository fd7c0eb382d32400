"""Shards of CSV, JSON lines and Parquet files: records in turn or by size, and a manifest; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from ...core.errors import InvalidArgumentError, describe
from ..atomic import AtomicFile
from ..manifest import Manifest, Shard, publish_shards, sha256_of
from ..sharded_writer import check_pattern, manifest_path, too_many_open
from .fields import WHERE, Batch

# This part of a shard's room is filled at once: how long rows become is known when they are written.
_STEP: Final = 4


@dataclass
class TableFile:
    """One file of records that is being written.

    Attributes:
        file: Where its bytes go.
        write: Appends records.
        taken_bytes: Tells how many bytes were written, before compression.
        complete: Writes what is still held.
        abandon: Called after `complete`, or in its place.
        records: How many were written.
    """

    file: AtomicFile
    write: Callable[[Batch], object]
    taken_bytes: Callable[[], int]
    complete: Callable[[], None]
    abandon: Callable[[], None]
    records: int = 0


class ShardedTables:
    """Writes records into several files, which get their names when all are complete; a context manager.

    Args:
        pattern: Path of the shards, as `ShardedWriter` takes it.
        open_file: Opens one shard by its path.
        shards: Number of shards; records go to them in turn.
        target_bytes: In place of `shards`: a new shard begins when one holds about so many bytes, before compression.
        compression_type: How the files are compressed as a whole, for the manifest.
        schema: For the manifest.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
    """

    def __init__(
        self,
        pattern: str,
        open_file: Callable[[str], TableFile],
        *,
        shards: int | None,
        target_bytes: int | None,
        compression_type: str,
        schema: Any,
    ) -> None:
        self._pattern = check_pattern(WHERE, pattern, shards)
        for name, value in (("shards", shards), ("target_bytes", target_bytes)):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise InvalidArgumentError(f"{WHERE}: {name} must be an int >= 1. Received: {name}={describe(value)}.")
        if (shards is None) == (target_bytes is None):
            raise InvalidArgumentError(
                f"{WHERE}: give either shards or target_bytes. Received: {shards=}, {target_bytes=}."
            )
        self._open_file, self._target = open_file, target_bytes
        self._compression_type, self._schema = compression_type, schema
        self._files: list[TableFile] = []
        self._turn = 0
        with ExitStack() as opening:
            opening.callback(self._discard)
            for _ in range(shards or 1):
                self._open_shard()
            opening.pop_all()

    def _open_shard(self) -> None:
        with too_many_open(WHERE):
            self._files.append(self._open_file(self._pattern.format(shard=len(self._files), shards=0)))

    def write(self, batch: Batch) -> None:
        """Append records.

        Raises:
            ParseError: A record has no place in such files.
        """
        if self._target is None:
            self._deal(batch)
        else:
            self._fill(batch, self._target)

    def _deal(self, batch: Batch) -> None:
        """Give records to the shards in turn."""
        count, rows = len(self._files), len(batch.numbers)
        for i in range(min(count, rows)):
            _write(self._files[(self._turn + i) % count], batch.take(np.arange(i, rows, count)))
        self._turn = (self._turn + rows) % count

    def _fill(self, batch: Batch, target: int) -> None:
        """Give records to the last shard, and begin another when it is full."""
        first, rows = 0, len(batch.numbers)
        row_bytes = max(1.0, sum(column.nbytes for column in batch.columns) / max(1, rows))
        while first < rows:
            left = target - self._files[-1].taken_bytes()
            if left <= 0 and self._files[-1].records:
                self._complete(self._files[-1])
                self._open_shard()
                continue
            stop = min(rows, first + max(1, int(left / row_bytes / _STEP)))
            _write(self._files[-1], batch.take(np.arange(first, stop)))
            first = stop

    def _complete(self, shard: TableFile) -> None:
        shard.complete()
        shard.file.finish()

    def _publish(self) -> None:
        """Give all shards their names, then write the manifest."""
        for shard in self._files:
            self._complete(shard)
        names = [self._pattern.format(shard=i, shards=len(self._files)) for i in range(len(self._files))]
        described = tuple(
            Shard(Path(name).name, one.records, one.file.temporary.stat().st_size, sha256_of(str(one.file.temporary)))
            for name, one in zip(names, self._files, strict=True)
        )
        manifest = Manifest(described, self._compression_type, self._schema, str(Path(self._pattern).parent))
        publish_shards([one.file for one in self._files], names, manifest, manifest_path(self._pattern))

    def _discard(self) -> None:
        for shard in self._files:
            shard.abandon()
            shard.file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._publish()
        finally:
            self._discard()


def _write(shard: TableFile, batch: Batch) -> None:
    shard.write(batch)
    shard.records += len(batch.numbers)
