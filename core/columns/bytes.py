"""BytesColumn: strings in Arrow's large-binary layout.

String `k` is `data[offsets[k]:offsets[k + 1]]`. A row holds `prod(shape)` strings, one after another, so that batch is
a change of `shape` and nothing else. `offsets[0]` may be above 0: a slice shares its parent's memory.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..dtypes import string
from ..errors import InvalidArgumentError, ShapeError
from ..specs import Spec, TensorSpec
from ..values import encode
from . import kernels
from .base import Column, Indices

# Strings of so many bytes on average are worth a step in Python for each: it saves a copy.
_LONG: Final = 2048


class BytesColumn(Column):
    """Rows of strings (bytes of any length).

    Args:
        data: uint8[...], the bytes of all strings one after another.
        offsets: int64[n * prod(shape) + 1], not decreasing, inside `data`.
        shape: Shape of one row; `()` when a row is one string.
        rows: Number of rows; needed only when `prod(shape)` is 0.
    """

    __slots__ = ("_rows", "_width", "data", "offsets", "shape")

    def __init__(
        self,
        data: npt.NDArray[np.uint8],
        offsets: npt.NDArray[np.int64],
        shape: tuple[int, ...] = (),
        rows: int | None = None,
    ) -> None:
        self.data, self.offsets, self.shape = data, offsets, shape
        self._width = math.prod(shape)
        if rows is None:
            if self._width == 0:
                raise InvalidArgumentError(f"BytesColumn: rows must be given when shape={shape} holds no strings.")
            rows = (len(offsets) - 1) // self._width
        self._rows = rows

    @classmethod
    def from_list(cls, strings: Sequence[bytes | str]) -> BytesColumn:
        """Build a column of one string per row; `str` is encoded as UTF-8."""
        items: Any = strings if {*map(type, strings)} <= {bytes} else [encode(s) for s in strings]
        ends = itertools.accumulate(map(len, items), initial=0)
        offsets = np.fromiter(ends, dtype=np.int64, count=len(items) + 1)
        return cls(np.frombuffer(b"".join(items), dtype=np.uint8), offsets)

    @classmethod
    def from_array(cls, array: npt.NDArray[Any]) -> BytesColumn:
        """Build from an array of strings (`object`, `S`, `U`, StringDType) with rows along its first axis."""
        flat = cls.from_list(array.reshape(-1).tolist())
        return cls(flat.data, flat.offsets, tuple(array.shape[1:]), rows=len(array))

    @classmethod
    def from_arrow(cls, array: Any) -> BytesColumn:
        """Build from a pyarrow binary or string array (large or not) or chunked array, sharing its data buffer.

        Raises:
            InvalidArgumentError: The array holds nulls, or no strings.
        """
        import pyarrow as pa

        if isinstance(array, pa.ChunkedArray):
            # Chunk by chunk: pyarrow's own joining overflows 32-bit offsets.
            chunks = [cls.from_arrow(chunk) for chunk in array.chunks]
            return chunks[0] if len(chunks) == 1 else cls._join(chunks or [cls.from_list([])])
        if array.null_count:
            raise InvalidArgumentError(
                f"BytesColumn.from_arrow: strings must not be null. Received: {array.null_count} nulls. "
                "Fill them first, e.g. with pyarrow.compute.fill_null()."
            )
        if pa.types.is_binary(array.type) or pa.types.is_string(array.type):
            offset_type: Any = np.int32
        elif pa.types.is_large_binary(array.type) or pa.types.is_large_string(array.type):
            offset_type = np.int64
        else:
            raise InvalidArgumentError(
                f"BytesColumn.from_arrow: needs a binary or string array. Received: {array.type}."
            )
        _, offset_buffer, data_buffer = array.buffers()
        if offset_buffer is None or len(array) == 0:
            return cls(np.empty(0, np.uint8), np.zeros(1, np.int64))
        offsets = np.frombuffer(offset_buffer, dtype=offset_type)[array.offset : array.offset + len(array) + 1]
        data = np.empty(0, np.uint8) if data_buffer is None else np.frombuffer(data_buffer, dtype=np.uint8)
        return cls(data, offsets.astype(np.int64, copy=False))

    def to_arrow(self) -> Any:
        """Return a pyarrow large-binary array over the same memory (fixed-size lists of it when rows have a shape)."""
        import pyarrow as pa

        offsets = np.ascontiguousarray(self.offsets)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(self.data))]
        array = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)
        for axis in reversed(range(len(self.shape))):
            kind = pa.list_(array.type, self.shape[axis])
            rows = self._rows * math.prod(self.shape[:axis])  # said, not counted: lists of no strings have a number too
            array = pa.Array.from_buffers(kind, rows, [None], children=[array])
        return array

    def __len__(self) -> int:
        return self._rows

    @property
    def spec(self) -> Spec:
        return TensorSpec(self.shape, string)

    @property
    def nbytes(self) -> int:
        return int(self.offsets[-1] - self.offsets[0]) + self.offsets.nbytes

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """int64[n * prod(shape)]: bytes in each string."""
        return np.diff(self.offsets)

    def slice(self, start: int, stop: int) -> BytesColumn:
        w = self._width
        return BytesColumn(self.data, self.offsets[start * w : stop * w + 1], self.shape, rows=stop - start)

    def take(self, indices: Indices) -> BytesColumn:
        strings = indices
        if self._width != 1:
            strings = (indices[:, None] * self._width + np.arange(self._width)).reshape(-1)
        strings, old = kernels.frozen(strings), kernels.frozen(self.offsets)
        offsets = np.empty(len(strings) + 1, dtype=np.int64)
        kernels.taken_lengths_kernel(old, strings, offsets)
        data = np.empty(int(offsets[-1]), dtype=np.uint8)
        kernels.take_ranges_kernel(kernels.frozen(self.data), old, strings, offsets, data)
        return BytesColumn(data, offsets, self.shape, rows=len(indices))

    @classmethod
    def concat_same(cls, columns: Sequence[BytesColumn]) -> BytesColumn | None:
        shape = columns[0].shape
        return None if any(c.shape != shape for c in columns) else cls._join(columns)

    @classmethod
    def _join(cls, columns: Sequence[BytesColumn]) -> BytesColumn:
        data = np.concatenate([c.data[c.offsets[0] : c.offsets[-1]] for c in columns])
        parts, start = [np.zeros(1, np.int64)], 0
        for c in columns:
            parts.append(c.offsets[1:] + (start - c.offsets[0]))
            start += int(c.offsets[-1] - c.offsets[0])
        return cls(data, np.concatenate(parts), columns[0].shape, rows=sum(len(c) for c in columns))

    def __reduce__(self) -> tuple[Any, ...]:
        # A slice is pickled without the rest of its parent's memory.
        low, high = self.offsets[0], self.offsets[-1]
        return BytesColumn, (self.data[low:high], self.offsets - low, self.shape, self._rows)

    def element(self, index: int) -> Any:
        if not self.shape:
            return self.data[self.offsets[index] : self.offsets[index + 1]].tobytes()
        return self.slice(index, index + 1).as_value()[0]

    def strings(self) -> list[bytes]:
        """Return every string, row after row, as Python bytes."""
        low, high = int(self.offsets[0]), int(self.offsets[-1])
        lengths, raw = self.lengths, self.data[low:high]
        if len(raw) >= _LONG * len(lengths):
            view, bounds = raw.data, (self.offsets - low).tolist()
            return [view[a:b].tobytes() for a, b in itertools.pairwise(bounds)]
        # The loop runs in C: 10 ns for each string of one length, 30 for others, 100 by slicing a bytes object.
        alike = self._alike()
        if alike is not None:
            found: list[bytes] = alike.tolist()
            return found
        return list(map(io.BytesIO(raw.data).read, lengths.tolist()))

    def _alike(self) -> npt.NDArray[np.void] | None:
        """Return the strings as items of one length, which NumPy makes Python bytes of; None where lengths differ."""
        low, high = int(self.offsets[0]), int(self.offsets[-1])
        lengths = self.lengths
        size = (high - low) // max(1, len(lengths))
        if not 0 < size < _LONG or not (lengths == size).all():
            return None
        return self.data[low:high].view(f"V{size}")

    def to_list(self) -> list[Any]:
        return list(self.as_value()) if self.shape else self.strings()

    def as_value(self) -> npt.NDArray[np.object_]:
        alike = self._alike()
        if alike is not None:
            return alike.astype(object).reshape(self._rows, *self.shape)
        out = np.empty(len(self.offsets) - 1, dtype=object)
        out[:] = self.strings()
        return out.reshape(self._rows, *self.shape)

    def batch(self, size: int) -> BytesColumn:
        return BytesColumn(self.data, self.offsets, (size, *self.shape), rows=self._rows // size)

    def explode(self) -> tuple[BytesColumn, npt.NDArray[np.int64]]:
        if not self.shape:
            raise ShapeError("unbatch: every leaf must have a first axis. Received: a string scalar.")
        each = self.shape[0]
        flat = BytesColumn(self.data, self.offsets, self.shape[1:], rows=self._rows * each)
        return flat, np.full(self._rows, each, dtype=np.int64)
