"""`penstock records convert`: between CSV, JSON lines, Parquet and TFRecord files."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from .common import KINDS, compression_option, files_argument, force_option, json_option, print_json, refuse_existing
from .inputs import STDIN, expand, standard_input
from .writing import print_manifest, shard_options, target_bytes_of

_FORMATS = ("csv", "jsonl", "parquet", "tfrecord")
_COMPRESSIONS = ("none", "gzip", "zlib", "snappy", "zstd")


def _types_of(words: Sequence[str]) -> dict[str, str]:
    """Return columns and types from `name=type`."""
    pairs = [word.rpartition("=") for word in words]
    for name, mark, _ in pairs:
        if not name or not mark:
            raise click.UsageError("--type takes NAME=TYPE, as in --type id=int64 or --type tags=string[].")
    return {name: kind for name, _, kind in pairs}


@click.command(name="convert", short_help="Convert between CSV, JSON, Parquet, TFRecord.")
@files_argument
@click.option("-o", "--output", required=True, help="The file to write, - for stdout, or a pattern of shards.")
@click.option("--from", "source_format", type=click.Choice(_FORMATS), help="Format of FILES.  [default: by name]")
@click.option("--to", "target_format", type=click.Choice(_FORMATS), help="Format of the output.  [default: by name]")
@click.option("--schema", default=None, help="A schema that `penstock records info --save-schema` wrote.")
@click.option("--columns", default=None, help="Columns to convert, as a,b,c; all names where CSV has no header.")
@click.option(
    "--type", "types", multiple=True, metavar="NAME=TYPE", help="int64, float32, float64, string, bytes, or int64[] …"
)
@click.option("--label", default=None, help="A column that no record may lack; it comes last.")
@click.option(
    "--sample", default="1000", show_default=True, help="Records that types are inferred from, a number or all."
)
@click.option("--delimiter", default=None, help="Between cells of CSV.  [default: a comma, a tab in .tsv]")
@click.option("--no-header", is_flag=True, help="CSV has no line of column names.")
@shard_options
@force_option
@click.option(
    "--output-compression",
    type=click.Choice(_COMPRESSIONS),
    default=None,
    help="How the result is compressed.  [default: by name (.gz); snappy for Parquet]",
)
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    output: str,
    source_format: str | None,
    target_format: str | None,
    schema: str | None,
    columns: str | None,
    types: tuple[str, ...],
    label: str | None,
    sample: str,
    delimiter: str | None,
    no_header: bool,  # noqa: FBT001
    shards: int | None,
    target_mib: float | None,
    force: bool,  # noqa: FBT001
    output_compression: str | None,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Convert FILES between CSV, JSON lines, Parquet and TFRecord files of Examples.

    Types come from the file (Parquet), a saved schema, or the first records; a later record that does not fit is an
    error that names file and line. - is standard input or output, and needs --from or --to.
    """
    from ...records import Schema, convert_records, read_manifest
    from ...records.sharded_writer import manifest_path
    from ..terminal import record_progress

    if sample != "all" and not sample.isdigit():
        raise click.UsageError(f"--sample takes a number of records, or all. Received: {sample}.")
    target_bytes = target_bytes_of(output, shards, target_mib)
    paths = expand(files, stdin=True)
    if STDIN in paths and len(paths) > 1:
        raise click.UsageError("standard input (-) is converted alone.")
    if STDIN in paths and source_format is None:
        raise click.UsageError("standard input (-) needs --from.")
    if output == STDIN and target_format is None:
        raise click.UsageError("standard output (-) needs --to.")
    if output == STDIN and (shards or target_bytes):
        raise click.UsageError("shards go to files.")
    if output != STDIN:
        refuse_existing(output, force=force)
    with record_progress("converting " + ", ".join(paths[:2]) + (", …" if len(paths) > 2 else "")) as advance:
        records, fields = convert_records(
            standard_input() if paths == [STDIN] else paths,
            sys.stdout.buffer if output == STDIN else output,
            source_format=source_format,
            target_format=target_format,
            schema=None if schema is None else Schema.load(schema),
            columns=None if columns is None else columns.split(","),
            types=_types_of(types),
            label=label,
            sample=None if sample == "all" else int(sample),
            compression_type=KINDS.get(compression, "AUTO"),
            compression=output_compression,
            shards=shards,
            target_bytes=target_bytes,
            delimiter={"\\t": "\t"}.get(delimiter or "", delimiter),
            header=not no_header,
            progress=advance,
        )
    if shards is not None or target_bytes is not None:
        print_manifest(read_manifest(manifest_path(output)), "convert", as_json=as_json)
    elif output == STDIN:
        return
    elif as_json:
        print_json({"file": output, "records": records, "columns": {field.name: str(field) for field in fields}})
    else:
        told = ", ".join(f"{field.name} {field}" for field in fields)
        click.echo(f"{output}: {records:,} record{'' if records == 1 else 's'} ({told})")
