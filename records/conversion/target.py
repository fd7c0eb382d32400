"""What a conversion writes: one file that appears when it is complete, shards, or an open file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Final

from ...core.errors import InvalidArgumentError
from ..atomic import AtomicFile, OpenFile
from ..files import name_of, path_of
from ..framing import frame_many
from ..sharded_writer import ShardedWriter
from ..writer import TFRecordOptions, TFRecordWriter
from .csv_tables import CsvForm, CsvWriter
from .examples import write_examples
from .fields import WHERE, Batch, Fields
from .formats import COMPRESSIONS, FORMATS, check_one, compression_type_of, delimiter_of, format_of
from .json_lines import json_lines
from .parquet import GROUP_BYTES, ParquetWriter
from .shards import ShardedTables, TableFile

# Bytes of rows that the shards of a Parquet file hold back, all of them together, and one of them at least.
_HELD_BYTES: Final = 1 << 28
_LEAST_GROUP_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Target:
    """What is written.

    Attributes:
        format: One of `FORMATS`.
        output: Path or stream.
        packed: One of `COMPRESSIONS`.
        csv: How it is written, where it is CSV.
    """

    format: str
    output: Any
    packed: str
    csv: CsvForm

    @classmethod
    def of(cls, output: Any, form: str | None, packed: str | None, delimiter: str | None) -> Target:
        """Return the target that the arguments of `convert_records` mean.

        Raises:
            InvalidArgumentError: They do not fit together.
        """
        is_open = hasattr(output, "write")
        name = name_of(output) if is_open else path_of(output)
        by_name, packed_name = (None, "none") if is_open else format_of(name)
        kind = form or by_name
        if kind is None:
            raise InvalidArgumentError(
                f"{WHERE}: the format of the output must be told. Received: output={name!r}. End its name in "
                f".{', .'.join(FORMATS)}, or give target_format (--to)."
            )
        check_one("target_format", kind, FORMATS)
        chosen = packed or ("snappy" if kind == "parquet" else packed_name)
        check_one("compression", chosen, COMPRESSIONS)
        if (chosen in ("snappy", "zstd") and kind != "parquet") or (chosen == "zlib" and kind == "parquet"):
            raise InvalidArgumentError(f"{WHERE}: {kind} files are not compressed with {chosen}.")
        return cls(kind, output, chosen, CsvForm(delimiter_of(name, delimiter)))

    @property
    def is_tfrecord(self) -> bool:
        """Whether records are written as Examples."""
        return self.format == "tfrecord"

    def writer(
        self, fields: Fields, *, shards: int | None, target_bytes: int | None, header: bool
    ) -> AbstractContextManager[Callable[[Batch], object]]:
        """Return a block in which batches are written."""
        return _Writing(self, fields, shards, target_bytes, header)


class _Writing(AbstractContextManager[Callable[[Batch], object]]):
    """A block in which batches are written to a target; the file appears when the block ends well."""

    def __init__(
        self,
        target: Target,
        fields: Fields,
        shards: int | None,
        target_bytes: int | None,
        header: bool,  # noqa: FBT001
    ) -> None:
        self._target, self._fields, self._header = target, fields, header
        self._shards, self._target_bytes = shards, target_bytes
        self._stack = ExitStack()

    def __enter__(self) -> Callable[[Batch], object]:
        with ExitStack() as opening:
            write = self._open(opening)
            self._stack = opening.pop_all()
        return write

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def _open(self, stack: ExitStack) -> Callable[[Batch], object]:
        target, fields = self._target, self._fields
        is_sharded = self._shards is not None or self._target_bytes is not None
        if hasattr(target.output, "write"):
            return self._table(stack.enter_context(OpenFile(target.output, self._compressor())), stack)
        path = path_of(target.output)
        schema = {field.name: str(field) for field in fields}
        if target.is_tfrecord:
            options = TFRecordOptions(compression_type_of(target.packed))
            writer: TFRecordWriter | ShardedWriter = (
                TFRecordWriter(path, options)
                if not is_sharded
                else ShardedWriter(
                    path, shards=self._shards, target_bytes=self._target_bytes, options=options, schema=schema
                )
            )
            stack.enter_context(writer)
            return lambda batch: writer.write_many(write_examples(fields, batch))
        if not is_sharded:
            return self._table(stack.enter_context(AtomicFile(WHERE, path, self._compressor())), stack)
        shards = ShardedTables(
            path,
            self._shard,
            shards=self._shards,
            target_bytes=self._target_bytes,
            compression_type=compression_type_of(target.packed),
            schema=schema,
        )
        return stack.enter_context(shards).write

    def _compressor(self) -> Any:
        """Return what compresses a whole file, or None: Parquet compresses its parts."""
        packed = "" if self._target.format == "parquet" else compression_type_of(self._target.packed)
        return TFRecordOptions(packed).compressor()

    def _table(self, file: AtomicFile | OpenFile, stack: ExitStack) -> Callable[[Batch], object]:
        """Return what writes records to an open file, in the target's format."""
        if self._target.format == "parquet":
            return stack.enter_context(ParquetWriter(file.file, self._fields, self._target.packed)).write
        return self._text(file)

    def _text(self, file: AtomicFile | OpenFile) -> Callable[[Batch], object]:
        fields = self._fields
        if self._target.is_tfrecord:
            return lambda batch: file.write(frame_many(write_examples(fields, batch)))
        if self._target.format == "jsonl":
            return lambda batch: file.write(json_lines(fields, batch))
        rows = CsvWriter(fields, self._target.csv)
        if self._header:
            file.write(rows.header())
        return lambda batch: file.write(rows.rows(batch))

    def _shard(self, path: str) -> TableFile:
        """Open one shard that is no TFRecord file."""
        file = AtomicFile(WHERE, path, self._compressor())
        try:
            if self._target.format != "parquet":
                return TableFile(file, self._text(file), lambda: file.taken_bytes, _nothing, _nothing)
            # All shards together hold no more than a few groups of rows.
            group_bytes = max(_LEAST_GROUP_BYTES, min(GROUP_BYTES, _HELD_BYTES // (self._shards or 1)))
            table = ParquetWriter(file.file, self._fields, self._target.packed, group_bytes)
        except BaseException:
            file.discard()
            raise
        return TableFile(file, table.write, lambda: table.taken_bytes, table.complete, table.abandon)


def _nothing() -> None:
    """Do nothing: text is written as it comes."""
