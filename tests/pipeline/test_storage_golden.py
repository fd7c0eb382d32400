"""save, load and snapshot read shards in TensorFlow's order."""

from __future__ import annotations

import pytest

from penstock import Dataset
from penstock.core.random import set_seed


def ints(dataset):
    return [int(x) for x in dataset]


@pytest.mark.golden
def test_shards_are_read_in_tensorflows_order(golden, tmp_path) -> None:
    document = golden("storage")
    for number, case in enumerate(document["cases"]):

        def read(shards, case=case):
            shuffled = (
                shards
                if case["seed"] is None
                else shards.shuffle(10, seed=None if case["seed"] == "global" else case["seed"])
            )
            lengths = {"cycle_length": case["cycle_length"], "block_length": case["block_length"]}
            return shuffled.interleave(lambda shard: shard, **lengths)

        def shard_of(x, case=case):
            return x % case["shards"]

        path, dataset = tmp_path / str(number), Dataset.range(case["n"])
        dataset.save(path / "saved", shard_func=shard_of)
        set_seed(document["global_seed"])
        assert ints(Dataset.load(path / "saved", reader_func=read)) == case["loaded"], case
        set_seed(document["global_seed"])
        kept = dataset.snapshot(path / "kept", reader_func=read, shard_func=shard_of)
        assert [ints(kept) for _ in range(3)] == case["passes"], case
