"""RowStore: rows in blocks, out by number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.block import Block
from penstock.pipeline.exec.row_store import RowStore


def block(rows: list[int]) -> Block:
    return Block.from_elements([{"n": np.int64(r), "text": f"row {r}"} for r in rows])


def numbers(found: Block) -> list[int]:
    elements = found.to_list()
    assert all(e["text"] == f"row {e['n']}".encode() for e in elements)
    return [int(e["n"]) for e in elements]


@pytest.mark.property
@given(st.data())
def test_is_a_list(data) -> None:
    store, model = RowStore(), []
    added = 0
    for _ in range(data.draw(st.integers(1, 12))):
        match data.draw(st.sampled_from(["append", "append", "take", "keep"])):
            case "append":
                n = data.draw(st.integers(1, 9))
                store.append(block(list(range(added, added + n))))
                model += range(added, added + n)
                added += n
            case "take" if model:
                wanted = data.draw(st.lists(st.integers(0, len(model) - 1), min_size=1, max_size=12))
                assert numbers(store.take(np.array(wanted, np.int64))) == [model[i] for i in wanted]
            case "keep":
                kept = data.draw(st.permutations(range(len(model))))[: data.draw(st.integers(0, len(model)))]
                store.keep(np.array(kept, np.int64))
                model = [model[i] for i in kept]
        assert store.rows == len(model)


@pytest.mark.unit
def test_single_rows_make_few_blocks() -> None:
    store = RowStore()
    for i in range(1000):
        store.append(block([i]))
        assert len(store._blocks) <= 11
    assert numbers(store.take(np.arange(999, -1, -1))) == list(range(999, -1, -1))
