"""Where records go: one file, or shards. What `split`, `shuffle` and `convert` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...core.errors import InvalidArgumentError
from .common import F, print_json, shown_records

if TYPE_CHECKING:
    from ...records import Manifest


def shard_options(function: F) -> F:
    """Add the options --shards and --target-mib."""
    for option in (
        click.option(
            "--target-mib",
            type=click.FloatRange(min=0, min_open=True),
            default=None,
            help="Or: MiB in each shard, before compression.",
        ),
        click.option("--shards", type=click.IntRange(min=1), default=None, help="Number of shards; records in turn."),
    ):
        function = option(function)
    return function


def target_bytes_of(output: str, shards: int | None, target_mib: float | None) -> int | None:
    """Return the size of a shard in bytes, or None.

    Raises:
        click.UsageError: Both number and size are given, or neither and the output is a pattern of shards.
    """
    if shards is None and target_mib is None and "{shard" in output:
        raise click.UsageError(f"{output!r} is a pattern of shards: give either --shards or --target-mib.")
    if shards is not None and target_mib is not None:
        raise click.UsageError("give either --shards or --target-mib.")
    return None if target_mib is None else max(1, int(target_mib * (1 << 20)))


def print_manifest(manifest: Manifest | None, where: str, *, as_json: bool) -> None:
    """Print what shards were written."""
    if manifest is None:
        raise InvalidArgumentError(f"records {where}: nothing was written.")
    if as_json:
        print_json({"shards": manifest.paths, "records": manifest.records, "bytes": manifest.bytes})
        return
    for shard in manifest.shards:
        click.echo(f"{Path(manifest.folder) / shard.name}: {shown_records(shard.records)}")


def print_file(path: str, records: int, *, as_json: bool, **more: Any) -> None:
    """Print that one file was written."""
    if as_json:
        print_json({"file": path, "records": records, **more})
        return
    click.echo(f"{path}: {shown_records(records)}")
