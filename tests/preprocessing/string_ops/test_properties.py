"""String functions over arbitrary text and bytes, against plain Python."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.preprocessing import string_ops
from penstock.preprocessing.string_ops.joining import _Join

pytestmark = pytest.mark.property

strings = st.lists(st.binary(max_size=8) | st.text(max_size=6).map(str.encode), max_size=6)
some = st.lists(st.sampled_from([b"a", b"-", b" ", b"\t", b"<>", b"a<>b", b"", "ü".encode()]), max_size=5).map(b"".join)


def column(values):
    """Return a column that begins inside its buffer."""
    return BytesColumn.from_list([b"before", *values]).slice(1, len(values) + 1)


@given(strings)
def test_lengths_and_letters(values):
    given = column(values)
    assert string_ops.length(given).tolist() == [len(v) for v in values]
    continued = [sum(b & 0xC0 != 0x80 for b in v) for v in values]
    assert string_ops.length(given, "UTF8_CHAR").tolist() == continued
    assert string_ops.lower(given).tolist() == [v.lower() for v in values]
    assert string_ops.upper(given).tolist() == [v.upper() for v in values]
    texts = [v.decode("utf-8", "replace") for v in values]
    assert string_ops.lower(given, "utf-8").tolist() == [t.lower().encode() for t in texts]
    assert string_ops.upper(given, "utf-8").tolist() == [t.upper().encode() for t in texts]
    assert string_ops.strip(given).tolist() == [v.strip(b" \t\n\v\f\r") for v in values]


@given(st.lists(some, max_size=5), st.sampled_from([b"-", b"<>", b" ", b"a"]), st.integers(-1, 3))
def test_splits_are_pythons(values, separator, most):
    found = string_ops.split(column(values), separator, maxsplit=most).to_list()
    assert found == [v.split(separator, most) for v in values]
    assert string_ops.split(column(values)).to_list() == [re.findall(rb"[^ \t\n\v\f\r]+", v) for v in values]
    assert string_ops.bytes_split(column(values)).to_list() == [[bytes([b]) for b in v] for v in values]


@given(strings, st.integers(0, 3), st.integers(0, 4))
def test_parts(values, position, length):
    long = [v for v in values if len(v) >= position]
    assert string_ops.substr(column(long), position, length).tolist() == [v[position:][:length] for v in long]
    texts = [t for v in values if len(t := v.decode("utf-8", "replace")) >= position]
    found = string_ops.substr(texts, position, length, "UTF8_CHAR").tolist()
    assert found == [t[position:][:length].encode() for t in texts]


@given(strings)
def test_code_points_are_pythons(values):
    texts = [v.decode("utf-8", "replace") for v in values]
    given = column(values)
    codes = string_ops.unicode_decode(given, "UTF-8")
    assert codes.to_list() == [[ord(c) for c in t] for t in texts]
    assert string_ops.unicode_split(given, "UTF-8").to_list() == [[c.encode() for c in t] for t in texts]
    ignored = [v.decode("utf-8", "ignore") for v in values]
    assert string_ops.unicode_decode(given, "UTF-8", "ignore").to_list() == [[ord(c) for c in t] for t in ignored]
    for encoding in ("UTF-8", "UTF-16-BE", "UTF-32-BE"):
        written = [t.encode(encoding) for t in texts]
        assert string_ops.unicode_encode(codes, encoding).tolist() == written
        assert string_ops.unicode_transcode(given, "UTF-8", encoding).tolist() == written
        assert string_ops.unicode_decode(column(written), encoding).to_list() == codes.to_list()
    _, starts = string_ops.unicode_split_with_offsets(column([t.encode() for t in texts]), "UTF-8")
    ends = [np.cumsum([0, *(len(c.encode()) for c in t)])[:-1].tolist() for t in texts]
    assert starts.to_list() == ends


@given(st.lists(st.lists(st.binary(max_size=3), max_size=4), max_size=4), st.sampled_from([b"", b"-", b"<>"]))
def test_joining(rows, separator):
    from penstock.core.values import Ragged

    if not rows:
        return
    ragged = Ragged.from_list(rows, dtype="string") if any(rows) else None
    if ragged is not None:
        assert string_ops.reduce_join(ragged, axis=1, separator=separator).tolist() == [separator.join(r) for r in rows]
        whole = separator.join(s for r in rows for s in r)
        assert string_ops.reduce_join(ragged, separator=separator) == whole
        grams = [[separator.join(r[i : i + 2]) for i in range(len(r) - 1)] for r in rows]
        assert string_ops.ngrams(ragged, 2, separator).to_list() == grams
    flat = [s for r in rows for s in r]
    both = string_ops.join([flat, b"x", flat], separator)
    assert both.tolist() == [separator.join([s, b"x", s]) for s in flat]


@given(
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=5), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5)
)
def test_numbers_survive_being_written(floats, integers):
    assert string_ops.to_number([repr(v) for v in floats], "float64").tolist() == floats
    with np.errstate(over="ignore"):
        singles = np.array(floats, np.float64).astype(np.float32)
    np.testing.assert_array_equal(string_ops.to_number([f"{v:.9g}" for v in singles], "float32"), singles)
    written = string_ops.as_string(np.array(integers, np.int64))
    assert written.tolist() == [str(v).encode() for v in integers]
    assert string_ops.to_number(written, "int64").tolist() == integers
    assert string_ops.as_string(np.array(floats)).tolist() == [b"%f" % v for v in floats]


@given(strings, st.sampled_from(["a", "[a-c]+", "(.)", r"\s", "ü|b", "^", "x*"]))
def test_patterns_are_pythons_where_the_syntaxes_agree(values, pattern):
    texts = [v.decode("utf-8", "replace") for v in values]
    compiled = re.compile(pattern, re.ASCII)
    matches = string_ops.regex_full_match(texts, pattern)
    assert matches.tolist() == [compiled.fullmatch(t) is not None for t in texts]
    if pattern not in ("^", "x*", r"\s"):  # empty matches next to others, and \v, are counted otherwise
        assert string_ops.regex_replace(texts, pattern, "<>").tolist() == [
            compiled.sub("<>", t).encode() for t in texts
        ]


@given(st.lists(st.tuples(st.binary(max_size=4), st.binary(max_size=4)), min_size=1, max_size=5))
def test_rows_are_joined_as_single_values_are(pairs):
    first, second = ([pair[i] for pair in pairs] for i in range(2))
    rows = BytesColumn.from_list(first), BytesColumn.from_list(second)
    joined = _Join("-").apply_rows(len(pairs), rows)
    assert joined.to_list() == [a + b"-" + b for a, b in pairs]
