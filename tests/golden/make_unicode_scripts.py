"""Write the runs of code points of one script, as TensorFlow knows them: `preprocessing/string_ops/script_runs.py`.

Run with TensorFlow installed: `python make_unicode_scripts.py`.
"""

from __future__ import annotations

import itertools
import textwrap
from pathlib import Path

import numpy as np
import tensorflow as tf
from writer import versions

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
TARGET = Path(__file__).parents[2] / "preprocessing" / "string_ops" / "script_runs.py"
HEAD = '''"""Scripts of all code points, in runs; written by `tests/golden/make_unicode_scripts.py` ({versions}).

A run is its length and ICU's number of the script, both in base 36, joined by a dot. The data are those of the Unicode
Character Database, property Script.
"""

from typing import Final

RUNS: Final = """
{runs}
"""
'''


def in_base_36(number: int) -> str:
    """Write a number that is not negative."""
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if not number:
            return text


def main() -> None:
    """Write the module."""
    scripts = tf.strings.unicode_script(tf.range(0x110000)).numpy()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(scripts)) + 1, [len(scripts)]])
    runs = []
    for start, stop in itertools.pairwise(starts):
        runs.append(f"{in_base_36(int(stop - start))}.{in_base_36(int(scripts[start]))}")
    made_by = ", ".join(f"{name} {version}" for name, version in versions().items() if name == "tensorflow")
    wrapped = "\n".join(textwrap.wrap(" ".join(runs), 118, break_long_words=False))
    TARGET.write_text(HEAD.format(versions=made_by, runs=wrapped), encoding="utf-8")
    print(len(runs), "runs", TARGET.stat().st_size, "bytes", scripts.min(), scripts.max())


if __name__ == "__main__":
    main()
