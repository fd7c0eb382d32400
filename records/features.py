"""Feature specs: what `parse_example` is to find under each key."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType, as_dtype, float32, int64, string
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.specs import as_shape
from .partitions import (
    AnyPartition,
    Partition,
    RowLengths,
    RowLimits,
    RowSplits,
    RowStarts,
    UniformRowLength,
    ValueRowIds,
)
from .reading_plan import Wanted

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

    Attributes:
        wanted: The same, as kernels are told it.
    """

    __slots__ = ("default_value", "dtype", "shape", "wanted")

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
        self.wanted = Wanted(self.dtype, self.shape, None if default_value is None else self.default_array())

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


class FixedLenSequenceFeature:
    """A feature whose number of values is a multiple of the size of a shape; in SequenceExamples, a list of steps.

    In an Example the result has a first axis of any length; in a batch, short rows are padded at the end. In a
    SequenceExample, each step holds one value of the shape.

    Args:
        shape: Shape of one item; without zeros.
        dtype: float32, int64 or string.
        allow_missing: Whether the feature may be missing: then it has no items. In Examples it must be True.
        default_value: One value to pad with; 0 or empty bytes when None. In SequenceExamples it must be None.

    Raises:
        InvalidArgumentError: The shape has unknown or empty dimensions, or the default is not one value.
    """

    __slots__ = ("allow_missing", "default_value", "dtype", "shape")

    def __init__(
        self,
        shape: Any,
        dtype: Any,
        allow_missing: bool = False,  # noqa: FBT001, FBT002 (TensorFlow's order)
        default_value: Any = None,
    ) -> None:
        dims = as_shape(shape)
        if dims is None or None in dims or 0 in dims:
            raise InvalidArgumentError(
                f"FixedLenSequenceFeature: shape must be known and hold no 0. Received: shape={shape}."
            )
        self.shape: tuple[int, ...] = tuple(d for d in dims if d is not None)
        self.dtype = _checked_dtype("FixedLenSequenceFeature", dtype)
        self.allow_missing = bool(allow_missing)
        self.default_value = default_value
        self.padding()

    @property
    def size(self) -> int:
        """Values per item."""
        return math.prod(self.shape)

    def padding(self) -> Any:
        """Return the value that short rows are padded with."""
        if self.default_value is None:
            return b"" if self.dtype.is_string else self.dtype.numpy.type(0)
        try:
            return FixedLenFeature([], self.dtype, self.default_value).default_array()[0]
        except InvalidArgumentError as err:
            raise InvalidArgumentError(
                f"FixedLenSequenceFeature: default_value must be one {self.dtype.name}. "
                f"Received: default_value={describe(self.default_value)}."
            ) from err

    def _fields(self) -> tuple[Any, ...]:
        """Return the values that make two specs equal."""
        padding = np.asarray(self.padding(), None if self.dtype.is_string else self.dtype.numpy).tobytes()
        return self.shape, self.dtype, self.allow_missing, padding

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FixedLenSequenceFeature) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        default = "" if self.default_value is None else f", default_value={self.default_value!r}"
        return (
            f"FixedLenSequenceFeature(shape={list(self.shape)}, dtype={self.dtype.name}, "
            f"allow_missing={self.allow_missing}{default})"
        )


class RaggedFeature:
    """A feature with any number of values, perhaps in rows; the result is `Ragged`, or one array for one record.

    Args:
        dtype: float32, int64 or string.
        value_key: Where the values are; None for the key of the feature itself.
        partitions: How they fall into rows, outermost first: `RaggedFeature.RowSplits(key)`, `RowLengths`,
            `RowStarts`, `RowLimits`, `ValueRowIds`, or `UniformRowLength(length)`.
        row_splits_dtype: Accepted as in TensorFlow; `Ragged` always holds int64.
        validate: Accepted as in TensorFlow; partitions are always checked.

    Raises:
        InvalidArgumentError: A partition is none of these.
    """

    __slots__ = ("dtype", "partitions", "row_splits_dtype", "validate", "value_key")

    RowSplits: ClassVar = RowSplits
    RowLengths: ClassVar = RowLengths
    RowStarts: ClassVar = RowStarts
    RowLimits: ClassVar = RowLimits
    ValueRowIds: ClassVar = ValueRowIds
    UniformRowLength: ClassVar = UniformRowLength

    def __init__(
        self,
        dtype: Any,
        value_key: str | None = None,
        partitions: Sequence[AnyPartition] = (),
        row_splits_dtype: Any = "int32",
        validate: bool = False,  # noqa: FBT001, FBT002 (TensorFlow's order)
    ) -> None:
        self.dtype = _checked_dtype("RaggedFeature", dtype)
        self.value_key = value_key
        self.partitions = tuple(partitions)
        self.row_splits_dtype = as_dtype(row_splits_dtype)
        self.validate = bool(validate)
        for partition in self.partitions:
            if not isinstance(partition, Partition | UniformRowLength):
                raise InvalidArgumentError(
                    "RaggedFeature: partitions must be RaggedFeature.RowSplits(key) and the like. "
                    f"Received: {describe(partition)}."
                )

    @property
    def inner_shape(self) -> tuple[int, ...]:
        """Lengths of the innermost partitions that are uniform: axes of the values, not of the rows."""
        lengths: list[int] = []
        for partition in reversed(self.partitions):
            if not isinstance(partition, UniformRowLength):
                break
            lengths.insert(0, int(partition.length))
        return tuple(lengths)

    @property
    def ragged_axes(self) -> int:
        """How many ragged axes the partitions make."""
        return len(self.partitions) - len(self.inner_shape)

    def _fields(self) -> tuple[Any, ...]:
        """Return the values that make two specs equal."""
        return self.dtype, self.value_key, self.partitions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RaggedFeature) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        key = "" if self.value_key is None else f", value_key={self.value_key!r}"
        partitions = f", partitions={list(self.partitions)!r}" if self.partitions else ""
        return f"RaggedFeature(dtype={self.dtype.name}{key}{partitions})"


class SparseFeature:
    """A sparse array, its coordinates and its values under keys of their own; the result is `Sparse`.

    Args:
        index_key: Key of the coordinates: a name, or one name for each axis.
        value_key: Key of the values.
        dtype: float32, int64 or string.
        size: Size of the axis, or of each axis. Coordinates outside are an error.
        already_sorted: Whether coordinates keep the order that they have; else they are sorted.

    Raises:
        InvalidArgumentError: There is not one size for each key.
    """

    __slots__ = ("already_sorted", "dtype", "index_key", "size", "value_key")

    def __init__(
        self,
        index_key: str | Sequence[str],
        value_key: str,
        dtype: Any,
        size: int | Sequence[int],
        already_sorted: bool = False,  # noqa: FBT001, FBT002 (TensorFlow's order)
    ) -> None:
        self.index_key: str | list[str] = index_key if isinstance(index_key, str) else list(index_key)
        self.value_key = value_key
        self.dtype = _checked_dtype("SparseFeature", dtype)
        self.size: int | list[int] = int(size) if isinstance(size, int | np.integer) else [int(s) for s in size]
        self.already_sorted = bool(already_sorted)
        if isinstance(self.index_key, str) != isinstance(self.size, int) or len(self.index_keys) != len(self.sizes):
            raise InvalidArgumentError(
                "SparseFeature: index_key and size must be one of each, or lists of one length. "
                f"Received: index_key={index_key!r}, size={size!r}."
            )

    @property
    def index_keys(self) -> tuple[str, ...]:
        """The key of each axis's coordinates."""
        return (self.index_key,) if isinstance(self.index_key, str) else tuple(self.index_key)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The size of each axis."""
        return (self.size,) if isinstance(self.size, int) else tuple(self.size)

    def _fields(self) -> tuple[Any, ...]:
        """Return the values that make two specs equal."""
        return self.index_keys, self.value_key, self.dtype, self.sizes, self.already_sorted

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SparseFeature) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        return (
            f"SparseFeature(index_key={self.index_key!r}, value_key={self.value_key!r}, dtype={self.dtype.name}, "
            f"size={self.size}{', already_sorted=True' if self.already_sorted else ''})"
        )


FeatureSpec = FixedLenFeature | VarLenFeature | FixedLenSequenceFeature | RaggedFeature | SparseFeature


def sources_of(key: str, feature: FeatureSpec) -> tuple[str, ...]:
    """Return the keys of a record that a feature is read from."""
    if isinstance(feature, SparseFeature):
        return (*feature.index_keys, feature.value_key)
    if isinstance(feature, RaggedFeature):
        partitions = [p.key for p in feature.partitions if isinstance(p, Partition)]
        return (feature.value_key if feature.value_key is not None else key, *partitions)
    return (key,)


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
    def of(
        cls,
        where: str,
        features: Any,
        *,
        argument: str = "features",
        kinds: tuple[type[FeatureSpec], ...] = FeatureSpec.__args__,
    ) -> ParseSpec:
        """Check an argument of a parsing function.

        Args:
            where: The function.
            features: The argument.
            argument: Its name.
            kinds: What it may hold.

        Raises:
            InvalidArgumentError: It is no mapping of names to feature specs of these kinds, or empty.
        """
        if not isinstance(features, Mapping) or not features:
            raise InvalidArgumentError(
                f"{where}: {argument} must be a dict of names to feature specs, not empty. "
                f"Received: {argument}={describe(features)}."
            )
        for key, feature in features.items():
            if not isinstance(key, str) or not isinstance(feature, kinds):
                names = ", ".join(kind.__name__ for kind in kinds)
                raise InvalidArgumentError(
                    f"{where}: {argument} must map str to one of {names}. Received: {key!r}: {describe(feature)}."
                )
        keys = sorted(features)
        return cls(tuple(keys), tuple(features[key] for key in keys))

    @property
    def sources(self) -> tuple[str, ...]:
        """The keys of a record that the features are read from, sorted."""
        pairs = zip(self.keys, self.features, strict=True)
        return tuple(sorted({source for key, feature in pairs for source in sources_of(key, feature)}))
