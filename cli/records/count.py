"""`penstock records count`: how many records there are."""

from __future__ import annotations

import click

from .common import (
    STEP_RECORDS,
    compression_of,
    compression_option,
    expand,
    files_argument,
    json_option,
    print_json,
    tracked,
)


def count_of(path: str, kind: str) -> int:
    """Return the number of records: from the index where one fits, else by reading the file."""
    from ...records import TFRecordReader
    from ...records.index import load_index

    index = None if "://" in path else load_index(path, kind)
    if index is not None:
        return len(index)
    with TFRecordReader(path, kind) as reader, tracked("counting", path, kind) as advance:
        while reader.read_layout(STEP_RECORDS) is not None:
            advance(reader.offset_bytes)
        return reader.record_index


@click.command(name="count")
@files_argument
@compression_option
@json_option
def command(files: tuple[str, ...], compression: str, as_json: bool) -> None:  # noqa: FBT001
    """Print the number of records of each file, and of all."""
    counts = {path: count_of(path, compression_of(path, compression)) for path in expand(files)}
    total = sum(counts.values())
    if as_json:
        print_json({"files": counts, "records": total})
        return
    for path, count in counts.items():
        click.echo(f"{count:>12,}  {path}")
    if len(counts) > 1:
        click.echo(f"{total:>12,}  in {len(counts)} files")
