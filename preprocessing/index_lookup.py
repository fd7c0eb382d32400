"""IndexLookup: what StringLookup and IntegerLookup share: tokens to codes by a vocabulary, given or learned."""

from __future__ import annotations

import codecs
import inspect
import os
from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, concat
from ..core.dtypes import DType, as_dtype
from ..core.errors import InvalidArgumentError, describe
from ..core.saving.apart import is_state_apart
from ..core.specs import Spec
from .base import AdaptableLayer
from .categorical import DROPPED
from .coding import as_output_mode, check_sparse, coded_spec
from .keys import Keys
from .lookup_transforms import CodesToTokens, TokensToCodes
from .numeric import as_floats
from .token_counts import TokenCounts, tokens_from_arrays
from .transform import Transform, run_transform
from .vocabulary import Vocabulary, write_vocabulary_file

Array = npt.NDArray[Any]

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class IndexLookup(AdaptableLayer):
    """Base of lookup layers: an immutable vocabulary, given or learned, and what is made of its codes.

    Args:
        keys: What tokens are.
        max_tokens: As the layers say; so are the others.
        num_oov_indices: Codes for unknown tokens.
        mask_token: Token with code 0.
        oov_token: What unknown tokens are shown as.
        vocabulary: Tokens, or the path of a file.
        idf_weights: Inverse document frequencies of the tokens.
        invert: Map codes to tokens.
        output_mode: What is returned.
        pad_to_max_tokens: Make rows `max_tokens` long.
        sparse: Return rows as `Sparse`.
        encoding: How `get_vocabulary` decodes strings.
        max_counted: Most tokens that adapting holds.
        **options: Those of every layer.
    """

    _missing: ClassVar[str] = (
        "no vocabulary yet. Call adapt(data) or set_vocabulary(tokens) first, or pass vocabulary= to the constructor."
    )

    def __init__(
        self,
        keys: Keys,
        *,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: npt.ArrayLike | None,
        invert: bool,
        output_mode: str,
        pad_to_max_tokens: bool,
        sparse: bool,
        encoding: str = "utf-8",
        max_counted: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._keys = keys
        self.max_counted = max_counted
        self.max_tokens, self.num_oov_indices = max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert, self.sparse = bool(invert), bool(sparse)
        self.output_mode = as_output_mode(output_mode, _MODES, self.where)
        self.pad_to_max_tokens, self.encoding = bool(pad_to_max_tokens), encoding
        self._check_options(vocabulary is not None, idf_weights)
        self._tokens: BytesColumn | None = None
        self._idf: Array | None = None
        self._transform: Transform | None = None
        self._counts = TokenCounts(max_counted)
        self._fixed = False
        # Tokens of the vocabulary that will come with `load_arrays`: a loaded model is put together before that.
        self._expected: int | None = None
        self.built = True
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
            self._fixed = True

    def _check_options(self, has_vocabulary: bool, idf_weights: Any) -> None:  # noqa: FBT001
        def fail(rule: str, **received: Any) -> InvalidArgumentError:
            shown = ", ".join(f"{name}={value!r}" for name, value in received.items())
            return InvalidArgumentError(f"{self.where}: {rule}. Received: {shown}.")

        if not isinstance(self.num_oov_indices, int) or self.num_oov_indices < 0:
            raise fail("num_oov_indices must be an int >= 0", num_oov_indices=self.num_oov_indices)
        if self.max_tokens is not None and (not isinstance(self.max_tokens, int) or self.max_tokens < 2):
            raise fail("max_tokens must be an int >= 2 or None", max_tokens=self.max_tokens)
        if self.max_tokens is not None and self.max_tokens < self._token_start:
            raise fail(
                "max_tokens must leave room for the OOV and mask tokens",
                max_tokens=self.max_tokens,
                num_oov_indices=self.num_oov_indices,
                mask_token=self.mask_token,
            )
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise fail("pad_to_max_tokens=True needs max_tokens", max_tokens=None)
        if self.invert and self.output_mode != "int":
            raise fail("invert=True needs output_mode='int'", output_mode=self.output_mode)
        if self.invert and self.oov_token is None:
            raise fail("invert=True needs an oov_token", oov_token=None)
        if self.max_counted is not None:
            least = 2 * (self.max_tokens or 1)
            if not isinstance(self.max_counted, int) or self.max_counted < least:
                raise fail(
                    f"max_counted must be an int >= {least} (twice max_tokens) or None",
                    max_counted=self.max_counted,
                    max_tokens=self.max_tokens,
                )
        try:
            codecs.lookup(self.encoding)
        except (LookupError, TypeError) as err:
            raise fail("encoding must be one that Python knows", encoding=self.encoding) from err
        check_sparse(self.output_mode, self.where, sparse=self.sparse)
        if idf_weights is not None and (self.output_mode != "tf_idf" or not has_vocabulary):
            raise fail("idf_weights needs a vocabulary and output_mode='tf_idf'", output_mode=self.output_mode)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what `get_config` returned, here or in Keras, whose configs hold a few facts more."""
        known = inspect.signature(cls.__init__).parameters
        surplus = [key for key in ("vocabulary_size", "oov_method") if key not in known]
        return super().from_config({key: value for key, value in config.items() if key not in surplus})

    @property
    def input_dtype(self) -> DType:
        """Type of the tokens, or of codes with `invert=True`."""
        return as_dtype("int64" if self.invert else self._keys.dtype)

    # --- the vocabulary -----------------------------------------------------------------------------------------------

    @property
    def is_adapted(self) -> bool:
        return self._tokens is not None

    @property
    def _oov_start(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    @property
    def _token_start(self) -> int:
        return self._oov_start + self.num_oov_indices

    @property
    def idf_weights(self) -> Array | None:
        """float32[row length]: weights of `"tf_idf"`, special tokens included; None in other modes."""
        return self._idf

    def vocabulary_size(self) -> int:
        """Return the number of codes: mask, OOV codes and tokens."""
        return self._token_start + (self._expected or 0 if self._tokens is None else len(self._tokens))

    def get_vocabulary(self, *, include_special_tokens: bool = True) -> list[Any]:
        """Return the tokens by code.

        Args:
            include_special_tokens: Put the mask token and OOV tokens first, so that positions are codes.
        """
        tokens: list[Any] = []
        if self._tokens is not None:
            tokens += self._keys.decode(self._tokens, self.encoding)
        if not include_special_tokens:
            return tokens
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        return [t.decode(self.encoding) if isinstance(t, bytes) else t for t in special] + tokens

    def write_vocabulary(self, path: str | os.PathLike[str]) -> None:
        """Write the tokens, without special ones, to a text file, one per line: what `vocabulary=path` reads.

        Raises:
            NotAdaptedError: There is no vocabulary yet.
            InvalidArgumentError: A token is empty, holds a line break or is not UTF-8, which such files cannot express.
        """
        self._require_adapted()
        assert self._tokens is not None
        write_vocabulary_file(path, self._keys.lines(self._tokens))

    def set_vocabulary(self, vocabulary: Any, idf_weights: npt.ArrayLike | None = None) -> None:
        """Replace the vocabulary.

        Args:
            vocabulary: Tokens in the order of their codes (list, array, column), or the path of a text file with one
                token per line. Mask and OOV tokens may stand at the front, all of them in the order of their codes;
                in a file they may not.
            idf_weights: float32[tokens], with `"tf_idf"` only. Tokens without special ones give special ones the mean.

        Raises:
            InvalidArgumentError: The vocabulary is empty, too large, repeats a token, or has a special one inside.
            NotFoundError: There is no such file.
            ParseError: The file has a bad line.
        """
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise InvalidArgumentError(
                f"{self.where}: idf_weights must be given with output_mode='tf_idf', and only then. "
                f"Received: output_mode={self.output_mode!r}, idf_weights={describe(idf_weights)}."
            )
        if isinstance(vocabulary, str | os.PathLike):
            given, at_front = self._keys.from_file(vocabulary, self.where), False
        else:
            given = self._keys.given(vocabulary, self.where)
            at_front = self._starts_with_special(given)
        tokens = given.slice(self._token_start, len(given)) if at_front else given
        self._check_size(len(given), len(tokens))
        weights = None
        if idf_weights is not None:
            numbers = as_floats(idf_weights, f"{self.where}: idf_weights").astype(np.float32)
            weights = self._padded_idf(numbers, len(given), at_front=at_front)
        self._use(tokens, weights)

    def _starts_with_special(self, given: BytesColumn) -> bool:
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        if None in special or len(special) > len(given):
            return False
        return given.slice(0, len(special)).strings() == [self._keys.encode(t) for t in special]

    def _check_size(self, n_given: int, n_tokens: int) -> None:
        if not n_given:
            raise InvalidArgumentError(f"{self.where}: a vocabulary must hold at least one token. Received: none.")
        size = self._token_start + n_tokens
        if self.max_tokens is not None and size > self.max_tokens:
            raise InvalidArgumentError(
                f"{self.where}: a vocabulary must fit max_tokens={self.max_tokens}. "
                f"Received: {n_tokens} tokens and {self._token_start} special ones."
            )

    def _padded_idf(self, weights: Array, n_given: int, *, at_front: bool) -> Array:
        if weights.shape != (n_given,):
            raise InvalidArgumentError(
                f"{self.where}: idf_weights must have one number per token of the vocabulary ({n_given}). "
                f"Received: idf_weights of shape {weights.shape}."
            )
        front = 0 if at_front else self._token_start
        mean = np.float32(np.mean(weights)) if len(weights) else np.float32(0)
        back = max((self.max_tokens or 0) - front - n_given, 0) if self.pad_to_max_tokens else 0
        return np.concatenate([np.full(front, mean, np.float32), weights, np.zeros(back, np.float32)])

    def _use(self, tokens: BytesColumn, idf: Array | None) -> None:
        """Make the frozen transform for a vocabulary, and only then take it over."""
        size = self._token_start + len(tokens)
        depth = 0
        if self.output_mode != "int":
            depth = cast("int", self.max_tokens) if self.pad_to_max_tokens else size
        if self.invert:
            transform: Transform = self._inverse(tokens)
        else:
            vocabulary, mask = self._with_mask(tokens)
            tokens = vocabulary.tokens.slice(0, len(tokens))
            mask_code = 0 if self.output_mode == "int" else DROPPED
            transform = self._coder(
                keys=self._keys,
                vocabulary=vocabulary,
                first=self._token_start,
                oov=(self._oov_start, self.num_oov_indices),
                mask=(mask, mask_code),
                mode=self.output_mode,
                depth=depth,
                sparse=self.sparse,
                weights=idf,
                dtype=self._result_dtype,
                where=self.where,
            )
        self._tokens, self._idf, self._transform = tokens, idf, transform

    def _coder(self, **fields: Any) -> TokensToCodes:
        """Make the transform of a layer that does not invert; overridden by layers that do more."""
        return TokensToCodes(**fields)

    def _with_mask(self, tokens: BytesColumn) -> tuple[Vocabulary, int]:
        """Return the table of the tokens and the mask token, and the mask token's index or -1."""
        if self.mask_token is None:
            return Vocabulary(tokens, where=self.where, shown=self._keys.shown), -1
        mask = BytesColumn.from_list([self._keys.encode(self.mask_token)])
        both = cast("BytesColumn", concat([tokens, mask]))
        try:
            return Vocabulary(both, where=self.where, shown=self._keys.shown), len(tokens)
        except InvalidArgumentError:
            # Which of the two is it: a token twice, or the mask token among them?
            self._refuse_inside(
                Vocabulary(tokens, where=self.where, shown=self._keys.shown), mask, f"mask_token={self.mask_token!r}"
            )
            raise

    def _inverse(self, tokens: BytesColumn) -> CodesToTokens:
        vocabulary = Vocabulary(tokens, where=self.where, shown=self._keys.shown)
        masks = self._oov_start == 1
        special = [self.oov_token, self.mask_token] if masks else [self.oov_token]
        column = BytesColumn.from_list([self._keys.encode(t) for t in special])
        names = (f"oov_token={self.oov_token!r}", f"mask_token={self.mask_token!r}")
        for i in range(len(special)):
            self._refuse_inside(vocabulary, column.slice(i, i + 1), names[i])
        both = cast("BytesColumn", concat([tokens, column]))
        return CodesToTokens(keys=self._keys, tokens=both, first=self._token_start, masks=masks, where=self.where)

    def _refuse_inside(self, vocabulary: Vocabulary, token: BytesColumn, shown: str) -> None:
        codes, _ = vocabulary.codes(token, 0, (-1, 1))
        if codes[0] >= 0:
            raise InvalidArgumentError(
                f"{self.where}: special tokens must stand at the front of the vocabulary, all in the order of their "
                f"codes, or nowhere. Received: {shown} at index {codes[0]} of the tokens."
            )

    # --- adapting -----------------------------------------------------------------------------------------------------

    def _check_adaptable(self) -> None:
        if self._fixed:
            raise InvalidArgumentError(
                f"{self.where}: a layer with vocabulary= cannot be adapted. Make one without it."
            )

    def _update(self, value: Any, *, whole: bool) -> None:
        strings, documents = self._keys.tokens(value, self.where, whole=whole)
        self._counts.add(strings, documents)

    @property
    def count_error(self) -> int:
        """By how much the counts of the accumulated state may be too small; 0 unless `max_counted` was reached.

        At most the number of tokens seen divided by `max_counted // 2 + 1`: every token that was seen more often than
        that is in the state, and counts are never too large.
        """
        return self._counts.error

    def reset_state(self) -> None:
        self._counts = TokenCounts(self.max_counted)

    def merge_state(self, other: Self) -> None:
        self._check_mergeable(other)
        self._counts.merge(other._counts)

    def finalize_state(self) -> None:
        """Make the vocabulary of the tokens counted so far.

        Raises:
            InvalidArgumentError: No strings were seen.
        """
        if not len(self._counts):
            raise InvalidArgumentError(
                f"{self.where}: adapt needs at least one of the {self._keys.plural}. Received: empty data."
            )
        special = frozenset(self._keys.encode(t) for t in (self.mask_token, self.oov_token) if t is not None)
        limit = None if self.max_tokens is None else self.max_tokens - self._token_start
        tokens, counts = self._counts.ranked(special, limit)
        weights = None
        if self.output_mode == "tf_idf":
            # Sparck Jones, "A statistical interpretation of term specificity" (1972), smoothed as in Keras.
            idf = np.log(1 + self._counts.n_documents / (1 + counts[:, 1])).astype(np.float32)
            weights = self._padded_idf(idf, len(tokens), at_front=False)
        self._use(tokens, weights)

    def get_state(self) -> dict[str, Array]:
        return self._counts.to_arrays()

    def set_state(self, state: Mapping[str, Array]) -> None:
        self._counts = TokenCounts.from_arrays(state, where=self.where, limit=self.max_counted)

    # --- calling ------------------------------------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        """Return codes or rows for tokens in any form; with `invert`, tokens for integers."""
        self._require_adapted()
        return run_transform(cast("Transform", self._transform), inputs)

    def _infer(self, spec: Spec) -> Spec:
        if self._transform is not None:
            return self._transform.infer_spec(spec)
        if self.invert:
            empty = self._keys.restore([])
            return CodesToTokens(keys=self._keys, tokens=empty, first=0, masks=False, where=self.where).infer_spec(spec)
        self._keys.check_spec(spec, self.where)
        depth = 0 if self.output_mode == "int" else self._known_depth()
        return coded_spec(spec, self.output_mode, depth, sparse=self.sparse, dtype=self._result_dtype)

    def _known_depth(self) -> int:
        """Return the length of rows, which may be known before the vocabulary is there."""
        if self.pad_to_max_tokens:
            return cast("int", self.max_tokens)
        if self._tokens is not None:
            return self.vocabulary_size()
        if self._expected is None:
            self._require_adapted()
        return self._token_start + (self._expected or 0)

    @property
    def _result_dtype(self) -> str:
        return "float32" if self.output_mode == "tf_idf" else "int64"

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            **super().get_config(),
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "mask_token": self._keys.plain(self.mask_token),
            "oov_token": self._keys.plain(self.oov_token),
            "vocabulary": None,
            "idf_weights": None,
            "invert": self.invert,
            "output_mode": self.output_mode,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "sparse": self.sparse,
        }
        if self.max_counted is not None:
            config["max_counted"] = self.max_counted
        if self._tokens is not None and is_state_apart():
            config["adapted"] = {"size": len(self._tokens), "fixed": self._fixed}
        return config

    def learned_config(self) -> dict[str, Any] | None:
        if self._tokens is None:
            return None
        idf = None if self._idf is None else self._idf.tolist()
        return {"vocabulary": self._keys.decode(self._tokens, "utf-8"), "idf_weights": idf, "fixed": self._fixed}

    def restore_learned(self, config: Mapping[str, Any]) -> None:
        if "vocabulary" in config:
            idf = config.get("idf_weights")
            weights = None if idf is None else np.asarray(idf, dtype=np.float32)
            self._restore(self._keys.restore(config["vocabulary"]), weights)
        else:
            self._expected = int(config["size"])
        self._fixed = bool(config.get("fixed", False))

    def _restore(self, tokens: BytesColumn, idf: Array | None) -> None:
        depth = self._token_start + len(tokens)
        if self.pad_to_max_tokens:
            depth = cast("int", self.max_tokens)
        if (self.output_mode == "tf_idf") != (idf is not None) or (idf is not None and idf.shape != (depth,)):
            raise InvalidArgumentError(f"{self.where}: the saved idf_weights do not fit the saved vocabulary.")
        self._use(tokens, idf)

    def save_arrays(self) -> dict[str, Array]:
        if self._tokens is None:
            return {}
        tokens = self._tokens
        low, high = int(tokens.offsets[0]), int(tokens.offsets[-1])
        arrays: dict[str, Array] = {
            "vocabulary.data": tokens.data[low:high],
            "vocabulary.offsets": tokens.offsets - low,
        }
        return arrays if self._idf is None else {**arrays, "idf_weights": self._idf}

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        if arrays:
            tokens = tokens_from_arrays(arrays, "vocabulary", where=self.where)
            self._restore(tokens, arrays.get("idf_weights"))
