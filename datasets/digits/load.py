"""Where the digit shards are, and the same data as arrays.

Every line of a shard is `pixel0,…,pixel63,label`: 64 integers 0–16, row by row, then the digit 0–9. There is no header.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Images: TypeAlias = npt.NDArray[np.uint8]
Labels: TypeAlias = npt.NDArray[np.int64]

_TEST_SHARDS = 2


def paths() -> list[str]:
    """Return the paths of the ten CSV shards, in order.

    By convention the last two are held out for testing, as in `load_data`.
    """
    return sorted(str(path) for path in Path(__file__).parent.glob("digits-*-of-*.csv"))


def load_data() -> tuple[tuple[Images, Labels], tuple[Images, Labels]]:
    """Load the digits as arrays.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8[n, 8, 8] with values 0–16 and labels int64[n]. The first
        eight shards train (1,438 rows), the last two test (359 rows).
    """
    shards = paths()
    return _read(shards[:-_TEST_SHARDS]), _read(shards[-_TEST_SHARDS:])


def _read(shards: list[str]) -> tuple[Images, Labels]:
    rows = np.concatenate([np.loadtxt(shard, dtype=np.int64, delimiter=",") for shard in shards])
    return rows[:, :-1].reshape(-1, 8, 8).astype(np.uint8), rows[:, -1].copy()
