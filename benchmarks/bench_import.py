"""How long `import penstock` takes, as a multiple of `import numpy`, in fresh processes.

The bar is 1.6. The time is that of the whole process, less that of an interpreter that imports nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 15
PROGRAMS = {"nothing": "pass", "numpy": "import numpy", "penstock": "import penstock"}


def process_seconds(program: str, folder: str) -> float:
    """Run a fresh interpreter; return its wall time in seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure the programs in turn, so that a busy moment hits all of them, and print medians."""
    with tempfile.TemporaryDirectory() as folder:
        for program in PROGRAMS.values():
            process_seconds(program, folder)  # byte code and disk caches
        rounds = [{name: process_seconds(code, folder) for name, code in PROGRAMS.items()} for _ in range(ROUNDS)]
    median = {name: statistics.median(times[name] for times in rounds) for name in PROGRAMS}
    numpy, penstock = (median[name] - median["nothing"] for name in ("numpy", "penstock"))
    print(f"import numpy     {numpy * 1e3:7.1f} ms")
    print(f"import penstock  {penstock * 1e3:7.1f} ms")
    print(f"ratio            {penstock / numpy:7.2f}    (bar: 1.6; median of {ROUNDS} processes each)")


if __name__ == "__main__":
    main()
