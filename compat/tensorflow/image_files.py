"""`tf.io`: images."""

from __future__ import annotations

from typing import Any

from ... import records
from ...core.errors import UnimplementedError
from .renamed import operand, renamed

encode_png = renamed("encode_png", records.encode_png, "image", compression=-1)
decode_gif = renamed("decode_gif", records.decode_gif, "contents")
decode_bmp = renamed("decode_bmp", records.decode_bmp, "contents", channels=0)
decode_png = renamed("decode_png", records.decode_png, "contents", channels=0, dtype="uint8")
decode_webp = renamed("decode_webp", records.decode_webp, "contents", channels=0, dtype="uint8")
is_jpeg = renamed("is_jpeg", records.is_jpeg, "contents")
extract_jpeg_shape = renamed("extract_jpeg_shape", records.extract_jpeg_shape, "contents", output_type="int32")


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = "uint8",
    name: str | None = None,
    expand_animations: bool = True,
) -> Any:
    """Return the pixels of a JPEG, PNG, GIF or BMP file; see `penstock.records.decode_image`."""
    return records.decode_image(operand(contents), channels or 0, dtype, expand_animations=expand_animations)


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """Return the pixels of a JPEG file; see `penstock.records.decode_jpeg`."""
    _check_reading("decode_jpeg", fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method)
    return records.decode_jpeg(operand(contents), channels, ratio=ratio)


def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """Return a part of the pixels of a JPEG file; see `penstock.records.decode_and_crop_jpeg`."""
    where = "decode_and_crop_jpeg"
    _check_reading(where, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method)
    if ratio != 1:
        raise UnimplementedError(f"{where}: files are read at their size. Received: ratio={ratio}.")
    return records.decode_and_crop_jpeg(operand(contents), operand(crop_window), channels)


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: Any = "",
    name: str | None = None,
) -> Any:
    """Return an image as a JPEG file; see `penstock.records.encode_jpeg`."""
    if (density_unit, x_density, y_density, xmp_metadata) != ("in", 300, 300, ""):
        raise UnimplementedError(
            f"encode_jpeg: files say 300 dots per inch and hold no metadata. Received: density_unit={density_unit!r}, "
            f"x_density={x_density}, y_density={y_density}, xmp_metadata={xmp_metadata!r}."
        )
    return records.encode_jpeg(
        operand(image),
        quality=quality,
        progressive=progressive,
        optimize_size=optimize_size,
        chroma_downsampling=chroma_downsampling,
    )


def _check_reading(where: str, fancy: bool, recover: bool, fraction: float, dct_method: str) -> None:
    if (fancy, recover, fraction) != (True, False, 1) or dct_method not in ("", "INTEGER_ACCURATE"):
        raise UnimplementedError(
            f"{where}: whole files are read with fancy upscaling and the accurate transform. "
            f"Received: fancy_upscaling={fancy}, try_recover_truncated={recover}, acceptable_fraction={fraction}, "
            f"dct_method={dct_method!r}."
        )
