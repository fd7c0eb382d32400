"""Feature specs: what `parse_example` is to find under each key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType, as_dtype, float32, int64, string
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.specs import as_shape

DTYPES: Final = (float32, int64, string)


class FixedLenFeature:
    """A feature with the same number of values in every record.

    Args:
        shape: Shape of the result; its product is the number of values. `[]` is one value.
        dtype: float32, int64 or string.
        default_value: What a record without the feature gets: as many values as the shape holds. None: it must be
            there.

    Raises:
        InvalidArgumentError: The shape has unknown dimensions, or the default does not fit it.
    """

    __slots__ = ("default_value", "dtype", "shape")

    def __init__(self, shape: Any, dtype: Any, default_value: Any = None) -> None:
        dims = as_shape(shape)
        if dims is None or None in dims:
            raise InvalidArgumentError(
                f"FixedLenFeature: shape must be known. Received: shape={shape}. "
                "Use VarLenFeature for lists of different lengths."
            )
        self.shape: tuple[int, ...] = tuple(d for d in dims if d is not None)
        self.dtype = _checked_dtype("FixedLenFeature", dtype)
        self.default_value = default_value
        if default_value is not None:
            self.default_array()

    @property
    def size(self) -> int:
        """Values per record."""
        return math.prod(self.shape)

    def default_array(self) -> npt.NDArray[Any]:
        """Return the default as a flat array; strings as an object array of bytes.

        Raises:
            InvalidArgumentError: It has the wrong number of values, or the wrong type.
        """
        kind = np.dtype(object) if self.dtype.is_string else self.dtype.numpy
        try:
            array = np.asarray(self.default_value, kind).reshape(-1)
        except (TypeError, ValueError) as err:
            raise self._unfit() from err
        if len(array) != self.size:
            raise self._unfit()
        if self.dtype.is_string:
            if not all(isinstance(v, bytes | str) for v in array):
                raise self._unfit()
            array[:] = [v.encode() if isinstance(v, str) else v for v in array]
        return array

    def _fields(self) -> tuple[Any, ...]:
        """Return the values that make two specs equal."""
        if self.default_value is None:
            return self.shape, self.dtype, None
        default = self.default_array()
        return self.shape, self.dtype, tuple(default) if self.dtype.is_string else default.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FixedLenFeature) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def _unfit(self) -> InvalidArgumentError:
        return InvalidArgumentError(
            f"FixedLenFeature: default_value must be {self.size} of {self.dtype.name}, to fill shape "
            f"{list(self.shape)}. Received: default_value={describe(self.default_value)}."
        )

    def __repr__(self) -> str:
        default = "" if self.default_value is None else f", default_value={self.default_value!r}"
        return f"FixedLenFeature(shape={list(self.shape)}, dtype={self.dtype.name}{default})"


@dataclass(frozen=True, slots=True)
class VarLenFeature:
    """A feature with any number of values, also none; the result is `Sparse`.

    Attributes:
        dtype: float32, int64 or string.
    """

    dtype: DType

    def __init__(self, dtype: Any) -> None:
        object.__setattr__(self, "dtype", _checked_dtype("VarLenFeature", dtype))

    def __repr__(self) -> str:
        return f"VarLenFeature(dtype={self.dtype.name})"


FeatureSpec = FixedLenFeature | VarLenFeature


def _checked_dtype(where: str, dtype: Any) -> DType:
    found = as_dtype(dtype)
    if found not in DTYPES:
        raise DTypeError(
            f"{where}: dtype must be float32, int64 or string, the types that records hold. "
            f"Received: dtype={found.name}. Cast after parsing."
        )
    return found


@dataclass(frozen=True, slots=True)
class ParseSpec:
    """Feature specs by key, in sorted order; equal by value and hashable, so that it can stand in a traced graph.

    Attributes:
        keys: The keys, sorted.
        features: The spec of each key.
    """

    keys: tuple[str, ...]
    features: tuple[FeatureSpec, ...]

    @classmethod
    def of(cls, where: str, features: Any) -> ParseSpec:
        """Check the `features` argument of a parsing function.

        Raises:
            InvalidArgumentError: It is no mapping of names to feature specs, or empty.
        """
        if not isinstance(features, Mapping) or not features:
            raise InvalidArgumentError(
                f"{where}: features must be a dict of names to feature specs, not empty. "
                f"Received: features={describe(features)}."
            )
        for key, feature in features.items():
            if not isinstance(key, str) or not isinstance(feature, FeatureSpec):
                raise InvalidArgumentError(
                    f"{where}: features must map str to FixedLenFeature or VarLenFeature. "
                    f"Received: {key!r}: {describe(feature)}."
                )
        keys = sorted(features)
        return cls(tuple(keys), tuple(features[key] for key in keys))
