"""What string functions say about bad options and bad strings."""

from __future__ import annotations

import numpy as np
import pytest

from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError, UnimplementedError
from penstock.core.values import Ragged, Sparse
from penstock.preprocessing import string_ops

BAD = [
    (lambda: string_ops.lower(["a"], "latin"), "lower: encoding must be one of ('', 'utf-8'). Received: encoding="),
    (lambda: string_ops.length(["a"], "char"), "length: unit must be one of ('BYTE', 'UTF8_CHAR'). Received: unit="),
    (
        lambda: string_ops.substr(["ab", "c"], 2, 1),
        "pos must be a place in its string. Received: pos=2 for b'c', number 1",
    ),
    (
        lambda: string_ops.substr(["abc", "abc"], [0, -1], [-1, -1], "UTF8_CHAR"),
        "len must be at least 0 where pos counts characters from the end, as in TensorFlow. "
        "Received: pos=-1, len=-1 for b'abc', number 1.",
    ),
    (lambda: string_ops.split(["a"], maxsplit="1"), "split: maxsplit must be an int. Received: maxsplit="),
    (
        lambda: string_ops.regex_replace(["a"], "(?=a)", "b"),
        "which has no look-around and no back-references. Received: pattern='(?=a)': invalid perl operator: (?=",
    ),
    (lambda: string_ops.regex_full_match(["a"], "("), "regex_full_match: pattern must be a regular expression of RE2"),
    (
        lambda: string_ops.regex_replace(["a"], "a", r"\3"),
        r"rewrite must name groups of the pattern. Received: rewrite=",
    ),
    (lambda: string_ops.to_number(["1", "x"]), "to_number: strings must be float32 numbers. Received: b'x', number 1."),
    (
        lambda: string_ops.to_number(["1e3"], "int64"),
        "to_number: strings must be int64 numbers. Received: b'1e3', number 0.",
    ),
    (
        lambda: string_ops.as_string([1], precision=2),
        "precision, scientific and shortest are for floating point numbers",
    ),
    (lambda: string_ops.as_string([1.0], fill="ab"), "as_string: fill must be '0', ' ', '+', '-' or '#', or empty."),
    (
        lambda: string_ops.as_string([1.0], scientific=True, shortest=True),
        "as_string: scientific and shortest must not both be set.",
    ),
    (lambda: string_ops.to_hash_bucket_fast(["a"], 0), "num_buckets must be an int >= 1. Received: num_buckets=0."),
    (lambda: string_ops.to_hash_bucket_strong(["a"], 9, [1]), "to_hash_bucket_strong: salt must be an int, two ints"),
    (lambda: string_ops.unicode_decode(["a"], "no"), "input_encoding must be one that Python knows. Received: "),
    (
        lambda: string_ops.unicode_decode([b"a", b"\xff"], "UTF-8", "strict"),
        r"strings must be valid utf-8, with errors='strict'. Received: b'\xff', number 1.",
    ),
    (lambda: string_ops.unicode_decode(["a"], "UTF-8", "?"), "errors must be one of ('replace', 'ignore', 'strict')"),
    (
        lambda: string_ops.unicode_decode(["a"], "UTF-8", "replace", -1),
        "replacement_char must be a code point of Unicode",
    ),
    (lambda: string_ops.unicode_encode([0xD800], "UTF-8", "strict"), "with errors='strict'. Received: 55296."),
    (
        lambda: string_ops.unicode_encode([97], "latin-1"),
        "output_encoding must be one of ('UTF-8', 'UTF-16-BE', 'UTF-32-BE')",
    ),
    (lambda: string_ops.ngrams(["a"], 0), "ngram_width must be an int >= 1, or several such. Received: ngram_width=0."),
    (
        lambda: string_ops.ngrams(["a"], 2, padding_width=1),
        "padding_width must be at least 1, and given with pad_values",
    ),
    (
        lambda: string_ops.reduce_join([["a"]], axis=2),
        "axis must name axes of the inputs (rank 2), each once. Received: ",
    ),
    (lambda: string_ops.unsorted_segment_join(["a"], [5], 2), "at least 0 and below num_segments=2. Received: 5 to 5."),
    (
        lambda: string_ops.unsorted_segment_join(["a"], [1, 1], 2),
        "integers whose shape begins that of inputs. Received",
    ),
    (
        lambda: string_ops.format("{} {}", [1]),
        "must have one placeholder for each input. Received: 2 placeholders, 1 inputs",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_bad_values_are_named(call, message):
    with pytest.raises(InvalidArgumentError) as caught:
        call()
    assert message in str(caught.value)


def test_kinds_that_are_not_taken():
    with pytest.raises(DTypeError, match="lower: inputs must be strings. Received"):
        string_ops.lower([1.5])
    with pytest.raises(DTypeError, match="substr: pos must be integers. Received: pos="):
        string_ops.substr(["a"], 0.5, 1)
    with pytest.raises(DTypeError, match="out_type must be one of float32, float64, int32, int64"):
        string_ops.to_number(["1"], "uint8")
    with pytest.raises(DTypeError, match="split: inputs must be dense or ragged strings"):
        string_ops.split(Sparse(np.array([[0]]), np.array([b"a"], dtype=object), (2,)))
    with pytest.raises(DTypeError, match="data must be rows of strings"):
        string_ops.ngrams("a", 1)
    with pytest.raises(DTypeError, match="unicode_script: input must be integers. Received"):
        string_ops.unicode_script([1.5])
    with pytest.raises(DTypeError, match="unicode_encode: input must be"):
        string_ops.unicode_encode([1.5], "UTF-8")
    with pytest.raises(ShapeError, match="join: inputs must have one shape, or be single strings"):
        string_ops.join([["a", "b"], ["c"]])
    with pytest.raises(ShapeError, match="join: inputs must have one shape"):
        string_ops.join([Ragged.from_list([["a"], []]), Ragged.from_list([[], ["a"]])])
    with pytest.raises(
        UnimplementedError, match="offsets are known for UTF-8 only. Received: input_encoding='utf-16-be'"
    ):
        string_ops.unicode_decode_with_offsets(["ab"], "UTF-16-BE")
