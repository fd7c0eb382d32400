"""Variable: a buffer of values that training changes."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from .dtypes import as_dtype
from .errors import DTypeError, ShapeError, describe
from .ops.creation import IDENTITY
from .ops.registry import call
from .tensor import Array, Tensor, TensorLike, to_array, values_text


class Reading(Tensor):
    """The value of a Variable at one time; to a tape it is the Variable itself.

    Attributes:
        variable: The Variable that was read.
    """

    __slots__ = ("variable",)

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable._data)
        self.variable = variable


class Variable(TensorLike):
    """A value that can be assigned. Computing with it reads the present value; tapes watch it when it is trainable.

    The buffer stays the same for the life of the Variable and is written in place. Tensors made from it never change.

    Args:
        initial_value: Array, Tensor, numbers or nested lists, or a function without arguments that returns one.
            Dtypes follow `constant`: Python floats become float32.
        trainable: Whether tapes watch it by themselves, and optimizers may change it.
        name: A label.
        dtype: Dtype of the values; None takes that of the initial value.
        constraint: Function from the value after an update to an allowed one; optimizers apply it.

    Attributes:
        trainable: As given.
        constraint: As given.
    """

    __slots__ = ("_name", "_reading", "constraint", "trainable")

    def __init__(
        self,
        initial_value: Any,
        *,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
        constraint: Callable[[Any], Any] | None = None,
    ) -> None:
        value = initial_value() if callable(initial_value) else initial_value
        if isinstance(value, TensorLike):
            value = value._data if dtype is None else value._data.astype(as_dtype(dtype).numpy)
        self._data = np.array(to_array(value, dtype), order="C")
        self._name = "Variable" if name is None else name
        self._reading: weakref.ref[Reading] | None = None
        self.trainable = trainable
        self.constraint = constraint

    @property
    def name(self) -> str:
        """The label given at construction."""
        return self._name

    @property
    def value(self) -> Tensor:
        """The present value as a Tensor; it stays as it is when the Variable is assigned."""
        value: Tensor = call(IDENTITY, self)
        return value

    def read_value(self) -> Tensor:
        """Return `value`."""
        return self.value

    def snapshot(self) -> Reading:
        """Return the present value as tapes keep it: a Tensor that counts as this Variable.

        It shares the buffer until the next assignment, which gives a Tensor that is still in use a copy of its own.
        """
        reading = None if self._reading is None else self._reading()
        if reading is None:
            reading = Reading(self)
            self._reading = weakref.ref(reading)
        return reading

    def assign(self, value: Any) -> Variable:
        """Replace all values; returns the Variable.

        Args:
            value: Values of the same shape (a scalar fills nothing else than a scalar). Arrays of another float
                dtype are cast.

        Raises:
            ShapeError: The shape differs.
            DTypeError: The values would lose information: floats assigned to integers, Tensors of another dtype.
        """
        self._writable()[...] = self._converted(value, "assign")
        return self

    def assign_add(self, delta: Any) -> Variable:
        """Add to the values, in place; returns the Variable. Arguments and errors as `assign`."""
        change = self._converted(delta, "assign_add")
        np.add(self._data, change, out=self._writable())
        return self

    def assign_sub(self, delta: Any) -> Variable:
        """Subtract from the values, in place; returns the Variable. Arguments and errors as `assign`."""
        change = self._converted(delta, "assign_sub")
        np.subtract(self._data, change, out=self._writable())
        return self

    def _writable(self) -> Array:
        """Return the buffer for writing, after giving the Tensor that reads it a copy."""
        reading = None if self._reading is None else self._reading()
        if reading is not None:
            reading._data = self._data.copy()
        self._reading = None
        return self._data

    def _converted(self, value: Any, where: str) -> Array:
        if isinstance(value, TensorLike):
            if value._data.dtype != self._data.dtype:
                raise DTypeError(
                    f"Variable.{where}: values must be {self.dtype}. Received: {describe(value)}. Use ops.cast()."
                )
            array = value._data
        else:
            array = to_array(value, self.dtype)
        if array.shape != self._data.shape:
            raise ShapeError(
                f"Variable.{where}: values must have the shape of {self._name!r}, {self.shape}. "
                f"Received: {describe(array)}."
            )
        return array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 (NumPy's form)
        return np.array(self._data, dtype=dtype)

    def __deepcopy__(self, memo: Any) -> Variable:
        return Variable(
            self._data, trainable=self.trainable, name=self._name, dtype=self.dtype, constraint=self.constraint
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._data, self.trainable, self._name, self.constraint)

    def __repr__(self) -> str:
        package = __name__.partition(".")[0]
        return (
            f"<{package}.Variable {self._name!r}: shape={self.shape}, dtype={self.dtype}, "
            f"numpy={values_text(self._data, whole=True)}>"
        )


def _restore(data: Array, trainable: bool, name: str, constraint: Any) -> Variable:  # noqa: FBT001 (pickle's form)
    return Variable(data, trainable=trainable, name=name, constraint=constraint)
