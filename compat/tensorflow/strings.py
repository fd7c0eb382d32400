"""`tf.strings`: the functions of `penstock.preprocessing.string_ops`, which return Tensors here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...core.arguments import map_leaves
from ...core.composites import plain
from ...core.lazy import attach
from ...pipeline.tensors import as_tensor
from ...preprocessing import string_ops
from .renamed import operand


def _lifted(native: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function with all arguments by position, as TensorFlow has them, and a `name` without effect."""
    own = inspect.signature(native)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [p.replace(kind=kind, annotation=inspect.Parameter.empty) for p in own.parameters.values()]
    signature = inspect.Signature([*parameters, inspect.Parameter("name", kind, default=None)])
    first = parameters[0].name
    of_many = native.__name__ in ("join", "format")

    def function(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        given.pop("name", None)
        values = {key: map_leaves(plain, value) for key, value in given.items()}
        if not of_many and isinstance(values[first], list | tuple | bool | int | float):
            values[first] = operand(values[first])
        return map_leaves(as_tensor, native(**values))

    function.__name__ = function.__qualname__ = native.__name__
    function.__doc__ = f"`{native.__name__}{signature}`; see `{native.__module__}.{native.__name__}`."
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


as_string = _lifted(string_ops.as_string)
bytes_split = _lifted(string_ops.bytes_split)
format = _lifted(string_ops.format)
join = _lifted(string_ops.join)
length = _lifted(string_ops.length)
lower = _lifted(string_ops.lower)
ngrams = _lifted(string_ops.ngrams)
reduce_join = _lifted(string_ops.reduce_join)
regex_full_match = _lifted(string_ops.regex_full_match)
regex_replace = _lifted(string_ops.regex_replace)
split = _lifted(string_ops.split)
strip = _lifted(string_ops.strip)
substr = _lifted(string_ops.substr)
to_hash_bucket = _lifted(string_ops.to_hash_bucket)
to_hash_bucket_fast = _lifted(string_ops.to_hash_bucket_fast)
to_hash_bucket_strong = _lifted(string_ops.to_hash_bucket_strong)
to_number = _lifted(string_ops.to_number)
unicode_decode = _lifted(string_ops.unicode_decode)
unicode_decode_with_offsets = _lifted(string_ops.unicode_decode_with_offsets)
unicode_encode = _lifted(string_ops.unicode_encode)
unicode_script = _lifted(string_ops.unicode_script)
unicode_split = _lifted(string_ops.unicode_split)
unicode_split_with_offsets = _lifted(string_ops.unicode_split_with_offsets)
unicode_transcode = _lifted(string_ops.unicode_transcode)
unsorted_segment_join = _lifted(string_ops.unsorted_segment_join)
upper = _lifted(string_ops.upper)

__all__ = [
    "as_string",
    "bytes_split",
    "format",
    "join",
    "length",
    "lower",
    "ngrams",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_script",
    "unicode_split",
    "unicode_split_with_offsets",
    "unicode_transcode",
    "unsorted_segment_join",
    "upper",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
