"""StringLookup: strings to integer codes by a vocabulary that is given or learned."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ..core.errors import InvalidArgumentError, describe
from ..core.saving import register_serializable
from .buckets import as_salt
from .index_lookup import IndexLookup
from .keys import StringKeys


@register_serializable("penstock")
class StringLookup(IndexLookup):
    """Maps strings to integer codes, or to one-hot, multi-hot, counted or tf-idf rows.

    Codes: 0 is the mask token if there is one; then come `num_oov_indices` codes for strings that are not in the
    vocabulary; then the tokens of the vocabulary in order. A learned vocabulary is ordered by falling number of
    occurrences, ties by falling order of their bytes. With several OOV codes a string gets the one that its FarmHash64
    fingerprint says, as in TensorFlow.

    Args:
        max_tokens: Largest size of the vocabulary, special tokens included; None for no limit.
        num_oov_indices: Codes for unknown strings; 0 makes an unknown string an error.
        mask_token: String with code 0 (`"int"`), or that counts for nothing (other modes); None for none.
        oov_token: What `invert` and `get_vocabulary` show for unknown strings.
        vocabulary: Tokens (list, array, column), or the path of a text file with one token per line; None to adapt.
        idf_weights: float32[tokens], inverse document frequencies; with a vocabulary and `"tf_idf"` only.
        invert: Map codes to tokens instead.
        output_mode: `"int"` gives int64 of the inputs' shape. The other modes give rows as long as the vocabulary:
            `"one_hot"` per string; `"multi_hot"`, `"count"` and `"tf_idf"` per sample (a vector is one sample).
        pad_to_max_tokens: Make rows `max_tokens` long, however small the vocabulary is.
        sparse: Return rows as `Sparse`.
        encoding: How `get_vocabulary` decodes tokens.
        salt: An int or two: strings get one of several OOV codes by SipHash under this key.
        max_counted: Most distinct tokens that adapting holds at a time, at least twice `max_tokens`; None for all.
            Memory is bounded then, and counts may be too small by up to `count_error`; see there.
        **options: `name`, `trainable`, `input_shape`; `dtype` is ignored, as in Keras.

    Raises:
        InvalidArgumentError: An option is out of range or does not go with another.

    Example:
        >>> layer = StringLookup(num_oov_indices=5)
        >>> layer.adapt(["Auckland", "Paris", "Paris", "San Francisco"])
        >>> layer(["Paris", "Auckland", "Foo", "Bar", "Baz"])
        array([5, 7, 4, 3, 4])
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        *,
        mask_token: str | bytes | None = None,
        oov_token: str | bytes | None = "[UNK]",
        vocabulary: Any = None,
        idf_weights: npt.ArrayLike | None = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        salt: Any = None,
        max_counted: int | None = None,
        **options: Any,
    ) -> None:
        for name, token in (("mask_token", mask_token), ("oov_token", oov_token)):
            if token is not None and not isinstance(token, str | bytes):
                raise InvalidArgumentError(
                    f"{type(self).__name__}: {name} must be a string or None. Received: {describe(token)}."
                )
        self.salt = as_salt(salt, type(self).__name__)
        super().__init__(
            StringKeys(self.salt),
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            encoding=encoding,
            max_counted=max_counted,
            **options,
        )

    def get_config(self) -> dict[str, Any]:
        salt = None if self.salt is None else list(self.salt)
        return {**super().get_config(), "encoding": self.encoding, "salt": salt}
