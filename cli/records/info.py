"""`penstock records info`: what a file holds."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import numpy.typing as npt

from .common import (
    STEP_RECORDS,
    compression_of,
    compression_option,
    expand,
    files_argument,
    json_option,
    print_json,
    shown_bytes,
    size_of,
    tracked,
)

if TYPE_CHECKING:
    from ...records import Schema

_SAMPLE = 1000
_BAR = 30


def describe_file(path: str, kind: str) -> dict[str, Any]:
    """Return counts, sizes, a histogram of record sizes by power of two, and the schema of the first records."""
    lengths = _lengths(path, kind)
    bounds, counts = _histogram(lengths)
    schema = _schema(path, kind)
    return {
        "file": path,
        "bytes": size_of(path),
        "compression": kind or None,
        "records": len(lengths),
        "record_bytes": {
            "total": int(lengths.sum()),
            "min": int(lengths.min(initial=0) if not len(lengths) else lengths.min()),
            "mean": float(lengths.mean()) if len(lengths) else 0.0,
            "max": int(lengths.max(initial=0)),
        },
        "histogram": [{"below": bound, "records": count} for bound, count in zip(bounds, counts, strict=True)],
        "schema": None if schema is None or not schema.features else schema.to_json(),
    }


def _lengths(path: str, kind: str) -> npt.NDArray[np.int64]:
    """Return the bytes in each record: from the index where one fits, else by reading the file."""
    from ...records import TFRecordReader
    from ...records.index import load_index

    index = None if "://" in path else load_index(path, kind)
    if index is not None:
        return index.lengths
    parts = [np.empty(0, np.int64)]
    with TFRecordReader(path, kind) as reader, tracked("reading", path, kind) as advance:
        while (layout := reader.read_layout(STEP_RECORDS)) is not None:
            parts.append(layout.lengths)
            advance(reader.offset_bytes)
    return np.concatenate(parts)


def _histogram(lengths: npt.NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Return upper bounds, powers of two, and the number of records below each that are not below the one before."""
    if not len(lengths):
        return [], []
    powers = np.ceil(np.log2(lengths + 1)).astype(int)
    low, high = int(powers.min()), int(powers.max())
    return [1 << power for power in range(low, high + 1)], np.bincount(powers - low).tolist()


def _schema(path: str, kind: str) -> Schema | None:
    """Return the features of the first records, or None if they are no Examples."""
    from ...core.errors import ParseError, UnimplementedError
    from ...records import infer_schema

    if "://" in path:
        return None
    try:
        return infer_schema(glob.escape(path), compression_type=kind, max_records=_SAMPLE)
    except (ParseError, UnimplementedError):
        return None


@click.command(name="info")
@files_argument
@compression_option
@json_option
def command(files: tuple[str, ...], compression: str, as_json: bool) -> None:  # noqa: FBT001
    """Print the number of records, their sizes, and the features of Examples (in the first 1000 records)."""
    told = [describe_file(path, compression_of(path, compression)) for path in expand(files)]
    if as_json:
        print_json(told)
        return
    for item in told:
        _print_text(item)


def _print_text(item: dict[str, Any]) -> None:
    sizes = item["record_bytes"]
    size = "" if item["bytes"] is None else f", {shown_bytes(item['bytes'])}"
    click.echo(
        f"{item['file']}: {item['records']:,} records{size}, compression {(item['compression'] or 'none').lower()}"
    )
    click.echo(f"  record bytes: min {sizes['min']:,}, mean {sizes['mean']:,.1f}, max {sizes['max']:,}")
    most = max((row["records"] for row in item["histogram"]), default=0)
    for row in item["histogram"]:
        bar = "█" * max(1, round(_BAR * row["records"] / most)) if row["records"] else ""
        click.echo(f"  below {row['below']:>10,}: {row['records']:>10,} {bar}".rstrip())
    if item["schema"] is not None:
        from ...records import Schema

        for line in str(Schema.from_json(item["schema"])).splitlines():
            click.echo(f"  {line}")
