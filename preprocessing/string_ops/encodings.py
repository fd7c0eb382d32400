"""Text in encodings: code points, characters, one encoding to another.

UTF-8 is decoded by a kernel. Other encodings are decoded by Python's codecs, whose names are used (`"utf-16-be"`,
`"latin-1"`, `"shift_jis"`, …).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, RaggedColumn
from ...core.columns.kernels import frozen
from ...core.errors import DTypeError, InvalidArgumentError, UnimplementedError, describe
from ...core.specs import RaggedSpec, Spec, TensorSpec
from ..coding import column_of, element_of
from ..kernels import utf8
from ..numeric import as_flat_numbers
from ..strings import DenseForm, RaggedForm
from ..transform import Transform
from .base import Int64s, Items, RowsOp, StringOp, as_choice, restored, run

Int32s = npt.NDArray[np.int32]

_POLICIES: Final = {"replace": utf8.REPLACE, "ignore": utf8.IGNORE, "strict": utf8.STRICT}
_OUTPUTS: Final = ("UTF-8", "UTF-16-BE", "UTF-32-BE")
_CONTROLS: Final = 0x20
_REPLACEMENT: Final = 0xFFFD


@dataclass(frozen=True)
class Decoding:
    """How bytes become code points.

    Attributes:
        encoding: Name of Python's codec.
        errors: `"replace"`, `"ignore"` or `"strict"`.
        replacement: Code point for what is not valid.
        controls: Whether the control characters of ASCII below 32 are replaced too.
        where: Start of messages.
    """

    encoding: str
    errors: str
    replacement: int
    controls: bool
    where: str

    def codes(self, strings: BytesColumn) -> tuple[Int32s, Int64s, Int64s]:
        """Return code points, where each begins in its string, and int64[strings + 1] row splits.

        Raises:
            InvalidArgumentError: A string is not valid, and errors are strict.
        """
        if self.encoding != "utf-8":
            strings = self._as_utf8(strings)
        size = int(strings.offsets[-1] - strings.offsets[0])
        codes, starts = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int64)
        splits = np.empty(len(strings.offsets), dtype=np.int64)
        bad = utf8.decode_kernel(
            frozen(strings.data),
            frozen(strings.offsets),
            _POLICIES[self.errors],
            self.replacement,
            _CONTROLS if self.controls else 0,
            codes,
            starts,
            splits,
        )
        if bad >= 0:
            raise self.invalid(strings.element(bad), bad)
        return codes[: splits[-1]], starts[: splits[-1]], splits

    def _as_utf8(self, strings: BytesColumn) -> BytesColumn:
        """Decode by Python; what is not valid becomes a byte that UTF-8 does not have."""
        out = []
        for k, string in enumerate(strings.strings()):
            try:
                out.append(string.decode(self.encoding).encode("utf-8", "surrogatepass"))
            except UnicodeDecodeError as err:
                if self.errors == "strict":
                    raise self.invalid(string, k) from err
                text = string.decode(self.encoding, _MARKING)
                out.append(
                    text.encode("utf-8", "surrogatepass").replace(_MARK.encode("utf-8", "surrogatepass"), b"\xff")
                )
        return BytesColumn.from_list(out)

    def invalid(self, string: bytes, index: int) -> InvalidArgumentError:
        """Return the error about a string."""
        return InvalidArgumentError(
            f"{self.where}: strings must be valid {self.encoding}, with errors='strict'. "
            f"Received: {string!r}, number {index}."
        )


# A lone surrogate: no decoder gives it for valid text.
_MARK: Final = "\udcff"
_MARKING: Final = "penstock.mark"


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Put a mark for bytes that cannot be decoded (PEP 293)."""
    assert isinstance(error, UnicodeDecodeError)
    return _MARK, error.end


codecs.register_error(_MARKING, _mark)


def _decoding(encoding: Any, errors: Any, replacement: Any, *, controls: bool = False, where: str) -> Decoding:
    try:
        name = codecs.lookup(str(encoding)).name
    except LookupError as err:
        raise InvalidArgumentError(
            f"{where}: input_encoding must be one that Python knows. Received: input_encoding={encoding!r}."
        ) from err
    as_choice("errors", errors, tuple(_POLICIES), where)
    return Decoding(name, errors, _as_code_point(replacement, where), bool(controls), where)


def _as_code_point(value: Any, where: str) -> int:
    if not isinstance(value, int | np.integer) or not 0 <= value < 0x110000 or 0xD800 <= value < 0xE000:
        raise InvalidArgumentError(
            f"{where}: replacement_char must be a code point of Unicode. Received: replacement_char={value!r}."
        )
    return int(value)


def encoded(codes: Int32s, encoding: str) -> BytesColumn:
    """Return valid code points in one of the three encodings of Unicode, each as a string of its own."""
    ends = np.empty(len(codes), dtype=np.int64)
    if encoding == "UTF-8":
        points = codes.astype(np.uint32)
        widths = 1 + (points >= 0x80) + (points >= 0x800) + (points >= 0x10000)
        offsets = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
        data = np.empty(int(offsets[-1]), dtype=np.uint8)
        utf8.utf8_fill_kernel(points.reshape(-1, 1), offsets, data)
        return BytesColumn(data, offsets)
    if encoding == "UTF-32-BE":
        return BytesColumn(codes.astype(">u4").view(np.uint8), np.arange(len(codes) + 1, dtype=np.int64) * 4)
    high = codes >= 0x10000
    ends = np.cumsum(1 + high)
    units = np.empty(int(ends[-1]) if len(ends) else 0, dtype=">u2")
    units[ends - 1] = np.where(high, 0xDC00 | (codes & 0x3FF), codes)
    units[ends[high] - 2] = 0xD800 | ((codes[high] - 0x10000) >> 10)
    return BytesColumn(units.view(np.uint8), np.concatenate([[0], 2 * ends]).astype(np.int64))


@dataclass(frozen=True)
class _Decode(RowsOp):
    name = "unicode_decode"
    dtype: ClassVar[str] = "int32"

    decoding: Decoding

    def rows(self, strings: BytesColumn) -> tuple[Items, Int64s]:
        codes, _, splits = self.decoding.codes(strings)
        return codes, splits


@dataclass(frozen=True)
class _Starts(RowsOp):
    name = "unicode_offsets"
    dtype: ClassVar[str] = "int64"

    decoding: Decoding

    def rows(self, strings: BytesColumn) -> tuple[Items, Int64s]:
        if self.decoding.encoding != "utf-8":
            raise UnimplementedError(
                f"{self.decoding.where}: offsets are known for UTF-8 only. "
                f"Received: input_encoding={self.decoding.encoding!r}."
            )
        _, starts, splits = self.decoding.codes(strings)
        return starts, splits


@dataclass(frozen=True)
class _Split(RowsOp):
    name = "unicode_split"

    decoding: Decoding
    encoding: str

    def rows(self, strings: BytesColumn) -> tuple[Items, Int64s]:
        codes, _, splits = self.decoding.codes(strings)
        return encoded(codes, self.encoding), splits


@dataclass(frozen=True)
class _Transcode(StringOp):
    name = "unicode_transcode"

    decoding: Decoding
    encoding: str

    def compute(self, strings: BytesColumn) -> Items:
        decoding = self.decoding
        strict = decoding.errors == "strict" and decoding.controls
        codes, _, splits = (replace(decoding, controls=False) if strict else decoding).codes(strings)
        if strict and (codes < _CONTROLS).any():  # here, and not in decoding, they count as errors
            index = int(np.searchsorted(splits, (codes < _CONTROLS).argmax(), side="right")) - 1
            raise decoding.invalid(strings.element(index), index)
        characters = encoded(codes, self.encoding)
        return BytesColumn(characters.data, characters.offsets[splits])


@dataclass(frozen=True)
class _Encode(Transform):
    name = "unicode_encode"

    encoding: str
    errors: str
    replacement: int

    def compute(self, codes: npt.NDArray[Any], splits: Int64s) -> BytesColumn:
        """Return one string for each row of code points."""
        bad = (codes < 0) | (codes >= 0x110000) | ((codes >= 0xD800) & (codes < 0xE000))
        if bad.any():
            if self.errors == "strict":
                raise InvalidArgumentError(
                    f"unicode_encode: code points must be those of characters, with errors='strict'. "
                    f"Received: {int(codes[bad.argmax()])}."
                )
            if self.errors == "ignore":
                splits = np.concatenate([[0], np.cumsum(~bad)])[splits].astype(np.int64)
                codes = codes[~bad]
            else:
                codes = np.where(bad, self.replacement, codes)
        characters = encoded(codes.astype(np.int32), self.encoding)
        return BytesColumn(characters.data, characters.offsets[splits])

    def apply(self, value: Any) -> Any:
        codes, form = as_flat_numbers(value, where=self.name)
        if codes.dtype.kind not in "iu" and codes.size:
            raise DTypeError(f"unicode_encode: input must be integers. Received: {describe(value)}.")
        if isinstance(form, DenseForm) and form.shape:
            rows = int(np.prod(form.shape[:-1]))
            splits = np.arange(rows + 1, dtype=np.int64) * form.shape[-1]
            return restored(self.compute(codes, splits), DenseForm(form.shape[:-1]))
        if isinstance(form, RaggedForm) and not form.inner:
            strings, outer = self.compute(codes, form.splits[-1]), form.splits[:-1]
            return restored(strings, RaggedForm(outer, ()) if outer else DenseForm((len(strings),)))
        raise DTypeError(f"unicode_encode: input must be rows of code points. Received: {describe(value)}.")

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn) and not isinstance(rows.values, RaggedColumn):
            codes, _ = as_flat_numbers(rows.values.slice(int(rows.splits[0]), int(rows.splits[-1])), where=self.name)
            return self.compute(codes, rows.splits - rows.splits[0])
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec | RaggedSpec) or not spec.dtype.is_integer or spec.shape == ():
            raise DTypeError(f"unicode_encode: input must be rows of code points. Received: {spec!r}.")
        if spec.shape is None:
            return TensorSpec(None, "string")
        if isinstance(spec, RaggedSpec) and len(spec.shape) > 2:
            return RaggedSpec(spec.shape[:-1], "string", min(spec.ragged_rank, len(spec.shape) - 2))
        return TensorSpec(spec.shape[:-1], "string")


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _REPLACEMENT,
    *,
    replace_control_characters: bool = False,
) -> Any:
    """Return the code points of each string, as int32: a `Ragged` with an axis more, or a vector for one string.

    Args:
        input: Dense or ragged strings in any form.
        input_encoding: Their encoding; a name that Python's codecs know.
        errors: For what is not valid: `"replace"`, `"ignore"` or `"strict"`.
        replacement_char: Code point that replaces it; in UTF-8 one for each maximal part that begins a character.
        replace_control_characters: Replace code points below 32 as well.

    Raises:
        InvalidArgumentError: An option is wrong, or a string is not valid and errors are strict; names it.
    """
    decoding = _decoding(
        input_encoding, errors, replacement_char, controls=replace_control_characters, where="unicode_decode"
    )
    return run(_Decode(decoding), input)


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _REPLACEMENT,
    *,
    replace_control_characters: bool = False,
) -> tuple[Any, Any]:
    """Return what `unicode_decode` returns, and as int64 where each character begins in its string (UTF-8 only).

    Arguments as `unicode_decode`.

    Raises:
        UnimplementedError: The encoding is another one.
    """
    decoding = _decoding(
        input_encoding, errors, replacement_char, controls=replace_control_characters, where="unicode_decode"
    )
    return run(_Decode(decoding), input), run(_Starts(decoding), input)


def unicode_split(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = _REPLACEMENT
) -> Any:
    """Return the characters of each string as strings in the same encoding (UTF-8, UTF-16-BE or UTF-32-BE).

    Arguments and form as `unicode_decode`.

    Raises:
        InvalidArgumentError: An option is wrong, or a string is not valid and errors are strict.
    """
    encoding = _as_output(input_encoding, "unicode_split", "input_encoding")
    decoding = _decoding(input_encoding, errors, replacement_char, where="unicode_split")
    return run(_Split(decoding, encoding), input)


def unicode_split_with_offsets(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = _REPLACEMENT
) -> tuple[Any, Any]:
    """Return what `unicode_split` returns, and as int64 where each character begins in its string (UTF-8 only).

    Arguments as `unicode_decode`.

    Raises:
        UnimplementedError: The encoding is another one.
    """
    decoding = _decoding(input_encoding, errors, replacement_char, where="unicode_split")
    characters = unicode_split(input, input_encoding, errors, replacement_char)
    return characters, run(_Starts(decoding), input)


def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = _REPLACEMENT,
    *,
    replace_control_characters: bool = False,
) -> Any:
    """Return strings in another encoding.

    Args:
        input: Strings in any form.
        input_encoding: As in `unicode_decode`.
        output_encoding: `"UTF-8"`, `"UTF-16-BE"` or `"UTF-32-BE"`.
        errors: As in `unicode_decode`.
        replacement_char: As in `unicode_decode`.
        replace_control_characters: As in `unicode_decode`.

    Raises:
        InvalidArgumentError: An option is wrong, or a string is not valid and errors are strict.
    """
    where = "unicode_transcode"
    decoding = _decoding(input_encoding, errors, replacement_char, controls=replace_control_characters, where=where)
    return run(_Transcode(decoding, _as_output(output_encoding, where, "output_encoding")), input)


def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = _REPLACEMENT
) -> Any:
    """Return rows of code points (the last axis) as strings.

    Args:
        input: Integers, dense or ragged, at least one axis.
        output_encoding: `"UTF-8"`, `"UTF-16-BE"` or `"UTF-32-BE"`.
        errors: For integers that are no code point of a character: `"replace"`, `"ignore"` or `"strict"`.
        replacement_char: Code point that replaces them.

    Raises:
        InvalidArgumentError: An option is wrong, or there is such an integer and errors are strict.
        DTypeError: The input is no rows of integers.
    """
    where = "unicode_encode"
    as_choice("errors", errors, tuple(_POLICIES), where)
    replacement = _as_code_point(replacement_char, where)
    return run(_Encode(_as_output(output_encoding, where, "output_encoding"), errors, replacement), input)


def _as_output(encoding: Any, where: str, name: str) -> str:
    spelled = str(encoding).upper().replace("_", "-").replace("UTF16BE", "UTF-16-BE").replace("UTF8", "UTF-8")
    return as_choice(name, spelled, _OUTPUTS, where)
