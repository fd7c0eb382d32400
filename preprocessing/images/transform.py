"""ImageTransform: what an image layer does to one image or a batch, as an operation that graphs can hold."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ...core.columns import DenseColumn
from ...core.dtypes import DType
from ...core.errors import DTypeError, describe
from ...core.specs import Spec, TensorSpec
from ...core.values import Ragged, Sparse
from ..transform import Transform
from .checks import as_choice, as_images, check_filled, check_images

Array = npt.NDArray[Any]
DataFormat = Literal["channels_last", "channels_first"]


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

    Contract for subclasses: `run` gets a batch, channels last, and returns one; `result_dtype` is its dtype.

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
    def result_dtype(self, dtype: DType) -> DType:
        """Return the dtype of results."""

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

    def _apply(self, value: Any) -> Array:
        images = as_images(value, self.where)
        check_filled(images, self.where)
        *batch, first, second, third = images.shape
        if self.data_format == "channels_first":
            # Channels first are images of one channel, one after another.
            return self.run(images.reshape(-1, second, third, 1)).reshape(*batch, first, *self.size)
        return self.run(images.reshape(-1, first, second, third)).reshape(*batch, *self.size, third)
