"""What the benchmarks share: alternating timed runs, medians, ratios, and a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def alternate(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time each contender once per round, in the same order each round, after one untimed run of each.

    Alternating means that a busy moment of the machine hits all of them.

    Returns:
        Seconds of every run, by contender.
    """
    for run in contenders.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def print_table(title: str, seconds: Mapping[str, list[float]], rows: int, baseline: str | None = None) -> None:
    """Print medians, rows per second, and how many times faster than `baseline` each contender is."""
    print(title)
    print(f"  {'':<38}{'median s':>10}{'rows/s':>14}" + (f"{'ratio':>9}" if baseline else ""))
    reference = statistics.median(seconds[baseline]) if baseline else 0.0
    for name, times in seconds.items():
        median = statistics.median(times)
        ratio = f"{reference / median:>8.1f}x" if baseline else ""
        print(f"  {name:<38}{median:>10.3f}{rows / median:>14,.0f}{ratio}")
