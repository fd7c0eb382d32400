"""The slow model gives TensorFlow's order; so it may stand in for TensorFlow in the tests of the pipeline."""

from __future__ import annotations

import pytest

from penstock.core.random import set_seed
from penstock.testing import ReferenceDataset
from penstock.testing.pipelines import apply, build, elements


@pytest.mark.golden
def test_shuffle(golden) -> None:
    for case in golden("shuffle")["cases"]:
        set_seed(case["global_seed"])
        dataset = build(ReferenceDataset, case["pipeline"])
        assert [elements(dataset) for _ in case["epochs"]] == case["epochs"], case


@pytest.mark.golden
def test_datasets_that_share_a_shuffled_dataset(golden) -> None:
    for case in golden("shuffle")["shared"]:
        set_seed(case["global_seed"])
        base = build(ReferenceDataset, case["base"])
        users = {name: apply(ReferenceDataset, base, steps) for name, steps in case["users"].items()}
        got = [{"user": turn["user"], "elements": elements(users[turn["user"]])} for turn in case["iterations"]]
        assert got == case["iterations"]


@pytest.mark.golden
def test_iterators_of_one_dataset(golden) -> None:
    for case in golden("shuffle")["iterators"]:
        dataset = build(ReferenceDataset, case["pipeline"])
        iterators = {"first": dataset.as_numpy_iterator(), "second": dataset.as_numpy_iterator()}
        for turn in (case["read_first"], case["read_second"]):
            assert list(iterators[turn["made"]]) == turn["elements"]


@pytest.mark.golden
def test_interleave(golden) -> None:
    document = golden("interleave")
    for case in document["cases"]:
        lengths = {"cycle_length": case["cycle_length"], "block_length": case["block_length"]}
        source = {"op": "values", "values": document["layouts"][case["layout"]]}
        dataset = build(ReferenceDataset, [source, {"op": "interleave", "function": [{"op": "ragged"}], **lengths}])
        assert elements(dataset) == case["elements"], case
    for case in document["nested_cases"]:
        assert elements(build(ReferenceDataset, case["pipeline"])) == case["elements"], case


@pytest.mark.golden
def test_batch_repeat_take(golden) -> None:
    for case in golden("batch_repeat_take")["cases"]:
        assert elements(build(ReferenceDataset, case["pipeline"]), case.get("limit")) == case["elements"], case


@pytest.mark.golden
def test_list_files_is_a_shuffle_over_all_files(golden) -> None:
    document = golden("list_files")
    names = {str(row["pattern"]): row["result"] for row in document["unshuffled"] if "result" in row}
    for case in document["shuffled"]:
        set_seed(case["global_seed"])
        files = names[str(case["pattern"])]
        order = ReferenceDataset.range(0, len(files)).shuffle(len(files), seed=case["seed"])
        assert [[files[i] for i in elements(order)] for _ in case["epochs"]] == case["epochs"], case


@pytest.mark.unit
@pytest.mark.parametrize("pipeline", [[{"op": "take", "count": 1}], [{"op": "range", "stop": 3}, {"op": "nothing"}]])
def test_unknown_steps_are_errors(pipeline) -> None:
    with pytest.raises(ValueError, match=r"pipeline: .* Received: op='(take|nothing)'\."):
        build(ReferenceDataset, pipeline)
