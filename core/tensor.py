"""Tensor: an immutable array that tapes can follow.

Ops on a Tensor give Tensors. Two Tensors must have one dtype; an array or a Python number beside a Tensor takes the
Tensor's dtype if that loses no kind of information (float64 to float32 does not, float to int does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .dtypes import DType, as_dtype
from .errors import DTypeError, InvalidArgumentError, describe
from .ops.joining import stack_nested
from .ops.numpy_protocol import find_function, find_ufunc
from .ops.operators import ArrayMethods, ArrayOperators
from .ops.registry import OpLike, call, operand_kind, register_handler, register_operand
from .tapes import stack

Array = npt.NDArray[Any]
_NAME: Final = f"{__name__.partition('.')[0]}.Tensor"


class TensorLike(ArrayOperators, ArrayMethods):
    """What Tensors and Variables share: reading the values, as NumPy and Python want them."""

    __slots__ = ("__weakref__", "_data")
    _data: Array

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        register_operand("tensor", cls)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self._data.shape

    @property
    def dtype(self) -> DType:
        """Type of the values."""
        return as_dtype(self._data.dtype)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """Number of values."""
        return self._data.size

    @property
    def nbytes(self) -> int:
        """Bytes that the values take."""
        return self._data.nbytes

    def numpy(self) -> Any:
        """Return the values as a new ndarray; a NumPy scalar (or `bytes`) when there are no axes."""
        return self._data[()] if self._data.ndim == 0 else self._data.copy()

    def item(self) -> Any:
        """Return the one value as a Python number."""
        return self._data.item()

    def tolist(self) -> Any:
        """Return the values as nested lists of Python numbers."""
        return self._data.tolist()

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Any]:
        if not self._data.ndim:
            raise TypeError("iteration over a scalar Tensor")
        return (self[i] for i in range(len(self._data)))

    def __bool__(self) -> bool:
        return bool(self._data)

    def __float__(self) -> float:
        return float(self._data.item())

    def __int__(self) -> int:
        return int(self._data.item())

    def __complex__(self) -> complex:
        return complex(self._data.item())

    def __index__(self) -> int:
        return self._data.__index__()

    def __format__(self, format_spec: str) -> str:
        return format(self.numpy(), format_spec)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        function = find_ufunc(ufunc, method)
        if function is not None and not kwargs.keys() & {"out", "where", "dtype"}:
            return function(*inputs, **kwargs)
        return getattr(ufunc, method)(*_plain(inputs), **_plain(kwargs))

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        found = find_function(function)
        if found is not None:
            try:
                return found(*args, **kwargs)
            except TypeError:
                # Arguments that the op does not have: NumPy computes it, on plain arrays.
                if operand_kind(args[0] if args else None) == "symbol":
                    raise
        return function(*_plain(args), **_plain(kwargs))


class Tensor(TensorLike):
    """An immutable n-dimensional array.

    Args:
        value: An array, shared and not copied: nobody may write to it any more. `constant` copies.
        dtype: Converts to this type; None keeps the array's.
    """

    __slots__ = ()

    def __init__(self, value: Any, dtype: Any = None) -> None:
        self._data = np.asarray(value, dtype=None if dtype is None else as_dtype(dtype).numpy)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 (NumPy's form)
        if copy or (dtype is not None and self._data.dtype != dtype):
            return np.array(self._data, dtype=dtype)
        view = self._data.view()
        view.flags.writeable = False
        return view

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Tensor, (self._data,)

    def __repr__(self) -> str:
        return f"<{_NAME}: shape={self.shape}, dtype={self.dtype}, numpy={values_text(self._data, whole=True)}>"

    def __str__(self) -> str:
        return f"{_NAME}({values_text(self._data)}, shape={self.shape}, dtype={self.dtype})"


def values_text(data: Array, *, whole: bool = False) -> str:
    """Return the values for a repr (`whole`: as NumPy's own repr) or a str."""
    if data.ndim == 0:
        value = data[()]
        return repr(value) if isinstance(value, bytes) else str(value)
    return repr(data) if whole else str(data)


def wrap(result: Any) -> Tensor:
    """Return the result of an op's forward as a Tensor."""
    made = Tensor.__new__(Tensor)
    made._data = result if type(result) is np.ndarray else _as_array(result)
    return made


def _as_array(value: Any) -> Array:
    if isinstance(value, bytes | str):
        held = np.empty((), dtype=object)
        held[()] = value.encode() if isinstance(value, str) else value
        return held
    return np.asarray(value)


def _plain(value: Any) -> Any:
    """Return a nest of lists, tuples and dicts with arrays in place of Tensors."""
    if isinstance(value, TensorLike):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        return type(value)(_plain(v) for v in value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


# --- computing ------------------------------------------------------------------------------------------------------


def _compute(op: OpLike, args: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Run an op on arguments among which there is a Tensor or a Variable, and record it on the active tapes."""
    if op.composite:
        return op.forward(*args, **attrs)
    args, data, variables = _data_of(op, args)
    result = op.forward(*data, **attrs)
    if not isinstance(result, tuple):
        output = wrap(result)
        if variables:
            _unshare(variables, (output,))
        for tape in stack.tapes:
            tape.record(op, args, attrs, (output,))
        return output
    outputs = tuple([wrap(r) for r in result])
    _unshare(variables, outputs)
    for tape in stack.tapes:
        tape.record(op, args, attrs, outputs)
    return outputs


def _data_of(op: OpLike, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[Any], list[TensorLike]]:
    """Return the arguments with lists of Tensors stacked, their plain data, and the Variables among them."""
    data: list[Any] = []
    variables: list[TensorLike] = []
    agree, widest = True, 0
    first: Any = None
    for arg in args:
        if isinstance(arg, TensorLike):
            values = arg._data
            data.append(values)
            if type(arg) is not Tensor:
                variables.append(arg)
            if first is None:
                first = values.dtype
            elif first is not values.dtype:
                agree = False
        elif isinstance(arg, list | tuple):
            stacked = stack_nested(arg)
            if stacked is not arg:
                return _data_of(op, tuple([stack_nested(a) for a in args]))
            data.append(arg)
            agree = False
        else:
            data.append(arg)
            rank = _SCALAR_RANK.get(type(arg))
            if rank is None:
                agree = False
            elif rank > widest:
                widest = rank
    if (not agree or (widest and widest > _RANK.get(first.kind, 4))) and getattr(op, "same_dtype", False):
        data = _agree(op, args, data)
    return args, data, variables


def _unshare(variables: Sequence[TensorLike], outputs: tuple[Tensor, ...]) -> None:
    """Copy what is a view of a Variable's buffer: the buffer will change, Tensors must not."""
    for variable in variables:
        buffer = variable._data
        for output in outputs:
            data = output._data
            if data is buffer or (data.base is not None and np.may_share_memory(data, buffer)):
                output._data = data.copy()


def _agree(op: OpLike, args: tuple[Any, ...], data: Sequence[Any]) -> list[Any]:
    """Return the plain data with everything brought to the Tensors' one dtype.

    Raises:
        DTypeError: Two Tensors differ, or another argument would lose information.
    """
    dtypes = {a._data.dtype for a in args if isinstance(a, TensorLike)}
    if len(dtypes) > 1:
        raise DTypeError(
            f"{op.name}: Tensors must have one dtype. Received: {' and '.join(map(describe, args))}. "
            "Convert one with ops.cast()."
        )
    dtype = dtypes.pop()
    return [d if isinstance(a, TensorLike) else _fit(op, d, dtype) for a, d in zip(args, data, strict=True)]


_RANK: Final = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
_SCALAR_KIND: Final = {bool: "b", int: "i", float: "f", complex: "c"}
_SCALAR_RANK: Final = {kind: _RANK[code] for kind, code in _SCALAR_KIND.items()}


def _fit(op: OpLike, value: Any, dtype: np.dtype[Any]) -> Any:
    if isinstance(value, bytes | str) or dtype.kind == "O":
        return value
    kind = _SCALAR_KIND.get(type(value))
    array = value if kind is not None else np.asarray(value)
    if kind is None and array.dtype == dtype:
        return array
    if _RANK.get(kind or array.dtype.kind, 4) > _RANK.get(dtype.kind, 4):
        raise DTypeError(
            f"{op.name}: {describe(value)} beside a Tensor of {dtype} would change its dtype. "
            "Convert one of them with ops.cast()."
        )
    return array if kind is not None else array.astype(dtype)


register_handler("tensor", _compute)


# --- making Tensors -------------------------------------------------------------------------------------------------


def constant(value: Any, dtype: Any = None, shape: Sequence[int] | None = None) -> Tensor:
    """Make a Tensor of a copy of the values, with TensorFlow's rules for dtypes.

    Args:
        value: Numbers, strings, nested lists of them, arrays. Python floats become float32, ints int32 (int64 where
            they do not fit), `str` UTF-8 bytes; arrays keep their dtype.
        dtype: Dtype of the Tensor.
        shape: Shape of the Tensor; a single value is repeated to fill it.

    Raises:
        DTypeError: The values cannot be of that dtype without losing information.
        ShapeError: The values do not fill the shape.
    """
    if isinstance(value, TensorLike):
        value = value.numpy()
    array = to_array(value, dtype)
    if shape is not None:
        array = np.full(tuple(shape), array) if array.size == 1 else array.reshape(tuple(shape))
    return wrap(array.copy() if array is value or array.base is not None else array)


def convert_to_tensor(value: Any, dtype: Any = None) -> Tensor:
    """Return a Tensor as it is, a Variable's value, lists of Tensors stacked, and `constant` of everything else.

    Raises:
        DTypeError: A Tensor has another dtype than the one asked for; `ops.cast` converts.
    """
    if isinstance(value, list | tuple):
        value = stack_nested(value)
    if isinstance(value, TensorLike):
        if dtype is not None and value.dtype != as_dtype(dtype):
            raise DTypeError(
                f"convert_to_tensor: the Tensor must be {as_dtype(dtype)}. Received: {describe(value)}. "
                "Convert it with ops.cast()."
            )
        from .ops.creation import IDENTITY

        result: Tensor = value if isinstance(value, Tensor) else call(IDENTITY, value)
        return result
    return constant(value, dtype)


def to_array(value: Any, dtype: Any = None) -> Array:
    """Return values as an ndarray with the dtype that `constant` gives them.

    Raises:
        InvalidArgumentError: The value is None, or nested lists have rows of different lengths.
        DTypeError: The values cannot be of that dtype without losing information.
    """
    array = _array_of(value)
    if dtype is None:
        if _is_python(value):
            array = _narrow(array)
        return array
    wanted = as_dtype(dtype).numpy
    if array.dtype != wanted and array.size and _RANK.get(array.dtype.kind, 4) > _RANK.get(wanted.kind, 4):
        raise DTypeError(f"constant: values must be of {as_dtype(dtype)}. Received: {describe(value)}.")
    return array.astype(wanted, copy=False)


def _array_of(value: Any) -> Array:
    if value is None:
        raise InvalidArgumentError("constant: the value must be numbers, strings or arrays. Received: None.")
    try:
        array = _as_array(value)
    except UnicodeDecodeError:  # str beside bytes that are not ASCII
        array = np.array(value, dtype=object)
    except ValueError as err:
        raise InvalidArgumentError(f"constant: rows must have one length. Received: {describe(value)}.") from err
    if array.dtype.kind not in "SUO":
        as_dtype(array.dtype)
        return array
    flat = np.empty(array.size, dtype=object)
    flat[:] = [_as_bytes(v, value) for v in (array if array.dtype == object else np.asarray(value, object)).flat]
    return flat.reshape(array.shape)


def _as_bytes(item: Any, value: Any) -> bytes:
    if isinstance(item, bytes | str):
        return item.encode() if isinstance(item, str) else item
    raise InvalidArgumentError(
        f"constant: values must be numbers only or strings only, in rows of one length. Received: {describe(value)}."
    )


def _is_python(value: Any) -> bool:
    """Whether a value holds Python's own numbers only."""
    if isinstance(value, list | tuple):
        return all(_is_python(v) for v in value)
    return type(value) in _SCALAR_KIND


def _narrow(array: Array) -> Array:
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype == np.int64 and (array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)):
        return array.astype(np.int32)
    return array
