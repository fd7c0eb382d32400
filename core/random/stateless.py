"""Random arrays that depend on a pair of seeds alone: the same pair gives the same numbers, TensorFlow's own.

A pair is scrambled into the key and counter of a stream, so that pairs which differ in one bit have nothing in common::

    words    = block of Philox4x32-10, key 0x02461e293ec8f720, counter seed[1] * 2**64 + seed[0]
    stream   = Philox(words[0] + words[1] * 2**32, words[2] + words[3] * 2**32)

`split` and `fold_in` make new pairs of one. Seeds are taken modulo 2**64.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..errors import DTypeError, InvalidArgumentError, describe
from . import samplers
from .arguments import Shape, as_dims, as_kind, integer_draw, scale, shift
from .philox import Philox

Pair = tuple[int, int] | list[int] | npt.NDArray[np.integer[Any]]

_SCRAMBLER: Final = 0x02461E29_3EC8F720
_MASK_64: Final = 0xFFFFFFFFFFFFFFFF
_FULL_RANGE: Final = ("int32", "int64", "uint32", "uint64")


def stateless_stream(seed: Pair) -> Philox:
    """Return the stream of a pair of seeds, at its start."""
    first, second = _pair("stateless_stream", seed)
    scramble = Philox(_SCRAMBLER, second)
    a, b, c, d = scramble.block(first & _MASK_64)
    return Philox(b << 32 | a, d << 32 | c)


def stateless_uniform(
    shape: Shape, seed: Pair, minval: Any = 0, maxval: Any = None, dtype: Any = "float32"
) -> npt.NDArray[Any]:
    """Return numbers spread evenly over [minval, maxval).

    Args:
        shape: Shape of the result; `()` gives an array without axes.
        seed: Two integers.
        minval: Lower end, included. For integers None, together with `maxval=None`, means all values of the dtype.
        maxval: Upper end, excluded; `None` means 1 for floats.
        dtype: float16, float32, float64, int32 or int64; for all values of the dtype also uint32 and uint64.

    Returns:
        dtype[*shape]. Integers are slightly uneven unless the width of the range is a power of two.

    Raises:
        InvalidArgumentError: An integer range is empty or lacks one end, or `seed` is not a pair of integers.
        DTypeError: `dtype` is not one of those named.
    """
    where = "stateless_uniform"
    kind = as_kind(where, dtype, samplers.FLOATS + _FULL_RANGE)
    dims = as_dims(where, shape)
    n = math.prod(dims)
    _pair(where, seed)
    if kind.kind == "f":
        low = 0 if minval is None else minval
        return scale(samplers.uniform(stateless_stream(seed), n, kind).reshape(dims), low, maxval)
    if minval is None and maxval is None:
        return samplers.full_range(stateless_stream(seed), n, kind).reshape(dims)
    if kind.kind == "u":
        raise DTypeError(f"{where}: a range of integers needs int32 or int64. Received: dtype={kind}.")
    if minval is None:
        raise InvalidArgumentError(
            f"{where}: a range of integers needs minval. Received: minval=None, maxval={maxval}."
        )
    draw = integer_draw(where, minval, maxval, kind)
    return draw(stateless_stream(seed), n, kind).reshape(dims)


def stateless_normal(
    shape: Shape, seed: Pair, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32"
) -> npt.NDArray[Any]:
    """Return normally distributed numbers.

    Args:
        shape: Shape of the result.
        seed: Two integers.
        mean: Mean, a number or an array that broadcasts against `shape`.
        stddev: Standard deviation, likewise.
        dtype: float16, float32 or float64.

    Returns:
        dtype[*shape].
    """
    return _normal("stateless_normal", samplers.normal, shape, seed, mean, stddev, dtype)


def stateless_truncated_normal(
    shape: Shape, seed: Pair, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32"
) -> npt.NDArray[Any]:
    """Return normally distributed numbers; those two standard deviations or more from the mean are drawn again.

    Args and result are those of `stateless_normal`.
    """
    return _normal("stateless_truncated_normal", samplers.truncated_normal, shape, seed, mean, stddev, dtype)


def split(seed: Pair, num: int = 2) -> npt.NDArray[Any]:
    """Return `num` pairs of seeds made of one.

    Returns:
        int32[num, 2], or int64[num, 2] for a seed that is an int64 array or does not fit into int32.
    """
    return stateless_uniform((num, 2), seed, None, None, _width(seed))


def fold_in(seed: Pair, data: Any) -> npt.NDArray[Any]:
    """Return a pair of seeds made of a pair and a number: another pair for each number.

    Args:
        seed: Two integers.
        data: An integer. The second of the new pair; the first is made of `seed` alone.

    Returns:
        int32[2], or int64[2] for a number that is int64 or does not fit into int32.
    """
    first = stateless_uniform((1,), seed, None, None, _width(data))
    return np.append(first, np.asarray(data, first.dtype))


def _width(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic) and value.dtype.name in ("int32", "int64"):
        return value.dtype.name
    info = np.iinfo(np.int32)
    return "int32" if all(info.min <= int(v) <= info.max for v in np.ravel(np.asarray(value, object))) else "int64"


def _normal(where: str, draw: Any, shape: Shape, seed: Pair, mean: Any, stddev: Any, dtype: Any) -> npt.NDArray[Any]:
    kind = as_kind(where, dtype, samplers.FLOATS)
    dims = as_dims(where, shape)
    _pair(where, seed)
    return shift(draw(stateless_stream(seed), math.prod(dims), kind).reshape(dims), mean, stddev)


def _pair(where: str, seed: Any) -> tuple[int, int]:
    try:
        array = np.asarray(seed)
    except (ValueError, OverflowError):
        array = np.empty(0)
    if array.shape != (2,) or (array.dtype.kind not in "iu" and not _are_ints(array)):
        raise InvalidArgumentError(f"{where}: seed must be two integers. Received: seed={describe(seed)}.")
    return int(array[0]), int(array[1])


def _are_ints(array: npt.NDArray[Any]) -> bool:
    """Whether an array of objects holds Python integers, which past 64 bits no other array does."""
    return array.dtype.kind == "O" and all(type(v) is int for v in array.tolist())
