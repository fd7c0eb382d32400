"""Print a range of records as JSON lines: what `head` and `cat` share."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from .common import compression_of
from .showing import record_as_json

_ROWS: int = 256


def records_of(files: list[str], compression: str, start: int, count: int | None) -> Iterator[bytes]:
    """Yield records `start` to `start + count` of some files taken together.

    Files that lie wholly before the start are passed by in one step where they have an index.
    """
    from ...records import TFRecordReader
    from ...records.index import load_index

    for path in files:
        if count == 0:
            return
        kind = compression_of(path, compression)
        index = load_index(path, kind) if start and "://" not in path else None
        if index is not None and start >= len(index):
            start -= len(index)
            continue
        with TFRecordReader(path, kind) as reader:
            if index is not None and start:
                reader.seek(int(index.offsets[start]), start)
                start = 0
            start -= reader.skip(start)
            while count != 0 and (block := reader.read(_ROWS if count is None else min(count, _ROWS))) is not None:
                count = None if count is None else count - len(block)
                yield from block.strings()


def print_records(files: list[str], compression: str, start: int, count: int | None) -> None:
    """Print records as JSON lines."""
    for record in records_of(files, compression, start, count):
        click.echo(json.dumps(record_as_json(record), ensure_ascii=False))
