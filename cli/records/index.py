"""`penstock records index`: write sidecar indexes."""

from __future__ import annotations

from pathlib import Path

import click

from .common import compression_option, files_argument, json_option, print_json, shown_records
from .inputs import inputs_of, progress


@click.command(name="index")
@files_argument
@click.option("--force", is_flag=True, help="Also index files whose index fits already.")
@compression_option
@json_option
def command(files: tuple[str, ...], force: bool, compression: str, as_json: bool) -> None:  # noqa: FBT001
    """Write the index of each file beside it, as FILE.idx.

    With it, lengths, random access and skipping cost nothing. The file is checked on the way.
    """
    from ...records.index import SUFFIX, build_index

    told = []
    for file in inputs_of(files, compression, stdin=False):
        index = None if force else file.index()
        is_new = index is None
        if index is None:
            total = None if file.kind else file.size_bytes
            with progress(f"indexing {Path(file.name).name}", total) as advance:
                index = build_index(file.name, file.kind, progress=advance)
        told.append({"file": file.name, "index": file.name + SUFFIX, "records": len(index), "written": is_new})
        if not as_json:
            click.echo(f"{file.name + SUFFIX}: {shown_records(len(index))}{'' if is_new else ', was up to date'}")
    if as_json:
        print_json(told)
