"""`penstock records repair`: copy what is good."""

from __future__ import annotations

import click

from .common import (
    KINDS,
    ROWS,
    LimitType,
    compression_option,
    force_option,
    json_option,
    max_record_option,
    output_kind,
    print_json,
    refuse_existing,
    shown_places,
    shown_records,
)
from .inputs import expand, open_input
from .quiet import without_warnings


@click.command(name="repair", short_help="Copy all good records to a new file.")
@click.argument("damaged")
@click.argument("repaired")
@force_option
@click.option(
    "--output-compression",
    type=click.Choice(["same", *KINDS]),
    default=None,
    help="How the result is compressed.  [default: by name (.gz), else the same as DAMAGED]",
)
@click.option(
    "--max-skipped",
    type=LimitType(),
    default=None,
    help="Write nothing if more damaged places than 3, or a larger share of them than 0.01 or 1%, are met.  "
    "[default: no limit]",
)
@max_record_option
@compression_option
@json_option
def command(
    damaged: str,
    repaired: str,
    force: bool,  # noqa: FBT001
    output_compression: str | None,
    max_skipped: float | None,
    max_record_bytes: int | None,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Copy all good records of DAMAGED to the new file REPAIRED, and tell what was lost."""
    from ...records import TFRecordWriter

    files = expand([damaged])
    if len(files) != 1:
        raise click.UsageError(f"DAMAGED must be one file. {damaged!r} matches {len(files)}.")
    refuse_existing(repaired, force=force)
    file = open_input(files[0], compression)
    target = file.kind if output_compression == "same" else output_kind(repaired, output_compression)
    if output_compression is None:
        target = target or file.kind
    with (
        without_warnings(),
        TFRecordWriter(repaired, target) as writer,
        file.reading("repairing", on_corrupt="skip", max_skipped=max_skipped, max_record_bytes=max_record_bytes) as (
            reader,
            advance,
        ),
    ):
        while (block := reader.read(ROWS)) is not None:
            writer.write_many(block)
            advance()
    report = reader.report
    if as_json:
        print_json({"file": file.name, "repaired": repaired, **report.to_json()})
        return
    click.echo(f"{repaired}: {shown_records(report.records_read)}, {shown_places(report)} left out")
    for damage in report:
        click.echo(f"  {damage}")
