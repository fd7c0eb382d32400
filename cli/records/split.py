"""`penstock records split`: one stream of records into shards."""

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
    refuse_existing,
)
from .inputs import inputs_of
from .writing import print_manifest, shard_options, target_bytes_of


@click.command(name="split")
@files_argument
@click.option("-o", "--output", required=True, help='Pattern, as "train-{shard:05d}-of-{shards:05d}.tfrecord".')
@shard_options
@click.option("--shuffle-buffer", type=click.IntRange(min=1), default=None, help="Records shuffled at a time.")
@click.option("--seed", type=int, default=None, help="Seed of the shuffle.")
@force_option
@output_compression_option
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    output: str,
    shards: int | None,
    target_mib: float | None,
    shuffle_buffer: int | None,
    seed: int | None,
    force: bool,  # noqa: FBT001
    output_compression: str | None,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the records of FILES into shards, with a manifest.

    All shards appear when they are complete, or none. - is standard input.
    """
    from ...records import ShardedWriter

    if shards is None and target_mib is None:
        raise click.UsageError("give either --shards or --target-mib.")
    target_bytes = target_bytes_of(output, shards, target_mib)
    inputs = inputs_of(files, compression)
    refuse_existing(output, force=force)
    with ShardedWriter(
        output,
        shards=shards,
        target_bytes=target_bytes,
        options=output_kind(output, output_compression),
        shuffle_buffer=shuffle_buffer,
        seed=seed,
    ) as writer:
        for file in inputs:
            with file.reading("splitting") as (reader, advance):
                while (block := reader.read(ROWS)) is not None:
                    writer.write_many(block)
                    advance()
    print_manifest(writer.manifest, "split", as_json=as_json)
