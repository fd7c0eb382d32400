"""rejection_resample: TensorFlow's choices, shares that come out, classes that are none."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError
from penstock.core.random import set_seed
from penstock.testing import assert_resumes_exactly
from penstock.testing.executor import reference_iterator


@pytest.mark.golden
@pytest.mark.parametrize("vectorize", [True, False])
def test_choices_are_tensorflows(golden, vectorize) -> None:
    for case in golden("rejection_resample")["cases"]:
        set_seed(case.get("global_seed"))
        classes = len(case["target_dist"])

        def class_of(x, classes=classes):
            return x * x % classes if vectorize else np.int64(int(x) * int(x) % classes)

        dataset = Dataset.range(case["n"]).rejection_resample(
            class_of, case["target_dist"], case["initial_dist"], case["seed"]
        )
        for epoch in case["epochs"]:
            assert [[int(label), int(x)] for label, x in dataset] == epoch, case


@pytest.mark.unit
@pytest.mark.parametrize("initial", [None, [0.25] * 4, [0.1, 0.2, 0.3, 0.4]])
def test_the_engine_gives_what_the_reference_gives(initial) -> None:
    def make():
        return Dataset.range(150).rejection_resample(lambda x: x % 4, [0.4, 0.3, 0.2, 0.1], initial, 3)

    assert list(make()) == list(reference_iterator(make()))


@pytest.mark.unit
def test_shares_come_out() -> None:
    target = [0.5, 0.3, 0.2]
    dataset = Dataset.range(6000).rejection_resample(lambda x: x % 3, target, seed=1)
    counts = np.bincount([int(label) for label, _ in dataset])
    assert np.allclose(counts / counts.sum(), target, atol=0.03)


@pytest.mark.unit
def test_elements_of_any_structure() -> None:
    data = Dataset.from_tensor_slices((np.arange(6), {"name": list("abcdef")}))
    pairs = data.rejection_resample(lambda x, named: x % 2, [0.0, 1.0], [0.5, 0.5], 1)
    assert [(int(c), int(x), e["name"]) for c, (x, e) in pairs] == [(1, 1, b"b"), (1, 3, b"d"), (1, 5, b"f")]
    assert repr(pairs.element_spec[1][1]["name"]) == "TensorSpec(shape=(), dtype=string)"


@pytest.mark.fault
def test_classes_must_be_those_of_the_target() -> None:
    text = r"Dataset\.rejection_resample \(node 2\): classes must be in \[0, 2\), one for each share of target_dist\. "
    with pytest.raises(InvalidArgumentError, match=text + r"Received: class 2\."):
        list(Dataset.range(9).rejection_resample(lambda x: x % 3, [0.0, 1.0], [0.5, 0.5], 1))
    with pytest.raises(DTypeError, match="class_func must return one integer"):
        list(Dataset.range(9).rejection_resample(lambda x: x * 0.5, [0.0, 1.0], [0.5, 0.5], 1))


@pytest.mark.unit
@pytest.mark.parametrize("shares", [[], [-1.0, 2.0], [0.0, 0.0], [[0.5, 0.5]], "half", 1.0])
def test_shares_are_checked_at_once(shares) -> None:
    with pytest.raises(
        InvalidArgumentError, match="target_dist must be a list of numbers >= 0, one for each class, not all 0"
    ):
        Dataset.range(9).rejection_resample(lambda x: x % 2, shares)
    with pytest.raises(
        InvalidArgumentError, match="initial_dist must have a share for each one of target_dist. Received: 3 and 2"
    ):
        Dataset.range(9).rejection_resample(lambda x: x % 2, [0.5, 0.5], [0.2, 0.3, 0.5])


@pytest.mark.unit
def test_resume() -> None:
    for initial in (None, [0.5, 0.5]):
        assert_resumes_exactly(
            lambda initial=initial: Dataset.range(20).rejection_resample(lambda x: x % 2, [0.8, 0.2], initial, 3)
        )
