"""`penstock records count`: how many records there are."""

from __future__ import annotations

import click

from .common import STEP_RECORDS, compression_option, files_argument, json_option, print_json
from .inputs import Input, inputs_of


def count_of(file: Input) -> int:
    """Return the number of records: from the index where one fits, else by reading the file."""
    index = file.index()
    if index is not None:
        return len(index)
    with file.reading("counting") as (reader, advance):
        while reader.read_layout(STEP_RECORDS) is not None:
            advance()
        return reader.record_index


@click.command(name="count", short_help="Print the number of records.")
@files_argument
@compression_option
@json_option
def command(files: tuple[str, ...], compression: str, as_json: bool) -> None:  # noqa: FBT001
    """Print the number of records of each file, and of all.

    A file is read and checked, unless it has an index. - is standard input.
    """
    counts = {file.name: count_of(file) for file in inputs_of(files, compression)}
    total = sum(counts.values())
    if as_json:
        print_json({"files": counts, "records": total})
        return
    for path, count in counts.items():
        click.echo(f"{count:>12,}  {path}")
    if len(counts) > 1:
        click.echo(f"{total:>12,}  in {len(counts)} files")
