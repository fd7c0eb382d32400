"""`penstock records head`: the first records, readable."""

from __future__ import annotations

import click

from .common import compression_option, expand, files_argument
from .printing import print_records


@click.command(name="head")
@files_argument
@click.option("-n", "--count", type=click.IntRange(min=0), default=5, show_default=True, help="How many records.")
@compression_option
def command(files: tuple[str, ...], count: int, compression: str) -> None:
    """Print the first records as JSON lines: Examples by feature, other records as text or base64."""
    print_records(expand(files), compression, 0, count)
