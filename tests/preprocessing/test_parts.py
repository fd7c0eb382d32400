"""Parts below the layers: kernels over strings, vocabularies, counts, moments and encodings against slow references."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.core.errors import InvalidArgumentError
from penstock.core.values import Sparse
from penstock.preprocessing import token_counts
from penstock.preprocessing.categorical import encode, encode_rows, encoded_shape
from penstock.preprocessing.kernels.utf8 import is_utf8_kernel
from penstock.preprocessing.moments import Moments
from penstock.preprocessing.strings import as_strings
from penstock.preprocessing.token_counts import TokenCounts
from penstock.preprocessing.vocabulary import (
    Vocabulary,
    decode_tokens,
    encode_tokens,
    read_vocabulary_file,
    table_size,
    write_vocabulary_file,
)

pytestmark = pytest.mark.property


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


PIECES = [
    b"a", b"\x80", b"\xc3\xa9", b"\xc0\x80", b"\xe2\x82\xac", b"\xed\xa0\x80", b"\xed\x9f\xbf",
    b"\xf0\x9f\x98\x80", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf", b"\xe0\x80\x80", b"\xe0\xa0\x80", b"\xff", b"\xf0\x9f",
]  # fmt: skip
pieces = st.sampled_from(PIECES)


@given(st.lists(st.lists(pieces, max_size=4).map(b"".join) | st.binary(max_size=5), max_size=6))
def test_utf8_is_what_python_decodes(strings):
    column = BytesColumn.from_list(strings)
    expected = next((i for i, s in enumerate(strings) if not is_utf8(s)), -1)
    assert is_utf8_kernel(column.data, column.offsets) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8))
def test_fixed_width_strings_are_encoded_as_python_does(words):
    array = np.array(words, dtype="U")
    column, form = as_strings(array, where="test")
    assert column.to_list() == [w.encode() for w in array.tolist()]
    assert form.restore(np.arange(len(words))).tolist() == list(range(len(words)))


@given(st.sets(st.binary(max_size=20), max_size=60), st.lists(st.binary(max_size=20), max_size=20))
def test_codes_are_positions(tokens, others):
    tokens = sorted(tokens)
    vocabulary = Vocabulary(BytesColumn.from_list(tokens), where="test")
    asked = tokens + others
    codes, unknown = vocabulary.codes(BytesColumn.from_list(asked), 5, (0, 1))
    expected = [tokens.index(t) + 5 if t in tokens else 0 for t in asked]
    assert codes.tolist() == expected
    assert unknown == expected.count(0)


def test_tables_are_at_most_half_full():
    for n in [0, 1, 7, 8, 9, 100, 1000, 2**20]:
        size = table_size(n)
        assert size >= max(2 * n, 16)
        assert size & (size - 1) == 0


@given(st.lists(st.binary(max_size=6)))
def test_tokens_survive_text(tokens):
    column = BytesColumn.from_list(tokens)
    assert encode_tokens(decode_tokens(column)).to_list() == tokens


@pytest.mark.unit
def test_vocabulary_files_come_back(tmp_path):
    path = tmp_path / "words"
    tokens = BytesColumn.from_list(["x", "é", " a b ", "日本"]).slice(1, 4)
    write_vocabulary_file(path, tokens)
    assert path.read_text(encoding="utf-8") == "é\n a b \n日本\n"
    assert read_vocabulary_file(path, where="test").to_list() == tokens.to_list()
    for bad, where in ((b"", 2), (b"a\nb", 2), (b"\r", 2), (b"\xffa", 2), (b"\xef\xbb\xbf", 0)):
        words = [b"x", b"yy", bad, b"z"] if where else [bad, b"x"]
        column = BytesColumn.from_list([b"first", *words]).slice(1, len(words) + 1)
        with pytest.raises(InvalidArgumentError, match="tokens must not be empty, hold line breaks") as caught:
            write_vocabulary_file(path, column)
        assert f"Received: {bad!r} at index {where}. Save the layer instead." in str(caught.value)
    write_vocabulary_file(path, BytesColumn.from_list([]))
    assert path.read_bytes() == b""


documents = st.lists(
    st.lists(st.sampled_from([b"a", b"b", b"", b"cc", b"d" * 700]) | st.binary(max_size=2), max_size=6)
)


def counted(docs):
    counts = TokenCounts()
    splits = np.concatenate([[0], np.cumsum([len(d) for d in docs])]).astype(np.int64)
    counts.add(BytesColumn.from_list([t for d in docs for t in d]), splits)
    return counts


def as_dict(counts):
    return dict(zip(counts.tokens.to_list(), map(tuple, counts.counts.tolist()), strict=True))


@given(documents, documents)
def test_counts_are_those_of_a_dict(docs, more):
    counts = counted(docs)
    counts.merge(counted(more))
    expected = {}
    for doc in docs + more:
        for token in set(doc):
            n, d = expected.get(token, (0, 0))
            expected[token] = (n + doc.count(token), d + 1)
    assert as_dict(counts) == expected
    assert counts.n_documents == len(docs + more)
    again = TokenCounts.from_arrays(counts.to_arrays(), where="test")
    again.add(BytesColumn.from_list([b"new"]), np.array([0, 1]))
    assert as_dict(again)[b"new"] == (expected.get(b"new", (0, 0))[0] + 1, expected.get(b"new", (0, 0))[1] + 1)


@pytest.mark.unit
def test_ranking_by_arrow_and_by_python_agree(monkeypatch):
    rng = np.random.default_rng(0)
    counts = counted([[bytes(rng.integers(0, 256, n, dtype=np.uint8)) for n in rng.integers(0, 4, 3000)]])
    small, _ = counts.ranked(frozenset([b""]), 500)
    monkeypatch.setattr(token_counts, "_SMALL", 0)
    large, _ = counts.ranked(frozenset([b""]), 500)
    assert small.to_list() == large.to_list()


@given(
    st.integers(0, 200),
    st.integers(1, 5),
    st.sampled_from([np.float32, np.float64, np.int16, np.bool_, np.float16]),
    st.integers(0, 2**32 - 1),
)
def test_moments_are_numpys(rows, places, dtype, seed):
    values = (np.random.default_rng(seed).normal(50, 20, (rows, places))).astype(dtype)
    moments = Moments.of(values)
    assert moments.count == rows
    if rows:
        exact = values.astype(np.float64)
        np.testing.assert_allclose(moments.mean, exact.mean(0), rtol=1e-12)
        np.testing.assert_allclose(moments.variance, exact.var(0), rtol=1e-9, atol=1e-12)


@pytest.mark.unit
def test_moments_of_many_rows_and_strange_memory():
    values = np.random.default_rng(0).normal(1e6, 1, (5000, 3))
    for form in (values, np.asfortranarray(values), values[::2], values.astype(np.float32)):
        exact = form.astype(np.float64)
        np.testing.assert_allclose(Moments.of(form).variance, exact.var(0), rtol=1e-10)
    frozen = values.copy()
    frozen.flags.writeable = False
    np.testing.assert_allclose(Moments.of(frozen).mean, values.mean(0), rtol=1e-14)


def slow_encode(codes, depth, mode):
    """One sample after the other, with plain loops."""
    if codes.ndim == 0:
        codes = codes.reshape(1)
    hot = np.zeros((*codes.shape, depth), np.int64)
    for place in itertools.product(*map(range, codes.shape)):
        if 0 <= codes[place] < depth:
            hot[(*place, codes[place])] = 1
    if mode == "one_hot":
        return hot.squeeze(-2) if codes.ndim > 1 and codes.shape[-1] == 1 else hot
    axis = 1 if codes.ndim > 1 else 0
    return hot.sum(axis) if mode == "count" else hot.max(axis, initial=0)


@given(
    st.lists(st.integers(0, 3), max_size=3),
    st.sampled_from(["one_hot", "multi_hot", "count"]),
    st.integers(0, 2**32 - 1),
)
def test_encodings_are_those_of_plain_loops(shape, mode, seed):
    codes = np.random.default_rng(seed).integers(-1, 5, shape).astype(np.int64)
    expected = slow_encode(codes, 4, mode)
    dense = encode(codes, 4, mode)
    assert dense.shape == expected.shape == encoded_shape(codes.shape, 4, mode)
    np.testing.assert_array_equal(dense, expected)
    assert encode(codes, 4, mode, sparse=True) == Sparse.from_dense(expected)
    weights = np.array([0, 1, 2, 3], np.float32)
    np.testing.assert_array_equal(encode(codes, 4, mode, weights=weights), expected * weights)
    if codes.ndim:
        rows = [encode(row, 4, mode) for row in codes]
        batched = encode_rows(codes, 4, mode)
        assert batched.shape == (len(codes), *encoded_shape(codes.shape[1:], 4, mode))
        if rows:
            np.testing.assert_array_equal(batched, np.stack(rows))
