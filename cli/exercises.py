"""Small runs of every feature that has kernels: what `penstock warmup` does to compile them.

Kernels are compiled for the types they meet, so the surest list of types is real use. A test checks that after a
warm-up the demo compiles nothing.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from .. import nn, preprocessing, records
from ..core import random
from ..core.values import Ragged
from ..pipeline import Dataset, TextLineDataset, TFRecordDataset
from ..preprocessing import string_ops

ROWS: Final = 64


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Keep what is said of damage made on purpose from the user."""
    logger = logging.getLogger("penstock")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _text_and_csv() -> None:
    """Lines, interleave, CSV of every type, shuffle, batch."""
    defaults: list[Any] = [0.0, np.float64(0), 0, np.int64(0), ""]

    def parse(line: Any) -> Any:
        return tuple(records.decode_csv(line, record_defaults=defaults))

    with tempfile.TemporaryDirectory() as folder:
        for i in range(2):
            text = "".join(f"{k}.5,{k}.25,{k},{k},word{k}\n" for k in range(ROWS))
            (Path(folder) / f"{i}.csv").write_text(text)
        files = Dataset.list_files(f"{folder}/*.csv", shuffle=True, seed=1)
        rows = files.interleave(TextLineDataset, cycle_length=2).shuffle(16, seed=1)
        list(rows.map(parse).shuffle(16, seed=1).batch(8).prefetch(2))


def _tfrecord() -> None:
    """Examples encoded, written, read and parsed, plain and compressed."""
    columns = {"x": np.ones((ROWS, 2), np.float32), "y": np.arange(ROWS), "s": ["a"] * ROWS}
    features: dict[str, Any] = {
        "x": records.FixedLenFeature([2], "float32"),
        "y": records.FixedLenFeature([], "int64"),
        "s": records.VarLenFeature("string"),
    }
    messages = records.encode_examples(columns)
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("", "GZIP"):
            path = f"{folder}/a{kind}.tfrecord"
            with records.TFRecordWriter(path, kind) as writer:
                writer.write_many(messages)
            parsed = TFRecordDataset(path, kind).map(lambda r: records.parse_single_example(r, features))
            list(parsed.shuffle(8, seed=1).batch(8))


def _record_files() -> None:
    """Damage skipped, an index built, random access, shards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tfrecord"
        with records.ShardedWriter(str(path), shards=1) as writer:
            writer.write_many(records.encode_examples({"y": np.arange(ROWS)}))
        with records.TFRecordFile(path) as file:
            file.take([3, 1])
        data = bytearray(path.read_bytes())
        data[2] ^= 1  # a header
        data[-1] ^= 1  # a payload's checksum
        path.write_bytes(data)
        with _unlogged():
            list(TFRecordDataset(str(path), on_corrupt="skip"))


def _features() -> None:
    """Every kind of feature, and SequenceExamples."""
    values = {"v": np.arange(4), "f": np.ones(4, np.float32), "s": ["a"] * 4, "n": [1, 3]}
    spec: dict[str, Any] = {
        "v": records.FixedLenSequenceFeature([2], "int64", allow_missing=True),
        "f": records.RaggedFeature("float32", partitions=[records.RaggedFeature.RowLengths("n")]),
        "at": records.SparseFeature("v", "s", "string", 4),
    }
    messages = [records.encode_example(values)] * ROWS
    list(Dataset.from_tensor_slices(messages).batch(8).map(lambda r: records.parse_example(r, spec)))
    message = records.SequenceExample()
    message.context.feature["id"].int64_list.value.append(1)
    message.feature_lists.feature_list["x"].feature.add().float_list.value.append(1.0)
    records.parse_sequence_example(
        [message.SerializeToString()],
        {"id": records.VarLenFeature("int64")},
        {"x": records.FixedLenSequenceFeature([], "float32")},
    )


def _messages() -> None:
    """Messages of any type."""
    for kind, dtype, value in (("Int64List", "int64", 1), ("BytesList", "string", "a")):
        written = records.encode_proto([[1]], [[[value]]], ["value"], f"penstock.records.{kind}")
        records.decode_proto(written, f"penstock.records.{kind}", ["value"], [dtype])


def _schema() -> None:
    """Examples and SequenceExamples of unknown features."""
    records.decode_examples(records.encode_examples({"i": [1, 2], "f": [[0.5], []], "s": ["a", "b"]}))
    message = records.SequenceExample()
    message.feature_lists.feature_list["x"].feature.add().float_list.value.append(1.0)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.tfrecord"
        with records.TFRecordWriter(path) as writer:
            writer.write_many([message.SerializeToString()] * 2)
        records.infer_schema(path)


def _conversion() -> None:
    """Records shuffled, and converted from each format."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "0.csv"
        source.write_text("".join(f"{i},{i / 2},word\n" for i in range(ROWS)))
        columns = ["i", "f", "s"]
        for number, name in enumerate(("csv", "jsonl", "tfrecord", "parquet", "tfrecord")):
            target = Path(folder) / f"{number + 1}.{name}"
            records.convert_records(source, target, columns=columns, header=number > 1)
            source = target
        records.shuffle_records(source, Path(folder) / "shuffled", seed=1)


def _ragged() -> None:
    """Rows of different lengths through shuffle."""
    lengths = Dataset.range(ROWS).map(lambda i: np.arange(int(i) % 4), vectorize=False)
    list(lengths.batch(1).shuffle(8, seed=1))


def _combined() -> None:
    """Datasets in turn, by choice and at random; elements seen once."""
    numbers = Dataset.range(ROWS)
    turns = numbers.map(lambda x: x % 2)
    list(Dataset.choose_from_datasets([numbers, numbers], turns))
    list(Dataset.sample_from_datasets([numbers, numbers], [0.5, 0.25], seed=1))
    list(turns.unique())


def _preprocessing() -> None:
    """Adapting and calling layers."""
    normalization = preprocessing.Normalization()
    normalization.adapt(np.ones((ROWS, 3), np.float32))
    normalization(np.ones((2, 3), np.float32))
    words = [f"word{i % 7} and more" for i in range(ROWS)]
    lookup = preprocessing.StringLookup()
    lookup.adapt(words)
    lookup(["word1", "other"])
    lookup.adapt([f"token {i}" for i in range(5000)])
    integers = preprocessing.IntegerLookup(num_oov_indices=3, oov_method="farmhash")
    integers.adapt(np.arange(ROWS) % 5)
    integers([1, -99])
    # Arrays of fixed width, a vocabulary file, and more numbers than a summary has cells, so that it joins some.
    lookup(np.array(words))
    lookup(np.array(words, dtype="S"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vocabulary.txt"
        path.write_text("red\ngreen\n")
        preprocessing.StringLookup(vocabulary=path)
    # So many that cells get wide: the last ones are tallied.
    preprocessing.Discretization(num_bins=2).adapt(np.geomspace(1e-30, 1e30, (1 << 18) + 1024))
    preprocessing.Hashing(10)(words)
    preprocessing.Hashing(10, salt=1)(words)
    preprocessing.HashedCrossing(10)((words, np.arange(ROWS)))
    for split in ("whitespace", "character"):
        text = preprocessing.TextVectorization(split=split, ngrams=2)
        text.adapt(words)
        text(words)
    preprocessing.TextVectorization(split=None, vocabulary=["a"])(words)
    preprocessing.TextVectorization(ragged=True, vocabulary=["a"])(words)
    string_ops.lower(string_ops.strip(words))
    string_ops.substr(words, 0, 2)
    string_ops.split(words)
    string_ops.split(words, "d")
    string_ops.to_hash_bucket(words, 10)
    string_ops.unicode_transcode(words, "UTF-8", "UTF-8")


def _random_images() -> None:
    """Random image layers, on bytes and on floats; random numbers by the thousand."""
    random.stateless_uniform((1 << 15,), (1, 2))
    for dtype in (np.uint8, np.float32):
        images = np.ones((2, 20, 18, 3), dtype)
        layers: list[Any] = [
            preprocessing.RandomFlip(dtype="uint8"),
            preprocessing.RandomFlip(dtype="float16"),
            preprocessing.RandomFlip(dtype="float64"),
            preprocessing.RandomFlip(),
            preprocessing.RandomRotation(0.1),
            *(preprocessing.RandomRotation(0.1, interpolation="nearest", dtype=d) for d in ("uint8", "float16")),
            *(preprocessing.RandomRotation(0.1, interpolation="nearest", dtype=d) for d in ("float32", "float64")),
            preprocessing.RandomContrast(0.1),
            preprocessing.RandomContrast(0.1, data_format="channels_first"),
            preprocessing.RandomBrightness(0.1),
            preprocessing.RandomCrop(24, 20),
            preprocessing.RandomHeight((0.1, 0.2)),
            preprocessing.RandomGrayscale(),
            preprocessing.RandomHue(0.1),
            preprocessing.RandomSaturation(0.1),
            preprocessing.RandomInvert(),
            preprocessing.RandomPosterization(4),
            preprocessing.Solarization(0.1),
        ]
        for layer in layers:
            layer(images)


def _images() -> None:
    """Images of bytes and of floats resized by every method, and their colours turned."""
    functions = preprocessing.images
    for dtype in (np.uint8, np.float32):
        images = np.ones((2, 6, 5, 3), dtype)
        for method in ("bilinear", "bicubic", "area"):
            functions.resize(images, (4, 4), method=method)
            preprocessing.Resizing(4, 4, method)(images)
        functions.adjust_hue(images, 0.1)
        functions.crop_and_resize(images, [[0.0, 0.0, 1.0, 1.0]], [0], (2, 2))
    for name in ("uint8", "float16", "float32", "float64"):
        functions.resize(np.ones((6, 5, 3), name), (4, 4), method="nearest")
    functions.hsv_to_rgb(functions.rgb_to_hsv(images))


def _training() -> None:
    """A few training steps with each optimizer."""
    x, y = np.ones((ROWS, 4), np.float32), np.zeros(ROWS, np.int64)
    for optimizer in ("sgd", nn.optimizers.SGD(momentum=0.9, nesterov=True), "adam"):
        model = nn.Sequential([nn.layers.Dense(4, activation="relu"), nn.layers.Dense(2)])
        loss = nn.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
        model.fit(x, y, batch_size=32, verbose=0)


def _grouped() -> None:
    """Padded batches of numbers of every size, groups, packing."""
    lengths = np.arange(ROWS) % 5
    for dtype in (np.int8, np.float16, np.float32, np.int64):
        flat = np.ones(int(lengths.sum()), dtype)
        rows = Dataset.from_tensor_slices(Ragged.from_row_lengths(flat, lengths))
        list(rows.padded_batch(8))
    list(rows.bucket_by_sequence_length(len, [3], [4, 4]))
    list(rows.pack_sequences(8, num_bins=2))
    list(Dataset.from_tensor_slices(Ragged.from_list([[b"a"], [b"b", b"c"]])).padded_batch(2))


EXERCISES: Final[dict[str, Callable[[], None]]] = {
    "text and CSV": _text_and_csv,
    "TFRecord": _tfrecord,
    "TFRecord files": _record_files,
    "features of every kind": _features,
    "messages of any type": _messages,
    "schema": _schema,
    "conversion": _conversion,
    "ragged rows": _ragged,
    "combined datasets": _combined,
    "groups and packing": _grouped,
    "preprocessing": _preprocessing,
    "images": _images,
    "random images": _random_images,
    "training": _training,
}
