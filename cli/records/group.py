"""The group `penstock records`."""

from __future__ import annotations

from typing import Final

import click

from ..groups import LazyGroup

COMMANDS: Final = ("cat", "convert", "count", "head", "index", "info", "merge", "repair", "shuffle", "split", "verify")


_HELP: Final = """Look into TFRecord files, check, repair, index, convert, shuffle, split and merge them.

FILES may be patterns ("data/*.tfrecord"), which need no shell, and, for commands that read, URIs
("s3://bucket/a.tfrecord") and - for standard input. No file is read twice. The compression is found out where it is not
given.

\b
Exit codes:
  0    done
  1    damage found, or another error (told on stderr)
  2    wrong usage
  130  interrupted (Ctrl-C)
  141  nobody reads the output any more
"""


@click.group(
    name="records",
    cls=LazyGroup,
    commands_in={name: f"{__package__}.{name}" for name in COMMANDS},
    help=_HELP,
    short_help="Look into TFRecord files, check and change them.",
)
def command() -> None:
    """The group: its commands do the work."""
