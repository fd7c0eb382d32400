"""Vocabulary: an immutable list of distinct tokens with a compiled hash table from token to index."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.columns.kernels import frozen
from ..core.errors import InvalidArgumentError, NotFoundError, ParseError
from ..core.parallel import run_ranges
from ..core.replacing import replacing
from .kernels import table as kernels
from .kernels import utf8

Int64s = npt.NDArray[np.int64]

_MARK = b"\xef\xbb\xbf"

# Strings that are worth a thread, at some 8 ns each.
_LEAST = 1 << 14


def table_size(tokens: int) -> int:
    """Return how many slots a table of so many tokens has: a power of two, at most half of them taken."""
    return 1 << max(4, int(2 * tokens - 1).bit_length())


class Vocabulary:
    """Distinct tokens in order; immutable, and safe to read from any thread.

    Args:
        tokens: One token per row.
        where: Start of messages.
        shown: How messages show tokens; None shows them as strings.

    Attributes:
        tokens: As given.

    Raises:
        InvalidArgumentError: A token stands there twice; the message names the repeated ones.
    """

    __slots__ = ("_arrays", "tokens")

    def __init__(
        self, tokens: BytesColumn, *, where: str, shown: Callable[[BytesColumn], list[str]] | None = None
    ) -> None:
        self.tokens = tokens
        entries = np.zeros((table_size(len(tokens)), 2), dtype=np.uint64)
        data, offsets = frozen(tokens.data), frozen(tokens.offsets)
        again = kernels.index_kernel(entries, data, offsets)
        self._arrays = (frozen(entries), data, offsets)
        if again >= 0:
            raise InvalidArgumentError(
                f"{where}: tokens of a vocabulary must be unique. "
                f"Received: {_repeated(tokens, shown or _quoted)} more than once (first repeated at index {again})."
            )

    def __len__(self) -> int:
        return len(self.tokens)

    def codes(
        self, strings: BytesColumn, first: int, oov: tuple[int, int], mask: tuple[int, int] = (-1, 0)
    ) -> tuple[Int64s, int]:
        """Return the code of each string, and how many are not in the vocabulary.

        Args:
            strings: One string per row.
            first: Code of the first token.
            oov: First code of unknown strings, and how many codes they are hashed to; 0 gives them -1.
            mask: Index of the token whose code is special, or -1, and that code.
        """
        out = np.empty(len(strings), dtype=np.int64)
        data, offsets = frozen(strings.data), frozen(strings.offsets)
        special, unknown_codes = np.array((first, *mask), dtype=np.int64), np.array(oov, dtype=np.int64)

        def fill(start: int, stop: int) -> int:
            unknown: int = kernels.lookup_kernel(
                data,
                offsets[start : stop + 1],
                *self._arrays,
                special,
                unknown_codes,
                out[start:stop],
            )
            return unknown

        return out, sum(run_ranges(fill, len(strings), least=_LEAST))


def _quoted(tokens: BytesColumn) -> list[str]:
    return [repr(t.decode("utf-8", "backslashreplace")) for t in tokens.strings()]


def _repeated(tokens: BytesColumn, shown: Callable[[BytesColumn], list[str]]) -> str:
    seen: set[bytes] = set()
    repeated: dict[bytes, None] = {}
    for token in tokens.strings():
        if token in seen:
            repeated[token] = None
        seen.add(token)
    names = shown(BytesColumn.from_list(list(repeated)[:10]))
    return ", ".join(names) + (f" and {len(repeated) - 10} others" if len(repeated) > 10 else "")


def read_vocabulary_file(path: str | os.PathLike[str], *, where: str) -> BytesColumn:
    """Return the tokens of a text file, one per line; a carriage return before the line's end is dropped.

    The last line needs no end. A byte order mark at the start is no part of the first token. All else is: spaces, tabs,
    carriage returns inside a line.

    Args:
        path: The file.
        where: Start of messages.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: It is a folder.
        ParseError: A line is empty, repeats a token, or is not UTF-8, or the file is empty; names the line.
    """
    name = os.fspath(path)
    if Path(name).is_dir():
        raise InvalidArgumentError(f"{where}: a vocabulary must be a file. Received: vocabulary={name!r}, a folder.")
    try:
        raw = np.fromfile(name, dtype=np.uint8)
    except FileNotFoundError as err:
        raise NotFoundError(f"{where}: vocabulary file must exist. Received: vocabulary={name!r}.") from err
    if raw[: len(_MARK)].tobytes() == _MARK:
        raw = raw[len(_MARK) :]
    if not len(raw):
        raise ParseError(f"{name}: a vocabulary file must hold one token per line. The file is empty.", path=name)
    column = _lines(raw)
    lengths = column.lengths
    if not lengths.all():
        raise _bad_line(name, int((lengths == 0).argmax()), "is empty; a token has at least one byte")
    broken = utf8.is_utf8_kernel(column.data, column.offsets)
    if broken >= 0:
        raise _bad_line(name, broken, "is not valid UTF-8")
    slots = np.zeros(table_size(len(column)), dtype=np.uint64)
    with np.errstate(over="ignore"):
        again = kernels.build_kernel(slots, frozen(column.data), frozen(column.offsets))
    if again >= 0:
        token = column.element(again)
        before = next(i for i in range(again) if column.element(i) == token)
        raise _bad_line(name, again, f"repeats the token {token.decode()!r} of line {before + 1}")
    return column


def _lines(raw: npt.NDArray[np.uint8]) -> BytesColumn:
    """Split at newlines; the last line needs none."""
    ends = np.flatnonzero(raw == ord("\n"))
    if not len(ends) or ends[-1] != len(raw) - 1:
        ends = np.append(ends, len(raw))
    starts = np.concatenate([[0], ends[:-1] + 1])
    returns = (ends > starts) & (raw[np.maximum(ends - 1, 0)] == ord("\r"))
    keep = np.ones(len(raw), dtype=bool)
    keep[ends[ends < len(raw)]] = False
    keep[ends[returns] - 1] = False
    offsets = np.concatenate([[0], np.cumsum(ends - starts - returns)]).astype(np.int64)
    return BytesColumn(raw[keep], offsets)


def _bad_line(name: str, index: int, problem: str) -> ParseError:
    return ParseError(
        f"{name}, line {index + 1}: the line {problem}. Fix the vocabulary file.", path=name, line=index + 1
    )


def write_vocabulary_file(path: str | os.PathLike[str], tokens: BytesColumn) -> None:
    """Write tokens one per line, to a temporary file that then takes the place of `path`.

    Raises:
        InvalidArgumentError: A token is empty, holds a line break or is not UTF-8, or the first begins with a byte
            order mark: the format cannot express them, or `read_vocabulary_file` refuses them.
    """
    lengths = tokens.lengths
    low, high = int(tokens.offsets[0]), int(tokens.offsets[-1])
    used = tokens.data[low:high]
    bad = _inexpressible(tokens, lengths, used)
    if bad >= 0:
        raise InvalidArgumentError(
            "write_vocabulary_file: tokens must not be empty, hold line breaks, or be anything else than UTF-8, nor "
            f"may the first one begin with a byte order mark. Received: {tokens.element(bad)!r} at index {bad}. "
            "Save the layer instead."
        )
    out = np.full(len(used) + len(tokens), ord("\n"), dtype=np.uint8)
    keep = np.ones(len(out), dtype=bool)
    keep[np.cumsum(lengths + 1) - 1] = False
    out[keep] = used
    with replacing(Path(path)) as file:
        file.write(out.data)


def _inexpressible(tokens: BytesColumn, lengths: npt.NDArray[np.int64], used: npt.NDArray[np.uint8]) -> int:
    """Return the index of the first token that a vocabulary file cannot hold, or -1."""
    if used[: len(_MARK)].tobytes() == _MARK:
        return 0
    breaks = (used == ord("\n")) | (used == ord("\r"))
    places = [
        int((lengths == 0).argmax()) if not lengths.all() else -1,
        int(np.searchsorted(np.cumsum(lengths), breaks.argmax(), side="right")) if breaks.any() else -1,
        int(utf8.is_utf8_kernel(tokens.data, tokens.offsets)),
    ]
    return min((place for place in places if place >= 0), default=-1)


def encode_token(token: Any) -> bytes:
    """Return a token as bytes; a `str` that came from bytes that are no UTF-8 gives those bytes again."""
    return token.encode("utf-8", "surrogateescape") if isinstance(token, str) else bytes(token)


def encode_tokens(tokens: list[Any]) -> BytesColumn:
    """Return tokens (`str` or bytes) as a column."""
    return BytesColumn.from_list([encode_token(t) for t in tokens])


def decode_tokens(tokens: BytesColumn, encoding: str = "utf-8") -> list[str]:
    """Return tokens as `str`; bytes that the encoding does not have become lone surrogates (PEP 383)."""
    return [t.decode(encoding, "surrogateescape") for t in tokens.strings()]
