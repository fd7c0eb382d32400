"""`penstock records merge`: many files into one."""

from __future__ import annotations

import click

from .common import (
    ROWS,
    compression_option,
    files_argument,
    force_option,
    json_option,
    output_compression_option,
    output_kind,
    print_json,
    refuse_existing,
    shown_records,
)
from .inputs import inputs_of


@click.command(name="merge", short_help="Write the records of FILES into one file.")
@files_argument
@click.option("-o", "--output", required=True, help="The file to write.")
@force_option
@output_compression_option
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    output: str,
    force: bool,  # noqa: FBT001
    output_compression: str | None,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the records of FILES, one file after another, into one file.

    Every checksum is checked on the way; the file appears when it is complete. - is standard input.
    """
    from ...records import TFRecordWriter

    inputs = inputs_of(files, compression)
    refuse_existing(output, force=force)
    records = 0
    with TFRecordWriter(output, output_kind(output, output_compression)) as writer:
        for file in inputs:
            with file.reading("merging") as (reader, advance):
                while (block := reader.read(ROWS)) is not None:
                    writer.write_many(block)
                    advance()
                records += reader.record_index
    if as_json:
        print_json({"file": output, "records": records, "files": len(inputs)})
        return
    click.echo(f"{output}: {shown_records(records)} of {len(inputs)} file{'' if len(inputs) == 1 else 's'}")
