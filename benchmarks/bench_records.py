"""Reading TFRecord files: small and large records, GZIP, an index, against tf.data and grain where they are installed.

Files are in the page cache; both checksums of every record are checked on our side always (tf.data checks them too).
tf.data reads `TFRecordDataset(path).batch(1024)`, its best form for raw records, with and without prefetch; results are
compared before anything is timed. grain's reader gives one record at a time and checks nothing; it is compared with
iterating over `TFRecordDataset(path)`.

Bars: small records at least 3 times tf.data's best, and not slower than grain; records of 100 to 200 KB at least
3 GB/s; GZIP at least 1.5 times tf.data's best; building an index at least 3 GB/s; memory bounded by buffers, not by the
file.

    python benchmarks/bench_records.py [MiB]
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from harness import alternate, print_table

import penstock as ps
from penstock.core.columns import BytesColumn

ROUNDS = 5
BATCH = 1024
SMALL = (200, 300)
LARGE = (100_000, 200_000)


def write(path: Path, mebibytes: int, sizes: tuple[int, int], kind: str = "") -> int:
    """Write records of random lengths, half of their bytes random; return how many."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(*sizes, size=max(1, (mebibytes << 20) // (sum(sizes) // 2)))
    piece = max(1, (1 << 24) // sizes[1])
    with ps.TFRecordWriter(str(path), kind) as writer:
        for start in range(0, len(lengths), piece):
            offsets = np.concatenate([[0], np.cumsum(lengths[start : start + piece])])
            data = rng.integers(0, 256, size=int(offsets[-1]), dtype=np.uint8)
            data[::2] = 7
            writer.write_many(BytesColumn(data, offsets.astype(np.int64)))
    return len(lengths)


def consume(batches: Iterable[Any]) -> int:
    """Iterate over batches and return the number of records."""
    return sum(len(batch) for batch in batches)


def read_blocks(path: str, kind: str = "", rows: int = BATCH) -> int:
    """Read a file with the reader itself."""
    records = 0
    with ps.records.TFRecordReader(path, kind) as reader:
        while (block := reader.read(rows)) is not None:
            records += len(block)
    return records


def contenders(path: str, kind: str = "", rows: int = BATCH) -> dict[str, Callable[[], int]]:
    """Return the programs that read one file."""
    found: dict[str, Callable[[], int]] = {
        "penstock batch": lambda: consume(ps.TFRecordDataset(path, kind).batch(rows)),
        "penstock reader": lambda: read_blocks(path, kind, rows),
        "penstock, record by record": lambda: sum(1 for _ in ps.TFRecordDataset(path, kind)),
    }
    if importlib.util.find_spec("grain") and not kind:
        import grain

        found["grain, record by record"] = lambda: sum(1 for _ in grain.experimental.TFRecordIterDataset(path))
    if importlib.util.find_spec("tensorflow"):
        import tensorflow as tf

        def plain() -> int:
            return consume(tf.data.TFRecordDataset(path, kind).batch(rows))

        def ahead() -> int:
            return consume(tf.data.TFRecordDataset(path, kind).batch(rows).prefetch(2))

        found |= {"tf.data batch": plain, "tf.data batch, prefetch": ahead}
    return found


def same_records(path: str, kind: str = "") -> None:
    """Check that both sides read the same bytes."""
    if not importlib.util.find_spec("tensorflow"):
        return
    import tensorflow as tf

    theirs = tf.data.TFRecordDataset(path, kind).take(1000).as_numpy_iterator()
    assert list(ps.TFRecordDataset(path, kind).take(1000)) == list(theirs)


def report(title: str, path: str, kind: str, records: int, size: int, rows: int = BATCH) -> None:
    """Time all programs over one file and print rates and ratios."""
    same_records(path, kind)
    programs = contenders(path, kind, rows)
    assert all(run() == records for run in programs.values())
    seconds = alternate(programs, ROUNDS)
    best = min(("tf.data batch", "tf.data batch, prefetch"), key=lambda n: statistics.median(seconds.get(n, [9e9])))
    print_table(title, seconds, records, best if best in seconds else None)
    for name in ("penstock batch", "penstock reader", "penstock, record by record"):
        print(f"  {name}: {size / statistics.median(seconds[name]) / 1e9:.2f} GB/s of records and frames")


GROWTH = """
import resource, sys
from penstock import TFRecordDataset

def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except FileNotFoundError:  # no Linux: the peak so far
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

small, path, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
for batch in TFRecordDataset(small).batch(rows):
    pass
del batch
before = most = resident()
for batch in TFRecordDataset(path).batch(rows):
    most = max(most, resident())
print(most - before)
"""


def report_growth(folder: Path, mebibytes: int, sizes: tuple[int, int], rows: int) -> None:
    """Print by how much fresh processes grow that read files of two sizes, code and a few batches loaded before."""
    warm = folder / "warm"
    write(warm, 4, sizes)
    for size in (mebibytes // 4, mebibytes):
        path = folder / f"memory-{size}"
        write(path, size, sizes)
        command = [sys.executable, "-c", GROWTH, str(warm), str(path), str(rows)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        batch = rows * sum(sizes) / 2
        print(
            f"  a process that reads {size} MiB in batches of {batch / (1 << 20):.1f} MiB grows by "
            f"{int(run.stdout) / (1 << 20):.1f} MiB"
        )
        path.unlink()


def main() -> None:
    """Run the benchmark on files of the size that the command line tells, or 256 MiB."""
    mebibytes = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    with tempfile.TemporaryDirectory() as folder:
        small, large, packed = (Path(folder) / name for name in ("small", "large", "packed"))
        count = write(small, mebibytes, SMALL)
        size = small.stat().st_size
        report(f"{count:,} records of 200 to 300 bytes", str(small), "", count, size)
        index = alternate({"build": lambda: ps.records.build_index(str(small), save=False)}, ROUNDS)
        print(f"  building an index: {size / statistics.median(index['build']) / 1e9:.2f} GB/s")
        report_growth(Path(folder), mebibytes, SMALL, BATCH)
        count = write(large, mebibytes, LARGE)
        size = large.stat().st_size
        report(f"{count:,} records of 100 to 200 KB", str(large), "", count, size, rows=16)
        index = alternate({"build": lambda: ps.records.build_index(str(large), save=False)}, ROUNDS)
        print(f"  building an index: {size / statistics.median(index['build']) / 1e9:.2f} GB/s")
        report_growth(Path(folder), mebibytes, LARGE, 16)
        count = write(packed, max(1, mebibytes // 4), SMALL, "GZIP")
        report(f"{count:,} records of 200 to 300 bytes, GZIP", str(packed), "GZIP", count, mebibytes // 4 << 20)


if __name__ == "__main__":
    main()
