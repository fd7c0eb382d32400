"""Strings searched and changed by regular expressions.

The expressions are RE2's (https://github.com/google/re2/wiki/Syntax), which pyarrow brings along, over UTF-8: no
look-around and no back-references in patterns, and time linear in the text. What is not valid UTF-8 in a text matches
nothing but an escaped capital C, which is any byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ...core.columns import BytesColumn
from ...core.errors import InvalidArgumentError
from ...core.values import encode
from .base import Items, StringOp, run


def _as_text(strings: BytesColumn) -> Any:
    """Return a pyarrow array of text over the same memory; RE2 takes the bytes of binary arrays for Latin-1."""
    import pyarrow as pa

    binary = strings.to_arrow()
    return pa.LargeStringArray.from_buffers(len(binary), *binary.buffers()[1:])


def _as_pattern(pattern: Any, where: str) -> bytes:
    """Return a checked pattern.

    Raises:
        InvalidArgumentError: It is no expression of RE2.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = encode(pattern)
    try:
        pc.match_substring_regex(pa.array([""], pa.large_string()), _decoded(encoded))
    except pa.ArrowInvalid as err:
        reason = str(err).removeprefix("Invalid regular expression: ")
        raise InvalidArgumentError(
            f"{where}: pattern must be a regular expression of RE2, which has no look-around and no back-references. "
            f"Received: pattern={pattern!r}: {reason}."
        ) from err
    return encoded


def _decoded(pattern: bytes) -> str:
    return pattern.decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class _RegexReplace(StringOp):
    name = "regex_replace"

    pattern: bytes
    rewrite: bytes
    everywhere: bool

    def compute(self, strings: BytesColumn) -> Items:
        import pyarrow.compute as pc

        if not len(strings):
            return strings
        most = None if self.everywhere else 1
        changed = pc.replace_substring_regex(
            _as_text(strings), _decoded(self.pattern), self.rewrite.decode(), max_replacements=most
        )
        return BytesColumn.from_arrow(changed)


def regex_replace(input: Any, pattern: Any, rewrite: Any, *, replace_global: bool = True) -> Any:
    r"""Return strings with what matches an expression replaced.

    Args:
        input: Strings in any form.
        pattern: Regular expression of RE2.
        rewrite: What is put instead; `\1` to `\9` stand for groups, `\0` for the match, `\\` for a backslash.
        replace_global: Replace every match, not just the first.

    Raises:
        InvalidArgumentError: RE2 does not take the pattern, or the rewrite names a group that is not there.
    """
    import pyarrow as pa

    checked = _as_pattern(pattern, "regex_replace")
    op = _RegexReplace(checked, encode(rewrite), bool(replace_global))
    try:
        op.compute(BytesColumn.from_list([b""]))
    except pa.ArrowInvalid as err:
        raise InvalidArgumentError(
            f"regex_replace: rewrite must name groups of the pattern. Received: rewrite={rewrite!r}: {err}."
        ) from err
    return run(op, input)


@dataclass(frozen=True)
class _RegexFullMatch(StringOp):
    name = "regex_full_match"
    dtype: ClassVar[str] = "bool"

    pattern: bytes

    def compute(self, strings: BytesColumn) -> Items:
        import numpy as np
        import pyarrow.compute as pc

        if not len(strings):
            return np.zeros(0, dtype=np.bool_)
        found = pc.match_substring_regex(_as_text(strings), f"\\A(?:{_decoded(self.pattern)})\\z")
        matches: Any = found.to_numpy(zero_copy_only=False)
        return np.array(matches, dtype=np.bool_)


def regex_full_match(input: Any, pattern: Any) -> Any:
    """Return whether an expression of RE2 matches each string as a whole, as bool.

    Raises:
        InvalidArgumentError: RE2 does not take the pattern.
    """
    return run(_RegexFullMatch(_as_pattern(pattern, "regex_full_match")), input)
