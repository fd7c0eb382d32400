"""Parsing and encoding Examples, against tf.data and tf.train where TensorFlow is installed.

Records have about 250 bytes: 13 floats, 26 integers, one string, one integer (a click log). Parsing is
`TFRecordDataset(path).batch(n).map(parse_example)`, on both sides with the settings and batch sizes named below; the
ratio is to the best of tf.data's. Encoding is from columns in memory; the other side builds a tf.train.Example per
record and serialises it (on a tenth of the rows). That both sides give the same is checked before anything is timed.

Bars: parsing at least 4 times tf.data's best, and at least 2,000,000 records/s; encoding at least 20 times.

    python benchmarks/bench_examples.py [records]
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from harness import alternate, print_table

import penstock as ps
from penstock import records

FLOATS, INTEGERS = 13, 26
ROUNDS = 5
BATCH = 4096
SETTINGS = {"sequential": None, "2 threads": 2, "AUTOTUNE": -1}
BATCHES = (1024, BATCH)


def columns(n: int) -> dict[str, Any]:
    """Generate the columns of `n` records."""
    rng = np.random.default_rng(0)
    words = np.array([f"{word:032x}".encode() for word in rng.integers(0, 2**60, 1000).tolist()], object)
    return {
        "dense": rng.normal(size=(n, FLOATS)).astype(np.float32),
        "categories": rng.integers(0, 2**20, size=(n, INTEGERS)),
        "user": words[rng.integers(0, len(words), n)],
        "label": rng.integers(0, 2, n),
    }


def features(library: Any) -> dict[str, Any]:
    """Return the parse spec, in either library."""
    return {
        "dense": library.FixedLenFeature([FLOATS], "float32"),
        "categories": library.FixedLenFeature([INTEGERS], "int64"),
        "user": library.FixedLenFeature([], "string"),
        "label": library.FixedLenFeature([], "int64"),
    }


def penstock_parse(path: str, batch: int, calls: int | None) -> ps.Dataset:
    """Read, batch and parse."""
    spec = features(records)
    read = ps.TFRecordDataset(path).batch(batch)
    return read.map(lambda r: records.parse_example(r, spec), num_parallel_calls=calls).prefetch(2)


def tensorflow_parse(path: str, batch: int, calls: int | None) -> Any:
    """Read, batch and parse in tf.data."""
    import tensorflow as tf

    spec = {key: tf.io.FixedLenFeature(f.shape, tf.as_dtype(f.dtype.name)) for key, f in features(records).items()}
    read = tf.data.TFRecordDataset(path).batch(batch)
    return read.map(lambda r: tf.io.parse_example(r, spec), num_parallel_calls=calls).prefetch(2)


def tensorflow_encode(data: dict[str, Any], n: int) -> list[bytes]:
    """Build and serialise one tf.train.Example per record."""
    import tensorflow as tf

    train = tf.train
    written = []
    for i in range(n):
        feature = {
            "dense": train.Feature(float_list=train.FloatList(value=data["dense"][i])),
            "categories": train.Feature(int64_list=train.Int64List(value=data["categories"][i])),
            "user": train.Feature(bytes_list=train.BytesList(value=[data["user"][i]])),
            "label": train.Feature(int64_list=train.Int64List(value=[data["label"][i]])),
        }
        written.append(train.Example(features=train.Features(feature=feature)).SerializeToString(deterministic=True))
    return written


def consume(batches: Iterable[Any]) -> int:
    """Iterate to the end; return the number of batches."""
    return sum(1 for _ in batches)


def check_equal(path: str, data: dict[str, Any], messages: Any) -> None:
    """Assert that both sides write the same bytes and parse the same values."""
    assert messages.slice(0, 200).strings() == tensorflow_encode(data, 200), "encoded bytes differ"
    pairs = zip(penstock_parse(path, BATCH, None).take(3), tensorflow_parse(path, BATCH, None).take(3), strict=True)
    for ours, theirs in pairs:
        for key, value in ours.items():
            assert np.array_equal(value, theirs[key].numpy()), f"{key} differs"
    print("bytes and parsed values are equal")


def main() -> None:
    """Write a file, check, time, print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    data = columns(n)
    messages = records.encode_examples(data)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/clicks.tfrecord"
        with records.TFRecordWriter(path) as writer:
            writer.write_many(messages)
        print(f"{n:,} records of {len(messages.data) / n:.0f} bytes")
        has_tensorflow = importlib.util.find_spec("tensorflow") is not None
        contenders: dict[str, Callable[[], object]] = {}
        parsers = {"penstock": penstock_parse}
        if has_tensorflow:
            check_equal(path, data, messages)
            parsers["tf.data"] = tensorflow_parse
        for side, parse in parsers.items():
            for name, calls in SETTINGS.items():
                for batch in BATCHES:
                    contenders[f"{side}, {name}, batches of {batch}"] = lambda parse=parse, calls=calls, batch=batch: (
                        consume(parse(path, batch, calls))
                    )
        seconds = alternate(contenders, ROUNDS)
        theirs = [name for name in seconds if name.startswith("tf")]
        best = min(theirs, key=lambda name: statistics.median(seconds[name])) if theirs else None
        print_table("TFRecordDataset → batch → parse_example", seconds, n, best)
        rows = records.parse_example
        spec = features(records)
        parsing = alternate({"parse_example alone, in memory": lambda: rows(messages, spec)}, ROUNDS)
        print_table("Parsing alone, strings left as Python bytes", parsing, n)
        encoding = {"penstock, encode_examples": lambda: records.encode_examples(data)}
        seconds = alternate(encoding, ROUNDS)
        print_table("Columns → serialized Examples", seconds, n)
        if has_tensorflow:
            few = n // 10
            start = time.perf_counter()
            tensorflow_encode(data, few)
            each = (time.perf_counter() - start) / few
            ours = statistics.median(seconds["penstock, encode_examples"]) / n
            print(f"  tf.train.Example in Python: {1 / each:,.0f} rows/s; penstock is {each / ours:.0f}x faster")


if __name__ == "__main__":
    main()
