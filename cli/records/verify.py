"""`penstock records verify`: check every checksum."""

from __future__ import annotations

from typing import Any

import click

from .common import (
    STEP_RECORDS,
    compression_option,
    files_argument,
    json_option,
    max_record_option,
    print_json,
    shown_places,
    shown_records,
)
from .inputs import Input, expand, inputs_of
from .quiet import without_warnings

_SHOWN = 20


def check_file(file: Input, max_record_bytes: int | None) -> Any:
    """Read a whole file, damage and all, and return the `DamageReport`."""
    options = {"on_corrupt": "skip", "max_record_bytes": max_record_bytes}
    with without_warnings(), file.reading("checking", **options) as (reader, advance):
        while reader.read_layout(STEP_RECORDS) is not None:
            advance()
        return reader.report


@click.command(name="verify")
@files_argument
@click.option("--manifest", is_flag=True, help="FILES are manifests: check their shards against them, with hashes.")
@max_record_option
@compression_option
@json_option
def command(
    files: tuple[str, ...],
    manifest: bool,  # noqa: FBT001
    max_record_bytes: int | None,
    compression: str,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Check both checksums of every record.

    The exit code is 1 when a file is damaged, or a shard is not as its manifest says. - is standard input.
    """
    if manifest:
        return _check_manifests(expand(files), as_json=as_json)
    damaged, told = 0, []
    for file in inputs_of(files, compression):
        report = check_file(file, max_record_bytes)
        path = file.name
        damaged += len(report) > 0
        told.append({"file": path, "ok": len(report) == 0, **report.to_json()})
        if as_json:
            continue
        if len(report) == 0:
            click.echo(f"{path}: {shown_records(report.records_read)}, all good")
            continue
        click.echo(f"{path}: {report.records_read:,} good records, {shown_places(report)}")
        for damage in list(report)[:_SHOWN]:
            click.echo(f"  {damage}")
        if len(report) > _SHOWN:
            click.echo(f"  … and {len(report) - _SHOWN} more")
    if as_json:
        print_json(told)
    return 1 if damaged else 0


def _check_manifests(files: list[str], *, as_json: bool) -> int:
    from ...records import read_manifest

    told = []
    for path in files:
        manifest = read_manifest(path)
        problems = manifest.problems(deep=True)
        told.append({"file": path, "ok": not problems, "shards": len(manifest.shards), "problems": problems})
        if not as_json:
            state = (
                f"{len(problems)} are not as written" if problems else f"{manifest.records:,} records, all as written"
            )
            click.echo(f"{path}: {len(manifest.shards)} shards, {state}")
            for problem in problems:
                click.echo(f"  {problem}")
    if as_json:
        print_json(told)
    return 0 if all(item["ok"] for item in told) else 1
