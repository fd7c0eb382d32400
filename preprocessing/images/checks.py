"""What functions of images ask of their arguments."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import DTypeError, InvalidArgumentError, ShapeError, describe, suggest
from ...core.ops.inference import tensor_spec
from ...core.ops.registry import operand_kind
from ...core.specs import Spec, TensorSpec, spec_of

Array = npt.NDArray[Any]


def as_images(value: Any, where: str) -> Array:
    """Return one image or a batch of them as an array.

    Args:
        value: `T[height, width, channels]` or `T[batch, height, width, channels]`, of numbers.
        where: Start of messages.

    Raises:
        DTypeError: They are not integers or floating-point numbers.
        ShapeError: The rank is another.
    """
    try:
        images = np.asarray(value)
    except ValueError as err:
        raise ShapeError(f"{where}: rows of images must have one length. Received: {describe(value)}.") from err
    check_images(TensorSpec(images.shape, images.dtype) if images.dtype.kind in "biufc" else None, value, where)
    return images


def check_images(spec: Any, value: Any, where: str) -> TensorSpec:
    """Return the spec of images, checked.

    Raises:
        DTypeError: It is none of integers or floating-point numbers.
        ShapeError: The rank is neither 3 nor 4.
    """
    if not isinstance(spec, TensorSpec) or not (spec.dtype.is_integer or spec.dtype.is_floating):
        raise DTypeError(f"{where}: images must be integers or floating-point numbers. Received: {describe(value)}.")
    if spec.shape is not None and len(spec.shape) not in (3, 4):
        raise ShapeError(
            f"{where}: images must be [height, width, channels] or [batch, height, width, channels]. "
            f"Received: {describe(value)}."
        )
    return spec


def spec_of_value(value: Any) -> Spec:
    """Return the spec of a symbol, or of what NumPy understands."""
    found: Spec = value.spec if operand_kind(value) == "symbol" else spec_of(np.asarray(value))
    return found


def spec_of_images(value: Any, where: str) -> TensorSpec:
    """Return the spec of a symbolic argument or constant that must be images."""
    return check_images(tensor_spec(value, where), value, where)


def check_filled(images: Array, where: str) -> None:
    """Check that images have pixels.

    Raises:
        ShapeError: Height, width or the number of channels is 0.
    """
    if 0 in images.shape[-3:]:
        raise ShapeError(f"{where}: images must have at least one pixel. Received: {describe(images)}.")


def as_size(value: Any, where: str, name: str = "size") -> tuple[int, int]:
    """Return a height and a width.

    Raises:
        InvalidArgumentError: They are not two ints above 0.
    """
    try:
        found = tuple(operator.index(v) for v in (value.tolist() if hasattr(value, "tolist") else value))
    except TypeError:
        found = ()
    if len(found) != 2 or min(found) < 1:
        raise InvalidArgumentError(
            f"{where}: {name} must be two ints >= 1, height and width. Received: {name}={describe(value)}."
        )
    return found[0], found[1]


def as_choice(value: Any, choices: Sequence[str], where: str, name: str) -> str:
    """Return a word that must be one of some.

    Raises:
        InvalidArgumentError: It is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        hint = suggest(value, choices) if isinstance(value, str) else ""
        raise InvalidArgumentError(
            f"{where}: {name} must be one of {', '.join(choices)}. Received: {name}={value!r}.{hint}"
        )
    return value
