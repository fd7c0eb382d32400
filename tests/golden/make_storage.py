"""Write `storage.json`: in which order tf.data reads back what `save` and `snapshot` wrote in shards.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_storage.py

Each case saves `range(n)` with element `x` in shard `x % shards`, and reads it with `reader_func`: the shards shuffled
with a seed (or not), then interleaved with a cycle length and a block length. A snapshot is read three times; its first
pass is the one that writes. The seed "global" is none of the shuffle's own: the global one alone fixes the order.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from writer import integers, versions, write

GLOBAL_SEED = 5


def reader(seed: int | str | None, cycle: int, block: int) -> Callable[[Any], Any]:
    def read(shards: tf.data.Dataset) -> tf.data.Dataset:
        shuffled = shards if seed is None else shards.shuffle(10, seed=None if seed == "global" else seed)
        return shuffled.interleave(lambda shard: shard, cycle_length=cycle, block_length=block)

    return read


def case(n: int, shards: int, seed: int | str | None, cycle: int, block: int) -> dict[str, Any]:
    read = reader(seed, cycle, block)
    dataset = tf.data.Dataset.range(n)
    with tempfile.TemporaryDirectory() as folder:
        dataset.save(f"{folder}/saved", shard_func=lambda x: x % shards)
        tf.random.set_seed(GLOBAL_SEED)
        loaded = integers(tf.data.Dataset.load(f"{folder}/saved", reader_func=read))
        tf.random.set_seed(GLOBAL_SEED)
        kept = dataset.snapshot(f"{folder}/kept", reader_func=read, shard_func=lambda x: x % shards)
        passes = [integers(kept) for _ in range(3)]
    arguments = {"n": n, "shards": shards, "seed": seed, "cycle_length": cycle, "block_length": block}
    return {**arguments, "loaded": loaded, "passes": passes}


def main() -> None:
    rows = [
        case(n, shards, seed, cycle, block)
        for n, shards in [(0, 1), (7, 1), (12, 3), (11, 4), (3, 5)]
        for seed, (cycle, block) in itertools.product([None, 3, "global"], [(1, 1), (2, 1), (3, 2)])
    ]
    write("storage", {"versions": versions(), "global_seed": GLOBAL_SEED, "cases": rows})


if __name__ == "__main__":
    main()
