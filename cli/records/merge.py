"""`penstock records merge`: many files into one."""

from __future__ import annotations

import click

from .common import (
    KINDS,
    compression_of,
    compression_option,
    expand,
    files_argument,
    json_option,
    print_json,
    refuse_existing,
    tracked,
)

_ROWS = 1024


@click.command(name="merge")
@files_argument
@click.option("-o", "--output", required=True, help="The file to write.")
@click.option("--force", is_flag=True, help="Overwrite the output where it exists.")
@click.option("--output-compression", type=click.Choice(list(KINDS)), default="none", show_default=True)
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    output: str,
    force: bool,  # noqa: FBT001
    output_compression: str,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the records of FILES, one file after another, into one file; every checksum is checked on the way."""
    from ...records import TFRecordReader, TFRecordWriter

    paths = expand(files)
    refuse_existing(output, force=force)
    records = 0
    with TFRecordWriter(output, KINDS[output_compression]) as writer:
        for path in paths:
            kind = compression_of(path, compression)
            with TFRecordReader(path, kind) as reader, tracked("merging", path, kind) as advance:
                while (block := reader.read(_ROWS)) is not None:
                    writer.write_many(block)
                    advance(reader.offset_bytes)
            records += reader.record_index
    if as_json:
        print_json({"file": output, "records": records, "files": len(paths)})
        return
    click.echo(f"{output}: {records:,} records of {len(paths)} files")
