"""What a conversion writes: one file that appears when it is complete, shards, or an open file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

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
from .parquet import ParquetWriter


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
    ) -> AbstractContextManager[Callable[[Batch], None]]:
        """Return a block in which batches are written."""
        return _Writing(self, fields, shards, target_bytes, header)


class _Writing(AbstractContextManager[Callable[[Batch], None]]):
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

    def __enter__(self) -> Callable[[Batch], None]:
        with ExitStack() as opening:
            write = self._open(opening)
            self._stack = opening.pop_all()
        return write

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def _open(self, stack: ExitStack) -> Callable[[Batch], None]:
        target, fields = self._target, self._fields
        is_open = hasattr(target.output, "write")
        options = TFRecordOptions(compression_type_of(target.packed))
        if target.is_tfrecord and not is_open:
            path = path_of(target.output)
            writer: TFRecordWriter | ShardedWriter
            if self._shards is None and self._target_bytes is None:
                writer = stack.enter_context(TFRecordWriter(path, options))
            else:
                schema = {field.name: str(field) for field in fields}
                writer = ShardedWriter(
                    path, shards=self._shards, target_bytes=self._target_bytes, options=options, schema=schema
                )
                stack.enter_context(writer)
            return lambda batch: writer.write_many(write_examples(fields, batch))
        file = stack.enter_context(_output(target.output, None if target.format == "parquet" else options.compressor()))
        if target.is_tfrecord:
            return lambda batch: file.write(frame_many(write_examples(fields, batch)))
        if target.format == "jsonl":
            return lambda batch: file.write(json_lines(fields, batch))
        if target.format == "parquet":
            return stack.enter_context(ParquetWriter(file.file, fields, target.packed)).write
        rows = CsvWriter(fields, target.csv)
        if self._header:
            file.write(rows.header())
        return lambda batch: file.write(rows.rows(batch))


def _output(output: Any, compressor: Any) -> AbstractContextManager[Any]:
    """Return a file that appears when it is complete, or what writes to an open file."""
    if hasattr(output, "write"):
        return OpenFile(output, compressor)
    return AtomicFile(WHERE, path_of(output), compressor)
