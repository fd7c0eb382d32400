"""Tensors, raw numbers, CSV rows, record files and images: the bytes and values are TensorFlow's."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import records
from penstock.testing.strategies.records import csv_rows, payloads

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

NUMBERS = (
    "float32 float64 float16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128"
).split()

# What TensorFlow's decode_raw has no kernels for: the bytes are those of the signed numbers.
SIGNED = {"uint32": "int32", "uint64": "int64"}
PADDED = "float32 float64 int8 int16 int32 int64 uint8 uint16".split()  # what TensorFlow's decode_raw fills up


class Refused:
    """What `outcome` returns for a call that failed."""


def outcome(call: Any) -> Any:
    try:
        got = call()
    except (tf.errors.InvalidArgumentError, ValueError):
        return Refused
    return got.numpy() if hasattr(got, "numpy") else got


def same(ours: Any, theirs: Any) -> None:
    if ours is Refused or theirs is Refused:
        assert ours is theirs, (ours, theirs)
        return
    mine, other = np.asarray(ours), np.asarray(theirs)
    if mine.dtype.kind in "SO":
        assert (mine.shape, mine.tolist()) == (other.shape, other.tolist())
    else:
        assert (mine.dtype, mine.shape, mine.tobytes()) == (other.dtype, other.shape, other.tobytes())


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    size = int(np.prod(shape))
    dtype = draw(st.sampled_from([*NUMBERS, "string"]))
    if dtype == "string":
        array = np.empty(size, object)
        array[:] = [draw(st.binary(max_size=4)) for _ in range(size)]
        return array.reshape(shape)
    width = np.dtype(dtype).itemsize
    raw = np.frombuffer(draw(st.binary(min_size=size * width, max_size=size * width)), np.uint8)
    return (raw % 2 == 0 if dtype == "bool" else raw.view(dtype)).reshape(shape)


@given(arrays(), st.sampled_from([*NUMBERS, "string"]))
def test_tensors(array, other):
    tensor = tf.constant(array, tf.string if array.dtype == object else array.dtype, array.shape)
    written = records.serialize_tensor(array)
    assert written == tf.io.serialize_tensor(tensor).numpy()
    for dtype in ("string" if array.dtype == object else array.dtype.name, other):
        same(
            outcome(lambda kind=dtype: records.parse_tensor(written, kind)),
            outcome(lambda kind=dtype: tf.io.parse_tensor(written, tf.as_dtype(kind))),
        )


@given(arrays(), st.data())
def test_garbled_tensors(array, data):
    written = bytearray(records.serialize_tensor(array))
    at = data.draw(st.integers(0, max(len(written) - 1, 0)))
    if data.draw(st.booleans()):
        written[at : at + 1] = data.draw(st.binary(max_size=2))
    else:
        del written[at:]
    dtype = "string" if array.dtype == object else array.dtype.name
    ours = outcome(lambda: records.parse_tensor(bytes(written), dtype))
    if ours is not Refused:
        same(ours, outcome(lambda: tf.io.parse_tensor(bytes(written), tf.as_dtype(dtype))))


@given(
    st.lists(st.binary(max_size=12), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.booleans(),
    st.none() | st.integers(-1, 17),
)
def test_raw_numbers(strings, alike, dtype, little, fixed):
    if alike:
        strings = [strings[0]] * len(strings)
    value = np.array([*strings, b""], object)[:-1]
    kind = tf.as_dtype(SIGNED.get(dtype, dtype))
    if fixed is None or kind.name not in PADDED:
        fixed = None
        theirs = outcome(lambda: tf.io.decode_raw(value, kind, little_endian=little))
    else:
        theirs = outcome(lambda: tf.io.decode_raw(value, kind, little_endian=little, fixed_length=fixed))
    ours = outcome(lambda: records.decode_raw(value, dtype, little_endian=little, fixed_length=fixed))
    if dtype == "bool" and ours is not Refused:
        theirs = theirs.view(np.uint8) != 0  # TensorFlow keeps the bytes
    if dtype in SIGNED and theirs is not Refused:
        theirs = theirs.view(dtype)
    same(ours, theirs)


COLUMNS = {"float32": -1.5, "float64": 2.5, "int32": 7, "int64": 9, "string": "none"}


@given(
    csv_rows(3),
    st.lists(st.tuples(st.sampled_from(list(COLUMNS)), st.booleans()), min_size=1, max_size=3),
    st.sampled_from([",", ",", ";", " "]),
    st.booleans(),
    st.sampled_from(["", "NA"]),
    st.booleans(),
)
def test_csv_rows(row, columns, delimiter, quotes, missing, select):
    defaults = [tf.constant([COLUMNS[kind]] if has else [], tf.as_dtype(kind)) for kind, has in columns]
    own = [np.array([COLUMNS[kind]] if has else [], object if kind == "string" else kind) for kind, has in columns]
    chosen = list(range(len(columns))) if select else None
    options = {"field_delim": delimiter, "use_quote_delim": quotes, "na_value": missing, "select_cols": chosen}
    rows = [row.replace(",", delimiter)]
    theirs = outcome(lambda: [part.numpy() for part in tf.io.decode_csv(rows, defaults, **options)])
    ours = outcome(lambda: records.decode_csv(rows, own, **options))
    if ours is Refused or theirs is Refused:
        assert ours is theirs, (row, ours, theirs)
        return
    for mine, other in zip(ours, theirs, strict=True):
        same(mine, other)


@given(payloads(), st.sampled_from(["", "GZIP", "ZLIB"]))
def test_record_files(tmp_path_factory, items, kind):
    folder = tmp_path_factory.mktemp("records")
    mine, other = folder / "mine.tfrecord", folder / "other.tfrecord"
    with records.TFRecordWriter(mine, kind) as writer:
        writer.write_many(items)
    with tf.io.TFRecordWriter(str(other), tf.io.TFRecordOptions(compression_type=kind)) as writer:
        for item in items:
            writer.write(item)
    if not kind:
        assert mine.read_bytes() == other.read_bytes()
    assert [x.numpy() for x in tf.data.TFRecordDataset(str(mine), kind)] == items
    with records.TFRecordReader(other, kind) as reader:
        assert list(reader) == items


# --- images -----------------------------------------------------------------------------------------------------------


def pictures(dtype: Any = np.uint8, channels: tuple[int, ...] = (1, 3, 4)) -> st.SearchStrategy[np.ndarray]:
    def made(height: int, width: int, depth: int, seed: int, smooth: bool) -> np.ndarray:
        rng = np.random.default_rng(seed)
        if not smooth:
            return rng.integers(0, np.iinfo(dtype).max + 1, (height, width, depth)).astype(dtype)
        y, x = np.mgrid[:height, :width]
        waves = [np.sin(x / (5 + c) + seed) + np.cos(y / (7 + c)) for c in range(depth)]
        return ((np.stack(waves, -1) + 2) / 4 * np.iinfo(dtype).max).astype(dtype)

    sizes = st.integers(1, 40)
    return st.builds(made, sizes, sizes, st.sampled_from(channels), st.integers(0, 99), st.booleans())


@given(pictures(), st.sampled_from([0, 1, 3, 4]), st.sampled_from(["uint8", "uint16"]))
def test_png(image, channels, dtype):
    for data in (tf.io.encode_png(image).numpy(), records.encode_png(image)):
        theirs = outcome(lambda d=data: tf.io.decode_png(d, channels, tf.as_dtype(dtype)))
        same(outcome(lambda d=data: records.decode_png(d, channels, dtype)), theirs)


@given(pictures(np.uint16, (1,)), st.sampled_from(["uint8", "uint16"]))
def test_grey_png_of_16_bits(image, dtype):
    for data in (tf.io.encode_png(image).numpy(), records.encode_png(image)):
        theirs = outcome(lambda d=data: tf.io.decode_png(d, 0, tf.as_dtype(dtype)))
        same(outcome(lambda d=data: records.decode_png(d, 0, dtype)), theirs)


@given(pictures(channels=(3, 4)), st.sampled_from([0, 3, 4]))
def test_bmp(image, channels):
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(image).save(out, "BMP")
    theirs = outcome(lambda: tf.io.decode_bmp(out.getvalue(), channels))
    same(outcome(lambda: records.decode_bmp(out.getvalue(), channels)), theirs)


@given(st.lists(pictures(channels=(3,)), min_size=1, max_size=3), st.booleans())
def test_gif(frames, expand):
    from PIL import Image

    out, size = io.BytesIO(), frames[0].shape[1::-1]
    shown = [Image.fromarray(frame).resize(size).quantize(32) for frame in frames]
    shown[0].save(out, "GIF", save_all=True, append_images=shown[1:])
    data = out.getvalue()
    theirs = outcome(lambda: tf.io.decode_image(data, expand_animations=expand))
    same(outcome(lambda: records.decode_image(data, expand_animations=expand)), theirs)


@given(pictures(channels=(1, 3)), st.sampled_from([0, 1, 3]), st.sampled_from([50, 75, 95, 100]), st.booleans())
def test_jpeg(image, channels, quality, chroma):
    """The pixels of the accurate transform are equal, whichever libjpeg has written the file."""
    theirs = tf.io.encode_jpeg(image, quality=quality, chroma_downsampling=chroma).numpy()
    ours = records.encode_jpeg(image, quality=quality, chroma_downsampling=chroma)
    for data in (theirs, ours):
        expected = tf.io.decode_jpeg(data, channels, dct_method="INTEGER_ACCURATE").numpy()
        same(records.decode_jpeg(data, channels), expected)
    worst = np.abs(records.decode_jpeg(ours).astype(int) - records.decode_jpeg(theirs).astype(int)).max()
    assert worst <= 2, worst
