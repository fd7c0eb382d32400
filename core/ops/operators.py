"""Python's operators and the methods of arrays, for values that are not arrays: Tensors, Variables and Symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import comparison as c
from . import elementwise as e
from . import indexing, linalg, reduction, shaping
from .registry import Value

Axis = int | Sequence[int] | None


class ArrayOperators:
    """Operators that go through the op registry; comparisons are elementwise, the hash is that of the object."""

    __slots__ = ()
    # Above ndarray's 0: NumPy arrays on the left hand their operators to us.
    __array_priority__ = 100

    def __add__(self, other: Value) -> Value:
        return e.add(self, other)

    def __radd__(self, other: Value) -> Value:
        return e.add(other, self)

    def __sub__(self, other: Value) -> Value:
        return e.subtract(self, other)

    def __rsub__(self, other: Value) -> Value:
        return e.subtract(other, self)

    def __mul__(self, other: Value) -> Value:
        return e.multiply(self, other)

    def __rmul__(self, other: Value) -> Value:
        return e.multiply(other, self)

    def __truediv__(self, other: Value) -> Value:
        return e.divide(self, other)

    def __rtruediv__(self, other: Value) -> Value:
        return e.divide(other, self)

    def __floordiv__(self, other: Value) -> Value:
        return e.floor_divide(self, other)

    def __rfloordiv__(self, other: Value) -> Value:
        return e.floor_divide(other, self)

    def __mod__(self, other: Value) -> Value:
        return e.mod(self, other)

    def __rmod__(self, other: Value) -> Value:
        return e.mod(other, self)

    def __divmod__(self, other: Value) -> tuple[Value, Value]:
        return e.floor_divide(self, other), e.mod(self, other)

    def __pow__(self, other: Value) -> Value:
        return e.power(self, other)

    def __rpow__(self, other: Value) -> Value:
        return e.power(other, self)

    def __matmul__(self, other: Value) -> Value:
        return linalg.matmul(self, other)

    def __rmatmul__(self, other: Value) -> Value:
        return linalg.matmul(other, self)

    def __and__(self, other: Value) -> Value:
        return c.bitwise_and(self, other)

    def __rand__(self, other: Value) -> Value:
        return c.bitwise_and(other, self)

    def __or__(self, other: Value) -> Value:
        return c.bitwise_or(self, other)

    def __ror__(self, other: Value) -> Value:
        return c.bitwise_or(other, self)

    def __xor__(self, other: Value) -> Value:
        return c.bitwise_xor(self, other)

    def __rxor__(self, other: Value) -> Value:
        return c.bitwise_xor(other, self)

    def __lshift__(self, other: Value) -> Value:
        return c.left_shift(self, other)

    def __rlshift__(self, other: Value) -> Value:
        return c.left_shift(other, self)

    def __rshift__(self, other: Value) -> Value:
        return c.right_shift(self, other)

    def __rrshift__(self, other: Value) -> Value:
        return c.right_shift(other, self)

    def __neg__(self) -> Value:
        return e.negative(self)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return e.abs(self)

    def __invert__(self) -> Value:
        return c.bitwise_not(self)

    def __eq__(self, other: object) -> Value:
        if other is None:
            return False
        return c.equal(self, other)

    def __ne__(self, other: object) -> Value:
        if other is None:
            return True
        return c.not_equal(self, other)

    def __lt__(self, other: Value) -> Value:
        return c.less(self, other)

    def __le__(self, other: Value) -> Value:
        return c.less_equal(self, other)

    def __gt__(self, other: Value) -> Value:
        return c.greater(self, other)

    def __ge__(self, other: Value) -> Value:
        return c.greater_equal(self, other)

    def __hash__(self) -> int:
        return id(self) >> 4

    def __getitem__(self, key: Any) -> Value:
        return indexing.getitem(self, key)


class ArrayMethods:
    """The methods of ndarray that have an op, so that code written for arrays meets the same names."""

    __slots__ = ()

    def astype(self, dtype: Any) -> Value:
        """Convert to another dtype; see `ops.cast`."""
        return e.cast(self, dtype)

    def sum(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Value:
        """Sum over axes; see `ops.sum`."""
        return reduction.sum(self, axis, dtype=dtype, keepdims=keepdims)

    def prod(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Value:
        """Multiply over axes; see `ops.prod`."""
        return reduction.prod(self, axis, dtype=dtype, keepdims=keepdims)

    def mean(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Value:
        """Average over axes; see `ops.mean`."""
        return reduction.mean(self, axis, dtype=dtype, keepdims=keepdims)

    def max(self, axis: Axis = None, *, keepdims: bool = False) -> Value:
        """Return the largest over axes; see `ops.max`."""
        return reduction.max(self, axis, keepdims=keepdims)

    def min(self, axis: Axis = None, *, keepdims: bool = False) -> Value:
        """Return the smallest over axes; see `ops.min`."""
        return reduction.min(self, axis, keepdims=keepdims)

    def any(self, axis: Axis = None, *, keepdims: bool = False) -> Value:
        """Return whether any holds over axes; see `ops.any`."""
        return reduction.any(self, axis, keepdims=keepdims)

    def all(self, axis: Axis = None, *, keepdims: bool = False) -> Value:
        """Return whether all hold over axes; see `ops.all`."""
        return reduction.all(self, axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Value:
        """Return the index of the largest; see `ops.argmax`."""
        return reduction.argmax(self, axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Value:
        """Return the index of the smallest; see `ops.argmin`."""
        return reduction.argmin(self, axis, keepdims=keepdims)

    def clip(self, min: Value | None = None, max: Value | None = None) -> Value:
        """Limit values to a range; see `ops.clip`."""
        return e.clip(self, min, max)

    def round(self) -> Value:
        """Round to whole numbers; see `ops.round`."""
        return e.round(self)

    def reshape(self, *shape: Any) -> Value:
        """Return the same values in another shape, given as one sequence or as several ints."""
        return shaping.reshape(self, shape[0] if len(shape) == 1 else shape)

    def ravel(self) -> Value:
        """Return the values in one axis."""
        return shaping.reshape(self, (-1,))

    def flatten(self) -> Value:
        """Return the values in one axis."""
        return shaping.reshape(self, (-1,))

    def squeeze(self, axis: Axis = None) -> Value:
        """Remove axes of length 1; see `ops.squeeze`."""
        return shaping.squeeze(self, axis)

    def transpose(self, *axes: Any) -> Value:
        """Permute the axes (reversed when none are given), given as one sequence or as several ints."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else (axes or None)
        return shaping.transpose(self, order)

    def swapaxes(self, axis1: int, axis2: int) -> Value:
        """Exchange two axes; see `ops.swapaxes`."""
        return shaping.swapaxes(self, axis1, axis2)

    def take(self, indices: Value, axis: int | None = None) -> Value:
        """Pick entries along an axis, of the flattened values when it is None; see `ops.gather`."""
        if axis is None:
            return indexing.gather(shaping.reshape(self, (-1,)), indices, axis=0)
        return indexing.gather(self, indices, axis=axis)

    def dot(self, other: Value) -> Value:
        """Return the dot product of vectors and matrices; see `ops.matmul`."""
        return linalg.dot(self, other)

    def copy(self) -> Value:
        """Return the value itself: it cannot change."""
        return self

    @property
    def T(self) -> Value:  # noqa: N802 (NumPy's name)
        """The value with its axes reversed."""
        return shaping.transpose(self)
