"""IntegerLookup: integers to integer codes by a vocabulary that is given or learned."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InvalidArgumentError, describe
from ..core.saving import register_serializable
from .buckets import as_salt
from .index_lookup import IndexLookup
from .keys import IntegerKeys

_METHODS = ("floormod", "farmhash")


@register_serializable("penstock")
class IntegerLookup(IndexLookup):
    """Maps integers to integer codes, or to one-hot, multi-hot, counted or tf-idf rows.

    Codes: 0 is the mask token if there is one; then come `num_oov_indices` codes for integers that are not in the
    vocabulary; then the tokens of the vocabulary in order. A learned vocabulary is ordered by falling number of
    occurrences, ties by falling value. Floating point inputs are cut to integers first, as in Keras.

    Args:
        max_tokens: Largest size of the vocabulary, special tokens included; None for no limit.
        num_oov_indices: Codes for unknown integers; 0 makes an unknown integer an error.
        mask_token: Integer with code 0 (`"int"`), or that counts for nothing (other modes); None for none.
        oov_token: What `invert` and `get_vocabulary` show for unknown integers.
        vocabulary: Tokens (list, array, column), or the path of a text file with one integer per line; None to adapt.
        vocabulary_dtype: `"int64"`, the only one.
        idf_weights: float32[tokens], inverse document frequencies; with a vocabulary and `"tf_idf"` only.
        invert: Map codes to tokens instead.
        output_mode: As for `StringLookup`.
        sparse: Return rows as `Sparse`.
        pad_to_max_tokens: Make rows `max_tokens` long, however small the vocabulary is.
        oov_method: How one of several OOV codes is chosen: `"floormod"`, the integer modulo their number;
            `"farmhash"`, the hash of the decimal number.
        salt: An int or two: hash by SipHash under this key; with `"farmhash"` only.
        max_counted: Most distinct tokens that adapting holds at a time, at least twice `max_tokens`; None for all.
            Memory is bounded then, and counts may be too small by up to `count_error`; see there.
        **options: `name`, `trainable`, `input_shape`; `dtype` is ignored, as in Keras.

    Raises:
        InvalidArgumentError: An option is out of range or does not go with another.

    Example:
        >>> layer = IntegerLookup(vocabulary=[12, 36, 1138, 42])
        >>> layer([[12, 1138, 42], [42, 1000, 36]])
        array([[1, 3, 4],
               [4, 0, 2]])
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        *,
        mask_token: int | None = None,
        oov_token: int | None = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: npt.ArrayLike | None = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        max_counted: int | None = None,
        **options: Any,
    ) -> None:
        where = type(self).__name__
        for name, token in (("mask_token", mask_token), ("oov_token", oov_token)):
            if token is not None and not isinstance(token, int | np.integer):
                raise InvalidArgumentError(f"{where}: {name} must be an int or None. Received: {describe(token)}.")
        if vocabulary_dtype != "int64":
            raise InvalidArgumentError(
                f"{where}: vocabulary_dtype must be 'int64'. Received: vocabulary_dtype={vocabulary_dtype!r}."
            )
        if oov_method not in _METHODS:
            raise InvalidArgumentError(
                f"{where}: oov_method must be one of {', '.join(_METHODS)}. Received: oov_method={oov_method!r}."
            )
        if salt is not None and oov_method != "farmhash":
            raise InvalidArgumentError(f"{where}: salt needs oov_method='farmhash'. Received: {oov_method!r}.")
        self.vocabulary_dtype, self.oov_method = vocabulary_dtype, oov_method
        self.salt = as_salt(salt, where)
        super().__init__(
            IntegerKeys(farmhash=oov_method == "farmhash", salt=self.salt),
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
            max_counted=max_counted,
            **options,
        )

    def get_config(self) -> dict[str, Any]:
        salt = None if self.salt is None else list(self.salt)
        own = {"vocabulary_dtype": self.vocabulary_dtype, "oov_method": self.oov_method, "salt": salt}
        return {**super().get_config(), **own}
