"""Text and bytes, each as the other."""

from __future__ import annotations

import os
from typing import Any

from ....core.errors import DTypeError, describe


def as_bytes(bytes_or_text: str | bytes | bytearray, encoding: str = "utf-8") -> bytes:
    """Return text encoded; bytes as they are.

    Raises:
        DTypeError: It is neither.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes | bytearray):
        return bytes(bytes_or_text)
    raise DTypeError(f"as_bytes: must be str or bytes. Received: {describe(bytes_or_text)}.")


def as_text(bytes_or_text: str | bytes, encoding: str = "utf-8") -> str:
    """Return bytes decoded; text as it is.

    Raises:
        DTypeError: It is neither.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise DTypeError(f"as_text: must be str or bytes. Received: {describe(bytes_or_text)}.")


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Return bytes decoded, and anything else as `str` shows it."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """Return a path object as text; anything else as it is."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path
