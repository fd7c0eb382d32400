"""Text to tokens: standardizing, splitting and n-grams over columns of bytes, as Keras's TextVectorization does them.

Lower-casing and punctuation are those of ASCII, and white space is the six ASCII characters: `tf.strings.lower`,
`regex_replace` and `split` work on bytes. Only `split="character"` knows UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.columns.kernels import frozen
from ..core.composites import plain
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.tensor import Tensor
from ..core.values import Ragged
from .kernels import text as kernels
from .kernels import utf8
from .strings import DenseForm, Form, RaggedForm, as_strings

Int64s = npt.NDArray[np.int64]
Int16s = npt.NDArray[np.int16]
TextFunction = Callable[[Any], Any]

PUNCTUATION: Final = b"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
WHITESPACE: Final = b" \t\n\v\f\r"


def byte_table(*, lower: bool, strip: bool, separate: bool) -> Int16s:
    """Return int16[256] for the kernels: what becomes of each byte."""
    table = np.arange(256, dtype=np.int16)
    if lower:
        table[ord("A") : ord("Z") + 1] += ord("a") - ord("A")
    if strip:
        table[list(PUNCTUATION)] = kernels.DROP
    if separate:
        table[list(WHITESPACE)] = kernels.SEPARATE
    return table


@dataclass(frozen=True, slots=True)
class TextsForm(DenseForm):
    """Texts that are to be split: a vector, or a last axis of length 1."""

    def of_tokens(self, splits: Int64s) -> Form:
        """Return the form of their tokens, given int64[texts + 1] row splits over them."""
        shape = self.shape[:-1] if len(self.shape) > 1 else self.shape
        if not shape:
            return DenseForm((int(splits[-1]),))
        return RaggedForm((*even_splits(shape), splits), ())


@dataclass(frozen=True, eq=False)
class Tokenizer:
    """How texts become tokens; immutable.

    Attributes:
        standardize: None, the name of a way, or a function of an array of `str` that returns one.
        split: None, `"whitespace"`, `"character"`, or a function of an array of `str` that returns rows of tokens.
        widths: Lengths of n-grams; None for single tokens.
        where: Start of messages.
        as_tensors: Give functions Tensors of bytes instead of arrays of `str`, as Keras does.
    """

    standardize: str | TextFunction | None
    split: str | TextFunction | None
    widths: tuple[int, ...] | None
    where: str
    as_tensors: bool = False

    def tokens(self, value: Any) -> tuple[BytesColumn, Form]:
        """Return the tokens of texts in any form, and the form in which they stand.

        Raises:
            DTypeError: There is something else than strings in it.
            InvalidArgumentError: Texts that are to be split must be a vector, or have a last axis of length 1.
        """
        texts, form = self.texts(value)
        return self.tokens_of(texts, form)

    def tokens_of(self, texts: BytesColumn, form: Form) -> tuple[BytesColumn, Form]:
        """Return the tokens of what `texts` has returned, and the form in which they stand."""
        if not isinstance(form, TextsForm):
            return self._joined(self.standardized(texts), form)
        tokens, splits = self.rows(texts)
        return tokens, form.of_tokens(splits)

    def texts(self, value: Any) -> tuple[BytesColumn, Form]:
        """Return the texts of a value; their form is a `TextsForm` if they are to be split.

        Raises:
            DTypeError: There is something else than strings in it.
            InvalidArgumentError: Texts that are to be split must be a vector, or have a last axis of length 1.
        """
        texts, form = as_strings(value, where=self.where)
        if self.split is None:
            return texts, form
        if not isinstance(form, DenseForm) or (len(form.shape) > 1 and form.shape[-1] != 1):
            shown = list(form.shape) if isinstance(form, DenseForm) else describe(value)
            raise InvalidArgumentError(
                f"{self.where}: texts to be split must be a vector, or have a last axis of length 1. "
                f"Received: {shown}. With split=None every string is a token."
            )
        return texts, TextsForm(form.shape)

    @property
    def calls_functions(self) -> bool:
        """Whether functions of the user take part, which want all texts at once."""
        return callable(self.standardize) or callable(self.split)

    def rows(self, texts: BytesColumn) -> tuple[BytesColumn, Int64s]:
        """Return the tokens of texts that are split, and int64[texts + 1] row splits over them."""
        if self.split == "whitespace":
            source, by = (texts, self.standardize) if not callable(self.standardize) else (self._called(texts), None)
            tokens, splits = split_runs(source, _table_for(by, separate=True))
        elif self.split == "character":
            tokens, splits = characters(self.standardized(texts))
        else:
            tokens, splits = self._split_by_function(self.standardized(texts))
        return self.with_ngrams(tokens, splits)

    def with_ngrams(self, tokens: BytesColumn, splits: Int64s) -> tuple[BytesColumn, Int64s]:
        """Return the n-grams of rows of tokens, or the tokens themselves."""
        if self.widths is None:
            return tokens, splits
        widths = np.array(self.widths, dtype=np.int64)
        out_splits = np.empty(len(splits), dtype=np.int64)
        data, given = frozen(tokens.data), frozen(tokens.offsets)
        size = kernels.count_ngrams_kernel(given, splits, widths, out_splits)
        out, offsets = np.empty(size, dtype=np.uint8), np.empty(int(out_splits[-1]) + 1, dtype=np.int64)
        kernels.join_ngrams_kernel(data, given, splits, widths, out, offsets)
        return BytesColumn(out, offsets), out_splits

    def standardized(self, texts: BytesColumn) -> BytesColumn:
        """Return texts standardized, one for one."""
        if self.standardize is None:
            return texts
        if callable(self.standardize):
            return self._called(texts)
        out = np.empty(int(texts.offsets[-1] - texts.offsets[0]), dtype=np.uint8)
        offsets = np.empty(len(texts.offsets), dtype=np.int64)
        table = _table_for(self.standardize, separate=False)
        kernels.map_bytes_kernel(frozen(texts.data), frozen(texts.offsets), table, out, offsets)
        return BytesColumn(out, offsets)

    def _joined(self, tokens: BytesColumn, form: Form) -> tuple[BytesColumn, Form]:
        """Make n-grams along the last axis of tokens that came split."""
        if self.widths is None:
            return tokens, form
        if isinstance(form, DenseForm) and form.shape:
            rows, width = int(np.prod(form.shape[:-1])), form.shape[-1]
            grams, splits = self.with_ngrams(tokens, np.arange(rows + 1, dtype=np.int64) * width)
            per_row = int(splits[1]) if rows else sum(max(width - w + 1, 0) for w in self.widths)
            return grams, DenseForm((*form.shape[:-1], per_row))
        if isinstance(form, RaggedForm) and not form.inner:
            grams, splits = self.with_ngrams(tokens, form.splits[-1])
            return grams, RaggedForm((*form.splits[:-1], splits), ())
        raise InvalidArgumentError(
            f"{self.where}: n-grams need rows of tokens, dense or ragged. Received: {type(form).__name__}."
        )

    def _as_text(self, texts: BytesColumn, name: str) -> Any:
        if self.as_tensors:
            return Tensor(texts.as_value())
        try:
            return np.array([t.decode() for t in texts.strings()], dtype=np.str_)
        except UnicodeDecodeError as err:
            raise InvalidArgumentError(
                f"{self.where}: texts must be valid UTF-8 for the function {name}. Received: {err.object!r}."
            ) from err

    def _called(self, texts: BytesColumn) -> BytesColumn:
        assert callable(self.standardize)
        result = plain(self.standardize(self._as_text(texts, "standardize")))
        found, _ = as_strings(result, where=f"{self.where}, result of standardize")
        if len(found) != len(texts):
            raise InvalidArgumentError(
                f"{self.where}: standardize must return one string for each. "
                f"Received: {len(found)} for {len(texts)} strings."
            )
        return found

    def _split_by_function(self, texts: BytesColumn) -> tuple[BytesColumn, Int64s]:
        assert callable(self.split)
        result = plain(self.split(self._as_text(texts, "split")))
        if isinstance(result, list | tuple) or (isinstance(result, np.ndarray) and result.dtype.kind == "O"):
            rows = [list(row) if isinstance(row, list | tuple | np.ndarray) else row for row in result]
            if not all(isinstance(row, list) for row in rows):
                raise DTypeError(f"{self.where}: split must return rows of tokens. Received: {describe(result)}.")
            tokens = BytesColumn.from_list([token for row in rows for token in row])
            splits = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        else:
            value = result if isinstance(result, Ragged) else np.asarray(result)
            tokens, form = as_strings(value, where=f"{self.where}, result of split")
            if isinstance(form, DenseForm) and len(form.shape) == 2:
                splits = np.arange(form.shape[0] + 1, dtype=np.int64) * form.shape[1]
            elif isinstance(form, RaggedForm):
                splits = form.row_splits()
            else:
                raise DTypeError(f"{self.where}: split must return rows of tokens. Received: {describe(result)}.")
        if len(splits) != len(texts) + 1:
            raise InvalidArgumentError(
                f"{self.where}: split must return one row for each string. "
                f"Received: {len(splits) - 1} for {len(texts)} strings."
            )
        return tokens, splits


def _table_for(standardize: Any, *, separate: bool) -> Int16s:
    ways = {
        None: (False, False),
        "lower": (True, False),
        "strip_punctuation": (False, True),
        "lower_and_strip_punctuation": (True, True),
    }
    lower, strip = ways[standardize]
    return byte_table(lower=lower, strip=strip, separate=separate)


def split_runs(texts: BytesColumn, table: Int16s) -> tuple[BytesColumn, Int64s]:
    """Return the tokens of texts, as a table of bytes says, and int64[texts + 1] row splits over them."""
    size = int(texts.offsets[-1] - texts.offsets[0])
    out = np.empty(size, dtype=np.uint8)
    offsets = np.empty((size + 1) // 2 + len(texts) + 1, dtype=np.int64)
    splits = np.empty(len(texts) + 1, dtype=np.int64)
    n = kernels.split_bytes_kernel(frozen(texts.data), frozen(texts.offsets), table, out, offsets, splits)
    return BytesColumn(out, offsets[: n + 1]), splits


def characters(texts: BytesColumn) -> tuple[BytesColumn, Int64s]:
    """Return the characters of texts, U+FFFD for what is not UTF-8, and int64[texts + 1] row splits over them."""
    splits = np.empty(len(texts) + 1, dtype=np.int64)
    data, given = frozen(texts.data), frozen(texts.offsets)
    size = utf8.count_characters_kernel(data, given, splits)
    out, offsets = np.empty(size, dtype=np.uint8), np.empty(int(splits[-1]) + 1, dtype=np.int64)
    utf8.split_characters_kernel(data, given, out, offsets)
    return BytesColumn(out, offsets), splits


def even_splits(shape: tuple[int, ...]) -> tuple[Int64s, ...]:
    """Return the row splits of the axes of a dense shape but the last."""
    found, rows = [], 1
    for i in range(len(shape) - 1):
        rows *= shape[i]
        found.append(np.arange(rows + 1, dtype=np.int64) * shape[i + 1])
    return tuple(found)
