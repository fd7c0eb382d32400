"""The numbers of docs/performance.md: what a row costs, by where and how functions run.

Each pipeline is iterated once to compile and check, then three times; the least time of an element of the input is
printed. Rows are 200,000 lines of eight numbers with four decimals and a label; functions that run element by element
get 20,000 of them.

    python benchmarks/bench_guide.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import penstock as ps
from penstock.records import FixedLenFeature, encode_examples, parse_example, parse_single_example

ROWS = 200_000
FEW = 20_000
ROUNDS = 3
FEATURES = 8
SPEC = {"x": FixedLenFeature([FEATURES], "float32"), "y": FixedLenFeature([], "int64")}


def parse(line: Any) -> Any:
    """Turn a line into numbers and a label."""
    *features, label = ps.records.decode_csv(line, record_defaults=[0.0] * FEATURES + [0])
    return np.stack(features), label


def parse_batch(lines: Any) -> Any:
    """Turn a batch of lines into numbers and labels."""
    *features, labels = ps.records.decode_csv(lines, record_defaults=[0.0] * FEATURES + [0])
    return np.stack(features, axis=-1), labels


def flip_if(x: Any, y: Any) -> Any:
    """Branch on a value: this cannot be traced."""
    return (x if x.flat[0] > 0 else -x), y


def flip_where(x: Any, y: Any) -> Any:
    """Choose by a value: the same result, traced."""
    return np.where(x[0] > 0, x, -x), y


def seconds(make: Callable[[], ps.Dataset[Any]]) -> float:
    """Return the least time of a pass, after one that is not counted."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        for _ in make():
            pass
        times.append(time.perf_counter() - start)
    return min(times[1:])


def cases(folder: Path) -> Iterator[tuple[str, int, Callable[[], ps.Dataset[Any]]]]:
    """Yield name, number of rows, and pipeline."""
    lines = ps.TextLineDataset(str(folder / "rows.csv"))
    few = lines.take(FEW)
    records = ps.TFRecordDataset(str(folder / "rows.tfrecord"))
    cached = lines.map(parse).cache()
    yield "lines → batch", ROWS, lambda: lines.batch(256)
    yield "lines → parse → batch", ROWS, lambda: lines.map(parse).batch(256)
    yield "lines → batch → parse", ROWS, lambda: lines.batch(256).map(parse_batch)
    yield "lines → parse, one row at a time", ROWS, lambda: lines.map(parse)
    yield "lines → parse → shuffle → batch", ROWS, lambda: lines.map(parse).shuffle(10_000, seed=1).batch(256)
    yield "lines → shuffle → parse → batch", ROWS, lambda: lines.shuffle(10_000, seed=1).map(parse).batch(256)
    yield "… → map with np.where → batch", ROWS, lambda: lines.map(parse).map(flip_where).batch(256)
    yield "… → map with if → batch", FEW, lambda: few.map(parse).map(flip_if).batch(256)
    yield "… → batch → map with if", ROWS, lambda: lines.map(parse).batch(256).map(flip_if)
    yield "parse element by element (vectorize=False)", FEW, lambda: few.map(parse, vectorize=False).batch(256)
    yield "… → filter, traced", ROWS, lambda: lines.map(parse).filter(lambda x, y: x[0] > 0).batch(256)
    yield "… → cache, full → batch", ROWS, lambda: cached.batch(256)
    yield "TFRecord → parse_single_example → batch", ROWS, lambda: records.map(_single).batch(256)
    yield "TFRecord → batch → parse_example", ROWS, lambda: records.batch(256).map(_batch)


def _single(record: Any) -> Any:
    return parse_single_example(record, SPEC)


def _batch(records: Any) -> Any:
    return parse_example(records, SPEC)


def main() -> None:
    """Write the files and print the table."""
    x = np.random.default_rng(0).normal(scale=10, size=(ROWS, FEATURES)).round(4)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rows.csv").write_text("".join(",".join(map(str, row)) + ",1\n" for row in x.tolist()))
        with ps.TFRecordWriter(folder / "rows.tfrecord") as writer:
            writer.write_many(encode_examples({"x": x.astype(np.float32), "y": np.ones(ROWS, np.int64)}))
        for case, rows, make in cases(folder):
            print(f"{case:<45}{seconds(make) / rows * 1e6:8.2f} µs a row", flush=True)


if __name__ == "__main__":
    main()
