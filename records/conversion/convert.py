"""convert_records: records of CSV, JSON lines, Parquet and TFRecord files in another of these formats."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from ...core.dtypes import string
from ...core.errors import InvalidArgumentError, describe
from ..files import is_stream, name_of
from ..inputs import AUTO, Paths, RewindableStream, compression_of, expand_paths, first_bytes, packed_as
from ..random_access import seekable
from ..schema import Schema
from ..survey import Survey
from .csv_tables import CsvForm, csv_fields, read_csv
from .examples import read_examples
from .fields import WHERE, Batch, Choice, Field, Fields, Wanted, fields_of_schema
from .formats import FORMATS, check_one, delimiter_of, format_of
from .json_lines import json_fields, read_json_lines
from .parquet import parquet_fields, read_parquet
from .target import Target

DEFAULT_SAMPLE: Final = 1000


def convert_records(
    paths: Paths | Any,
    output: str | os.PathLike[str] | Any,
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    schema: Schema | None = None,
    columns: Sequence[str] | None = None,
    types: Mapping[str, str] | None = None,
    label: str | None = None,
    sample: int | None = DEFAULT_SAMPLE,
    compression_type: str | None = AUTO,
    compression: str | None = None,
    shards: int | None = None,
    target_bytes: int | None = None,
    delimiter: str | None = None,
    header: bool = True,
    progress: Callable[[int], None] | None = None,
) -> tuple[int, Fields]:
    r"""Convert files between CSV, JSON lines, Parquet and TFRecord (of Examples), in blocks and in bounded memory.

    Args:
        paths: Files or glob patterns, all of one format; or an open binary file. Parquet is read from its end: what a
            pipe holds goes to a temporary file first.
        output: The file to write, which appears when it is complete; or an open binary file. With `shards` or
            `target_bytes` a pattern of shards, as `ShardedWriter` takes it; a manifest is written beside them.
        source_format: `"csv"`, `"jsonl"`, `"parquet"` or `"tfrecord"`; None goes by the names.
        target_format: The same for the output.
        schema: Of the source's columns, as `infer_schema` finds it; None takes types from the file (Parquet) or infers
            them from its first records.
        columns: Columns to convert, in this order; None for all. Names of all columns where a CSV file has no header.
        types: Column to type, in place of what was inferred: `int64`, `float32`, `float64`, `string`, `bytes`, and
            lists of them, as `int64[]`.
        label: A column that no record may lack; it is written last.
        sample: How many records types are inferred from; None for all.
        compression_type: How the source is compressed: None or `""`, `"GZIP"`, `"ZLIB"`; `"AUTO"` finds out.
        compression: Of the output: `"none"`, `"gzip"`, `"zlib"`; for Parquet also `"snappy"` (its default) and
            `"zstd"`; None goes by the name (`.gz`).
        shards: Number of files to write; records go to them in turn.
        target_bytes: In place of `shards`: bytes in each, before compression; about so many where they are no TFRecord
            files.
        delimiter: Between cells of CSV, of source and output; None for a comma, or a tab where the name ends in `.tsv`.
        header: Whether CSV files have a line of column names, source and output.
        progress: Called with the number of records done.

    Returns:
        The number of records, and the columns.

    Raises:
        ParseError: A record does not fit the columns. It names file and line.
        InvalidArgumentError: An argument breaks its rule.
        NotFoundError: A file or folder does not exist.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from penstock.records import convert_records
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "a.csv").write_text("id,name\n1,Ann\n2,Bob\n")
        >>> convert_records(folder / "a.csv", folder / "a.jsonl")[0]
        2
        >>> print((folder / "a.jsonl").read_text(), end="")
        {"id": 1, "name": "Ann"}
        {"id": 2, "name": "Bob"}
    """
    if sample is not None and sample < 1:
        raise InvalidArgumentError(f"{WHERE}: sample must be an int >= 1 or None. Received: sample={describe(sample)}.")
    with ExitStack() as stack:
        names = None if header else columns
        sources = _sources(paths, source_format, compression_type, delimiter, names, stack, header=header)
        target = Target.of(output, target_format, compression, delimiter)
        if hasattr(output, "write") and (shards is not None or target_bytes is not None):
            raise InvalidArgumentError(f"{WHERE}: shards go to files. Received: output={describe(output)}.")
        choice = Choice(columns, types, label)
        known = () if choice.is_whole and schema is None else _fields(sources, schema, sample, choice.wanted)
        fields = choice.apply(known)
        if not fields:
            raise InvalidArgumentError(
                f"{WHERE}: there are no columns in {sources[0].name}. Name them, or give a schema."
            )
        for one in sources:
            one.keep_no_more()
        count = 0
        with target.writer(fields, shards=shards, target_bytes=target_bytes, header=header) as write:
            for one in sources:
                for batch in one.batches(fields, strict=columns is None):
                    choice.check(fields, batch)
                    write(batch)
                    count += len(batch.numbers)
                    if progress is not None:
                        progress(count)
        return count, fields


@dataclass(frozen=True)
class _Source:
    """One file to read.

    Attributes:
        format: One of `FORMATS`.
        source: Path or stream.
        kind: How it is compressed.
        csv: How it is written, where it is CSV.
    """

    format: str
    source: Any
    kind: str
    csv: CsvForm

    @property
    def name(self) -> str:
        """How messages call it."""
        return name_of(self.source)

    def keep_no_more(self) -> None:
        """Go to the beginning of a stream, for the last time."""
        if isinstance(self.source, RewindableStream):
            self.source.rewind()
            self.source.keep_no_more()

    def fields(self, sample: int | None, wanted: Wanted) -> tuple[Fields, int]:
        """Return the columns that hold the first records, and how many these were."""
        if isinstance(self.source, RewindableStream):
            self.source.rewind()
        if self.format == "csv":
            return csv_fields(self.source, self.kind, self.csv, sample)
        if self.format == "jsonl":
            return json_fields(self.source, self.kind, sample, wanted)
        if self.format == "parquet":
            return parquet_fields(self.source, wanted), 0
        return _example_fields(self.source, self.kind, sample, wanted)

    def batches(self, fields: Fields, *, strict: bool) -> Iterator[Batch]:
        """Yield the records."""
        if self.format == "csv":
            return read_csv(self.source, self.kind, fields, self.csv)
        if self.format == "jsonl":
            return read_json_lines(self.source, self.kind, fields, strict=strict)
        if self.format == "parquet":
            return read_parquet(self.source, fields)
        return read_examples(self.source, self.kind, fields, strict=strict)


def _example_fields(source: Any, kind: str, sample: int | None, wanted: Wanted) -> tuple[Fields, int]:
    from ..reader import TFRecordReader

    found = Survey(WHERE, sequences=True)
    undecodable: set[str] = set()
    with TFRecordReader(source, kind) as reader:
        while sample is None or found.records < sample:
            rows = reader.read(1024 if sample is None else min(1024, sample - found.records))
            if rows is None:
                break
            found.add(rows)
            undecodable |= _without_text(rows, found)
    schema = found.schema(is_complete=sample is None)
    fields = fields_of_schema(schema, wanted)
    return tuple(Field(f.name, "bytes", f.is_list) if f.name in undecodable else f for f in fields), found.records


def _without_text(rows: Any, found: Survey) -> set[str]:
    """Return the features of strings that are not all UTF-8."""
    import pyarrow as pa

    from ..extraction import find_features
    from .examples import arrow_of

    names = tuple(name for name, tally in found.features.items() if tally.names == ("string",))
    wrong = set()
    for name, lists in find_features(WHERE, rows, names).items():
        try:
            arrow_of(lists.variable(string)[0]).cast(pa.large_string())
        except pa.ArrowInvalid:
            wrong.add(name)
    return wrong


def _fields(sources: Sequence[_Source], schema: Schema | None, sample: int | None, wanted: Wanted) -> Fields:
    """Return the columns of all sources: from the schema, or from the first records.

    Types that were told, and those of columns that nobody wants, are not compared.
    """
    if schema is not None:
        return fields_of_schema(schema, wanted)
    found: dict[str, Field] = {}
    left = sample
    for one in sources:
        if left is not None and left <= 0 and one.format != "parquet":
            break
        fields, seen = one.fields(left, wanted)
        left = None if left is None else left - seen
        for field in fields:
            before = found.setdefault(field.name, field)
            if field.name in wanted and field.name not in wanted.told:
                found[field.name] = _wider(before, field, one.name)
    return tuple(found.values())


def _wider(first: Field, second: Field, path: str) -> Field:
    """Return a column that holds the values of two."""
    if first == second:
        return first
    kinds = {first.type, second.type}
    is_list = first.is_list or second.is_list
    for several, both in (
        ({"int64", "float32"}, "float64"),
        ({"int64", "float64", "float32"}, "float64"),
        ({"string", "bytes"}, "bytes"),
    ):
        if len(kinds) > 1 and kinds <= several:
            return Field(first.name, both, is_list)
    if len(kinds) == 1:
        return Field(first.name, first.type, is_list)
    raise InvalidArgumentError(
        f"{WHERE}: all files must have one type of {first.name!r}. Received: {first} before, {second} in {path}. "
        f"Give the type: types={{{first.name!r}: …}}."
    )


def _sources(
    paths: Any,
    form: str | None,
    compression_type: str | None,
    delimiter: str | None,
    names: Sequence[str] | None,
    stack: ExitStack,
    *,
    header: bool,
) -> list[_Source]:
    if not header and not names:
        raise InvalidArgumentError(f"{WHERE}: header=False needs columns: the names of all columns.")
    files = [paths] if is_stream(paths) else expand_paths(WHERE, paths)
    found = []
    for file in files:
        kind = form or (format_of(file)[0] if isinstance(file, str) else None)
        if kind is None:
            raise InvalidArgumentError(
                f"{WHERE}: the format of {name_of(file)} must be told, its name tells none. "
                f"Give source_format (--from): {', '.join(FORMATS)}."
            )
        check_one("source_format", kind, FORMATS)
        if kind == "parquet" and is_stream(file):
            file = stack.enter_context(seekable(file))
        elif is_stream(file) and not isinstance(file, RewindableStream):
            file = RewindableStream(file)
        found.append(_Source(kind, file, _packed(file, kind, compression_type), _csv_form(file, delimiter, names)))
    if len({one.format for one in found}) > 1:
        raise InvalidArgumentError(
            f"{WHERE}: all files must have one format. Received: {found[0].name} and "
            f"{next(one.name for one in found if one.format != found[0].format)}."
        )
    return found


def _csv_form(file: Any, delimiter: str | None, names: Sequence[str] | None) -> CsvForm:
    return CsvForm(delimiter_of(file, delimiter), None if names is None else tuple(names))


def _packed(file: Any, form: str, told: str | None) -> str:
    """Return how a source is compressed."""
    if form == "parquet":
        return ""
    if form == "tfrecord" or told != AUTO:
        return compression_of(WHERE, file, told)
    return packed_as(file.peek(2) if is_stream(file) else first_bytes(file))
