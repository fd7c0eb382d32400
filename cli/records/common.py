"""What the commands of `penstock records` share: options, outputs, numbers as people read them, JSON."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ...core.errors import InvalidArgumentError
from ..terminal import json_text

if TYPE_CHECKING:
    from ...records import DamageReport

F = TypeVar("F", bound=Callable[..., Any])

KINDS: Final = {"none": "", "gzip": "GZIP", "zlib": "ZLIB"}
# Rows handed on at a time, and records passed over before the progress bar moves again.
ROWS: Final = 1024
STEP_RECORDS: Final = 1 << 14
_UNITS: Final = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_LIMIT: Final = re.compile(r"(\d+(?:\.\d+)?)(%?)")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)


class SizeType(click.ParamType[int]):
    """A number of bytes: `1000000`, `64MiB`, `2g`; units are powers of 1024."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value.strip())
        if match is None:
            self.fail(f"{value!r} is no size. Write 1000000, 64MiB or 2GiB.", param, ctx)
        return int(float(match[1]) * (1 << _UNITS[match[2].lower()]))


class LimitType(click.ParamType[float]):
    """A number of damaged places, `3`, or their share of places and records, `0.01` or `1%`."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, int | float):
            return value
        match = _LIMIT.fullmatch(value.strip())
        if match is None:
            self.fail(f"{value!r} is no limit. Write a number of places (3), or a share (0.01 or 1%).", param, ctx)
        if match[2]:
            limit = float(match[1]) / 100
        else:
            limit = float(match[1]) if "." in match[1] else int(match[1])
        if isinstance(limit, float) and limit > 1:
            self.fail(f"{value!r} is no limit. A share is at most 1, a number of places is whole.", param, ctx)
        return limit


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


def output_compression_option(function: F) -> F:
    """Add the option --output-compression."""
    return click.option(
        "--output-compression",
        type=click.Choice(list(KINDS)),
        default=None,
        help="How the result is compressed.  [default: by name (.gz), else not at all]",
    )(function)


def output_kind(path: str, told: str | None) -> str:
    """Return how a result is compressed: as told, or as its name says."""
    from ...records.conversion.formats import compression_type_of, format_of

    return compression_type_of(format_of(path)[1]) if told is None else KINDS[told]


def force_option(function: F) -> F:
    """Add the option --force."""
    return click.option("--force", is_flag=True, help="Overwrite the result of an earlier run.")(function)


def max_record_option(function: F) -> F:
    """Add the option --max-record."""
    return click.option(
        "--max-record",
        "max_record_bytes",
        type=SizeType(),
        default=None,
        help="A longer record is damage.  [default: 2GiB in compressed files, else no limit]",
    )(function)


def json_option(function: F) -> F:
    """Add the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text.")(function)


def print_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json_text(value, indent=1))


def refuse_existing(path: str, *, force: bool) -> None:
    """Check that a result, one file or a pattern of shards with a manifest, overwrites nothing.

    Raises:
        InvalidArgumentError: The file exists, and nobody said --force.
        click.UsageError: It is standard output.
    """
    from ...records.sharded_writer import manifest_path

    if path == "-":
        raise click.UsageError("the result is a file, not standard output (-). `cat --raw` writes records there.")
    if force:
        return
    there = path if Path(path).exists() else None
    if there is None and "{" in path:
        parts = re.split(r"\{[^{}]*\}", path)
        there = next(iter(sorted(glob.glob("*".join(map(glob.escape, parts))))), None)  # noqa: PTH207 (may be absolute)
        manifest = manifest_path(path)
        there = manifest if there is None and Path(manifest).exists() else there
    if there is not None:
        raise InvalidArgumentError(f"records: {there} exists already. Remove it, or overwrite it with --force.")


def shown_bytes(count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"


def shown_records(count: int) -> str:
    """Return a number of records, as text."""
    return f"{count:,} record{'' if count == 1 else 's'}"


def shown_places(report: DamageReport) -> str:
    """Return how many damaged places a report has, as text."""
    return f"{len(report):,} damaged place{'' if len(report) == 1 else 's'}"
