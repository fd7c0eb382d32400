"""`tf.io`: SparseTensors as strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import records
from ...core.composites import composite, plain
from ...core.dtypes import as_dtype
from ...core.errors import DTypeError
from ...core.ops.registry import operand_kind
from ...core.tensor import wrap
from .renamed import operand


def serialize_sparse(sp_input: Any, out_type: Any = "string", name: str | None = None) -> Any:
    """Serialize a SparseTensor into three strings; see `penstock.records.serialize_sparse`."""
    return _serialized(records.serialize_sparse, "serialize_sparse", sp_input, out_type)


def serialize_many_sparse(sp_input: Any, out_type: Any = "string", name: str | None = None) -> Any:
    """Serialize each row of a SparseTensor; see `penstock.records.serialize_many_sparse`."""
    return _serialized(records.serialize_many_sparse, "serialize_many_sparse", sp_input, out_type)


def deserialize_many_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> Any:
    """Return the SparseTensors of strings, joined into one; see `penstock.records.deserialize_many_sparse`."""
    strings = operand(serialized_sparse)
    if operand_kind(strings) == "symbol":
        return records.deserialize_many_sparse(strings, dtype, rank)
    return composite(records.deserialize_many_sparse(np.asarray(strings, object), dtype, rank))


def _serialized(serialize: Callable[[Any], Any], where: str, sp_input: Any, out_type: Any) -> Any:
    if not as_dtype(out_type).is_string:
        raise DTypeError(f"{where}: out_type must be string. Received: out_type={as_dtype(out_type).name}.")
    if operand_kind(sp_input) == "symbol":
        return serialize(sp_input)
    return wrap(serialize(plain(sp_input)))
