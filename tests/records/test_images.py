import base64
import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, records
from penstock.errors import DTypeError, InvalidArgumentError, ParseError, ShapeError, UnimplementedError
from penstock.records import decode_image, decode_jpeg, decode_png, encode_jpeg, encode_png

pytestmark = pytest.mark.unit

COLOURS = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)


# Of PNGs with less than 8 bits TensorFlow gives an opacity of 1 or 15 where all is opaque; here it is 255.
SMALL = ("palette png", "one bit png")


@pytest.mark.golden
def test_pixels_of_tensorflow(golden):
    data = golden("images")
    files = {name: base64.b64decode(content) for name, content in data["files"].items()}
    for case in data["decoded"]:
        call = lambda case=case: getattr(records, case["function"])(files[case["file"]], **case["options"])
        if "error" in case:
            with pytest.raises(InvalidArgumentError):
                call()
            continue
        result = case["result"]
        got = call()
        what = f"{case['function']}({case['file']}, {case['options']})"
        assert got.dtype.name == result["dtype"] and list(got.shape) == result["shape"], what
        expected = np.frombuffer(base64.b64decode(result["pixels"]), got.dtype).reshape(got.shape)
        if case["file"] in SMALL and case["options"]["channels"] == 4:
            got, expected = got[..., :3], expected[..., :3]
        if got.dtype.kind == "f":
            np.testing.assert_allclose(got, expected, rtol=3e-7, err_msg=what)
        else:
            np.testing.assert_array_equal(got, expected, err_msg=what)


@pytest.mark.golden
def test_jpeg_bytes_of_tensorflow(golden):
    for case in golden("images")["encoded"]:
        pixels = np.frombuffer(base64.b64decode(case["pixels"]), np.uint8).reshape(case["shape"])
        assert encode_jpeg(pixels, **case["options"]) == base64.b64decode(case["file"]), case["options"]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_gives_the_pixels_back(channels):
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, channels), dtype=np.uint8)
    for compression in (-1, 0, 9):
        np.testing.assert_array_equal(decode_png(encode_png(pixels, compression=compression)), pixels)


def test_grey_png_of_16_bits():
    pixels = np.arange(0, 65536, 1000, dtype=np.uint16).reshape(6, 11, 1)
    np.testing.assert_array_equal(decode_png(encode_png(pixels), dtype="uint16"), pixels)


def test_in_a_pipeline():
    images = [COLOURS, COLOURS[::-1].copy()]
    files = Dataset.from_tensor_slices(np.stack(images)).map(encode_png)
    for got, image in zip(
        files.map(lambda f: decode_image(f, channels=3, expand_animations=False)), images, strict=True
    ):
        np.testing.assert_array_equal(got, image)
    other = Dataset.from_tensor_slices([encode_png(COLOURS), encode_png(COLOURS[:2])]).map(decode_png)
    assert [g.shape for g in other] == [(6, 8, 3), (2, 8, 3)]


@pytest.mark.fault
@given(st.sampled_from(["png", "jpeg", "gif", "bmp", "animation"]), st.data())
def test_damage_gives_pixels_or_a_typed_error(name, data):
    import json
    from pathlib import Path

    golden = json.loads((Path(__file__).parents[1] / "golden" / "images.json").read_text())
    damaged = bytearray(base64.b64decode(golden["files"][name]))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, min(len(damaged), 60) - 1))] = data.draw(st.integers(0, 60))
    try:
        decode_image(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    except (InvalidArgumentError, UnimplementedError):
        pass


def test_messages():
    with pytest.raises(ParseError, match="contents must be a file of JPEG or PNG or GIF or BMP. Received: b'junk'"):
        decode_image(b"junk")
    with pytest.raises(InvalidArgumentError, match="channels must be 0, 1, 3 or 4. Received: channels=2"):
        decode_png(b"", 2)
    with pytest.raises(
        InvalidArgumentError, match=r"decode_jpeg: channels must be one of 0, 1, 3 for JPEG. Received: 4"
    ):
        decode_jpeg(encode_jpeg(COLOURS), 4)
    with pytest.raises(ParseError, match="decode_bmp: contents must be a file of BMP. Received: a PNG file"):
        records.decode_bmp(encode_png(COLOURS))
    with pytest.raises(DTypeError, match="dtype must be uint8, uint16 or float32"):
        decode_image(b"", dtype="int32")
    with pytest.raises(DTypeError, match="image must be uint8. Received: float32"):
        encode_jpeg(np.zeros((2, 2, 3), np.float32))
    with pytest.raises(ShapeError, match=r"channels one of 1, 3. Received: uint8\[2, 2\]"):
        encode_jpeg(np.zeros((2, 2), np.uint8))
    with pytest.raises(InvalidArgumentError, match=r"quality must be in \[0, 100\]"):
        encode_jpeg(COLOURS, quality=101)
    with pytest.raises(InvalidArgumentError, match=r"compression must be in \[-1, 9\]"):
        encode_png(COLOURS, compression=10)
    with pytest.raises(UnimplementedError, match="uint16 images must have one channel"):
        encode_png(COLOURS.astype(np.uint16))
    with pytest.raises(ShapeError, match="contents must be one string"):
        decode_png([encode_png(COLOURS)])


def test_without_pillow():
    code = (
        "import sys; sys.modules['PIL'] = None\n"
        "from penstock import errors, records\n"
        "try: records.decode_png(b'')\n"
        "except errors.MissingDependencyError as err: print(err)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == 'decode_png needs pillow. Install it with: pip install "penstock[images]"'


def test_a_gif_that_ends_in_a_frames_header_is_damaged(golden):
    animation = base64.b64decode(golden("images")["files"]["animation"])
    header = animation.rindex(b",\x00\x00\x00\x00")
    with pytest.raises(ParseError, match="a damaged GIF file"):
        decode_image(animation[: header + 1])


def test_parts_and_headers_of_jpegs():
    files = [encode_jpeg(COLOURS), encode_jpeg(COLOURS[..., :1])]
    whole = decode_jpeg(files[0])
    np.testing.assert_array_equal(records.decode_and_crop_jpeg(files[0], [1, 2, 3, 4]), whole[1:4, 2:6])
    assert [records.extract_jpeg_shape(file).tolist() for file in files] == [[6, 8, 3], [6, 8, 1]]
    assert records.is_jpeg([files[0], encode_png(COLOURS), b""]).tolist() == [True, False, False]
    assert records.is_jpeg(files[0]) is np.True_
    rows = Dataset.from_tensor_slices(files)
    shapes = rows.map(lambda f: (records.extract_jpeg_shape(f, "int64"), records.is_jpeg(f)), vectorize=True)
    assert [(shape.tolist(), bool(found)) for shape, found in shapes] == [([6, 8, 3], True), ([6, 8, 1], True)]
    crops = rows.map(lambda f: records.decode_and_crop_jpeg(f, [1, 2, 3, 4], 1), vectorize=True)
    assert [crop.shape for crop in crops] == [(3, 4, 1)] * 2
    for window in ([0, 0, 7, 8], [-1, 0, 2, 2], [0, 0, 0, 1], [0, 1, 6, 8]):
        with pytest.raises(InvalidArgumentError, match="crop_window must lie in the image of 6 rows and 8 columns"):
            records.decode_and_crop_jpeg(files[0], window)
    with pytest.raises(InvalidArgumentError, match="crop_window must have four integers. Received: 3"):
        records.decode_and_crop_jpeg(files[0], [1, 2, 3])
    with pytest.raises(InvalidArgumentError, match="channels must be 0, 1 or 3. Received: channels=4"):
        records.decode_and_crop_jpeg(files[0], [1, 2, 3, 4], 4)
    with pytest.raises(ParseError, match="extract_jpeg_shape: contents must be a JPEG file"):
        records.extract_jpeg_shape(encode_png(COLOURS))
    with pytest.raises(DTypeError, match="output_type must be int32 or int64"):
        records.extract_jpeg_shape(files[0], "uint8")


def test_smaller_jpegs():
    pixels = np.random.default_rng(1).integers(0, 256, (33, 47, 3), dtype=np.uint8)
    file = encode_jpeg(pixels)
    assert [decode_jpeg(file, ratio=r).shape for r in (1, 2, 4, 8)] == [(33, 47, 3), (17, 24, 3), (9, 12, 3), (5, 6, 3)]
    assert decode_jpeg(file, 1, ratio=4).shape == (9, 12, 1)
    with pytest.raises(InvalidArgumentError, match="ratio must be 1, 2, 4 or 8. Received: ratio=3"):
        decode_jpeg(file, ratio=3)
    with pytest.raises(UnimplementedError, match="an image must be as large as the ratio. Received: ratio=8, 3 x 3"):
        decode_jpeg(encode_jpeg(pixels[:3, :3]), ratio=8)


def webp(pixels, **options):
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", **options)
    return out.getvalue()


def test_webp_files_are_batches_of_one_image():
    opacity = np.random.default_rng(1).integers(0, 256, (6, 8, 4), dtype=np.uint8)
    for pixels in (COLOURS, opacity):
        data, channels = webp(pixels, lossless=True, exact=True), pixels.shape[-1]
        for asked in (0, channels):
            np.testing.assert_array_equal(records.decode_webp(data, asked), pixels[None])
        (found,) = Dataset.from_tensors(data).map(records.decode_webp)
        np.testing.assert_array_equal(found, pixels[None])
        with pytest.raises(InvalidArgumentError, match=f"channels must be those of the file, {channels}, or 0"):
            records.decode_webp(data, 7 - channels)


def test_what_decode_webp_refuses():
    from PIL import Image

    out, frames = io.BytesIO(), [Image.fromarray(np.roll(COLOURS, i, 0)) for i in range(3)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(UnimplementedError, match="decode_webp: an animation cannot be read. Received: 3 frames"):
        records.decode_webp(out.getvalue())
    with pytest.raises(ParseError, match="decode_webp: contents must be a WebP file"):
        records.decode_webp(encode_png(COLOURS))
    for data in (webp(COLOURS)[:20], webp(COLOURS)[:-30]):
        with pytest.raises(ParseError, match="decode_webp: a damaged WebP file"):
            records.decode_webp(data)
    with pytest.raises(InvalidArgumentError, match="channels must be 0, 3 or 4. Received: channels=1"):
        records.decode_webp(webp(COLOURS), 1)
    with pytest.raises(DTypeError, match="dtype must be uint8. Received: dtype=uint16"):
        records.decode_webp(webp(COLOURS), dtype="uint16")
    with pytest.raises(ShapeError, match="contents must be one string"):
        records.decode_webp([b"a", b"b"])
