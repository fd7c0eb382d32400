"""`tf.compat.v1`: the names for files and records that old scripts use."""

from typing import TYPE_CHECKING

from .....core.lazy import attach

if TYPE_CHECKING:
    from ... import train
    from ...io import (
        FixedLenFeature,
        FixedLenSequenceFeature,
        VarLenFeature,
        decode_csv,
        decode_raw,
        parse_example,
        parse_single_example,
        parse_single_sequence_example,
        parse_tensor,
        read_file,
        serialize_tensor,
        write_file,
    )
    from . import gfile, io, python_io

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "VarLenFeature",
    "decode_csv",
    "decode_raw",
    "gfile",
    "io",
    "parse_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "python_io",
    "read_file",
    "serialize_tensor",
    "train",
    "write_file",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "FixedLenFeature": "...io",
        "FixedLenSequenceFeature": "...io",
        "VarLenFeature": "...io",
        "decode_csv": "...io",
        "decode_raw": "...io",
        "parse_example": "...io",
        "parse_single_example": "...io",
        "parse_single_sequence_example": "...io",
        "parse_tensor": "...io",
        "read_file": "...io",
        "serialize_tensor": "...io",
        "train": "...",
        "write_file": "...io",
    },
    submodules=("gfile", "io", "python_io"),
)
