"""Formats that records are converted between: what names tell about files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ...core.errors import InvalidArgumentError, suggest
from ..files import is_stream, name_of
from .fields import WHERE

FORMATS: Final = ("csv", "jsonl", "parquet", "tfrecord")
COMPRESSIONS: Final = ("none", "gzip", "zlib", "snappy", "zstd")
SUFFIXES: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".tfrecord": "tfrecord",
    ".tfrecords": "tfrecord",
    ".tfrec": "tfrecord",
}
_PACKED_SUFFIXES: Final = {".gz": "gzip", ".gzip": "gzip", ".zz": "zlib", ".zlib": "zlib"}


def delimiter_of(file: Any, told: str | None) -> bytes:
    """Return the byte between the cells of a CSV file: as told, a tab in `.tsv` files, else a comma.

    Raises:
        InvalidArgumentError: It is not one byte.
    """
    if told is None:
        return b"\t" if not is_stream(file) and ".tsv" in _suffixes(name_of(file))[-2:] else b","
    if len(told.encode()) != 1 or told in '"\r\n':
        raise InvalidArgumentError(f"{WHERE}: delimiter must be one byte. Received: delimiter={told!r}.")
    return told.encode()


def format_of(path: str) -> tuple[str | None, str]:
    """Return the format that a name tells, or None, and the compression."""
    suffixes = _suffixes(path)
    packed = _PACKED_SUFFIXES.get(suffixes[-1], "none") if suffixes else "none"
    if packed != "none":
        suffixes.pop()
    return (SUFFIXES.get(suffixes[-1]) if suffixes else None), packed


def _suffixes(path: str) -> list[str]:
    return [suffix.lower() for suffix in Path(path).suffixes]


def compression_type_of(packed: str) -> str:
    """Return the `compression_type` of readers and writers that one of `COMPRESSIONS` means; `""` for Parquet's own."""
    return {"gzip": "GZIP", "zlib": "ZLIB"}.get(packed, "")


def check_one(name: str, value: str, known: Sequence[str]) -> None:
    """Check that an argument is one of some words.

    Raises:
        InvalidArgumentError: It is not.
    """
    if value not in known:
        raise InvalidArgumentError(
            f"{WHERE}: {name} must be one of {', '.join(known)}. Received: {name}={value!r}.{suggest(value, known)}"
        )
