"""`tf.io`: whole files, and strings in other codes."""

from __future__ import annotations

from typing import Any

from ... import records
from ...core.tensor import TensorLike
from ...core.variable import Variable
from ...pipeline.tensors import as_tensor
from .renamed import operand, renamed

read_file = renamed("read_file", records.read_file, "filename")
encode_base64 = renamed("encode_base64", records.encode_base64, "input", pad=False)
decode_base64 = renamed("decode_base64", records.decode_base64, "input")
decode_compressed = renamed("decode_compressed", records.decode_compressed, "bytes", compression_type="")
decode_json_example = renamed("decode_json_example", records.decode_json_example, "json_examples")


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write bytes as a file; see `penstock.records.write_file`."""
    records.write_file(_plain(filename), _plain(contents))


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """Return the paths that match patterns, sorted; see `penstock.records.matching_files`."""
    return as_tensor(records.matching_files(_plain(pattern)))


def match_filenames_once(pattern: Any, name: str | None = None) -> Variable:
    """Return the paths that match patterns, as a variable."""
    return Variable(matching_files(pattern), trainable=False, name=name)


def _plain(value: Any) -> Any:
    given = operand(value) if isinstance(value, list | tuple) else value
    return given.numpy() if isinstance(given, TensorLike) else given
