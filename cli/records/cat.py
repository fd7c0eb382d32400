"""`penstock records cat`: all records, or a range of them, readable or as they are."""

from __future__ import annotations

import sys

import click

from .common import compression_option, expand, files_argument
from .printing import print_records, records_of


@click.command(name="cat")
@files_argument
@click.option("--start", type=click.IntRange(min=0), default=0, show_default=True, help="First record, counted from 0.")
@click.option("-n", "--count", type=click.IntRange(min=0), default=None, help="How many records.  [default: all]")
@click.option("--raw", is_flag=True, help="Write framed, uncompressed records instead: a TFRecord file on stdout.")
@compression_option
def command(files: tuple[str, ...], start: int, count: int | None, raw: bool, compression: str) -> None:  # noqa: FBT001
    """Print records as JSON lines: Examples by feature, other records as text or base64."""
    if not raw:
        print_records(expand(files), compression, start, count)
        return
    from ...records.framing import frame

    for record in records_of(expand(files), compression, start, count):
        sys.stdout.buffer.write(frame(record))
