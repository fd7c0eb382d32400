"""Keys: what the tokens of a lookup layer are. The layer itself works on byte strings; keys say how to get there.

An integer is held as eight bytes, big-endian with the sign bit turned, so that the order of bytes is that of numbers:
tables, counts, rankings and saved vocabularies are those of strings.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, ParseError, describe
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from .buckets import Salt, decimal_strings, hash_buckets
from .data_adapter import Rows, Tokens, as_tokens, documents_of
from .numeric import as_flat_numbers
from .strings import DenseForm, Form, as_strings
from .vocabulary import decode_tokens, encode_token, encode_tokens, read_vocabulary_file

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

_SIGN = np.uint64(1 << 63)


class Keys(ABC):
    """What tokens are; immutable.

    Attributes:
        dtype: Type of a token.
        plural: How messages name tokens.
        hashed_by_table: Whether unknown tokens are hashed by their bytes' fingerprint, which the table knows already.
    """

    dtype: ClassVar[str]
    plural: ClassVar[str]
    hashed_by_table: bool

    @abstractmethod
    def read(self, value: Any, where: str) -> tuple[BytesColumn, Form]:
        """Return the tokens of a value in any form as bytes, and their form."""

    @abstractmethod
    def tokens(self, value: Any, where: str, *, whole: bool) -> Tokens:
        """Return a batch of `adapt` with its documents."""

    @abstractmethod
    def given(self, vocabulary: Any, where: str) -> BytesColumn:
        """Return the tokens of a vocabulary that a user gave."""

    @abstractmethod
    def from_file(self, path: Any, where: str) -> BytesColumn:
        """Return the tokens of a vocabulary file."""

    @abstractmethod
    def lines(self, tokens: BytesColumn) -> BytesColumn:
        """Return tokens as the lines of a vocabulary file."""

    @abstractmethod
    def encode(self, token: Any) -> bytes:
        """Return the bytes of a token."""

    @abstractmethod
    def decode(self, tokens: BytesColumn, encoding: str) -> list[Any]:
        """Return tokens as `get_vocabulary` shows them."""

    @abstractmethod
    def restore(self, tokens: list[Any]) -> BytesColumn:
        """Return the tokens that `decode` with UTF-8 has made plain values of."""

    @abstractmethod
    def values(self, tokens: BytesColumn) -> Array:
        """Return tokens as an array of what `invert` gives."""

    @abstractmethod
    def plain(self, token: Any) -> Any:
        """Return an option that is a token as a JSON value."""

    @abstractmethod
    def buckets(self, tokens: BytesColumn, n: int) -> Int64s:
        """Return one of `n` OOV codes, from 0 on, for each unknown token."""

    @abstractmethod
    def check_spec(self, spec: Spec, where: str) -> None:
        """Raise unless values of a spec can hold such tokens.

        Raises:
            DTypeError: They cannot.
        """

    def shown(self, tokens: BytesColumn) -> list[str]:
        """Return tokens as messages show them."""
        return [repr(token) for token in self.decode(tokens, "utf-8")]


class StringKeys(Keys):
    """Tokens are strings, held as UTF-8.

    Args:
        salt: Hash unknown strings by SipHash under this key.
    """

    dtype = "string"
    plural = "strings"

    def __init__(self, salt: Salt | None = None) -> None:
        self.salt = salt
        self.hashed_by_table = salt is None

    def read(self, value: Any, where: str) -> tuple[BytesColumn, Form]:
        return as_strings(value, where=where)

    def tokens(self, value: Any, where: str, *, whole: bool) -> Tokens:
        return as_tokens(value, whole=whole, where=where)

    def given(self, vocabulary: Any, where: str) -> BytesColumn:
        if isinstance(vocabulary, list | tuple) and all(isinstance(t, str | bytes) for t in vocabulary):
            return encode_tokens(list(vocabulary))
        return _flat(as_strings(vocabulary, where=f"{where}, vocabulary"), vocabulary, where)

    def from_file(self, path: Any, where: str) -> BytesColumn:
        return read_vocabulary_file(path, where=where)

    def lines(self, tokens: BytesColumn) -> BytesColumn:
        return tokens

    def encode(self, token: Any) -> bytes:
        return encode_token(token)

    def decode(self, tokens: BytesColumn, encoding: str) -> list[Any]:
        return list(decode_tokens(tokens, encoding))

    def restore(self, tokens: list[Any]) -> BytesColumn:
        return encode_tokens(tokens)

    def values(self, tokens: BytesColumn) -> Array:
        return tokens.as_value()

    def plain(self, token: Any) -> Any:
        return token.decode("utf-8", "surrogateescape") if isinstance(token, bytes) else token

    def buckets(self, tokens: BytesColumn, n: int) -> Int64s:
        return hash_buckets(tokens, n, self.salt)

    def check_spec(self, spec: Spec, where: str) -> None:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or not spec.dtype.is_string:
            raise DTypeError(f"{where}: inputs must be strings. Received: {spec!r}.")

    def shown(self, tokens: BytesColumn) -> list[str]:
        return [repr(token.decode("utf-8", "backslashreplace")) for token in tokens.strings()]


class IntegerKeys(Keys):
    """Tokens are int64; floating point inputs are cut to integers, as in Keras.

    Args:
        farmhash: Hash unknown integers as decimal strings; else they are taken modulo the number of OOV codes.
        salt: Hash by SipHash under this key; with `farmhash`.
    """

    dtype = "int64"
    plural = "integers"
    hashed_by_table = False

    def __init__(self, *, farmhash: bool = False, salt: Salt | None = None) -> None:
        self.farmhash, self.salt = farmhash, salt

    def read(self, value: Any, where: str) -> tuple[BytesColumn, Form]:
        values, form = as_flat_numbers(value, where=where)
        return _held(values), form

    def tokens(self, value: Any, where: str, *, whole: bool) -> Tokens:
        if isinstance(value, Rows):
            return as_tokens(Rows(_held_column(value.column, where)), whole=whole, where=where)
        tokens, form = self.read(value, where)
        return documents_of(tokens, form, whole=whole)

    def given(self, vocabulary: Any, where: str) -> BytesColumn:
        if isinstance(vocabulary, list | tuple) and any(isinstance(t, str | bytes) for t in vocabulary):
            vocabulary = [_parsed(t, where) if isinstance(t, str | bytes) else t for t in vocabulary]
        return _flat(self.read(vocabulary, f"{where}, vocabulary"), vocabulary, where)

    def from_file(self, path: Any, where: str) -> BytesColumn:
        values = _parsed_lines(read_vocabulary_file(path, where=where), str(path))
        order = np.argsort(values, kind="stable")
        twice = order[1:][values[order[1:]] == values[order[:-1]]]
        if len(twice):
            number = int(twice.min())
            before = int(np.flatnonzero(values == values[number])[0])
            raise ParseError(
                f"{path}, line {number + 1}: the line repeats the token {values[number]} of line {before + 1}. "
                "Fix the vocabulary file.",
                path=str(path),
                line=number + 1,
            )
        return _held(values)

    def lines(self, tokens: BytesColumn) -> BytesColumn:
        return decimal_strings(_integers(tokens))

    def encode(self, token: Any) -> bytes:
        encoded: bytes = _held(np.array([operator.index(token)], dtype=np.int64)).element(0)
        return encoded

    def decode(self, tokens: BytesColumn, encoding: str) -> list[Any]:
        return list(_integers(tokens).tolist())

    def restore(self, tokens: list[Any]) -> BytesColumn:
        return _held(np.array(tokens, dtype=np.int64))

    def values(self, tokens: BytesColumn) -> Array:
        return _integers(tokens)

    def plain(self, token: Any) -> Any:
        return None if token is None else int(token)

    def buckets(self, tokens: BytesColumn, n: int) -> Int64s:
        values = _integers(tokens)
        return hash_buckets(decimal_strings(values), n, self.salt) if self.farmhash else values % n

    def check_spec(self, spec: Spec, where: str) -> None:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or spec.dtype.is_string:
            raise DTypeError(f"{where}: inputs must be integers. Received: {spec!r}.")


def _held(values: Array) -> BytesColumn:
    """Return numbers as keys, one per row."""
    integers = values.reshape(-1)
    if integers.dtype != np.int64:
        with np.errstate(invalid="ignore"):
            integers = integers.astype(np.int64)
    turned = (integers.view(np.uint64) ^ _SIGN).astype(">u8")
    return BytesColumn(turned.view(np.uint8), np.arange(0, 8 * len(integers) + 1, 8, dtype=np.int64))


def _integers(tokens: BytesColumn) -> Int64s:
    low, high = int(tokens.offsets[0]), int(tokens.offsets[-1])
    turned = np.ascontiguousarray(tokens.data[low:high]).view(">u8").astype(np.uint64)
    return (turned ^ _SIGN).view(np.int64)


def _held_column(column: Column, where: str) -> Column:
    """Return a column of numbers as one of keys in the same form."""
    if isinstance(column, DenseColumn) and column.values.dtype.kind in "biuf":
        held = _held(column.values)
        return BytesColumn(held.data, held.offsets, column.values.shape[1:], rows=len(column))
    if isinstance(column, RaggedColumn):
        return RaggedColumn(_held_column(column.values, where), column.splits)
    raise DTypeError(f"{where}: data must be integers. Received: elements {column.spec!r}.")


def _parsed_lines(lines: BytesColumn, path: str) -> Int64s:
    """Return the integers that lines hold.

    Raises:
        ParseError: A line holds something else; names the line.
    """
    import pyarrow as pa

    try:
        values: Int64s = lines.to_arrow().cast(pa.large_string()).cast(pa.int64()).to_numpy()
    except pa.ArrowException:  # Spaces around a number are well.
        values = np.empty(len(lines), dtype=np.int64)
        for i, line in enumerate(lines.strings()):
            try:
                if b"_" in line:  # what Python takes and nobody else
                    raise ValueError(line)
                values[i] = int(line)
            except (ValueError, OverflowError) as err:
                raise ParseError(
                    f"{path}, line {i + 1}: the line must hold one 64-bit integer. Received: {line.decode()!r}. "
                    "Fix the vocabulary file.",
                    path=path,
                    line=i + 1,
                ) from err
    return values


def _parsed(token: str | bytes, where: str) -> int:
    try:
        return int(token)
    except ValueError as err:
        raise DTypeError(f"{where}, vocabulary: tokens must be integers. Received: {token!r}.") from err


def _flat(found: tuple[BytesColumn, Form], vocabulary: Any, where: str) -> BytesColumn:
    """Return tokens that stand in one list."""
    tokens, form = found
    if isinstance(vocabulary, Sequence) and len(vocabulary) == 0:
        return tokens
    if not isinstance(form, DenseForm) or len(form.shape) != 1:
        raise InvalidArgumentError(f"{where}: a vocabulary must be a list of tokens. Received: {describe(vocabulary)}.")
    return tokens
