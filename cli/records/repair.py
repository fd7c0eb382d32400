"""`penstock records repair`: copy what is good."""

from __future__ import annotations

import click

from .common import (
    KINDS,
    compression_of,
    compression_option,
    json_option,
    print_json,
    refuse_existing,
    shown_places,
    tracked,
)
from .quiet import without_warnings

_ROWS = 1024


@click.command(name="repair")
@click.argument("damaged")
@click.argument("repaired")
@click.option("--force", is_flag=True, help="Overwrite REPAIRED where it exists.")
@click.option("--output-compression", type=click.Choice(["same", *KINDS]), default="same", show_default=True)
@compression_option
@json_option
def command(
    damaged: str,
    repaired: str,
    force: bool,  # noqa: FBT001
    output_compression: str,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Copy all good records of DAMAGED to the new file REPAIRED, and tell what was lost."""
    from ...records import TFRecordReader, TFRecordWriter

    refuse_existing(repaired, force=force)
    kind = compression_of(damaged, compression)
    target = kind if output_compression == "same" else KINDS[output_compression]
    with (
        without_warnings(),
        TFRecordReader(damaged, kind, on_corrupt="skip") as reader,
        TFRecordWriter(repaired, target) as writer,
        tracked("repairing", damaged, kind) as advance,
    ):
        while (block := reader.read(_ROWS)) is not None:
            writer.write_many(block)
            advance(reader.offset_bytes)
    report = reader.report
    if as_json:
        print_json({"file": damaged, "repaired": repaired, **report.to_json()})
        return
    click.echo(f"{repaired}: {report.records_read:,} records, {shown_places(report)} left out")
    for damage in report:
        click.echo(f"  {damage}")
