"""Print a range of records: what `head` and `cat` share."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from ...core.errors import PenstockError
from ..terminal import json_text
from .inputs import Input
from .showing import record_as_json

_ROWS: int = 256


def records_of(files: Sequence[Input], start: int, count: int | None) -> Iterator[bytes]:
    """Yield records `start` to `start + count` of some files taken together.

    Files that lie wholly before the start are passed by in one step where they have an index.
    """
    from ...records import TFRecordReader

    for file in files:
        if count == 0:
            return
        index = file.index() if start else None
        if index is not None and start >= len(index):
            start -= len(index)
            continue
        with TFRecordReader(file.source, file.kind) as reader:
            if index is not None and start:
                reader.seek(int(index.offsets[start]), start)
                start = 0
            start -= reader.skip(start)
            while count != 0 and (block := reader.read(_ROWS if count is None else min(count, _ROWS))) is not None:
                count = None if count is None else count - len(block)
                yield from block.strings()


def print_records(files: Sequence[Input], start: int, count: int | None, *, as_json: bool) -> None:
    """Print records as JSON lines, or as one JSON list, which also ends where a record is damaged."""
    lines = (json_text(record_as_json(record)) for record in records_of(files, start, count))
    if not as_json:
        for line in lines:
            sys.stdout.write(line + "\n")
        return
    before = "["
    try:
        for line in lines:
            sys.stdout.write(f"{before}\n {line}")
            before = ","
    except PenstockError:
        if before == ",":
            sys.stdout.write("\n]\n")
        raise
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def write_framed(files: Sequence[Input], start: int, count: int | None) -> None:
    """Write records to standard output as a TFRecord file."""
    from ...records.framing import frame

    for record in records_of(files, start, count):
        sys.stdout.buffer.write(frame(record))
