"""Strings to numbers, and numbers to strings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ...core.dtypes import as_dtype
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..buckets import decimal_strings
from ..coding import column_of, element_of, with_values
from ..numeric import as_flat_numbers
from ..strings import as_strings
from ..transform import Transform
from .base import Array, Items, StringOp, as_rows, restored, run

_DTYPES: Final = ("float32", "float64", "int32", "int64")
_INTEGER: Final = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)[ \t\n\v\f\r]*", re.ASCII)
_FLOAT: Final = re.compile(
    rb"[ \t\n\v\f\r]*(?:([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?(?:inf(?:inity)?|nan))"
    rb"|([+-]?0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?))[ \t\n\v\f\r]*",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class _ToNumber(StringOp):
    name = "to_number"

    out_type: str

    @property
    def result_dtype(self) -> str:
        return self.out_type

    def compute(self, strings: BytesColumn) -> Items:
        found = self._by_arrow(strings)
        if found is not None:
            return found
        parse = self._float if self.out_type.startswith("float") else self._integer
        with np.errstate(over="ignore"):
            return np.array([parse(s, k) for k, s in enumerate(strings.strings())], dtype=self.out_type)

    def _by_arrow(self, strings: BytesColumn) -> Array | None:
        """Convert by pyarrow's compiled loop, or return None when it does not take all of the strings."""
        import pyarrow as pa
        import pyarrow.compute as pc

        used = strings.data[strings.offsets[0] : strings.offsets[-1]]
        if ((used | 0x20) == ord("x")).any():  # Arrow takes hexadecimal integers
            return None
        try:
            text = strings.to_arrow().cast(pa.large_string())
            numbers = pc.cast(text, pa.type_for_alias(self.out_type))
        except pa.ArrowInvalid:
            return None
        found: Array = numbers.to_numpy()
        return None if found.dtype.kind == "f" and not np.isfinite(found).all() else found.copy()

    def _integer(self, string: bytes, index: int) -> int:
        match = _INTEGER.fullmatch(string)
        limits = np.iinfo(self.out_type)
        if match is None or not limits.min <= (value := int(match[1])) <= limits.max:
            raise self._not_a_number(string, index)
        return value

    def _float(self, string: bytes, index: int) -> Any:
        match = _FLOAT.fullmatch(string)
        if match is None:
            raise self._not_a_number(string, index)
        if match[2] is not None:
            return float.fromhex(match[2].decode())
        return _rounded_once(match[1]) if self.out_type == "float32" else float(match[1])

    def _not_a_number(self, string: bytes, index: int) -> InvalidArgumentError:
        return InvalidArgumentError(
            f"to_number: strings must be {self.out_type} numbers. Received: {string!r}, number {index}."
        )


def _rounded_once(text: bytes) -> Any:
    """Return the float32 nearest to a decimal number; through float64 it could be rounded twice."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(pa.scalar(text.lstrip(b"+").decode(), pa.large_string()), pa.float32()).as_py()
    except pa.ArrowInvalid:
        return np.float32(float(text))


def to_number(input: Any, out_type: Any = "float32") -> Any:
    """Return the numbers that strings write; white space of ASCII may stand around them.

    Args:
        input: Strings in any form.
        out_type: `float32`, `float64` (decimal or hexadecimal, `inf`, `nan`; what is too large is infinite), `int32` or
            `int64` (decimal).

    Raises:
        InvalidArgumentError: A string is no such number, or out of range; names it.
        DTypeError: `out_type` is another one.
    """
    name = as_dtype(out_type).name
    if name not in _DTYPES:
        raise DTypeError(f"to_number: out_type must be one of {', '.join(_DTYPES)}. Received: out_type={name}.")
    return run(_ToNumber(name), input)


@dataclass(frozen=True)
class _AsString(Transform):
    """Numbers written by C's rules for `printf`."""

    name = "as_string"

    precision: int
    style: str
    width: int
    fill: str

    def compute(self, values: Array) -> BytesColumn:
        """Return each number written."""
        kind = values.dtype.kind
        self._check(values.dtype)
        if kind == "b":
            return BytesColumn.from_list([b"false", b"true"]).take(values.astype(np.int64))
        if kind in "iu":
            if self.width <= 0 and not self.fill and values.dtype != np.uint64:
                return decimal_strings(values.astype(np.int64, copy=False))
            flags = self._flags()
            return self._written(f"%{flags.lstrip('+ ') if kind == 'u' else flags}d", values)
        pattern = f"%{self._flags()}{f'.{self.precision}' if self.precision >= 0 else ''}{self.style}"
        if kind == "c":
            parts = [(pattern % v.real, pattern % v.imag) for v in values.tolist()]
            return BytesColumn.from_list([f"({a},{b})" for a, b in parts])
        return self._written(pattern, values)

    def _written(self, pattern: str, values: Array) -> BytesColumn:
        # Only finite numbers are filled with zeros.
        spaced = pattern.replace("%0", "%") if self.fill == "0" else pattern
        finite = np.isfinite(values).tolist()
        pairs = zip(values.tolist(), finite, strict=True)
        return BytesColumn.from_list([(pattern if usual else spaced) % v for v, usual in pairs])

    def _flags(self) -> str:
        return self.fill + (str(self.width) if self.width > 0 else "")

    def _check(self, dtype: np.dtype[Any]) -> None:
        if dtype.kind in "biu" and (self.precision >= 0 or self.style != "f"):
            raise InvalidArgumentError(
                f"as_string: precision, scientific and shortest are for floating point numbers. Received: {dtype}."
            )

    def apply(self, value: Any) -> Any:
        if _is_text(value):
            strings, form = as_strings(value, where=self.name)
            return restored(strings, form)
        values, form = as_flat_numbers(value, where=self.name) if not _is_complex(value) else _complex(value)
        return restored(self.compute(values), form)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, BytesColumn):
            return rows
        if isinstance(rows, RaggedColumn):
            return with_values(rows, self)
        if isinstance(rows, DenseColumn | np.ndarray):
            array = rows.values if isinstance(rows, DenseColumn) else rows
            return as_rows(self.compute(array.reshape(-1)), n, array.shape[1:])
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec):
            raise DTypeError(f"as_string: inputs must be numbers. Received: {spec!r}.")
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, "string", spec.ragged_rank)
        return type(spec)(spec.shape, "string")


def _is_text(value: Any) -> bool:
    from ..hashing import holds_strings

    return not isinstance(value, Column) and holds_strings(value)


def _is_complex(value: Any) -> bool:
    return isinstance(value, complex | np.complexfloating) or getattr(value, "dtype", np.dtype(bool)).kind == "c"


def _complex(value: Any) -> Any:
    from ..strings import DenseForm

    array = np.asarray(value)
    return array.reshape(-1), DenseForm(array.shape)


def as_string(
    input: Any,
    precision: int = -1,
    *,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
) -> Any:
    """Return numbers as strings, as `printf` writes them: `%d`, `%f`, `true` and `false`, `(real,imaginary)`.

    Args:
        input: Numbers in any form; strings stay as they are.
        precision: Digits after the point; six for -1.
        scientific: Write `%e`.
        shortest: Write `%g`.
        width: Least number of characters; -1 for no such.
        fill: Fills up to the width: `"0"`, `" "` (the default), `"-"` (to the right, with spaces) or `"+"` (a sign
            always).

    Raises:
        InvalidArgumentError: Options do not go together, or with the dtype.
    """
    if scientific and shortest:
        raise InvalidArgumentError("as_string: scientific and shortest must not both be set.")
    if fill not in ("", " ", "0", "-", "+", "#"):
        raise InvalidArgumentError(
            f"as_string: fill must be '0', ' ', '+', '-' or '#', or empty. Received: fill={describe(fill)}."
        )
    style = "e" if scientific else "g" if shortest else "f"
    return run(_AsString(int(precision), style, int(width), fill), input)
