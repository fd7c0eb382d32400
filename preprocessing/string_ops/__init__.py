"""Functions of strings: letters, parts, splitting, joining, patterns, numbers, hashes, encodings.

They take strings in any form (lists, NumPy arrays, columns, pyarrow, pandas, ragged and sparse values, Tensors), give
arrays of bytes, and run on whole columns inside `Dataset.map`. Results are those of TensorFlow's `tf.strings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .encodings import (
        unicode_decode,
        unicode_decode_with_offsets,
        unicode_encode,
        unicode_split,
        unicode_split_with_offsets,
        unicode_transcode,
    )
    from .formatting import format
    from .hashing import to_hash_bucket, to_hash_bucket_fast, to_hash_bucket_strong
    from .joining import join, reduce_join, unsorted_segment_join
    from .letters import length, lower, strip, substr, upper
    from .ngrams import ngrams
    from .numbers import as_string, to_number
    from .patterns import regex_full_match, regex_replace
    from .scripts import unicode_script
    from .splitting import bytes_split, split

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

__getattr__, __dir__ = attach(
    __name__,
    {
        "as_string": ".numbers",
        "bytes_split": ".splitting",
        "format": ".formatting",
        "join": ".joining",
        "length": ".letters",
        "lower": ".letters",
        "ngrams": ".ngrams",
        "reduce_join": ".joining",
        "regex_full_match": ".patterns",
        "regex_replace": ".patterns",
        "split": ".splitting",
        "strip": ".letters",
        "substr": ".letters",
        "to_hash_bucket": ".hashing",
        "to_hash_bucket_fast": ".hashing",
        "to_hash_bucket_strong": ".hashing",
        "to_number": ".numbers",
        "unicode_decode": ".encodings",
        "unicode_decode_with_offsets": ".encodings",
        "unicode_encode": ".encodings",
        "unicode_script": ".scripts",
        "unicode_split": ".encodings",
        "unicode_split_with_offsets": ".encodings",
        "unicode_transcode": ".encodings",
        "unsorted_segment_join": ".joining",
        "upper": ".letters",
    },
)
