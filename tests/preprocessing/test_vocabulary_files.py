"""Vocabulary files: what is read (as Keras on TensorFlow 2.21 reads it), what is refused and how, what is written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import InvalidArgumentError, NotAdaptedError, NotFoundError, ParseError
from penstock.preprocessing import IntegerLookup, StringLookup, TextVectorization

pytestmark = pytest.mark.unit


def file(folder, raw):
    path = folder / "words.txt"
    path.write_bytes(raw)
    return path


READ = [
    (b"a\nb\n", ["a", "b"]),
    (b"a\nb", ["a", "b"]),
    (b"a\r\nb\r\n", ["a", "b"]),
    (b"a\r\nb\nc\r\n", ["a", "b", "c"]),
    (b"a b\nc\td\n", ["a b", "c\td"]),
    (b" a\nb \n", [" a", "b "]),
    (b"a\rb\n", ["a\rb"]),
    ("a\x0bb\x0cc\x85d\u2028e\nb\n".encode(), ["a\x0bb\x0cc\x85d\u2028e", "b"]),
    ("é\nÉ\nẞ\n".encode(), ["é", "É", "ẞ"]),
    (b"[UNK]\na\n", ["[UNK]", "a"]),
    (b"a\0b\n\0\n", ["a\0b", "\0"]),
    # Unlike Keras, whose first token begins with the mark.
    (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
    (b"a\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
]


@pytest.mark.parametrize(("raw", "tokens"), READ)
def test_what_is_read(tmp_path, raw, tokens):
    layer = StringLookup(vocabulary=file(tmp_path, raw))
    assert layer.get_vocabulary() == ["[UNK]", *tokens]
    assert layer(tokens).tolist() == list(range(1, len(tokens) + 1))
    assert StringLookup(vocabulary=str(tmp_path / "words.txt")).get_vocabulary() == ["[UNK]", *tokens]
    if "[UNK]" not in tokens:
        assert TextVectorization(vocabulary=tmp_path / "words.txt").get_vocabulary() == ["", "[UNK]", *tokens]


BAD = [
    (b"", None, "a vocabulary file must hold one token per line. The file is empty."),
    (b"\xef\xbb\xbf", None, "a vocabulary file must hold one token per line. The file is empty."),
    (b"\n", 1, "the line is empty; a token has at least one byte"),
    (b"a\n\nb\n", 2, "the line is empty"),
    (b"a\n\r\nb\n", 2, "the line is empty"),
    (b"a\nb\n\n", 3, "the line is empty"),
    (b"a\n\xff\xfeb\n", 2, "the line is not valid UTF-8"),
    (b"a\nb\n\xc3", 3, "the line is not valid UTF-8"),
    (b"a\nb\nc\nb\n", 4, "the line repeats the token 'b' of line 2"),
    (b"a\nb\r\nb", 3, "the line repeats the token 'b' of line 2"),
]


@pytest.mark.parametrize(("raw", "line", "problem"), BAD)
def test_bad_lines_are_named(tmp_path, raw, line, problem):
    path = file(tmp_path, raw)
    with pytest.raises(ParseError) as caught:
        StringLookup(vocabulary=path)
    place = str(path) if line is None else f"{path}, line {line}"
    assert str(caught.value).startswith(f"{place}: {problem}")
    assert (caught.value.path, caught.value.line) == (str(path), line)


INTEGERS = [(b"1\n2\n", [1, 2]), (b"-7\r\n 2\n+3 \n", [-7, 2, 3]), (b"9223372036854775807\n0", [2**63 - 1, 0])]


@pytest.mark.parametrize(("raw", "tokens"), INTEGERS)
def test_integers(tmp_path, raw, tokens):
    layer = IntegerLookup(vocabulary=file(tmp_path, raw))
    assert layer.get_vocabulary() == [-1, *tokens]
    assert layer(np.array(tokens)).tolist() == list(range(1, len(tokens) + 1))


@pytest.mark.parametrize(
    ("raw", "line", "problem"),
    [
        (b"1\nx\n", 2, "must hold one 64-bit integer. Received: 'x'"),
        (b"1\n2.5\n", 2, "must hold one 64-bit integer. Received: '2.5'"),
        (b"1_0\n", 1, "must hold one 64-bit integer. Received: '1_0'"),
        (b"1\n9223372036854775808\n", 2, "must hold one 64-bit integer. Received: '9223372036854775808'"),
        (b"1\n2\n 1\n", 3, "repeats the token 1 of line 1"),
        (b"4\n5\n04\n", 3, "repeats the token 4 of line 1"),
        (b"4\n\n5", 2, "is empty"),
    ],
)
def test_bad_integers_are_named(tmp_path, raw, line, problem):
    path = file(tmp_path, raw)
    with pytest.raises(ParseError) as caught:
        IntegerLookup(vocabulary=path)
    assert str(caught.value).startswith(f"{path}, line {line}: the line {problem}")
    assert caught.value.line == line


def test_no_file(tmp_path):
    with pytest.raises(NotFoundError, match=r"vocabulary file must exist\. Received: vocabulary='.*none\.txt'"):
        StringLookup(vocabulary=tmp_path / "none.txt")


WORDS = st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs",)), min_size=1, max_size=6)


@given(words=st.lists(WORDS, min_size=1, max_size=20, unique=True))
def test_what_is_written_is_read(tmp_path_factory, words):
    path = tmp_path_factory.mktemp("vocabulary") / "words.txt"
    layer = StringLookup(vocabulary=words)
    if words[0].startswith("\ufeff"):
        with pytest.raises(InvalidArgumentError, match="nor the first one begin with a byte order mark"):
            layer.write_vocabulary(path)
        return
    layer.write_vocabulary(path)
    assert path.read_bytes() == "".join(f"{word}\n" for word in words).encode()
    assert StringLookup(vocabulary=path).get_vocabulary() == layer.get_vocabulary()


def test_writing(tmp_path):
    path = tmp_path / "tokens.txt"
    layer = IntegerLookup(num_oov_indices=2, mask_token=0)
    with pytest.raises(NotAdaptedError, match="has no vocabulary yet"):
        layer.write_vocabulary(path)
    layer.adapt([0, 5, -3, 5, 2**62])
    layer.write_vocabulary(path)
    assert path.read_text() == "5\n4611686018427387904\n-3\n"
    assert IntegerLookup(num_oov_indices=2, mask_token=0, vocabulary=path).get_vocabulary() == layer.get_vocabulary()
    text = TextVectorization()
    text.adapt(["to be or", "be"])
    text.write_vocabulary(path)
    assert path.read_text() == "be\nto\nor\n"
    assert [p.name for p in tmp_path.iterdir()] == ["tokens.txt"]
    for bad in ("a\nb", "a\rb", "", b"\xff"):
        with pytest.raises(InvalidArgumentError, match=r"tokens must not be empty, hold line breaks.* at index 1\."):
            StringLookup(vocabulary=["x", bad]).write_vocabulary(path)
    assert path.read_text() == "be\nto\nor\n"
