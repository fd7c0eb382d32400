"""Shape and dtype inference with unknown dimensions, without running on data.

Arguments of an inference rule are `Spec`s for symbolic inputs and the values themselves for constants. A dimension
that is `None` is unknown, a shape that is `None` has unknown rank.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..dtypes import DType, as_dtype
from ..errors import DTypeError, PenstockError, ShapeError
from ..specs import Shape, Spec, TensorSpec
from .registry import Attrs, InferRule

PYTHON_SCALARS = (bool, int, float, complex)


def tensor_spec(arg: Any, where: str) -> TensorSpec:
    """Return an argument's tensor spec.

    Raises:
        DTypeError: The argument is ragged, sparse or no array at all.
    """
    if isinstance(arg, TensorSpec):
        return arg
    if isinstance(arg, Spec):
        raise DTypeError(f"{where}: must be given dense values. Received: {arg!r}.")
    if isinstance(arg, bytes | str):
        return TensorSpec((), "string")
    array = np.asarray(arg)
    return TensorSpec(array.shape, as_dtype(array.dtype))


def check_numeric(args: Sequence[Any], where: str) -> None:
    """Check that no argument is a string.

    Raises:
        DTypeError: One is.
    """
    for arg in args:
        if type(arg) not in PYTHON_SCALARS and tensor_spec(arg, where).dtype.is_string:
            raise DTypeError(f"{where}: must be given numbers. Received: a string. Convert it first.")


def shape_of(arg: Any) -> Shape:
    """Return the shape of a spec or a constant."""
    if isinstance(arg, Spec):
        return tensor_spec(arg, "shape").shape
    return () if isinstance(arg, bytes | str) else np.shape(arg)


def broadcast_shapes(shapes: Sequence[Shape], where: str = "broadcast") -> Shape:
    """Return the shape that shapes with unknown dimensions broadcast to.

    An unknown dimension against 1 or another unknown one is unknown; against a known one above 1 it must be that.

    Raises:
        ShapeError: Two known dimensions differ and neither is 1.
    """
    if any(s is None for s in shapes):
        return None
    known = [s for s in shapes if s is not None]
    columns = itertools.zip_longest(*(reversed(s) for s in known), fillvalue=1)
    dims = [_broadcast_dims(set(column), where, known) for column in columns]
    return tuple(reversed(dims))


def _broadcast_dims(dims: set[int | None], where: str, shapes: Sequence[Shape]) -> int | None:
    wide = {d for d in dims if d is not None and d != 1}
    if len(wide) > 1:
        raise ShapeError(f"{where}: shapes must broadcast together. Received: {' and '.join(map(str, shapes))}.")
    if wide:
        return wide.pop()
    return None if None in dims else 1


def common_shape(shapes: Sequence[Shape], where: str) -> Shape:
    """Return what shapes that must be equal say together; a dimension is known when any of them knows it.

    Raises:
        ShapeError: Ranks or known dimensions differ.
    """
    known = [s for s in shapes if s is not None]
    if not known:
        return None
    columns = [{d for d in column if d is not None} for column in zip(*known, strict=False)]
    if len({len(s) for s in known}) > 1 or any(len(column) > 1 for column in columns):
        raise ShapeError(f"{where}: shapes must be equal. Received: {' and '.join(map(str, shapes))}.")
    return tuple(column.pop() if column else None for column in columns)


def empty_stand_in(arg: Any) -> Any:
    """Return an empty array of an argument's dtype; a Python scalar stays itself, because it is weakly typed."""
    if type(arg) in PYTHON_SCALARS:
        return arg
    return np.empty((0,), dtype=tensor_spec(arg, "dtype").dtype.numpy)


def result_dtype(forward: Callable[..., Any], args: Sequence[Any], attrs: Attrs) -> DType:
    """Return the dtype that an elementwise function gives, by applying it to empty arrays."""
    return as_dtype(np.asarray(forward(*(empty_stand_in(a) for a in args), **attrs)).dtype)


def elementwise_rule(forward: Callable[..., Any], name: str) -> InferRule:
    """Return the inference rule of an elementwise function: shapes broadcast, the dtype is NumPy's."""

    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        shape = broadcast_shapes([shape_of(a) for a in args], name)
        return TensorSpec(shape, result_dtype(forward, args, attrs))

    return infer


def probe_rule(forward: Callable[..., Any]) -> InferRule:
    """Return the inference rule for any function: run it on stand-ins of two sizes and compare.

    Every unknown dimension is taken to be 2 and then 3, together, so that dimensions that must agree do. An output
    dimension that stays the same is known. Stand-ins hold zeros (a valid index) and take no memory.

    The function must not depend on values; such an op needs an inference rule of its own.
    """

    def infer(args: tuple[Any, ...], attrs: Attrs) -> Any:
        name = getattr(forward, "__name__", "op").lstrip("_")
        if any(isinstance(a, TensorSpec) and a.shape is None for a in args):
            raise ShapeError(f"{name}: the rank of every argument must be known. Received: {args}.")
        sizes = (2, 3) if any(isinstance(a, TensorSpec) and None in (a.shape or ()) for a in args) else (2,)
        runs = [_probe(forward, args, attrs, size, name) for size in sizes]
        specs = tuple(_merge([run[i] for run in runs], name) for i in range(len(runs[0])))
        return specs if isinstance(_outputs_kind(runs), tuple) else specs[0]

    return infer


class _Outputs(list[Any]):
    """Outputs of one probe; `single` tells a lone array from a tuple of one."""

    single: bool = False


def _outputs_kind(runs: Sequence[_Outputs]) -> Any:
    return None if runs[0].single else ()


def _probe(forward: Callable[..., Any], args: Sequence[Any], attrs: Attrs, size: int, name: str) -> _Outputs:
    stand_ins = [_stand_in(a, size, name) for a in args]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = forward(*stand_ins, **attrs)
        except PenstockError:
            raise
        except (ValueError, TypeError, IndexError) as err:
            raise ShapeError(f"{name}: these arguments do not fit. Received: {tuple(args)}. {err}") from err
    outputs = _Outputs(result if isinstance(result, tuple) else [result])
    outputs.single = not isinstance(result, tuple)
    return outputs


def _stand_in(arg: Any, size: int, name: str) -> Any:
    if not isinstance(arg, Spec):
        return arg
    spec = tensor_spec(arg, name)
    shape = tuple(size if d is None else d for d in spec.shape or ())
    zero = b"" if spec.dtype.is_string else 0
    return np.broadcast_to(np.asarray(zero, dtype=spec.dtype.numpy), shape)


def _merge(outputs: Sequence[Any], name: str) -> TensorSpec:
    specs = [tensor_spec(output, name) for output in outputs]
    merged = specs[0] if len(specs) == 1 else specs[0].most_specific(specs[1])
    if not isinstance(merged, TensorSpec):
        raise ShapeError(f"{name}: the result's dtype must not depend on shapes. Received: {specs}.")
    return merged
