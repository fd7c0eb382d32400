"""WebP files as arrays, through Pillow (the extra `images`)."""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np

from ..core.dtypes import as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, ParseError, UnimplementedError, describe
from ..core.ops.registry import Attrs, call, register
from ..core.specs import Spec, TensorSpec
from .images import PILLOWS_ERRORS, Pixels, bytes_of, pillow

_WEBP: Final = (b"RIFF", b"WEBP")  # at bytes 0 and 8


def decode_webp(contents: Any, channels: int = 0, dtype: Any = "uint8") -> Any:
    """Return the pixels of a WebP file, uint8 `[1, height, width, channels]`, as TensorFlow does: a batch of one.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        channels: 3 for a file without opacity, 4 for one with it; 0 for what the file holds.
        dtype: uint8.

    Raises:
        ParseError: The bytes are no WebP file, or a damaged one.
        InvalidArgumentError: The file has not so many channels.
        UnimplementedError: It is an animation.
        MissingDependencyError: Pillow is not installed.
    """
    kind = as_dtype(dtype)
    if kind.name != "uint8":
        raise DTypeError(f"decode_webp: dtype must be uint8. Received: dtype={kind.name}.")
    if channels not in (0, 3, 4):
        raise InvalidArgumentError(f"decode_webp: channels must be 0, 3 or 4. Received: channels={channels}.")
    return call(_decode_webp, contents, channels=int(channels))


def _webp_pixels(contents: Any, *, channels: int) -> Pixels:
    where = "decode_webp"
    Image, data = pillow(where), bytes_of(where, contents)
    if (data[:4], data[8:12]) != _WEBP:
        raise ParseError(f"{where}: contents must be a WebP file. Received: {describe(data)}.")
    try:
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
            if image.n_frames > 1:
                raise UnimplementedError(f"{where}: an animation cannot be read. Received: {image.n_frames} frames.")
            pixels = np.array(image)
    except (*PILLOWS_ERRORS, Image.DecompressionBombError) as err:
        raise ParseError(f"{where}: a damaged WebP file. Received: {describe(data)}. {err}") from err
    if channels not in (0, pixels.shape[-1]):
        raise InvalidArgumentError(
            f"{where}: channels must be those of the file, {pixels.shape[-1]}, or 0. Received: channels={channels}."
        )
    return pixels[None]


def _infer_webp(_args: tuple[Any, ...], attrs: Attrs) -> Spec:
    return TensorSpec((1, None, None, attrs["channels"] or None), "uint8")


_decode_webp = register("decode_webp", _webp_pixels, infer=_infer_webp, columns=True)
