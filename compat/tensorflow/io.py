"""`tf.io`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import records
from ...core.lazy import attach
from ...core.ops.registry import operand_kind
from ...pipeline.tensors import as_tensors
from ...records import FixedLenFeature, TFRecordOptions, TFRecordWriter, VarLenFeature
from .renamed import operand

__all__ = [
    "FixedLenFeature",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_csv",
    "parse_example",
    "parse_single_example",
]


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,  # noqa: FBT001, FBT002
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    name: str | None = None,
) -> list[Any]:
    """Split rows of CSV text into a list of columns; see `penstock.records.decode_csv`."""
    return _decode_csv(operand(records), record_defaults, field_delim, use_quote_delim, na_value, select_cols)


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parse messages into Tensors and `Sparse` values by key; see `penstock.records.parse_example`."""
    return _parse(records.parse_example, serialized, features)


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parse one message into Tensors and `Sparse` values by key; see `penstock.records.parse_single_example`."""
    return _parse(records.parse_single_example, serialized, features)


def _decode_csv(*args: Any) -> list[Any]:
    return records.decode_csv(*args)


def _parse(parse: Callable[..., dict[str, Any]], serialized: Any, features: Mapping[str, Any]) -> dict[str, Any]:
    messages = operand(serialized)
    if operand_kind(messages) == "symbol":
        return parse(messages, features)
    # Plain data in, so that Sparse results come out as they are.
    return {key: as_tensors(value) for key, value in parse(np.asarray(messages)[()], features).items()}


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
