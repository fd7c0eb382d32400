"""The group `penstock records`."""

from __future__ import annotations

from typing import Final

import click

from ..groups import LazyGroup

COMMANDS: Final = ("cat", "count", "head", "index", "info", "merge", "repair", "split", "verify")


@click.group(name="records", cls=LazyGroup, commands_in={name: f"{__package__}.{name}" for name in COMMANDS})
def command() -> None:
    """Look into TFRecord files, check, repair, index, split and merge them.

    FILES may be patterns ("data/*.tfrecord") and, for commands that read, URIs ("s3://bucket/a.tfrecord"). The
    compression is found out where it is not given.
    """
