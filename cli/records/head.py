"""`penstock records head`: the first records, readable."""

from __future__ import annotations

import click

from .common import compression_option, files_argument, json_option
from .inputs import inputs_of
from .printing import print_records


@click.command(name="head", short_help="Print the first records as JSON lines.")
@files_argument
@click.option("-n", "--count", type=click.IntRange(min=0), default=5, show_default=True, help="How many records.")
@compression_option
@json_option
def command(files: tuple[str, ...], count: int, compression: str, as_json: bool) -> None:  # noqa: FBT001
    """Print the first records as JSON lines: Examples by feature, other records as text or base64.

    - is standard input.
    """
    print_records(inputs_of(files, compression), 0, count, as_json=as_json)
