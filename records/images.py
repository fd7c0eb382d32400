"""Images as bytes and as arrays: JPEG, PNG, GIF and BMP, through Pillow (the extra `images`)."""

from __future__ import annotations

import io
import struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType, as_dtype
from ..core.errors import (
    DTypeError,
    InvalidArgumentError,
    MissingDependencyError,
    ParseError,
    ShapeError,
    UnimplementedError,
    describe,
)
from ..core.ops.registry import Attrs, call, register
from ..core.specs import Spec, TensorSpec

Pixels = npt.NDArray[Any]

_MAGIC: Final = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF8", "GIF"), (b"BM", "BMP"))
_CHANNELS: Final = {"JPEG": (0, 1, 3), "PNG": (0, 1, 3, 4), "GIF": (0, 3), "BMP": (0, 3, 4)}
_PNG_DEPTH_AT: Final = 24  # the bit depth, in the header chunk
# What Pillow raises for damaged files.
PILLOWS_ERRORS: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)
# Shares of red, green and blue in grey, of 2**15, as libpng rounds them.
_GREY: Final = (9797, 19234, 3737)


def decode_image(contents: Any, channels: int = 0, dtype: Any = "uint8", *, expand_animations: bool = True) -> Any:
    """Return the pixels of a JPEG, PNG, GIF or BMP file.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        channels: 1 for grey, 3 for colours, 4 for colours and opacity; 0 for what the file holds.
        dtype: uint8, uint16 (the whole range), or float32 (0 to 1).
        expand_animations: Whether a GIF gives all its frames; else its first.

    Returns:
        `[height, width, channels]`; for a GIF with `expand_animations` `[frames, height, width, 3]`.

    Raises:
        ParseError: The bytes are no image of these formats, or a damaged one.
        InvalidArgumentError: The format cannot give so many channels.
        MissingDependencyError: Pillow is not installed.
    """
    kind = as_dtype(dtype)
    if kind.name not in ("uint8", "uint16", "float32"):
        raise DTypeError(f"decode_image: dtype must be uint8, uint16 or float32. Received: dtype={kind.name}.")
    formats = ("JPEG", "PNG", "GIF", "BMP")
    return _call("decode_image", contents, channels, kind, formats, "all" if expand_animations else "first")


def decode_jpeg(contents: Any, channels: int = 0, *, ratio: int = 1) -> Any:
    """Return the pixels of a JPEG file, uint8 `[height, width, channels]`; see `decode_image`.

    Pixels are those of libjpeg's accurate integer transform, TensorFlow's `dct_method="INTEGER_ACCURATE"`. PNG files
    and GIFs of one frame are read too.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        channels: 1 for grey, 3 for colours, 0 for what the file holds.
        ratio: 1, 2, 4 or 8: by how much a JPEG is read smaller, which is faster; sizes are rounded up.

    Raises:
        InvalidArgumentError: `channels` or `ratio` is another number.
        ParseError: The bytes are no such file, or a damaged one.
        MissingDependencyError: Pillow is not installed.
    """
    if ratio not in (1, 2, 4, 8):
        raise InvalidArgumentError(f"decode_jpeg: ratio must be 1, 2, 4 or 8. Received: ratio={ratio}.")
    return _call("decode_jpeg", contents, channels, as_dtype("uint8"), ("JPEG", "PNG", "GIF"), "only", ratio)


def decode_and_crop_jpeg(contents: Any, crop_window: Any, channels: int = 0) -> Any:
    """Return a part of the pixels of a JPEG file, uint8 `[height, width, channels]`.

    They are those of the whole image; TensorFlow decodes the part alone, so that its colours differ along the edges.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        crop_window: Four integers: first row, first column, rows and columns of the part.
        channels: 1 for grey, 3 for colours, 0 for what the file holds.

    Raises:
        InvalidArgumentError: The part is not inside of the image, or empty.
        ParseError: The bytes are no JPEG, or a damaged one.
    """
    window = [int(v) for v in np.asarray(crop_window).reshape(-1)]
    if len(window) != 4:
        raise InvalidArgumentError(
            f"decode_and_crop_jpeg: crop_window must have four integers. Received: {len(window)}."
        )
    if channels not in _CHANNELS["JPEG"]:
        raise InvalidArgumentError(f"decode_and_crop_jpeg: channels must be 0, 1 or 3. Received: channels={channels}.")
    return call(_decode_and_crop, contents, window=tuple(window), channels=channels)


def extract_jpeg_shape(contents: Any, output_type: Any = "int32") -> Any:
    """Return height, width and channels of a JPEG file, `int32[3]`, by its header.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        output_type: int32 or int64.

    Raises:
        ParseError: The bytes are no JPEG.
    """
    kind = as_dtype(output_type)
    if kind.name not in ("int32", "int64"):
        raise DTypeError(f"extract_jpeg_shape: output_type must be int32 or int64. Received: {kind.name}.")
    return call(_shape_of_jpeg, contents, dtype=kind)


def is_jpeg(contents: Any) -> Any:
    """Whether strings begin as JPEG files do, bool of their shape; traced in `Dataset.map`."""
    return call(_is_jpeg, contents)


def decode_png(contents: Any, channels: int = 0, dtype: Any = "uint8") -> Any:
    """Return the pixels of a PNG file, uint8 or uint16 `[height, width, channels]`; see `decode_image`.

    Pillow reads colours with 8 bits: 16 bits are for grey images. JPEG files and GIFs of one frame are read too.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        channels: 1 for grey, 3 for colours, 4 for colours and opacity, 0 for what the file holds.
        dtype: uint8 or uint16.

    Raises:
        InvalidArgumentError: `channels` is another number.
        DTypeError: `dtype` is another one.
        ParseError: The bytes are no such file, or a damaged one.
        MissingDependencyError: Pillow is not installed.
    """
    kind = as_dtype(dtype)
    if kind.name not in ("uint8", "uint16"):
        raise DTypeError(f"decode_png: dtype must be uint8 or uint16. Received: dtype={kind.name}.")
    return _call("decode_png", contents, channels, kind, ("JPEG", "PNG", "GIF"), "only")


def decode_gif(contents: Any) -> Any:
    """Return all frames of a GIF file, uint8 `[frames, height, width, 3]`; see `decode_image`.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.

    Raises:
        ParseError: The bytes are no GIF file, or a damaged one.
        MissingDependencyError: Pillow is not installed.
    """
    return _call("decode_gif", contents, 3, as_dtype("uint8"), ("GIF",), "all")


def decode_bmp(contents: Any, channels: int = 0) -> Any:
    """Return the pixels of a BMP file, uint8 `[height, width, channels]`; see `decode_image`.

    Args:
        contents: The bytes of the file; traced in `Dataset.map`.
        channels: 3 for colours, 4 for colours and opacity, 0 for what the file holds.

    Raises:
        InvalidArgumentError: `channels` is another number.
        ParseError: The bytes are no BMP file, or a damaged one.
        MissingDependencyError: Pillow is not installed.
    """
    return _call("decode_bmp", contents, channels, as_dtype("uint8"), ("BMP",), "only")


def encode_jpeg(
    image: Any,
    *,
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
) -> Any:
    """Return an image as a JPEG file.

    Args:
        image: uint8 `[height, width, channels]`, 1 or 3 channels; traced in `Dataset.map`.
        quality: 0 to 100.
        progressive: Whether the file can be shown while it loads.
        optimize_size: Whether to look for a shorter code.
        chroma_downsampling: Whether colours have half the resolution.

    Raises:
        InvalidArgumentError: The image or an argument breaks its rule.
        MissingDependencyError: Pillow is not installed.
    """
    if not 0 <= quality <= 100:
        raise InvalidArgumentError(f"encode_jpeg: quality must be in [0, 100]. Received: quality={quality}.")
    options = {"progressive": progressive, "optimize_size": optimize_size, "chroma_downsampling": chroma_downsampling}
    return call(_encode_jpeg, image, quality=int(quality), **options)


def encode_png(image: Any, *, compression: int = -1) -> Any:
    """Return an image as a PNG file.

    Args:
        image: uint8 `[height, width, channels]`, 1 to 4 channels, or uint16 with 1 channel; traced in `Dataset.map`.
        compression: 0 (none) to 9; -1 for zlib's choice.

    Raises:
        InvalidArgumentError: The image or an argument breaks its rule.
        MissingDependencyError: Pillow is not installed.
    """
    if not -1 <= compression <= 9:
        raise InvalidArgumentError(f"encode_png: compression must be in [-1, 9]. Received: compression={compression}.")
    return call(_encode_png, image, compression=int(compression))


def _call(
    where: str, contents: Any, channels: int, dtype: DType, formats: tuple[str, ...], frames: str, ratio: int = 1
) -> Any:
    if channels not in (0, 1, 3, 4):
        raise InvalidArgumentError(f"{where}: channels must be 0, 1, 3 or 4. Received: channels={channels}.")
    return call(
        _decode, contents, where=where, channels=channels, dtype=dtype, formats=formats, frames=frames, ratio=ratio
    )


def pillow(where: str) -> Any:
    """Return Pillow's `Image` module."""
    try:
        from PIL import Image
    except ImportError as err:
        raise MissingDependencyError(where, package="pillow", extra="images") from err
    return Image


def _forward(
    contents: Any, *, where: str, channels: int, dtype: DType, formats: tuple[str, ...], frames: str, ratio: int
) -> Pixels:
    Image = pillow(where)
    data = bytes_of(where, contents)
    kind = next((name for magic, name in _MAGIC if data.startswith(magic)), None)
    if kind not in formats:
        received = describe(data) if kind is None else f"a {kind} file"
        raise ParseError(f"{where}: contents must be a file of {' or '.join(formats)}. Received: {received}.")
    if channels not in _CHANNELS[kind]:
        allowed = ", ".join(map(str, _CHANNELS[kind]))
        raise InvalidArgumentError(f"{where}: channels must be one of {allowed} for {kind}. Received: {channels}.")
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            if ratio > 1 and kind == "JPEG":
                _shrink(image, ratio, "L" if channels == 1 else image.mode)
            return _read(where, image, data, channels, dtype, frames)
    except (*PILLOWS_ERRORS, Image.DecompressionBombError) as err:
        if isinstance(err, ParseError | InvalidArgumentError):
            raise
        raise ParseError(f"{where}: a damaged {kind} file. Received: {describe(data)}. {err}") from err


def bytes_of(where: str, contents: Any) -> bytes:
    """Return the one string of an argument."""
    if not isinstance(contents, bytes | bytearray | memoryview):
        held = np.asarray(contents, object)
        if held.ndim or not isinstance(held[()], bytes):
            raise ShapeError(f"{where}: contents must be one string. Received: {describe(contents)}.")
        contents = held[()]
    return bytes(contents)


def _shrink(image: Any, ratio: int, mode: str) -> None:
    """Have a JPEG read smaller."""
    width, height = image.size
    image.draft(mode, (max(width // ratio, 1), max(height // ratio, 1)))
    if image.size != (-(-width // ratio), -(-height // ratio)):
        raise UnimplementedError(
            f"decode_jpeg: an image must be as large as the ratio. Received: ratio={ratio}, {width} x {height} pixels."
        )


def _crop(contents: Any, *, window: tuple[int, int, int, int], channels: int) -> Pixels:
    kind = as_dtype("uint8")
    pixels = _forward(
        contents, where="decode_and_crop_jpeg", channels=channels, dtype=kind, formats=("JPEG",), frames="only", ratio=1
    )
    top, left, rows, columns = window
    height, width = pixels.shape[:2]
    if min(top, left) < 0 or min(rows, columns) < 1 or top + rows > height or left + columns > width:
        raise InvalidArgumentError(
            f"decode_and_crop_jpeg: crop_window must lie in the image of {height} rows and {width} columns. "
            f"Received: crop_window={list(window)}."
        )
    return pixels[top : top + rows, left : left + columns]


def _jpeg_shape(contents: Any, *, dtype: DType) -> Pixels:
    Image, data = pillow("extract_jpeg_shape"), bytes_of("extract_jpeg_shape", contents)
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            width, height = image.size
            return np.array([height, width, len(image.getbands())], dtype.numpy)
    except (*PILLOWS_ERRORS, Image.DecompressionBombError) as err:
        raise ParseError(f"extract_jpeg_shape: contents must be a JPEG file. Received: {describe(data)}.") from err


def _begins_as_jpeg(contents: Any) -> Any:
    held = np.asarray(contents, object)
    return np.array([bytes(item).startswith(_MAGIC[0][0]) for item in held.flat], bool).reshape(held.shape)[()]


def _read(where: str, image: Any, data: bytes, channels: int, dtype: DType, frames: str) -> Pixels:
    if image.format == "GIF":
        count = image.n_frames
        if frames == "only" and count > 1:
            raise InvalidArgumentError(
                f"{where}: an animation cannot be read as one image. Received: {count} frames. "
                "Use decode_gif() or decode_image()."
            )
        shown = []
        for frame in range(count if frames == "all" else 1):
            image.seek(frame)
            shown.append(np.asarray(image.convert("RGB")))
        pixels = np.stack(shown) if frames == "all" else shown[0]
    elif image.format == "JPEG":
        if channels == 1 and image.mode != "L":
            image.draft("L", image.size)
        mode = "L" if channels == 1 or (channels == 0 and image.mode == "L") else "RGB"
        pixels = np.asarray(image.convert(mode))
    elif image.format == "PNG":
        wide = data[_PNG_DEPTH_AT] == 16
        if wide and not image.mode.startswith("I") and (dtype.name != "uint8" or channels == 1):
            raise UnimplementedError(
                f"{where}: colours of 16 bits can be read as uint8 with 3 or 4 channels only. "
                f"Received: dtype={dtype.name}, channels={channels}."
            )
        pixels = _png_pixels(image, channels)
    else:
        whole = _bmp_with_opacity(data)
        pixels = np.atleast_3d(np.asarray(_without_palette(image))) if whole is None else whole
        pixels = _with_channels(pixels, channels)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    return _as_type(pixels, dtype, scaled_wide=image.format == "PNG")


def _bmp_with_opacity(data: bytes) -> Pixels | None:
    """Return the pixels of an uncompressed BMP of 32 bits, or None; Pillow leaves out their fourth byte."""
    offset, width, height = struct.unpack_from("<I4xii", data, 10)
    bits, compression = struct.unpack_from("<HI", data, 28)
    if (bits, compression) != (32, 0) or width <= 0 or 4 * width * abs(height) > len(data) - offset:
        return None
    rows = np.frombuffer(data, np.uint8, 4 * width * abs(height), offset).reshape(abs(height), width, 4)
    return (rows[::-1] if height > 0 else rows)[..., [2, 1, 0, 3]]


def _without_palette(image: Any) -> Any:
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image.convert("L") if image.mode == "1" else image


def _png_pixels(image: Any, channels: int) -> Pixels:
    image = _without_palette(image)
    if "transparency" in image.info and image.mode in ("L", "RGB"):
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    pixels = np.asarray(image)
    if image.mode.startswith("I"):
        pixels = pixels.astype(np.uint16)
    return _with_channels(pixels if pixels.ndim == 3 else pixels[..., None], channels)


def _with_channels(pixels: Pixels, channels: int) -> Pixels:
    """Return grey (and opacity) or colours (and opacity) with another number of channels."""
    have = pixels.shape[-1]
    if channels in (0, have):
        return pixels
    colours, opacity = (pixels[..., :1], pixels[..., 1:]) if have < 3 else (pixels[..., :3], pixels[..., 3:])
    if channels == 1:
        if have >= 3:
            red, green, blue = (colours[..., i].astype(np.int64) * share for i, share in enumerate(_GREY))
            colours = (((red + green + blue) >> 15)[..., None]).astype(pixels.dtype)
        return colours
    if have < 3:
        colours = np.repeat(colours, 3, axis=-1)
    if channels == 3:
        return colours
    if not opacity.shape[-1]:
        opacity = np.full((*pixels.shape[:-1], 1), np.iinfo(pixels.dtype).max, pixels.dtype)
    return np.concatenate([colours, opacity], axis=-1)


def _as_type(pixels: Pixels, dtype: DType, *, scaled_wide: bool) -> Pixels:
    """Return pixels in a dtype, scaled to its range."""
    if dtype.name == "uint8":
        return np.ascontiguousarray(pixels if pixels.dtype == np.uint8 else pixels >> 8).astype(np.uint8)
    if dtype.name == "uint16":
        if pixels.dtype == np.uint16:
            return pixels
        # A PNG is widened so that white stays white; the other formats get a low byte of zeros, as in TensorFlow.
        return pixels.astype(np.uint16) * np.uint16(257 if scaled_wide else 256)
    return pixels.astype(np.float32) * np.float32(1 / np.iinfo(pixels.dtype).max)


def _checked_image(where: str, image: Any, dtypes: tuple[str, ...], channels: tuple[int, ...]) -> Pixels:
    array = np.asarray(image)
    if array.dtype.name not in dtypes:
        raise DTypeError(f"{where}: image must be {' or '.join(dtypes)}. Received: {describe(array)}.")
    if array.ndim != 3 or array.shape[-1] not in channels:
        allowed = ", ".join(map(str, channels))
        raise ShapeError(
            f"{where}: image must be [height, width, channels], channels one of {allowed}. Received: {describe(array)}."
        )
    return np.ascontiguousarray(array[..., 0] if array.shape[-1] == 1 else array)


def _write_jpeg(
    image: Any, *, quality: int, progressive: bool, optimize_size: bool, chroma_downsampling: bool
) -> bytes:
    Image = pillow("encode_jpeg")
    pixels = _checked_image("encode_jpeg", image, ("uint8",), (1, 3))
    out = io.BytesIO()
    Image.fromarray(pixels).save(
        out,
        "JPEG",
        quality=quality,
        progressive=progressive,
        optimize=optimize_size,
        subsampling="4:2:0" if chroma_downsampling and pixels.ndim == 3 else "4:4:4",
        dpi=(300, 300),
    )
    return out.getvalue()


def _write_png(image: Any, *, compression: int) -> bytes:
    Image = pillow("encode_png")
    pixels = _checked_image("encode_png", image, ("uint8", "uint16"), (1, 2, 3, 4))
    if pixels.dtype == np.uint16 and pixels.ndim == 3:
        raise UnimplementedError(
            f"encode_png: uint16 images must have one channel. Received: {describe(pixels)}. Convert to uint8."
        )
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=compression)
    return out.getvalue()


def _infer(args: tuple[Any, ...], attrs: Attrs) -> Spec:
    if isinstance(args[0], TensorSpec) and args[0].shape not in (None, ()):
        raise ShapeError(f"{attrs['where']}: contents must be one string. Received: shape={args[0].shape}.")
    if "GIF" in attrs["formats"] and attrs["frames"] == "all" and len(attrs["formats"]) > 1:
        return TensorSpec(None, attrs["dtype"])
    frames = [None] if attrs["frames"] == "all" else []
    return TensorSpec((*frames, None, None, attrs["channels"] or None), attrs["dtype"])


def _infer_file(_args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    return TensorSpec((), "string")


def _infer_crop(_args: tuple[Any, ...], attrs: Attrs) -> Spec:
    return TensorSpec((*attrs["window"][2:], attrs["channels"] or None), "uint8")


def _infer_jpeg_shape(_args: tuple[Any, ...], attrs: Attrs) -> Spec:
    return TensorSpec((3,), attrs["dtype"])


def _infer_is_jpeg(args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    return TensorSpec(args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0]), "bool")


_decode_and_crop = register("decode_and_crop_jpeg", _crop, infer=_infer_crop, columns=True)
_shape_of_jpeg = register("extract_jpeg_shape", _jpeg_shape, infer=_infer_jpeg_shape, columns=True)
_is_jpeg = register("is_jpeg", _begins_as_jpeg, infer=_infer_is_jpeg, columns=True)
_decode = register("decode_image", _forward, infer=_infer, columns=True)
_encode_jpeg = register("encode_jpeg", _write_jpeg, infer=_infer_file, columns=True)
_encode_png = register("encode_png", _write_png, infer=_infer_file, columns=True)
