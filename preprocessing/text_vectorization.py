"""TextVectorization: texts to codes of tokens, or to rows that count them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, DenseColumn, RaggedColumn
from ..core.errors import InvalidArgumentError, UnimplementedError, describe, suggest
from ..core.parallel import run_ranges
from ..core.saving import deserialize, register_serializable, serialize
from ..core.specs import RaggedSpec, Shape, SparseSpec, Spec, TensorSpec
from ..core.values import Ragged
from .categorical import encode
from .coding import column_of, element_of
from .data_adapter import Rows, as_tokens
from .index_lookup import IndexLookup
from .kernels.text import pad_rows_kernel
from .keys import StringKeys
from .lookup_transforms import TokensToCodes
from .strings import DenseForm, Form, RaggedForm
from .text import TextsForm, Tokenizer

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

_WAYS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLITS = ("whitespace", "character")
# Bytes of text that are worth a thread, at some 3 ns each; and codes to be padded.
_LEAST = 1 << 17


@dataclass(frozen=True, eq=False, kw_only=True)
class TextsToCodes(TokensToCodes):
    """Texts to the codes of their tokens, padded, cut or ragged; or to rows that count the tokens.

    Attributes:
        tokenizer: How texts become tokens.
        length: To which codes are padded and cut; None for the longest text.
        ragged: Return ragged rows of codes.
    """

    name = "text_vectorization"

    tokenizer: Tokenizer
    length: int | None
    ragged: bool

    def read(self, value: Any) -> tuple[BytesColumn, Form]:
        return self.tokenizer.tokens(value)

    def apply(self, value: Any) -> Any:
        if self.mode != "int":
            return super().apply(value)
        texts, given = self.tokenizer.texts(value)
        if isinstance(given, TextsForm) and len(given.shape) in (1, 2) and not self.ragged:
            return self._padded_parts(self._coded_parts(texts))
        codes, form = self._coded(texts, given)
        if isinstance(form, RaggedForm) and not form.inner:
            return self._ragged_codes(codes, form)
        result = form.restore(codes)
        if self.length is None or not isinstance(form, DenseForm):
            return result[()] if isinstance(form, DenseForm) and not form.shape else result
        return self._fitted(result)

    def coded(self, value: Any) -> tuple[Int64s, Form]:
        return self._coded(*self.tokenizer.texts(value))

    def _coded(self, texts: BytesColumn, form: Form) -> tuple[Int64s, Form]:
        if not isinstance(form, TextsForm):
            tokens, form = self.tokenizer.tokens_of(texts, form)
            return self.codes(tokens), form
        codes, splits = self.coded_rows(texts)
        return codes, form.of_tokens(splits)

    def coded_rows(self, texts: BytesColumn) -> tuple[Int64s, Int64s]:
        """Return the codes of the tokens of texts that are split, and int64[texts + 1] row splits over them."""
        parts = self._coded_parts(texts)
        if len(parts) == 1:
            return parts[0]
        bases = np.cumsum([0] + [len(codes) for codes, _ in parts])
        splits = [np.zeros(1, dtype=np.int64)] + [s[1:] + base for (_, s), base in zip(parts, bases, strict=False)]
        return np.concatenate([codes for codes, _ in parts]), np.concatenate(splits)

    def _coded_parts(self, texts: BytesColumn) -> list[tuple[Int64s, Int64s]]:
        """Return what `coded_rows` does in parts, one for each range of texts that was computed by itself."""
        if self.tokenizer.calls_functions:
            return [self._coded_range(texts)]
        n, size = len(texts), int(texts.offsets[-1] - texts.offsets[0])
        least = max(n * _LEAST // max(size, 1), 1)
        return run_ranges(lambda i, j: self._coded_range(texts.slice(i, j)), n, least=least)

    def _coded_range(self, texts: BytesColumn) -> tuple[Int64s, Int64s]:
        tokens, splits = self.tokenizer.rows(texts)
        return self.codes(tokens), splits

    def _ragged_codes(self, codes: Int64s, form: RaggedForm) -> Any:
        splits = form.splits[-1]
        if not self.ragged:
            rows = self.padded(codes, splits)
            if len(form.splits) == 1:
                return rows
            outer: Any = rows
            for row_splits in reversed(form.splits[:-1]):
                outer = Ragged(outer, row_splits)
            return outer.to_dense()
        if self.length is not None:
            kept = np.minimum(np.diff(splits), self.length)
            starts = np.concatenate([[0], np.cumsum(kept)])
            codes = codes[np.repeat(splits[:-1] - starts[:-1], kept) + np.arange(starts[-1])]
            splits = starts.astype(np.int64)
        return RaggedForm((*form.splits[:-1], splits), ()).restore(codes)

    def _rows(self, codes: Int64s, form: Form) -> Any:
        # Keras adds up, across the texts of a sample, what stands at the same place of each: no use is known.
        if isinstance(form, RaggedForm) and len(form.splits) > 1 and self.mode not in ("int", "one_hot"):
            raise UnimplementedError(
                f"{self.where}: with output_mode={self.mode!r} texts must be of shape [], [batch] or [batch, 1]. "
                f"Received: rank {len(form.splits) + 1}. Reshape them first."
            )
        return super()._rows(codes, form)

    def padded(self, codes: Int64s, splits: Int64s) -> Int64s:
        """Return ragged rows of codes as int64[rows, length]."""
        length = int(np.diff(splits).max(initial=0)) if self.length is None else self.length
        n = len(splits) - 1
        out = np.empty((n, length), dtype=np.int64)
        least = max(_LEAST // max(length, 1), 1)
        run_ranges(lambda i, j: pad_rows_kernel(codes, splits[i : j + 1], out[i:j]), n, least=least)
        return out

    def _padded_parts(self, parts: list[tuple[Int64s, Int64s]]) -> Int64s:
        """Return ragged rows of codes in parts as int64[rows, length]."""
        if len(parts) == 1:
            return self.padded(*parts[0])
        longest = max(int(np.diff(splits).max(initial=0)) for _, splits in parts)
        starts = np.cumsum([0] + [len(splits) - 1 for _, splits in parts])
        out = np.empty((int(starts[-1]), longest if self.length is None else self.length), dtype=np.int64)

        def fill(start: int, stop: int) -> None:
            for k in range(start, stop):
                pad_rows_kernel(*parts[k], out[starts[k] : starts[k + 1]])

        run_ranges(fill, len(parts), least=1)
        return out

    def _fitted(self, codes: Array) -> Array:
        """Return dense codes with the last axis padded or cut."""
        assert self.length is not None
        if not codes.ndim:
            raise InvalidArgumentError(
                f"{self.where}: output_sequence_length with split=None needs at least a vector of tokens. "
                "Received: one string."
            )
        cut = codes[..., : self.length]
        missing = self.length - cut.shape[-1]
        if self.ragged or not missing:
            return cut
        return np.pad(cut, [(0, 0)] * (cut.ndim - 1) + [(0, missing)])

    def apply_rows(self, n: int, rows: Any) -> Any:
        single = isinstance(rows, BytesColumn) and not rows.shape
        if not single or self.sparse or self.tokenizer.split is None:
            return column_of([self.apply(element_of(rows, i)) for i in range(n)])
        codes, splits = self.coded_rows(rows)
        if self.mode == "int":
            if self.length is not None and not self.ragged:
                return self.padded(codes, splits)
            form = RaggedForm((splits,), ())
            held = self._ragged_codes(codes, form) if self.ragged else Ragged(codes, splits)
            return RaggedColumn(DenseColumn(held.flat_values), held.row_splits)
        if self.mode == "one_hot":
            return RaggedColumn(DenseColumn(encode(codes, self.depth, "one_hot", dtype=self.dtype)), splits)
        return self._groups(codes, np.repeat(np.arange(n), np.diff(splits)), n)

    def infer_spec(self, spec: Spec) -> Spec:
        self.check_spec(spec)
        return text_spec(spec, self)


def text_spec(spec: Spec, options: Any) -> Spec:
    """Return the spec of what texts become.

    Args:
        spec: Of the texts.
        options: `TextsToCodes`, or what has its `mode`, `depth`, `sparse`, `dtype`, `tokenizer`, `length`, `ragged`.
    """
    assert isinstance(spec, TensorSpec | RaggedSpec | SparseSpec)
    splits, mode = options.tokenizer.split is not None, options.mode
    shape, ragged_result = _token_shape(spec, options)
    if mode == "int":
        if shape is None:
            return RaggedSpec(None, "int64") if ragged_result and options.ragged else TensorSpec(None, "int64")
        if options.length is not None and shape and not options.ragged:
            shape = (*shape[:-1], options.length)
        if options.ragged and ragged_result and len(shape) > 1:
            return RaggedSpec((*shape[:-1], None), "int64", len(shape) - 1)
        return TensorSpec(shape, "int64")
    if mode == "one_hot":
        full: Shape = None if shape is None else (*shape, options.depth)
        if ragged_result and splits and shape is not None and len(shape) > 1:
            return RaggedSpec(full, options.dtype, len(shape) - 1)
        if shape is not None and len(shape) > 1 and shape[-1] == 1:
            full = (*shape[:-1], options.depth)
        return SparseSpec(full, options.dtype) if options.sparse else TensorSpec(full, options.dtype)
    rows: Shape = None
    if shape is not None:
        rows = (*shape[:1], options.depth) if len(shape) > 1 else (options.depth,)
        if not ragged_result and len(shape) > 2:
            rows = (*shape[:1], *shape[2:], options.depth)
    return SparseSpec(rows, options.dtype) if options.sparse else TensorSpec(rows, options.dtype)


def _token_shape(spec: Any, options: Any) -> tuple[Shape, bool]:
    """Return the shape of tokens and whether they are ragged."""
    shape: Shape = spec.shape
    if options.tokenizer.split is None:
        if options.tokenizer.widths is not None and shape:
            shape = (*shape[:-1], None)
        return shape, isinstance(spec, RaggedSpec)
    if shape is None:
        return None, True
    outer = shape[:-1] if len(shape) > 1 else shape
    return (*outer, None), bool(outer)


@register_serializable("penstock")
class TextVectorization(IndexLookup):
    """Turns texts into codes of their tokens, or into rows that count the tokens.

    A text is standardized, split into tokens, and joined to n-grams; then tokens are looked up as `StringLookup` does
    it: code 0 is padding, 1 is for unknown tokens, then comes the vocabulary, by falling number of occurrences and ties
    by falling order of bytes. Rows of the other output modes have no place for padding.

    Args:
        max_tokens: Largest size of the vocabulary, special tokens included; None for no limit.
        standardize: `"lower_and_strip_punctuation"`, `"lower"`, `"strip_punctuation"`, None, or a function that is
            given an array of `str` and returns as many strings. Letters and punctuation are those of ASCII, as in
            TensorFlow.
        split: `"whitespace"` (of ASCII), `"character"` (of UTF-8), None (strings are tokens already), or a function
            that is given an array of `str` and returns as many rows of tokens (lists, or a `Ragged`).
        ngrams: An int for n-grams up to that length, or a tuple of lengths; None for single tokens.
        output_mode: `"int"` gives int64[texts, longest]; `"multi_hot"`, `"count"` and `"tf_idf"` give a row per text as
            long as the vocabulary; `"one_hot"` gives ragged rows of one-hot rows.
        output_sequence_length: With `"int"`, the length to which rows are padded and cut.
        pad_to_max_tokens: Make rows `max_tokens` long, however small the vocabulary is.
        vocabulary: Tokens (list, array, column), or the path of a text file with one token per line; None to adapt.
        idf_weights: float32[tokens], inverse document frequencies; with a vocabulary and `"tf_idf"` only.
        sparse: Return rows as `Sparse`.
        ragged: With `"int"`, return `Ragged` rows instead of padded ones.
        encoding: How `get_vocabulary` decodes tokens.
        max_counted: Most distinct tokens that adapting holds at a time, at least twice `max_tokens`; None for all.
            Memory is bounded then, and counts may be too small by up to `count_error`; see there.
        **options: `name`, `trainable`, `input_shape`; `dtype` is ignored, as in Keras.

    Raises:
        InvalidArgumentError: An option is out of range or does not go with another.

    Example:
        >>> layer = TextVectorization(output_mode="int")
        >>> layer.adapt(["to be", "or not to be"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'to', 'be', 'or', 'not']
        >>> layer(["Be good!", "To be, or not?"])
        array([[3, 1, 0, 0],
               [2, 3, 4, 5]])
    """

    # Whether `standardize` and `split` are given Tensors; overridden where layers are Keras's to the letter.
    functions_take_tensors: ClassVar[bool] = False

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        *,
        split: Any = "whitespace",
        ngrams: int | tuple[int, ...] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: npt.ArrayLike | None = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        max_counted: int | None = None,
        **options: Any,
    ) -> None:
        where = type(self).__name__
        _check_choice("standardize", standardize, _WAYS, where)
        _check_choice("split", split, _SPLITS, where)
        self.standardize, self.split, self.ngrams = standardize, split, ngrams
        self.ragged, self.output_sequence_length = bool(ragged), output_sequence_length
        self._widths = _widths(ngrams, where)
        super().__init__(
            StringKeys(),
            max_tokens=max_tokens,
            num_oov_indices=1,
            mask_token="",
            oov_token="[UNK]",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=False,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            encoding=encoding,
            max_counted=max_counted,
            **options,
        )

    def _check_options(self, has_vocabulary: bool, idf_weights: Any) -> None:  # noqa: FBT001
        super()._check_options(has_vocabulary, idf_weights)
        length = self.output_sequence_length
        if length is not None and (self.output_mode != "int" or not isinstance(length, int) or length < 0):
            raise InvalidArgumentError(
                f"{self.where}: output_sequence_length must be an int >= 0 with output_mode='int', else None. "
                f"Received: output_sequence_length={length!r}, output_mode={self.output_mode!r}."
            )
        if self.ragged and self.output_mode != "int":
            raise InvalidArgumentError(
                f"{self.where}: ragged=True needs output_mode='int'. Received: output_mode={self.output_mode!r}."
            )

    def _check_mergeable(self, other: Any) -> None:
        super()._check_mergeable(other)
        for name in ("standardize", "split", "ngrams"):
            if getattr(self, name) != getattr(other, name):
                raise InvalidArgumentError(
                    f"{self.where}: merge_state needs a layer that makes the same tokens. "
                    f"Received: {name}={getattr(other, name)!r} for {getattr(self, name)!r}."
                )

    @property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer(self.standardize, self.split, self._widths, self.where, self.functions_take_tensors)

    def _coder(self, **fields: Any) -> TokensToCodes:
        return TextsToCodes(tokenizer=self._tokenizer, length=self.output_sequence_length, ragged=self.ragged, **fields)

    def _update(self, value: Any, *, whole: bool) -> None:
        tokenizer = self._tokenizer
        if self.split is not None:
            if isinstance(value, Rows):
                self._check_rows(value)
                self._counts.add(*tokenizer.rows(as_tokens(value, whole=whole, where=self.where).strings))
                return
            tokens, form = tokenizer.tokens(value)
            one = np.array([0, len(tokens)], dtype=np.int64)
            self._counts.add(tokens, form.splits[-1] if isinstance(form, RaggedForm) else one)
            return
        texts, documents = as_tokens(value, whole=whole, where=self.where)
        self._counts.add(*tokenizer.with_ngrams(tokenizer.standardized(texts), documents))

    def _check_rows(self, rows: Rows) -> None:
        column = rows.column
        if not isinstance(column, BytesColumn) or (len(column.shape) > 1 and column.shape[-1] != 1):
            raise InvalidArgumentError(
                f"{self.where}: texts to be split must be strings, vectors of strings, or have a last axis of "
                f"length 1. Received: elements {column.spec!r}. With split=None every string is a token."
            )

    def _infer(self, spec: Spec) -> Spec:
        self._keys.check_spec(spec, self.where)
        depth = 0 if self.output_mode == "int" else self._known_depth()
        empty: Any = None
        return text_spec(
            spec,
            TextsToCodes(
                keys=self._keys,
                vocabulary=empty,
                first=0,
                oov=(0, 1),
                mask=(-1, 0),
                mode=self.output_mode,
                depth=depth,
                sparse=self.sparse,
                dtype=self._result_dtype,
                where=self.where,
                tokenizer=self._tokenizer,
                length=self.output_sequence_length,
                ragged=self.ragged,
            ),
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for fixed in ("num_oov_indices", "mask_token", "oov_token", "invert"):
            del config[fixed]
        return {
            **config,
            "standardize": serialize(self.standardize) if callable(self.standardize) else self.standardize,
            "split": serialize(self.split) if callable(self.split) else self.split,
            "ngrams": list(self.ngrams) if isinstance(self.ngrams, tuple) else self.ngrams,
            "output_sequence_length": self.output_sequence_length,
            "ragged": self.ragged,
            "encoding": self.encoding,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what `get_config` returned; functions in it must be registered ones."""
        options = dict(config)
        for name in ("standardize", "split"):
            if isinstance(options.get(name), dict):
                options[name] = deserialize(options[name])
        if isinstance(options.get("ngrams"), list):
            options["ngrams"] = tuple(options["ngrams"])
        return super().from_config(options)


def _check_choice(name: str, value: Any, choices: tuple[str, ...], where: str) -> None:
    if value is None or callable(value) or value in choices:
        return
    hint = suggest(value, choices) if isinstance(value, str) else ""
    raise InvalidArgumentError(
        f"{where}: {name} must be one of {', '.join(choices)}, None, or a function. "
        f"Received: {name}={describe(value)}.{hint}"
    )


def _widths(ngrams: Any, where: str) -> tuple[int, ...] | None:
    if ngrams is None:
        return None
    widths = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
    if not isinstance(widths, tuple) or not widths or not all(isinstance(w, int) and w >= 1 for w in widths):
        raise InvalidArgumentError(
            f"{where}: ngrams must be an int >= 1, a tuple of such, or None. Received: ngrams={describe(ngrams)}."
        )
    return widths
