"""`penstock records shuffle`: all records of all files in random order, in bounded memory."""

from __future__ import annotations

import click

from .common import (
    KINDS,
    SizeType,
    compression_option,
    files_argument,
    force_option,
    json_option,
    output_compression_option,
    output_kind,
    refuse_existing,
)
from .inputs import inputs_of, progress
from .writing import print_file, print_manifest, shard_options, target_bytes_of


@click.command(name="shuffle", short_help="Write records in random order.")
@files_argument
@click.option("-o", "--output", required=True, help="The file to write, or a pattern of shards as for split.")
@shard_options
@click.option("--seed", type=int, default=None, help="The same seed gives the same order.  [default: a new one]")
@click.option("--memory", type=SizeType(), default="512MiB", show_default=True, help="Memory to use.")
@click.option("--temp-dir", default=None, help="Folder for temporary files.  [default: that of the output]")
@force_option
@output_compression_option
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    output: str,
    shards: int | None,
    target_mib: float | None,
    seed: int | None,
    memory: int,
    temp_dir: str | None,
    force: bool,  # noqa: FBT001
    output_compression: str | None,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the records of FILES in random order, every order equally likely.

    Records that do not fit into --memory wait in temporary files, which are as large as the records and are removed at
    the end. The order depends on --seed and on the order of FILES alone.
    """
    from ...records import read_manifest, shuffle_records
    from ...records.sharded_writer import manifest_path

    target_bytes = target_bytes_of(output, shards, target_mib)
    inputs = inputs_of(files, compression, stdin=False)
    refuse_existing(output, force=force)
    sizes = [None if file.kind else file.size_bytes for file in inputs]
    total = None if None in sizes else 2 * sum(size or 0 for size in sizes)
    with progress("shuffling", total) as advance:
        records = shuffle_records(
            [file.name for file in inputs],
            output,
            seed=seed,
            memory_bytes=memory,
            compression_type=KINDS.get(compression, "AUTO"),
            options=output_kind(output, output_compression),
            shards=shards,
            target_bytes=target_bytes,
            temp_dir=temp_dir,
            progress=advance,
        )
    if shards is None and target_bytes is None:
        print_file(output, records, as_json=as_json)
    else:
        print_manifest(read_manifest(manifest_path(output)), "shuffle", as_json=as_json)
