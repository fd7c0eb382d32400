"""What `adapt` and `transform` share: which files they mean, progress over all their bytes, results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ...core.errors import InvalidArgumentError
from ..terminal import json_text


def files_of(patterns: Sequence[str]) -> list[str]:
    """Return the local files that names and patterns mean, sorted.

    Raises:
        NotFoundError: A pattern matches nothing.
    """
    from ...pipeline.listing import match_files

    return match_files(patterns, "penstock")


@contextmanager
def tracking(what: str, paths: Sequence[str]) -> Iterator[Callable[[str, int | None], None]]:
    """Show a progress bar over the bytes of all files.

    Yields:
        What to call with a file and the bytes of it that are done; None for the whole file.
    """
    from ..terminal import byte_progress

    sizes = {path: Path(path).stat().st_size for path in paths}
    done = dict.fromkeys(paths, 0)
    with byte_progress() as bar:
        task = bar.add_task(what, total=sum(sizes.values()))

        def advance(path: str, done_bytes: int | None) -> None:
            done[path] = sizes[path] if done_bytes is None else min(done_bytes, sizes[path])
            bar.update(task, completed=sum(done.values()))

        yield advance


def refuse_existing(path: str, *, force: bool) -> None:
    """Check that a result overwrites nothing.

    Raises:
        InvalidArgumentError: The file exists, and nobody said --force.
    """
    if not force and Path(path).exists():
        raise InvalidArgumentError(f"penstock: {path} exists already. Remove it, or overwrite it with --force.")


def print_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json_text(value, indent=1))
