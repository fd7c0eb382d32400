"""Hashing: strings and integers to bins, without a vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.ops import registry
from ..core.saving import register_serializable
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import Ragged, Sparse
from .buckets import Salt, as_salt, decimal_strings, hash_buckets
from .coding import CodingTransform, as_output_mode, check_sparse
from .numeric import as_flat_numbers
from .stateless import StatelessLayer
from .strings import Form, as_strings
from .vocabulary import encode_token

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

_MODES = ("int", "one_hot", "multi_hot", "count")
_LEAST = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False, kw_only=True)
class ItemsToBins(CodingTransform):
    """Strings, or numbers written as strings, to bins by their hash.

    Attributes:
        n: Bins.
        mask: Value with bin 0, the others sharing the rest; None for none.
        salt: Key of SipHash; None for FarmHash.
    """

    name = "hashing"

    n: int
    mask: Any
    salt: Salt | None

    def read(self, value: Any) -> tuple[Any, Form]:
        return as_strings(value, where=self.where) if holds_strings(value) else as_flat_numbers(value, where=self.where)

    def codes(self, items: Any) -> Int64s:
        masked = None if self.mask is None or self.n == 1 else self._masked(items)
        strings = items if isinstance(items, BytesColumn) else number_strings(items)
        if masked is None:
            return hash_buckets(strings, self.n, self.salt)
        bins = hash_buckets(strings, self.n - 1, self.salt)
        bins += 1
        bins[masked] = 0
        return bins

    def _masked(self, items: Any) -> npt.NDArray[np.bool_]:
        is_text = isinstance(self.mask, str | bytes)
        if isinstance(items, BytesColumn) != is_text:
            raise DTypeError(
                f"{self.where}: mask_value must be of the kind of the inputs. Received: mask_value={self.mask!r}, "
                f"inputs {'strings' if isinstance(items, BytesColumn) else items.dtype}."
            )
        if not is_text:
            return np.asarray(items == self.mask)
        wanted = np.frombuffer(encode_token(self.mask), dtype=np.uint8)
        found = np.flatnonzero(items.lengths == len(wanted))
        for i, byte in enumerate(wanted):
            found = found[items.data[items.offsets[found] + i] == byte]
        masked = np.zeros(len(items), dtype=np.bool_)
        masked[found] = True
        return masked

    def check_spec(self, spec: Spec) -> None:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec):
            raise DTypeError(f"{self.where}: inputs must be strings or numbers. Received: {spec!r}.")


def number_strings(values: Array) -> BytesColumn:
    """Return numbers as TensorFlow writes them to hash them: decimal integers, fractions cut; `true` and `false`."""
    if values.dtype.kind == "b":
        return BytesColumn.from_list([b"false", b"true"]).take(values.astype(np.int64))
    if values.dtype.kind == "f":
        # What int64 does not hold becomes its least value: what x86 does, on every machine.
        held = np.abs(values) < 2.0**63
        return decimal_strings(np.where(held, np.where(held, values, 0).astype(np.int64), _LEAST))
    if values.dtype == np.uint64 and (values > np.uint64(np.iinfo(np.int64).max)).any():
        return BytesColumn.from_list([str(v) for v in values.tolist()])
    return decimal_strings(values.astype(np.int64, copy=False))


def holds_strings(value: Any) -> bool:
    """Whether a value in any form holds strings; of a list, the first item decides."""
    if isinstance(value, str | bytes | BytesColumn):
        return True
    if isinstance(value, list | tuple):
        known = next((v for v in value if v is not None), None)
        return known is not None and holds_strings(known)
    if isinstance(value, Ragged | Sparse | RaggedColumn):
        return holds_strings(value.values)
    if isinstance(value, Column):
        return False
    dtype = getattr(value, "dtype", None)
    if isinstance(dtype, np.dtype):
        return dtype.kind in "OSUT"
    if registry.operand_kind(value) == "tensor":
        return bool(value.dtype.is_string)
    if getattr(value, "ndim", 0) == 2 and hasattr(value, "iloc"):
        return any(holds_strings(column) for _, column in value.items())
    if hasattr(value, "column_names") or (hasattr(value, "schema") and hasattr(value, "columns")):
        return any(holds_strings(column) for column in value.columns)
    categories = getattr(dtype, "categories", None)  # of pandas
    if categories is not None:
        return holds_strings(categories)
    shown = str(getattr(value, "type", dtype)).lower()  # pyarrow has `type`; pandas has dtypes of its own
    return any(word in shown for word in ("str", "binary", "utf8", "object"))


@register_serializable("penstock")
class Hashing(StatelessLayer):
    """Hashes strings and integers to bins, without a vocabulary.

    Strings are hashed as bytes, integers as decimal strings (floating point numbers are cut to integers first): by
    FarmHash64's fingerprint, the same on every machine and for all time, or by SipHash-2-4 with a salt, which keeps
    strangers from choosing inputs that collide. Bins are those of TensorFlow.

    Args:
        num_bins: Number of bins, the one of `mask_value` included.
        mask_value: Input that gets bin 0; all others share the rest. None for none.
        salt: An int (used twice) or two ints: the key of SipHash.
        output_mode: `"int"` gives bins in the inputs' shape. The other modes give rows of length `num_bins`:
            `"one_hot"` per item; `"multi_hot"` and `"count"` per sample (a vector is one sample).
        sparse: Return rows as `Sparse`.
        **options: `name`, `trainable`, `input_shape`; `dtype` of the result: int64 or int32 for `"int"`, else float32.

    Raises:
        InvalidArgumentError: An option is out of range or does not go with another.

    Example:
        >>> Hashing(num_bins=10)(["Paris", "Tokyo", "Auckland", "Montreal"])
        array([0, 1, 9, 1])
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        *,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **options: Any,
    ) -> None:
        if options.get("dtype") is None:
            options["dtype"] = "int64" if output_mode == "int" else "float32"
        super().__init__(**options)
        self.num_bins = as_bins(num_bins, self.where)
        self.mask_value, self.sparse = mask_value, bool(sparse)
        self.salt = as_salt(salt, self.where)
        self.output_mode = as_output_mode(output_mode, _MODES, self.where)
        check_sparse(self.output_mode, self.where, sparse=self.sparse)
        check_code_dtype(self.output_mode, self.dtype.name, self.where)
        if mask_value is not None and not isinstance(mask_value, str | bytes | int | float | np.number):
            raise InvalidArgumentError(
                f"{self.where}: mask_value must be a string, a number or None. Received: {describe(mask_value)}."
            )
        self._transform = ItemsToBins(
            n=self.num_bins,
            mask=mask_value,
            salt=self.salt,
            mode=self.output_mode,
            depth=self.num_bins,
            sparse=self.sparse,
            dtype=self.dtype.name,
            where=self.where,
        )

    def get_config(self) -> dict[str, Any]:
        mask = self.mask_value
        if isinstance(mask, bytes):
            mask = mask.decode("utf-8", "surrogateescape")
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "mask_value": mask.item() if isinstance(mask, np.generic) else mask,
            "salt": None if self.salt is None else list(self.salt),
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


def as_bins(num_bins: Any, where: str) -> int:
    """Return a checked number of bins.

    Raises:
        InvalidArgumentError: It is not a positive int.
    """
    if not isinstance(num_bins, int | np.integer) or isinstance(num_bins, bool) or num_bins < 1:
        raise InvalidArgumentError(f"{where}: num_bins must be an int >= 1. Received: num_bins={num_bins!r}.")
    return int(num_bins)


def check_code_dtype(mode: str, dtype: str, where: str) -> None:
    """Raise unless codes can have a dtype.

    Raises:
        InvalidArgumentError: They cannot.
    """
    if mode == "int" and dtype not in ("int32", "int64"):
        raise InvalidArgumentError(
            f"{where}: with output_mode='int' dtype must be int32 or int64. Received: dtype={dtype!r}."
        )
