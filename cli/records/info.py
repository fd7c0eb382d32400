"""`penstock records info`: what a file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np
import numpy.typing as npt

from ..terminal import can_print
from .common import (
    KINDS,
    STEP_RECORDS,
    compression_option,
    files_argument,
    json_option,
    print_json,
    refuse_existing,
    shown_bytes,
    shown_records,
)
from .inputs import Input, expand, inputs_of

if TYPE_CHECKING:
    from ...core.columns import BytesColumn
    from ...records import Schema

_SAMPLE = 1000
_BAR = 30


def describe_file(file: Input) -> dict[str, Any]:
    """Return counts, sizes, a histogram of record sizes by power of two, and the schema of the first records."""
    lengths, schema = _look(file)
    bounds, counts = _histogram(lengths)
    return {
        "file": file.name,
        "bytes": file.size_bytes,
        "compression": file.kind or None,
        "records": len(lengths),
        "record_bytes": {
            "total": int(lengths.sum()),
            "min": int(lengths.min()) if len(lengths) else 0,
            "mean": float(lengths.mean()) if len(lengths) else 0.0,
            "max": int(lengths.max(initial=0)),
        },
        "histogram": [{"below": bound, "records": count} for bound, count in zip(bounds, counts, strict=True)],
        "schema": None if schema is None else schema.to_json(),
    }


def _look(file: Input) -> tuple[npt.NDArray[np.int64], Schema | None]:
    """Return the bytes in each record, and the schema of the first records.

    Lengths come from the index where one fits, else from reading the file.
    """
    index = file.index()
    first: list[BytesColumn] = []
    parts = [np.empty(0, np.int64)]
    with file.reading("reading") as (reader, advance):
        while (left := _SAMPLE - reader.record_index) > 0 and (rows := reader.read(left)) is not None:
            first.append(rows)
            parts.append(rows.lengths)
            advance()
        while index is None and (layout := reader.read_layout(STEP_RECORDS)) is not None:
            parts.append(layout.lengths)
            advance()
    lengths = np.concatenate(parts) if index is None else index.lengths
    return lengths, _schema(first, is_complete=len(lengths) <= _SAMPLE)


def _schema(first: list[BytesColumn], *, is_complete: bool) -> Schema | None:
    """Return the features of some records, or None if they are no Examples."""
    from ...core.errors import ParseError
    from ...records.survey import survey

    try:
        schema = survey(first, is_complete=is_complete)
    except ParseError:
        return None
    return schema if schema.keys() else None


def _histogram(lengths: npt.NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Return upper bounds, powers of two, and the number of records below each that are not below the one before."""
    if not len(lengths):
        return [], []
    powers = np.ceil(np.log2(lengths + 1)).astype(int)
    low, high = int(powers.min()), int(powers.max())
    return [1 << power for power in range(low, high + 1)], np.bincount(powers - low).tolist()


@click.command(name="info", short_help="Print counts, sizes and features.")
@files_argument
@click.option(
    "--save-schema", default=None, metavar="PATH", help="Save the schema of all records of all FILES as JSON."
)
@click.option("--force", is_flag=True, help="Overwrite a schema that was saved before.")
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    save_schema: str | None,
    force: bool,  # noqa: FBT001
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Print the number of records, their sizes, and the features of Examples or SequenceExamples.

    Features are those of the first 1000 records. - is standard input.
    """
    if save_schema is not None:
        from ...records import infer_schema

        refuse_existing(save_schema, force=force)
        paths = expand(files)
        infer_schema(paths, compression_type=KINDS.get(compression, "AUTO")).save(save_schema)
    told = [describe_file(file) for file in inputs_of(files, compression)]
    if as_json:
        print_json(told)
        return
    for item in told:
        _print_text(item)


def _print_text(item: dict[str, Any]) -> None:
    sizes = item["record_bytes"]
    size = "" if item["bytes"] is None else f", {shown_bytes(item['bytes'])}"
    click.echo(
        f"{item['file']}: {shown_records(item['records'])}{size}, compression {(item['compression'] or 'none').lower()}"
    )
    click.echo(f"  record bytes: min {sizes['min']:,}, mean {sizes['mean']:,.1f}, max {sizes['max']:,}")
    block = "█" if can_print("█") else "#"
    most = max((row["records"] for row in item["histogram"]), default=0)
    for row in item["histogram"]:
        bar = block * max(1, round(_BAR * row["records"] / most)) if row["records"] else ""
        click.echo(f"  below {row['below']:>10,}: {row['records']:>10,} {bar}".rstrip())
    if item["schema"] is not None:
        from ...records import Schema

        for line in str(Schema.from_json(item["schema"])).splitlines():
            click.echo(f"  {line}")
