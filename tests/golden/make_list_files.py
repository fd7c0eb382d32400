"""Write `list_files.json`: which files tf.data's list_files finds, and in which order.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_list_files.py

The files are made in a temporary folder; patterns and names are recorded relative to it. Of each case the dataset is
built once and iterated three times.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf
from writer import outcome, versions, write

FILES = [f"part-{i:02d}.csv" for i in range(12)] + [
    "a.txt",
    "B.txt",
    "ä.txt",
    "x[1].txt",
    ".hidden.txt",
    "sub/part-00.csv",
]
PATTERNS: list[str | list[str]] = [
    "part-*.csv",
    "part-0[1-4].csv",
    "part-0[!1-4].csv",
    "part-?1.csv",
    "*",
    "*.txt",
    "*/*.csv",
    "**/*.csv",
    "part-{01,02}.csv",
    "part-07.csv",
    "x\\[1\\].txt",
    "missing-*.csv",
    "nowhere/*.csv",
    ["part-1*.csv", "a.txt"],
    ["part-03.csv", "part-01.csv", "part-02.csv"],
    ["part-0*.csv", "part-00.csv"],
    ["part-0*.csv", "missing-*.csv"],
    [],
]


def relative(folder: str, dataset: tf.data.Dataset) -> list[str]:
    return [Path(name.decode()).relative_to(folder).as_posix() for name in dataset.as_numpy_iterator()]


def full(folder: str, pattern: str | list[str]) -> str | list[str]:
    return [f"{folder}/{p}" for p in pattern] if isinstance(pattern, list) else f"{folder}/{pattern}"


def found(folder: str) -> list[dict[str, Any]]:
    """Names without shuffling."""
    rows = []
    for pattern in PATTERNS:
        row = outcome(lambda p=pattern: relative(folder, tf.data.Dataset.list_files(full(folder, p), shuffle=False)))
        rows.append({"pattern": pattern, **row})
        if "message" in row:
            rows[-1]["message"] = row["message"].replace(folder + "/", "")
    return rows


def shuffled(folder: str) -> list[dict[str, Any]]:
    rows = []
    for global_seed, seed in [(None, 42), (None, 0), (None, -7), (7, 42), (7, None), (0, 0)]:
        for pattern in ("part-*.csv", ["part-1*.csv", "a.txt"]):
            tf.random.set_seed(global_seed)
            dataset = tf.data.Dataset.list_files(full(folder, pattern), shuffle=True, seed=seed)
            epochs = [relative(folder, dataset) for _ in range(3)]
            rows.append({"global_seed": global_seed, "seed": seed, "pattern": pattern, "epochs": epochs})
    return rows


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.touch()
        document = {
            "made_by": "make_list_files.py",
            "versions": versions(),
            "files": FILES,
            "unshuffled": found(folder),
            "shuffled": shuffled(folder),
        }
    write("list_files", document)
