"""explain(): the tree with counts, specs and reasons."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset, TextLineDataset
from penstock.core.errors import InvalidArgumentError


def scale(element):
    return {"x": element["x"] * 2, "y": element["y"]}


def choose(element):
    return element["x"] if element["y"] > 0 else element["x"] * 0


def source() -> Dataset:
    return Dataset.from_tensor_slices({"x": np.zeros((10, 3), np.float32), "y": np.arange(10)})


@pytest.mark.unit
def test_stages_are_bare_trees() -> None:
    dataset = source().take(6).map(scale).repeat(1).batch(4)
    assert dataset.explain("logical") == (
        "4 batch(4)  →  {'x': float32[?, 3], 'y': int64[?]}, 2 elements\n"
        "  3 repeat(1)  →  {'x': float32[3], 'y': int64}, 6 elements\n"
        "    2 map(scale)  →  {'x': float32[3], 'y': int64}, 6 elements\n"
        "      1 take(6)  →  {'x': float32[3], 'y': int64}, 6 elements\n"
        "        0 from_tensor_slices(10 rows)  →  {'x': float32[3], 'y': int64}, 10 elements"
    )
    assert dataset.explain("simplified") == (
        "2 batch(4)  →  {'x': float32[?, 3], 'y': int64[?]}, 2 elements\n"
        "  1 map(scale)  →  {'x': float32[3], 'y': int64}, 6 elements\n"
        "    0 from_tensor_slices(6 rows)  →  {'x': float32[3], 'y': int64}, 6 elements"
    )


@pytest.mark.unit
def test_the_running_plan_says_how_functions_run_and_which_rules_were_used() -> None:
    text = source().take(6).map(scale).batch(4).explain()
    assert text == (
        "2 batch(4)  →  {'x': float32[?, 3], 'y': int64[?]}, 2 elements\n"
        "  1 map(scale)  →  {'x': float32[3], 'y': int64}, 6 elements\n"
        "      · scale runs on whole blocks (1 op, to be checked on the first rows)\n"
        "    0 from_tensor_slices(6 rows)  →  {'x': float32[3], 'y': int64}, 6 elements\n"
        "rules applied: PushTakeIntoSource"
    )


@pytest.mark.unit
def test_the_note_changes_once_the_function_has_run() -> None:
    dataset = source().map(scale)
    list(dataset)
    assert "· scale runs on whole blocks (1 op, checked against direct calls)" in dataset.explain()


@pytest.mark.unit
def test_a_function_that_cannot_be_traced_is_explained_with_its_line() -> None:
    line = choose.__code__.co_firstlineno + 1
    text = source().map(choose).explain()
    assert "· choose runs element by element: " in text
    assert f"test_explain.py:{line}" in text
    assert text.startswith("1 map(choose)  →  elements known when run, 10 elements\n")
    assert text.endswith("rules applied: none")


@pytest.mark.unit
def test_counts_that_are_not_numbers(tmp_path) -> None:
    text = TextLineDataset(tmp_path / "a.txt").repeat().explain("simplified")
    assert text == f"1 repeat()  →  string, infinite\n  0 text_line('{tmp_path}/a.txt')  →  string, count unknown"


@pytest.mark.unit
def test_explaining_runs_nothing() -> None:
    calls = []

    def rows():
        calls.append(1)
        yield 1

    Dataset.from_generator(rows).map(lambda x: x + 1).batch(2).explain()
    assert calls == []


@pytest.mark.unit
def test_unknown_stage() -> None:
    with pytest.raises(InvalidArgumentError, match=r"stage: must be one of logical, simplified\. Received: 'fused'\."):
        source().explain("fused")
