"""`tf.dtypes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.dtypes import (
    DType,
    as_dtype,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from ...core.dtypes import bool_ as bool
from ...core.lazy import attach
from .arrays import cast

__all__ = [
    "DType",
    "as_dtype",
    "bool",
    "cast",
    "complex64",
    "complex128",
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
