"""The README's CSV pipeline on a million generated rows, against tf.data where TensorFlow is installed.

Both sides read the same files with the same program: list_files → interleave → map(decode_csv) → shuffle → batch →
prefetch. Seeds are equal, and so must be every batch: that is checked before anything is timed. tf.data runs with
sequential maps, two threads, and AUTOTUNE; the ratio is to the best of them. One more tf.data program, rewritten by
hand to batch before it parses, is shown for comparison (its batches hold other rows).

Bars: at least 50 times tf.data's best; peak memory at most 1.5 times tf.data's; in a fresh process with a warm kernel
cache the first batch within 1.5 s.

    python benchmarks/bench_csv.py [rows]
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from harness import alternate, print_table

import penstock as ps

SHARDS = 10
FEATURES = 8
ROUNDS = 3
FIRST_BATCH_ROUNDS = 5
DEFAULTS = [0.0] * FEATURES + [0]


def write_shards(folder: Path, rows: int) -> None:
    """Write `rows` lines of eight numbers with four decimals and a label, over ten files."""
    rng = np.random.default_rng(0)
    for shard in range(SHARDS):
        n = rows // SHARDS
        features = rng.normal(scale=10, size=(n, FEATURES))
        labels = rng.integers(0, 2, size=n)
        lines = [
            ",".join([f"{v:.4f}" for v in row] + [str(y)]) for row, y in zip(features.tolist(), labels, strict=True)
        ]
        (folder / f"part-{shard:02d}.csv").write_text("\n".join(lines) + "\n")


def penstock_pipeline(pattern: str) -> ps.Dataset:
    """Build the README's pipeline."""

    def parse(line: Any) -> Any:
        *features, label = ps.records.decode_csv(line, record_defaults=DEFAULTS)
        return np.stack(features), label

    files = ps.Dataset.list_files(pattern, shuffle=True, seed=1)
    rows = files.interleave(ps.TextLineDataset, cycle_length=4)
    return rows.map(parse).shuffle(10_000, seed=1).batch(256).prefetch(2)


def tensorflow_pipeline(pattern: str, calls: int | None, *, batch_first: bool = False) -> Any:
    """Build the same pipeline in tf.data."""
    import tensorflow as tf

    def parse(line: Any) -> Any:
        *features, label = tf.io.decode_csv(line, record_defaults=DEFAULTS)
        return tf.stack(features, axis=-1), label

    files = tf.data.Dataset.list_files(pattern, shuffle=True, seed=1)
    rows = files.interleave(tf.data.TextLineDataset, cycle_length=4, num_parallel_calls=calls)
    if batch_first:
        return rows.shuffle(10_000, seed=1).batch(256).map(parse, num_parallel_calls=calls).prefetch(2)
    return rows.map(parse, num_parallel_calls=calls).shuffle(10_000, seed=1).batch(256).prefetch(2)


def consume(batches: Iterable[Any]) -> int:
    """Iterate to the end; return the number of batches."""
    return sum(1 for _ in batches)


def check_equal(pattern: str, batches: int) -> None:
    """Assert that both sides give the same first batches, bit for bit."""
    ours, theirs = penstock_pipeline(pattern), tensorflow_pipeline(pattern, None)
    pairs = zip(ours.take(batches), theirs.take(batches).as_numpy_iterator(), strict=True)
    for i, ((x, y), (tx, ty)) in enumerate(pairs):
        assert x.dtype == tx.dtype == np.float32, (x.dtype, tx.dtype)
        assert np.array_equal(x, tx), f"features of batch {i} differ"
        assert np.array_equal(y, ty), f"labels of batch {i} differ"
    print(f"first {batches} batches are equal")


FIRST_BATCH = """
import sys
sys.path.insert(0, {here!r})
from bench_csv import penstock_pipeline
next(iter(penstock_pipeline({pattern!r})))
"""


def first_batch_seconds(pattern: str) -> float:
    """Return the median wall time of fresh processes that build the pipeline and take one batch."""
    program = FIRST_BATCH.format(here=str(Path(__file__).parent), pattern=pattern)
    times = []
    for _ in range(FIRST_BATCH_ROUNDS + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


MEMORY = """
import re, sys
sys.path.insert(0, {here!r})
from bench_csv import consume, {builder}
def peak():
    # getrusage would tell the peak of the process that started this one, where that was higher.
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
consume({builder}({few!r}{arguments}))
before = peak()
consume({builder}({pattern!r}{arguments}))
print((peak() - before) / 1024)
"""


def peak_mebibytes(pattern: str, few: str, builder: str, arguments: str = "") -> float:
    """Return how far a pass over all rows raises the peak memory of a fresh process (Linux).

    The same program has run over a `few` rows before, so that imports, compiled kernels and graphs are not counted.
    """
    names = {"here": str(Path(__file__).parent), "builder": builder, "few": few, "pattern": pattern}
    program = MEMORY.format(**names, arguments=arguments)
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return float(run.stdout.split()[-1])


def main() -> None:
    """Generate the files, check, time, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        write_shards(Path(folder), rows)
        size = sum(f.stat().st_size for f in Path(folder).iterdir())
        print(f"{rows:,} rows in {SHARDS} files, {size / 2**20:.0f} MiB")
        pattern = f"{folder}/*.csv"
        contenders: dict[str, Callable[[], object]] = {"penstock": lambda: consume(penstock_pipeline(pattern))}
        best = None
        if importlib.util.find_spec("tensorflow"):
            check_equal(pattern, batches=50)
            settings = {"tf.data, sequential": None, "tf.data, 2 threads": 2, "tf.data, AUTOTUNE": -1}
            for name, calls in settings.items():
                contenders[name] = lambda calls=calls: consume(tensorflow_pipeline(pattern, calls))
            contenders["tf.data, batch before parse (by hand)"] = lambda: consume(
                tensorflow_pipeline(pattern, -1, batch_first=True)
            )
        seconds = alternate(contenders, ROUNDS)
        if len(contenders) > 1:
            best = min((n for n in seconds if n != "penstock" and "by hand" not in n), key=lambda n: min(seconds[n]))
        print_table("CSV pipeline of the README", seconds, rows, best)
        few = f"{folder}/few.txt"
        Path(few).write_text("".join(f"{FEATURES * '0.5,'}1\n" for _ in range(50)))
        print(f"peak memory of the pass: penstock {peak_mebibytes(pattern, few, 'penstock_pipeline'):.1f} MiB")
        if best is not None:
            mebibytes = peak_mebibytes(pattern, few, "tensorflow_pipeline", ", -1")
            print(f"                         tf.data, AUTOTUNE {mebibytes:.1f} MiB (bar: at most 1.5 times as much)")
        print(f"fresh process to first batch, warm kernel cache: {first_batch_seconds(pattern):.2f} s (bar: 1.5)")


if __name__ == "__main__":
    main()
