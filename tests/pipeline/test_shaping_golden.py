"""Batches of all kinds, windows, groups and buckets give what TensorFlow gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import PenstockError
from penstock.core.specs import TensorSpec
from penstock.core.values import Ragged, Sparse

pytestmark = pytest.mark.golden


@pytest.fixture
def shaping(golden) -> dict[str, Any]:
    return golden("shaping")


def sequences(lengths: list[int]) -> Dataset[Any]:
    flat = np.concatenate([np.full(n, n) for n in lengths])
    return Dataset.from_tensor_slices(Ragged.from_row_lengths(flat, lengths))


def shown(element: Any) -> Any:
    if isinstance(element, Sparse):
        return {name: text(getattr(element, name).tolist()) for name in ("indices", "values", "dense_shape")}
    if isinstance(element, Ragged):
        return {"ragged": element.to_list()}
    return text(np.asarray(element).tolist())


def text(value: Any) -> Any:
    if isinstance(value, list):
        return [text(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def check(case: dict[str, Any], make: Any) -> None:
    if "error" in case:
        with pytest.raises(PenstockError):
            list(make())
        return
    dataset = make()
    assert [shown(element) for element in dataset] == case["rows"], case
    # What TensorFlow does not know may be known here.
    assert case["cardinality"] in (dataset.cardinality(), -2)
    if "shape" in case:
        assert list(dataset.element_spec.shape) == case["shape"], case


def options(case: dict[str, Any], *names: str) -> dict[str, Any]:
    results = {"rows", "cardinality", "shape", "error", *names}
    return {name: value for name, value in case.items() if name not in results}


def test_padded_batches(shaping) -> None:
    for case in shaping["padded_batch"]:
        check(case, lambda case=case: sequences(shaping["lengths"]).padded_batch(**options(case)))


def test_windows(shaping) -> None:
    for case in shaping["window"]:
        dataset = Dataset.range(10).window(**options(case))
        assert [[int(x) for x in window] for window in dataset] == case["rows"], case
        assert len(dataset) == case["cardinality"] == len(case["rows"])


def test_rebatches(shaping) -> None:
    for case in shaping["rebatch"]:
        check(case, lambda case=case: Dataset.range(10).batch(case["of"]).rebatch(**options(case, "of")))


@pytest.mark.parametrize("vectorize", [None, False])
def test_groups(shaping, vectorize) -> None:
    first, *cases, by_key = shaping["group_by_window"]
    values = Dataset.from_tensor_slices(np.array(first["values"]))
    for case in cases:
        modulus, batch = case["modulus"], case["batch"]
        grouped = values.group_by_window(
            lambda x, modulus=modulus: x % modulus - 2,
            lambda key, window, batch=batch: window.batch(batch),
            case["window_size"],
            vectorize=vectorize,
        )
        assert [element.tolist() for element in grouped] == case["rows"], case
    grouped = values.group_by_window(
        lambda x: x % 4,
        lambda key, window: window.map(lambda x: x * 10 + key),
        window_size_func=lambda key: key + 1,
        vectorize=vectorize,
    )
    assert [int(element) for element in grouped] == by_key["rows"]


def test_buckets(shaping) -> None:
    for case in shaping["bucket_by_sequence_length"]:
        check(
            case,
            lambda case=case: sequences(shaping["lengths"]).bucket_by_sequence_length(
                lambda x: x.shape[0], **options(case)
            ),
        )


def test_others(shaping) -> None:
    lengths = shaping["lengths"]
    strings = Dataset.from_tensor_slices([["a", ""], ["c", "d"], ["e", "f"]])
    squares = Dataset.from_generator(
        lambda: (np.full((n, 4 - n), n) for n in (1, 2, 3)), output_signature=TensorSpec([None, None], "int64")
    )
    makers = {
        "ragged_batch": lambda: sequences(lengths).ragged_batch(3),
        "ragged_batch, drop_remainder": lambda: sequences(lengths).ragged_batch(3, drop_remainder=True),
        "ragged_batch of dense rows": lambda: strings.ragged_batch(2),
        "ragged_batch of squares": lambda: squares.ragged_batch(2),
        "ragged_batch of scalars": lambda: Dataset.range(5).ragged_batch(2),
        "sparse_batch": lambda: sequences(lengths).sparse_batch(3, [12]),
        "sparse_batch, open": lambda: sequences(lengths).sparse_batch(3, [None]),
        "sparse_batch, too small": lambda: sequences(lengths).sparse_batch(3, [4]),
        "sparse_batch of strings": lambda: strings.sparse_batch(2, [3]),
        "sparse_batch of squares": lambda: squares.sparse_batch(2, [None, 3]),
        "sparse_batch of scalars": lambda: Dataset.range(3).sparse_batch(2, []),
        "padded_batch of squares": lambda: squares.padded_batch(2, [None, 5]),
        "padded_batch of strings": lambda: strings.padded_batch(2, [3], "x"),
        "unbatch": lambda: Dataset.range(7).batch(3).unbatch(),
        "unbatch of sequences": lambda: sequences([2, 0, 3]).unbatch(),
        "unbatch of a ragged batch": lambda: sequences([2, 0, 3]).ragged_batch(2).unbatch(),
        "rebatch of a ragged batch": lambda: sequences([2, 0, 3]).ragged_batch(2).rebatch(3),
    }
    cases = {case["name"]: case for case in shaping["others"]}
    assert makers.keys() == cases.keys()
    for name, make in makers.items():
        check(cases[name], make)
