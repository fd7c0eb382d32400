"""enumerate: numbers beside elements."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError


@pytest.mark.unit
def test_numbers_are_int64_and_elements_stay() -> None:
    dataset = Dataset.from_tensor_slices({"a": ["x", "y", "z"]}).enumerate(5)
    assert list(dataset) == [(5, {"a": b"x"}), (6, {"a": b"y"}), (7, {"a": b"z"})]
    assert all(type(i) is np.int64 for i, _ in dataset)
    assert dataset.element_spec[0].dtype.name == "int64" and len(dataset) == 3


@pytest.mark.unit
def test_numbers_go_on_over_blocks() -> None:
    numbers = [int(i) for i, _ in Dataset.range(40_000).shuffle(100, seed=1).enumerate()]
    assert numbers == list(range(40_000))


@pytest.mark.unit
def test_start_is_an_int() -> None:
    message = r"Dataset\.enumerate: start must be an int\. Received: start=1\.5 \(float\)\."
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(3).enumerate(1.5)
