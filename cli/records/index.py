"""`penstock records index`: write sidecar indexes."""

from __future__ import annotations

import click

from .common import compression_of, compression_option, expand, files_argument, json_option, print_json, tracked


@click.command(name="index")
@files_argument
@click.option("--force", is_flag=True, help="Also index files whose index fits already.")
@compression_option
@json_option
def command(files: tuple[str, ...], force: bool, compression: str, as_json: bool) -> None:  # noqa: FBT001
    """Write the index of each file beside it, as FILE.idx: lengths, random access and skipping then cost nothing."""
    from ...records.index import SUFFIX, build_index, load_index

    told = []
    for path in expand(files):
        kind = compression_of(path, compression)
        index = None if force else load_index(path, kind)
        is_new = index is None
        if index is None:
            with tracked("indexing", path, kind) as advance:
                index = build_index(path, kind, progress=advance)
        told.append({"file": path, "index": path + SUFFIX, "records": len(index), "written": is_new})
        if not as_json:
            click.echo(f"{path + SUFFIX}: {len(index):,} records{'' if is_new else ', was up to date'}")
    if as_json:
        print_json(told)
