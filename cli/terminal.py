"""What commands print with: one console, progress bars, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def console() -> Console:
    """Return the console for results."""
    from rich.console import Console

    return Console(highlight=False)


def progress() -> Progress:
    """Return a progress display that vanishes when it is done."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console(), transient=True
    )


def byte_progress() -> Progress:
    """Return a progress display over bytes; on the error stream, and only where that is a terminal."""
    import sys

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON that standard output can hold: other characters than its own are written as escapes."""
    import json

    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return text if can_print(text) else json.dumps(value, indent=indent)


def can_print(text: str) -> bool:
    """Whether standard output has the characters of a text."""
    import sys

    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def record_progress(what: str) -> Iterator[Callable[[int], None]]:
    """Show how many records were done; on the error stream, and only where that is a terminal.

    Yields:
        What to call with the number of records done.
    """
    import sys

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} records"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda records: bar.update(task, completed=records)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; all columns but the first are numbers and stand to the right."""
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console().print(table)
