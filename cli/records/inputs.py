"""The files that a command reads: names, patterns and `-`; their compression, readers, indexes and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ...core.errors import InvalidArgumentError
from .common import KINDS

if TYPE_CHECKING:
    from ...records import RecordIndex, TFRecordReader

STDIN: Final = "-"


@dataclass(frozen=True)
class Input:
    """One TFRecord file to read.

    Attributes:
        name: Its path, or `<stdin>`.
        kind: How it is compressed.
        source: What a reader takes: the path, or a stream.
    """

    name: str
    kind: str
    source: Any

    @property
    def is_local(self) -> bool:
        """Whether it is a file of this machine, which may have an index."""
        return self.source is self.name and "://" not in self.name

    @property
    def size_bytes(self) -> int | None:
        """Size of a local file, or None."""
        return Path(self.name).stat().st_size if self.is_local and Path(self.name).exists() else None

    def index(self) -> RecordIndex | None:
        """Return the index that lies beside the file and fits it, or None."""
        from ...records import load_index

        return load_index(self.name, self.kind) if self.is_local else None

    @contextmanager
    def reading(self, what: str, **options: Any) -> Iterator[tuple[TFRecordReader, Callable[[], None]]]:
        """Open the file, with a progress bar named by what happens to it.

        Yields:
            The reader, and what to call after each step: it moves the bar. The total is known for uncompressed local
            files.
        """
        from ...records import TFRecordReader

        total = None if self.kind else self.size_bytes
        with (
            TFRecordReader(self.source, self.kind, **options) as reader,
            progress(f"{what} {Path(self.name).name}", total) as advance,
        ):
            yield reader, lambda: advance(reader.offset_bytes)


@contextmanager
def progress(what: str, total_bytes: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over bytes; None where nobody knows how many.

    Yields:
        What to call with the number of bytes done.
    """
    from ..terminal import byte_progress

    with byte_progress() as bar:
        task = bar.add_task(what, total=total_bytes)
        yield lambda done_bytes: bar.update(task, completed=done_bytes)


def expand(patterns: Sequence[str], *, stdin: bool = False) -> list[str]:
    """Return the files that names and patterns mean; `-` is standard input, where `stdin` allows it.

    Raises:
        NotFoundError: A pattern matches nothing.
        InvalidArgumentError: A name is that of a folder.
    """
    from ...records.inputs import expand_paths

    if STDIN in patterns and not stdin:
        raise click.UsageError("this command reads files, not standard input (-).")
    if patterns.count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once.")
    paths: dict[str, None] = {}
    for pattern in patterns:
        if pattern != STDIN and "://" not in pattern and Path(pattern).is_dir():
            raise InvalidArgumentError(f'records: {pattern} is a folder. Name its files, as "{Path(pattern) / "*"}".')
        paths.update(dict.fromkeys([STDIN] if pattern == STDIN else expand_paths("records", pattern)))
    return list(paths)


def standard_input() -> Any:
    """Return standard input as a stream that can be looked into first."""
    from ...records.inputs import RewindableStream

    if sys.stdin.isatty():
        click.echo("reading from standard input …", err=True)
    # Unbuffered: what is there is handed on at once, and Ctrl-C is noticed between two reads.
    return RewindableStream(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), "<stdin>")


def open_input(path: str, compression: str) -> Input:
    """Return one input; its compression is found out where `compression` is `"auto"`."""
    from ...records.inputs import detect_compression

    source: Any = path
    if path == STDIN:
        source = standard_input()
    kind = detect_compression(source) if compression == "auto" else KINDS[compression]
    if path != STDIN:
        return Input(path, kind, path)
    source.keep_no_more()
    return Input(source.name, kind, source)


def inputs_of(patterns: Sequence[str], compression: str, *, stdin: bool = True) -> list[Input]:
    """Return the inputs that names and patterns mean."""
    return [open_input(path, compression) for path in expand(patterns, stdin=stdin)]
