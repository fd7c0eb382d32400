"""`penstock records split`: one stream of records into shards."""

from __future__ import annotations

from pathlib import Path

import click

from ...core.errors import InvalidArgumentError
from .common import KINDS, compression_of, compression_option, expand, files_argument, json_option, print_json, tracked

_ROWS = 1024


@click.command(name="split")
@files_argument
@click.option("-o", "--output", required=True, help='Pattern, as "train-{shard:05d}-of-{shards:05d}.tfrecord".')
@click.option("--shards", type=click.IntRange(min=1), default=None, help="Number of shards; records in turn.")
@click.option("--target-mib", type=click.FloatRange(min=0, min_open=True), default=None, help="Or: MiB in each shard.")
@click.option("--shuffle-buffer", type=click.IntRange(min=1), default=None, help="Records shuffled at a time.")
@click.option("--seed", type=int, default=None, help="Seed of the shuffle.")
@click.option("--output-compression", type=click.Choice(list(KINDS)), default="none", show_default=True)
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    output: str,
    shards: int | None,
    target_mib: float | None,
    shuffle_buffer: int | None,
    seed: int | None,
    output_compression: str,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the records of FILES into shards, with a manifest; all shards appear, or none."""
    from ...records import ShardedWriter, TFRecordReader

    if (shards is None) == (target_mib is None):
        raise click.UsageError("give either --shards or --target-mib")
    paths = expand(files)
    with ShardedWriter(
        output,
        shards=shards,
        target_bytes=None if target_mib is None else max(1, int(target_mib * (1 << 20))),
        options=KINDS[output_compression],
        shuffle_buffer=shuffle_buffer,
        seed=seed,
    ) as writer:
        for path in paths:
            kind = compression_of(path, compression)
            with TFRecordReader(path, kind) as reader, tracked("splitting", path, kind) as advance:
                while (block := reader.read(_ROWS)) is not None:
                    writer.write_many(block)
                    advance(reader.offset_bytes)
    manifest = writer.manifest
    if manifest is None:
        raise InvalidArgumentError("records split: nothing was written.")
    if as_json:
        print_json({"shards": manifest.paths, "records": manifest.records, "bytes": manifest.bytes})
        return
    for shard in manifest.shards:
        click.echo(f"{Path(manifest.folder) / shard.name}: {shard.records:,} records")
