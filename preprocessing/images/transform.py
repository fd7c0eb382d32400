"""ImageTransform: what an image layer does to one image or a batch, as an operation that graphs can hold."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...core.columns import DenseColumn
from ...core.dtypes import DType
from ...core.errors import DTypeError, describe
from ...core.ops import registry
from ...core.ops.registry import Attrs, GradientRule
from ...core.specs import Spec, TensorSpec
from ...core.values import Ragged, Sparse
from ..transform import JointTransform, Transform
from .checks import as_choice, as_images, check_filled, check_images

Array = npt.NDArray[Any]


def as_data_format(value: Any, where: str) -> str:
    """Return where the channels stand; None means last.

    Raises:
        InvalidArgumentError: It is no place for channels.
    """
    value = "channels_last" if value is None else value
    return as_choice(value, ("channels_last", "channels_first"), where, "data_format")


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageTransform(Transform):
    """Images to images of a fixed height and width.

    Contract for subclasses: `run` gets a batch, channels last, and returns one; `result_dtype` is its dtype. It is
    linear in floats, and `run_back` is its adjoint: the gradient.

    Attributes:
        size: Height and width of results.
        data_format: Where the channels stand.
        where: The layer as messages name it.
    """

    columns: ClassVar[bool] = False

    size: tuple[int, int]
    data_format: str
    where: str

    @abstractmethod
    def run(self, images: Array) -> Array:
        """Return `U[n, *size, channels]` for `T[n, height, width, channels]`, none of them 0 but `n`."""

    @abstractmethod
    def run_back(self, grads: Array, sides: tuple[int, int]) -> Array:
        """Return the gradient for images of a height and width: `[n, *sides, channels]` for `[n, *size, channels]`."""

    @abstractmethod
    def result_dtype(self, dtype: DType) -> DType:
        """Return the dtype of results."""

    @property
    def gradient(self) -> GradientRule:
        return self._gradient

    def _gradient(self, grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any]:
        return (lambda: registry.call(Adjoint(transform=self), grads[0], inputs[0]),)

    def apply(self, value: Any) -> Array:
        return self._apply(value if isinstance(value, np.ndarray) else self._as_array(value))

    def apply_rows(self, n: int, rows: Any) -> Array:
        self._check(TensorSpec(rows.shape[1:], rows.dtype))
        found = self._apply(rows.reshape(-1, *rows.shape[-3:]))
        return found.reshape(*rows.shape[:-3], *found.shape[1:])

    def infer_spec(self, spec: Spec) -> Spec:
        checked = self._check(spec)
        dtype = self.result_dtype(checked.dtype)
        if checked.shape is None:
            return TensorSpec(None, dtype)
        if self.data_format == "channels_first":
            return TensorSpec((*checked.shape[:-2], *self.size), dtype)
        return TensorSpec((*checked.shape[:-3], *self.size, checked.shape[-1]), dtype)

    def _check(self, spec: Any) -> TensorSpec:
        return check_images(spec, spec, self.where)

    def _as_array(self, value: Any) -> Array:
        if isinstance(value, DenseColumn):
            return value.values
        if isinstance(value, Ragged | Sparse):
            raise DTypeError(
                f"{self.where}: images must be dense. Received: {describe(value)}. "
                "Images of different sizes may be given as a list."
            )
        return np.asarray(value)

    def apply_back(self, grads: Array, shape: tuple[int, ...]) -> Array:
        """Return the gradient for images of a shape."""
        first, second, third = shape[-3:]
        if self.data_format == "channels_first":
            return self.run_back(grads.reshape(-1, *self.size, 1), (second, third)).reshape(shape)
        return self.run_back(grads.reshape(-1, *self.size, third), (first, second)).reshape(shape)

    def _apply(self, value: Any) -> Array:
        images = as_images(value, self.where)
        check_filled(images, self.where)
        *batch, first, second, third = images.shape
        if self.data_format == "channels_first":
            # Channels first are images of one channel, one after another.
            return self.run(images.reshape(-1, second, third, 1)).reshape(*batch, first, *self.size)
        return self.run(images.reshape(-1, first, second, third)).reshape(*batch, *self.size, third)


@dataclass(frozen=True, eq=False, kw_only=True)
class Adjoint(JointTransform):
    """The gradient of an image transform, of the result's gradient and the images.

    Attributes:
        transform: What is differentiated.
    """

    name = "image_gradient"
    columns = False

    transform: ImageTransform

    @property
    def gradient(self) -> GradientRule:
        return self._gradient

    def _gradient(self, grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any, None]:
        return (lambda: registry.call(self.transform, grads[0]), None)  # linear: the way back of the way back

    def apply(self, value: Any) -> Array:
        grads, images = value
        return self.transform.apply_back(np.asarray(grads), np.shape(images))

    def apply_rows(self, n: int, rows: Any) -> Array:
        grads, images = rows
        return self.transform.apply_back(grads, np.shape(images))

    def infer_spec(self, spec: Any) -> Spec:
        grads, images = spec
        return TensorSpec(images.shape, grads.dtype)
