"""`penstock records cat`: all records, or a range of them, readable or as they are."""

from __future__ import annotations

import click

from .common import compression_option, files_argument, json_option
from .inputs import inputs_of
from .printing import print_records, write_framed


@click.command(name="cat", short_help="Print records as JSON lines.")
@files_argument
@click.option("--start", type=click.IntRange(min=0), default=0, show_default=True, help="First record, counted from 0.")
@click.option("-n", "--count", type=click.IntRange(min=0), default=None, help="How many records.  [default: all]")
@click.option("--raw", is_flag=True, help="Write framed, uncompressed records instead: a TFRecord file on stdout.")
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    start: int,
    count: int | None,
    raw: bool,  # noqa: FBT001
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Print records as JSON lines: Examples by feature, other records as text or base64.

    The records of several files are numbered together. - is standard input.
    """
    if raw and as_json:
        raise click.UsageError("give either --raw or --json.")
    inputs = inputs_of(files, compression)
    if raw:
        write_framed(inputs, start, count)
    else:
        print_records(inputs, start, count, as_json=as_json)
