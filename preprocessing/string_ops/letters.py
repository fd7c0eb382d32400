"""Single strings: letters, white space, length, parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from ...core.columns import BytesColumn
from ...core.columns.kernels import frozen
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.ops.batching import loop_rows
from ...core.ops.inference import broadcast_shapes, shape_of
from ...core.ops.registry import Attrs
from ...core.specs import Spec, TensorSpec
from ..kernels import string_ops as kernels
from ..kernels.text import map_bytes_kernel
from ..strings import DenseForm, as_strings
from ..text import byte_table
from ..transform import JointTransform
from .base import Array, Int64s, Items, StringOp, as_choice, as_rows, check_strings, restored, run

UNITS: Final = ("BYTE", "UTF8_CHAR")

_LOWER = byte_table(lower=True, strip=False, separate=False)
_UPPER = np.arange(256, dtype=np.int16)
_UPPER[ord("a") : ord("z") + 1] -= ord("a") - ord("A")


@dataclass(frozen=True)
class _Case(StringOp):
    """Letters in another case, of ASCII or of Unicode."""

    upper: ClassVar[bool]

    unicode: bool

    def compute(self, strings: BytesColumn) -> Items:
        out, offsets = _room(strings)
        data, given = frozen(strings.data), frozen(strings.offsets)
        map_bytes_kernel(data, given, _UPPER if self.upper else _LOWER, out, offsets)
        changed = BytesColumn(out, offsets)
        if not self.unicode or not (out[: offsets[-1]] >= 0x80).any():
            return changed
        high = np.concatenate([[0], np.cumsum(out[: offsets[-1]] >= 0x80)])
        beyond = np.flatnonzero(high[offsets[1:]] > high[offsets[:-1]])
        convert: Callable[[str], str] = str.upper if self.upper else str.lower
        texts = [convert(s.decode("utf-8", "replace")) for s in strings.take(beyond).strings()]
        order = np.arange(len(strings))
        order[beyond] = len(strings) + np.arange(len(beyond))
        both = BytesColumn.concat_same([changed, BytesColumn.from_list(texts)])
        assert both is not None
        return both.take(order)


class _Lower(_Case):
    name = "lower"
    upper = False


class _Upper(_Case):
    name = "upper"
    upper = True


def lower(input: Any, encoding: str = "") -> Any:
    """Return strings with capital letters made small.

    Args:
        input: Strings in any form; see `penstock.preprocessing.strings`.
        encoding: `""` changes the letters of ASCII alone. `"utf-8"` changes those of Unicode, by the full case mapping
            (The Unicode Standard, section 3.13; a letter may become several), and makes U+FFFD of what is not UTF-8.

    Raises:
        InvalidArgumentError: `encoding` is something else.
    """
    return run(_Lower(_as_unicode(encoding, "lower")), input)


def upper(input: Any, encoding: str = "") -> Any:
    """Return strings with small letters made capital.

    Args:
        input: Strings in any form; see `penstock.preprocessing.strings`.
        encoding: As for `lower`.

    Raises:
        InvalidArgumentError: `encoding` is something else.
    """
    return run(_Upper(_as_unicode(encoding, "upper")), input)


def _as_unicode(encoding: Any, where: str) -> bool:
    return as_choice("encoding", encoding, ("", "utf-8"), where) == "utf-8"


def _room(strings: BytesColumn) -> tuple[Array, Int64s]:
    """Return arrays for strings that are at most as long."""
    size = int(strings.offsets[-1] - strings.offsets[0])
    return np.empty(size, dtype=np.uint8), np.empty(len(strings.offsets), dtype=np.int64)


@dataclass(frozen=True)
class _Strip(StringOp):
    name = "strip"

    def compute(self, strings: BytesColumn) -> Items:
        out, offsets = _room(strings)
        kernels.strip_kernel(frozen(strings.data), frozen(strings.offsets), out, offsets)
        return BytesColumn(out, offsets)


def strip(input: Any) -> Any:
    """Return strings without the white space of ASCII at their ends.

    Args:
        input: Strings in any form; see `penstock.preprocessing.strings`.
    """
    return run(_Strip(), input)


@dataclass(frozen=True)
class _Length(StringOp):
    name = "length"
    dtype: ClassVar[str] = "int32"

    characters: bool

    def compute(self, strings: BytesColumn) -> Items:
        if not self.characters:
            return strings.lengths.astype(np.int32)
        low, high = strings.offsets[0], strings.offsets[-1]
        starts = np.concatenate([[0], np.cumsum((strings.data[low:high] & 0xC0) != 0x80)])
        lengths: Array = np.diff(starts[strings.offsets - low]).astype(np.int32)
        return lengths


def length(input: Any, unit: str = "BYTE") -> Any:
    """Return the length of each string, as int32.

    Args:
        input: Strings in any form.
        unit: `"BYTE"`, or `"UTF8_CHAR"`: the number of bytes that do not continue a character, whether or not the
            string is valid.

    Raises:
        InvalidArgumentError: `unit` is something else.
    """
    return run(_Length(as_choice("unit", unit, UNITS, "length") == "UTF8_CHAR"), input)


@dataclass(frozen=True)
class _Substr(JointTransform):
    """Parts of strings: of `(strings, positions, lengths)`."""

    name = "substr"

    characters: bool

    def compute(self, strings: BytesColumn, positions: Int64s, lengths: Int64s) -> BytesColumn:
        """Return one part of each string."""
        out, offsets = _room(strings)
        bad = kernels.substrings_kernel(
            frozen(strings.data),
            frozen(strings.offsets),
            frozen(positions),
            frozen(lengths),
            self.characters,
            out,
            offsets,
        )
        if bad >= 0 and self.characters and positions[bad] < 0 and lengths[bad] < 0:
            raise InvalidArgumentError(
                "substr: len must be at least 0 where pos counts characters from the end, as in TensorFlow. "
                f"Received: pos={positions[bad]}, len={lengths[bad]} for {strings.element(bad)!r}, number {bad}."
            )
        if bad >= 0:
            raise InvalidArgumentError(
                f"substr: pos must be a place in its string. Received: pos={positions[bad]} for "
                f"{strings.element(bad)!r}, number {bad}."
            )
        return BytesColumn(out, offsets)

    def apply(self, value: Any) -> Any:
        input, pos, len = value
        strings, form = as_strings(input, where="substr")
        positions, lengths = _whole_numbers(pos, "pos"), _whole_numbers(len, "len")
        if isinstance(form, DenseForm):
            shape = np.broadcast_shapes(form.shape, positions.shape, lengths.shape)
            if shape != form.shape:
                order = np.arange(strings.offsets.size - 1).reshape(form.shape)
                strings = strings.take(np.broadcast_to(order, shape).reshape(-1))
                form = DenseForm(shape)
        elif positions.ndim or lengths.ndim:
            raise DTypeError("substr: pos and len must be single numbers where the strings are ragged or sparse.")
        shape = form.shape if isinstance(form, DenseForm) else (strings.offsets.size - 1,)
        spread = [np.broadcast_to(v, shape).reshape(-1) for v in (positions, lengths)]
        return restored(self.compute(strings, *spread), form)

    def _batch(self, n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
        rows = args[0]
        numbers = [np.asarray(a) for a in args[1:]] if batched[0] and isinstance(rows, BytesColumn) else []
        if not numbers or any(v.ndim != b for v, b in zip(numbers, batched[1:], strict=True)):
            return loop_rows(self.forward, n, args, batched, attrs)
        each = math.prod(rows.shape)
        spread = [
            np.repeat(v.astype(np.int64), each) if b else np.full(n * each, v, dtype=np.int64)
            for v, b in zip(numbers, batched[1:], strict=True)
        ]
        return as_rows(self.compute(BytesColumn(rows.data, rows.offsets), *spread), n, rows.shape)

    def apply_rows(self, n: int, rows: Any) -> Any:
        return self._batch(n, rows, (True,) * len(rows), {})

    def infer_spec(self, spec: Any) -> Spec:
        first, *others = spec
        found = check_strings(first, "substr")
        if not isinstance(found, TensorSpec):
            return found
        return TensorSpec(broadcast_shapes([found.shape, *map(shape_of, others)], "substr"), "string")


def _whole_numbers(value: Any, name: str) -> Int64s:
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        raise DTypeError(f"substr: {name} must be integers. Received: {name}={describe(value)}.")
    return array.astype(np.int64)


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE") -> Any:
    """Return a part of each string.

    Args:
        input: Strings in any form.
        pos: First unit; a negative one counts from the end. Broadcasts with the strings.
        len: Most units; negative ones take all bytes that follow, or no character. Broadcasts with the strings.
        unit: `"BYTE"`, or `"UTF8_CHAR"` as in `length`.

    Raises:
        InvalidArgumentError: A string has no such place, or `unit` is something else.
        DTypeError: `pos` or `len` are no integers.
    """
    characters = as_choice("unit", unit, UNITS, "substr") == "UTF8_CHAR"
    return run(_Substr(characters), input, pos, len)
