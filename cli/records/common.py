"""What the commands of `penstock records` share: their options, which files they mean, progress, JSON."""

from __future__ import annotations

import glob
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ...core.errors import InvalidArgumentError, NotFoundError

if TYPE_CHECKING:
    from ...records import DamageReport

F = TypeVar("F", bound=Callable[..., Any])

KINDS: Final = {"none": "", "gzip": "GZIP", "zlib": "ZLIB"}
# Bytes read before the progress bar moves again.
STEP_RECORDS: Final = 1 << 14


def files_argument(function: F) -> F:
    """Add the argument FILES."""
    return click.argument("files", nargs=-1, required=True, metavar="FILES...")(function)


def compression_option(function: F) -> F:
    """Add the option --compression."""
    return click.option(
        "--compression",
        type=click.Choice(["auto", *KINDS]),
        default="auto",
        show_default=True,
        help="How the files are compressed.",
    )(function)


def json_option(function: F) -> F:
    """Add the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text.")(function)


def expand(patterns: Sequence[str]) -> list[str]:
    """Return the files that names and patterns mean: those of each pattern in sorted order, no file twice.

    Raises:
        NotFoundError: A pattern matches nothing.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        plain = "://" in pattern or Path(pattern).exists() or not glob.has_magic(pattern)
        matches = [pattern] if plain else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 (the pattern may be absolute)
        if not matches:
            raise NotFoundError(f"records: no file matches {pattern!r}.")
        found.update(dict.fromkeys(matches))
    return list(found)


def compression_of(path: str, told: str) -> str:
    """Return how a file is compressed: as told, or for `"auto"` by its first bytes.

    A plain file begins with a header whose CRC holds; a file that begins like nothing known counts as plain.
    """
    from ...records.files import open_source
    from ...records.framing import masked_crc32c

    if told != "auto":
        return KINDS[told]
    source = open_source(path)
    try:
        view = memoryview(bytearray(12))
        held = 0
        while held < 12 and (got := source.readinto(view[held:])):
            held += got
    finally:
        source.close()
    first = bytes(view[:held])
    if held == 12 and masked_crc32c(first[:8]) == int.from_bytes(first[8:], "little"):
        return ""
    if first[:2] == b"\x1f\x8b":
        return "GZIP"
    # RFC 1950: deflate with a window of up to 32 KiB, and a multiple of 31.
    is_zlib = held >= 2 and first[0] & 0x0F == 8 and first[0] >> 4 <= 7 and int.from_bytes(first[:2], "big") % 31 == 0
    return "ZLIB" if is_zlib else ""


def size_of(path: str) -> int | None:
    """Return the size of a local file in bytes, or None."""
    return None if "://" in path else Path(path).stat().st_size if Path(path).exists() else None


@contextmanager
def tracked(what: str, path: str, kind: str) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over the bytes of a file while it is read.

    Yields:
        What to call with the offset reached; the total is known for uncompressed local files.
    """
    from ..terminal import byte_progress

    with byte_progress() as bar:
        task = bar.add_task(f"{what} {Path(path).name}", total=None if kind else size_of(path))
        yield lambda offset_bytes: bar.update(task, completed=offset_bytes)


def print_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))


def refuse_existing(path: str, *, force: bool) -> None:
    """Check that a result overwrites nothing.

    Raises:
        InvalidArgumentError: The file exists, and nobody said --force.
    """
    if not force and Path(path).exists():
        raise InvalidArgumentError(f"records: {path} exists already. Remove it, or overwrite it with --force.")


def shown_bytes(count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"


def shown_places(report: DamageReport) -> str:
    """Return how many damaged places a report has, as text."""
    return f"{len(report):,} damaged place{'' if len(report) == 1 else 's'}"
