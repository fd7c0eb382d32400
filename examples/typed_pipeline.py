"""Datasets are generic in their element: a type checker follows elements through a pipeline.

    python examples/typed_pipeline.py

`make check` runs mypy over this file: `assert_type` fails there when a type is lost.
"""

from typing import Any, assert_type

import numpy as np

from penstock import Dataset, TextLineDataset


def halve(x: np.int64) -> float:
    """Return half a number."""
    return float(x) / 2


def label(x: float) -> tuple[float, bool]:
    """Return a number and whether it is large."""
    return x, x > 2


def main() -> None:
    """Build pipelines, with the types that each step gives."""
    numbers = Dataset.range(10)
    assert_type(numbers, Dataset[np.int64])
    halves = numbers.map(halve, vectorize=False)
    assert_type(halves, Dataset[float])
    pairs = halves.filter(lambda x: x > 1).map(label).shuffle(4, seed=1).take(5).prefetch(2)
    assert_type(pairs, Dataset[tuple[float, bool]])
    for value, large in pairs:
        assert_type(value, float)
        print(f"{value:.1f} {'large' if large else 'small'}")

    lines = Dataset.from_tensor_slices(["a.txt", "b.txt"]).interleave(TextLineDataset, cycle_length=2)
    assert_type(lines, Dataset[bytes])
    assert_type(lines.batch(2), Dataset[Any])


if __name__ == "__main__":
    main()
