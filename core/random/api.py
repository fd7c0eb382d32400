"""Random arrays: `uniform`, `normal`, `truncated_normal`, `shuffle` and `Generator`, with TensorFlow's numbers.

The functions follow `set_seed` (see `seeds.py`). With a seed of its own a function continues one stream from call to
call, until the next `set_seed`; without one, each call is a new stream.
"""

from __future__ import annotations

import math
import secrets
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from . import samplers
from .arguments import Draw, Shape, as_dims, as_kind, integer_draw, scale, shift
from .philox import WORDS_PER_BLOCK, Philox
from .seeds import as_seed, reserve_blocks

_FULL_RANGE: Final = ("int32", "int64", "uint32", "uint64")


def uniform(
    shape: Shape, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: int | None = None
) -> npt.NDArray[Any]:
    """Return numbers spread evenly over [minval, maxval).

    Args:
        shape: Shape of the result; `()` gives an array without axes.
        minval: Lower end, included.
        maxval: Upper end, excluded; `None` means 1 for floats and is an error for integers.
        dtype: float16, float32, float64, int32 or int64.
        seed: Seed of this operation; `None` follows `set_seed` alone.

    Returns:
        dtype[*shape]. Integers are slightly uneven unless the width of the range is a power of two.

    Raises:
        InvalidArgumentError: An integer range is empty or has no upper end.
        DTypeError: `dtype` is not one of the five.
    """
    kind = as_kind("uniform", dtype, samplers.FLOATS + samplers.INTEGERS)
    dims = as_dims("uniform", shape)
    if kind.kind == "f":
        return scale(_draw("uniform", samplers.uniform, dims, kind, seed), minval, maxval)
    return _draw("uniform_int", integer_draw("uniform", minval, maxval, kind), dims, kind, seed)


def normal(
    shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: int | None = None
) -> npt.NDArray[Any]:
    """Return normally distributed numbers.

    Args:
        shape: Shape of the result.
        mean: Mean, a number or an array that broadcasts against `shape`.
        stddev: Standard deviation, likewise.
        dtype: float16, float32 or float64.
        seed: Seed of this operation; `None` follows `set_seed` alone.

    Returns:
        dtype[*shape].
    """
    kind = as_kind("normal", dtype, samplers.FLOATS)
    return shift(_draw("normal", samplers.normal, as_dims("normal", shape), kind, seed), mean, stddev)


def truncated_normal(
    shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: int | None = None
) -> npt.NDArray[Any]:
    """Return normally distributed numbers; those two standard deviations or more from the mean are drawn again.

    Args and result are those of `normal`.
    """
    kind = as_kind("truncated_normal", dtype, samplers.FLOATS)
    dims = as_dims("truncated_normal", shape)
    return shift(_draw("truncated_normal", samplers.truncated_normal, dims, kind, seed), mean, stddev)


def shuffle(value: npt.ArrayLike, seed: int | None = None) -> npt.NDArray[Any]:
    """Return a copy of `value` with its rows (first axis) in random order; a value without axes comes back as it is.

    Args:
        value: Array of any type, T[rows, …].
        seed: Seed of this operation; `None` follows `set_seed` alone.
    """
    rows = np.asarray(value)
    n = len(rows) if rows.ndim else 0
    swaps = max(n - 1, 0)
    stream = reserve_blocks(("shuffle", rows.dtype.name), seed, -(-swaps // WORDS_PER_BLOCK))
    return rows[samplers.permutation(stream, n)] if swaps else rows.copy()


class Generator:
    """A stream of random arrays that depends on its seed alone, not on `set_seed`.

    Gives the numbers of TensorFlow's `tf.random.Generator.from_seed(seed)`. One thread at a time.

    Args:
        seed: Any integer; `None` takes one from the operating system.

    Example:
        >>> a, b = Generator(7), Generator(7)
        >>> bool((a.normal([3]) == b.normal([3])).all())
        True
    """

    __slots__ = ("_stream",)

    def __init__(self, seed: int | None = None) -> None:
        start = secrets.randbits(63) if seed is None else as_seed(seed, "Generator")
        sign = -1 if start < 0 else 0  # A negative seed fills all of key and counter with its sign.
        self._stream = Philox(sign, sign)
        self._stream.position = (start & 0xFFFFFFFFFFFFFFFF) * WORDS_PER_BLOCK

    def uniform(self, shape: Shape, minval: Any = 0, maxval: Any = None, dtype: Any = "float32") -> npt.NDArray[Any]:
        """Return numbers spread evenly over [minval, maxval); see the function `uniform`."""
        kind = as_kind("Generator.uniform", dtype, samplers.FLOATS + samplers.INTEGERS)
        dims = as_dims("Generator.uniform", shape)
        if kind.kind == "f":
            return scale(self._draw(samplers.uniform, dims, kind), minval, maxval)
        return self._draw(integer_draw("Generator.uniform", minval, maxval, kind), dims, kind)

    def uniform_full_int(self, shape: Shape, dtype: Any = "uint64") -> npt.NDArray[Any]:
        """Return integers over all values of `dtype`: int32, int64, uint32 or uint64."""
        kind = as_kind("Generator.uniform_full_int", dtype, _FULL_RANGE)
        return self._draw(samplers.full_range, as_dims("Generator.uniform_full_int", shape), kind)

    def normal(self, shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32") -> npt.NDArray[Any]:
        """Return normally distributed numbers; see the function `normal`."""
        kind = as_kind("Generator.normal", dtype, samplers.FLOATS)
        return shift(self._draw(samplers.normal, as_dims("Generator.normal", shape), kind), mean, stddev)

    def truncated_normal(
        self, shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32"
    ) -> npt.NDArray[Any]:
        """Return normally distributed numbers within two standard deviations; see the function `truncated_normal`."""
        kind = as_kind("Generator.truncated_normal", dtype, samplers.FLOATS)
        dims = as_dims("Generator.truncated_normal", shape)
        return shift(self._draw(samplers.truncated_normal, dims, kind), mean, stddev)

    def get_state(self) -> dict[str, int]:
        """Return the state as plain JSON values."""
        return self._stream.get_state()

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue where `get_state` was taken."""
        self._stream.set_state(state)

    def get_place(self) -> tuple[int, int, int]:
        """Return the state as three integers."""
        return self._stream.seed, self._stream.seed2, self._stream.position

    def set_place(self, place: tuple[int, int, int]) -> None:
        """Take back what `get_place` returned."""
        self._stream = Philox(*place[:2])
        self._stream.position = place[2]

    def _draw(self, draw: Draw, dims: tuple[int, ...], kind: np.dtype[Any]) -> npt.NDArray[Any]:
        n = math.prod(dims)
        out = draw(self._stream, n, kind).reshape(dims)
        self._stream.skip(n * samplers.BLOCKS_PER_OUTPUT * WORDS_PER_BLOCK)
        return out


def _draw(op: str, draw: Draw, dims: tuple[int, ...], kind: np.dtype[Any], seed: int | None) -> npt.NDArray[Any]:
    n = math.prod(dims)
    return draw(reserve_blocks((op, kind.name), seed, n * samplers.BLOCKS_PER_OUTPUT), n, kind).reshape(dims)
