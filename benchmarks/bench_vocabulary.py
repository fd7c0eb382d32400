"""Vocabularies of millions of tokens: adapt, save and load take the same time for each token, and memory for it alone.

Every size runs in a process of its own, so that the peak of memory is its own:

    python benchmarks/bench_vocabulary.py [millions of tokens ...]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 100_000


def batches(n: int) -> Iterator[Any]:
    """Yield every one of `n` tokens once or twice, in batches."""
    from penstock.core.columns import BytesColumn

    for start in (*range(0, n, BATCH), *range(0, n, 2 * BATCH)):
        numbers = np.arange(start, min(start + BATCH, n), dtype=np.uint64)
        digits = (numbers * np.uint64(0x9E3779B97F4A7C15)).astype(">u8").view(np.uint8).reshape(-1, 8)
        text = np.ascontiguousarray(digits % 26 + ord("a"))
        # The first eight letters may repeat: the number itself makes tokens differ.
        low = ((numbers[:, None] >> (np.uint64(5) * np.arange(6, dtype=np.uint64))) % np.uint64(32)).astype(np.uint8)
        rows = np.concatenate([text[:, :6], low + ord("0")], axis=1)
        yield BytesColumn(rows.reshape(-1), np.arange(0, rows.size + 1, 12, dtype=np.int64))


def measured(n: int) -> dict[str, float]:
    """Return seconds of each step with `n` tokens, the sizes of files and memory in MiB."""
    from penstock.core import saving
    from penstock.preprocessing import StringLookup

    warm = StringLookup()
    warm.adapt(batches(5000))
    warm(["a"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    layer, told = StringLookup(), {"tokens": float(n), "before_mib": before}

    def timed(name: str, work: Any) -> Any:
        start = time.process_time()
        result = work()
        told[name] = time.process_time() - start
        told[f"{name}_peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return result

    layer.reset_state()
    timed("count", lambda: [layer.update_state(batch) for batch in batches(n)])
    timed("finalize", layer.finalize_state)
    assert layer.vocabulary_size() == n + 1
    layer.reset_state()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.penstock"
        timed("save", lambda: saving.save(layer, path))
        told["file_mib"] = path.stat().st_size / 2**20
        loaded = timed("load", lambda: saving.load(path))
        probe = next(batches(n))
        assert (loaded(probe) == layer(probe)).all()
        text = Path(folder) / "vocabulary.txt"
        timed("write_text", lambda: layer.write_vocabulary(text))
        timed("read_text", lambda: StringLookup(vocabulary=text))
    return told


def main() -> None:
    """Measure the sizes given, and print a table."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(int(sys.argv[2]))))
        return
    sizes = [int(float(word) * 1e6) for word in sys.argv[1:]] or [1_000_000, 2_000_000, 5_000_000]
    steps = ("count", "finalize", "save", "load", "write_text", "read_text")
    print("ns of processor time for each token\n")
    print("| tokens | " + " | ".join(steps) + " | peak MiB | bytes/token at peak | file MiB |")
    print("|---|" + "---|" * (len(steps) + 3))
    for n in sizes:
        run = subprocess.run([sys.executable, __file__, "--one", str(n)], capture_output=True, text=True, check=True)
        told = json.loads(run.stdout)
        peak = max(value for name, value in told.items() if name.endswith("_peak_mib"))
        cells = [f"{told[step] / n * 1e9:,.0f}" for step in steps]
        each = (peak - told["before_mib"]) * 2**20 / n
        print(
            f"| {n:,} | " + " | ".join(cells) + f" | {peak:,.0f} | {each:,.0f} | {told['file_mib']:,.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
