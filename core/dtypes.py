"""Element types: a closed set of names over NumPy dtypes, plus `string` (bytes)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .errors import DTypeError, describe, suggest


class DType:
    """One scalar's type: `float32`, `int64`, `bool`, `string` and so on.

    Compares equal to everything that `as_dtype` takes for the same type (`"float32"`, `np.float32`,
    `np.dtype("float32")`), but hashes like its name alone: look up `as_dtype(x)` in a table, not `x`.
    `string` means bytes of any length; NumPy holds it as `object`.

    Attributes:
        name: Field's standard name, e.g. `"float32"`.
        numpy: The `np.dtype`; `object` for `string`.
    """

    __slots__ = ("name", "numpy")

    def __init__(self, name: str, numpy: npt.DTypeLike) -> None:
        self.name = name
        self.numpy: np.dtype[Any] = np.dtype(numpy)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype, so that `np.dtype(x)` and `np.zeros(n, dtype=x)` accept a `DType`."""
        return self.numpy

    @property
    def as_numpy_dtype(self) -> type:
        """The NumPy scalar type, by TensorFlow's name for it."""
        return self.numpy.type

    @property
    def is_floating(self) -> bool:
        """Whether this is a floating point type."""
        return self.numpy.kind == "f"

    @property
    def is_integer(self) -> bool:
        """Whether this is a signed or unsigned integer type."""
        return self.numpy.kind in "iu"

    @property
    def is_bool(self) -> bool:
        """Whether this is `bool`."""
        return self.numpy.kind == "b"

    @property
    def is_string(self) -> bool:
        """Whether this is `string`."""
        return self.name == "string"

    @property
    def is_complex(self) -> bool:
        """Whether this is a complex type."""
        return self.numpy.kind == "c"

    @property
    def size(self) -> int:
        """Bytes per scalar (8 for a `string` reference)."""
        return self.numpy.itemsize

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DType):
            return self.name == other.name
        try:
            return self.name == as_dtype(other).name
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)


bool_: Final = DType("bool", np.bool_)
int8: Final = DType("int8", np.int8)
int16: Final = DType("int16", np.int16)
int32: Final = DType("int32", np.int32)
int64: Final = DType("int64", np.int64)
uint8: Final = DType("uint8", np.uint8)
uint16: Final = DType("uint16", np.uint16)
uint32: Final = DType("uint32", np.uint32)
uint64: Final = DType("uint64", np.uint64)
float16: Final = DType("float16", np.float16)
float32: Final = DType("float32", np.float32)
float64: Final = DType("float64", np.float64)
complex64: Final = DType("complex64", np.complex64)
complex128: Final = DType("complex128", np.complex128)
string: Final = DType("string", np.object_)

ALL: Final[tuple[DType, ...]] = (
    bool_, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128,
    string,
)  # fmt: skip
_BY_NAME: Final = {d.name: d for d in ALL}
_BY_NUMPY: Final = {d.numpy: d for d in ALL}
_BY_TYPE: Final[dict[Any, DType]] = {
    bool: bool_, int: int64, float: float64, complex: complex128, bytes: string, str: string,
}  # fmt: skip


def as_dtype(value: Any) -> DType:
    """Return the `DType` for a name, a NumPy dtype or scalar type, or a Python type.

    Python's `int` is `int64` and `float` is `float64`, as in NumPy; `bytes`, `str` and NumPy's `S`/`U`/`object` are
    `string`.

    Raises:
        DTypeError: The value names no supported type.
    """
    if isinstance(value, DType):
        return value
    if isinstance(value, np.dtype):
        return _from_numpy(value)
    if isinstance(value, str) and value in _BY_NAME:
        return _BY_NAME[value]
    if isinstance(value, type) and value in _BY_TYPE:
        return _BY_TYPE[value]
    try:
        if value is None:
            raise TypeError("NumPy would take None for float64")
        converted = np.dtype(value)
    except (TypeError, ValueError, SyntaxError) as err:
        hint = suggest(value, _BY_NAME) if isinstance(value, str) else ""
        known = ", ".join(_BY_NAME)
        raise DTypeError(f"dtype: must be one of {known}. Received: {describe(value)}.{hint}") from err
    return _from_numpy(converted)


def has_dtype(dtype: np.dtype[Any]) -> bool:
    """Whether a NumPy dtype has a place in a tensor (`datetime64`, structured and extended types have none)."""
    return dtype.kind in "SUOT" or _native(dtype) in _BY_NUMPY


def _native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype if dtype.isnative else dtype.newbyteorder("=")


def _from_numpy(dtype: np.dtype[Any]) -> DType:
    found = _BY_NUMPY.get(_native(dtype))
    if found is not None:
        return found
    if dtype.kind in "SUOT":
        return string
    raise DTypeError(f"dtype: NumPy's {dtype} has no place in a tensor. Use one of {', '.join(_BY_NAME)}.")
