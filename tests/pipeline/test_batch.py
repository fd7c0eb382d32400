"""batch: stacking, remainders, what cannot be stacked."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import AUTOTUNE, Dataset, TextLineDataset
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.core.values import Ragged


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
@pytest.mark.parametrize("drop", [False, True])
def test_remainder(vectorize, drop) -> None:
    rows = list(Dataset.range(7).map(lambda x: x + 0, vectorize=vectorize).batch(3, drop_remainder=drop))
    assert [r.tolist() for r in rows] == [[0, 1, 2], [3, 4, 5]] + ([] if drop else [[6]])


@pytest.mark.unit
def test_a_batch_larger_than_the_data() -> None:
    assert [b.tolist() for b in Dataset.range(3).batch(10)] == [[0, 1, 2]]
    assert list(Dataset.range(3).batch(10, drop_remainder=True)) == []
    assert list(Dataset.range(0).batch(10)) == []


@pytest.mark.unit
@pytest.mark.parametrize("calls", [1, 3, AUTOTUNE])
def test_tensorflows_arguments_change_no_batch(calls) -> None:
    dataset = Dataset.range(5).batch(2, False, calls, False, "batches")
    assert [b.tolist() for b in dataset] == [[0, 1], [2, 3], [4]]
    assert repr(dataset) == repr(Dataset.range(5).batch(2))


@pytest.mark.unit
def test_parallel_calls_are_checked() -> None:
    text = r"Dataset\.batch: num_parallel_calls must be None, AUTOTUNE or an int >= 1\. Received: num_parallel_calls=0"
    with pytest.raises(InvalidArgumentError, match=text):
        Dataset.range(5).batch(2, num_parallel_calls=0)


@pytest.mark.unit
def test_leaves_of_every_kind() -> None:
    data = {"x": np.zeros((4, 2), np.float32), "name": ["a", "bb", "", "d"], "words": np.array([["a", "b"]] * 4)}
    first = next(iter(Dataset.from_tensor_slices(data).batch(2)))
    assert first["x"].shape == (2, 2) and first["x"].dtype == np.float32
    assert first["name"].tolist() == [b"a", b"bb"]
    assert first["words"].tolist() == [[b"a", b"b"]] * 2


@pytest.mark.unit
def test_batches_of_batches() -> None:
    rows = list(Dataset.range(12).batch(2).batch(3))
    assert [r.tolist() for r in rows] == [[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]


@pytest.mark.unit
def test_ragged_rows_of_equal_length_stack() -> None:
    rows = Ragged.from_list([[1, 2], [3, 4], [5], [6]])
    assert [b.tolist() for b in Dataset.from_tensor_slices(rows).batch(2)] == [[[1, 2], [3, 4]], [[5], [6]]]


@pytest.mark.golden
def test_elements_counts_and_specs_are_tensorflows(golden, has_all_steps) -> None:
    from penstock.testing.pipelines import build, elements

    names = {-1: "infinite", -2: "unknown"}
    for case in golden("batch_repeat_take")["cases"]:
        if not has_all_steps(case["pipeline"]):
            continue
        dataset = build(Dataset, case["pipeline"])
        assert elements(dataset, case.get("limit")) == case["elements"], case
        spec, size = dataset.element_spec, dataset.cardinality()
        assert [list(spec.shape), spec.dtype.name] == case["spec"], case
        assert names.get(size, size) == case["cardinality"], case


@pytest.mark.golden
def test_what_tensorflow_refuses_is_refused(golden, has_all_steps) -> None:
    from penstock.testing.pipelines import build, elements

    for case in golden("batch_repeat_take")["errors"]:
        if has_all_steps(case["pipeline"]):
            with pytest.raises(InvalidArgumentError):
                elements(build(Dataset, case["pipeline"]))


@pytest.mark.fault
def test_different_shapes_name_leaf_and_both_elements() -> None:
    def image(x):
        return {"image": np.zeros((2, 3 if x == 7 else 2), np.float32), "id": x}

    iterator = iter(Dataset.range(12).map(image, vectorize=False).batch(4))
    assert next(iterator)["image"].shape == (4, 2, 2)
    text = (
        r"Dataset\.batch \(node 2\): elements differ in shape, cannot stack\. First element 4: \['image'\] "
        r"float32\[2, 2\]; element 7: \['image'\] float32\[2, 3\]\. Use padded_batch\(\) or ragged_batch\(\), or make "
        r"the shapes equal in map\(\)\."
    )
    with pytest.raises(ShapeError, match=text):
        next(iterator)
    assert next(iterator)["id"].tolist() == [8, 9, 10, 11]


@pytest.mark.fault
def test_different_shapes_name_the_files_and_lines(tmp_path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("1,2\n3,4\n5,6,7\n")
    dataset = TextLineDataset(path).map(lambda line: np.array([int(v) for v in line.split(b",")])).batch(3)
    text = r"First element 0 \(.*rows\.csv, line 1\): .* int64\[2\]; element 2 \(.*rows\.csv, line 3\): .* int64\[3\]"
    with pytest.raises(ShapeError, match=text):
        list(dataset)


@pytest.mark.fault
def test_different_dtypes_are_named() -> None:
    dataset = Dataset.range(4).map(lambda x: np.float32(1) if x == 3 else x, vectorize=False).batch(4)
    text = r"differ in dtype, cannot stack\. First element 0: .* int64\[\]; element 3: .* float32\[\]\. Cast in map"
    with pytest.raises(ShapeError, match=text):
        list(dataset)


@pytest.mark.fault
def test_a_bad_batch_does_not_take_good_ones_with_it(read_all) -> None:
    rows = Ragged.from_list([[0]] * 41 + [[0, 0]] + [[0]] * 10)
    found = read_all(Dataset.from_tensor_slices(rows).batch(2))
    assert [i for i, x in enumerate(found) if isinstance(x, Exception)] == [20]
    assert "First element 40: " in str(found[20]) and "element 41: " in str(found[20])
    assert len(found) == 26


@pytest.mark.fault
def test_different_structures_are_an_error() -> None:
    dataset = Dataset.range(6).map(lambda x: {"a": x} if x < 3 else {"b": x}, vectorize=False).batch(2)
    iterator = iter(dataset)
    assert next(iterator)["a"].tolist() == [0, 1]
    text = r"Dataset\.batch \(node 2\): elements must have one structure\. Received: .*'a': \*.* and .*'b': \*"
    with pytest.raises(InvalidArgumentError, match=text):
        next(iterator)
    assert next(iterator)["b"].tolist() == [4, 5]


@pytest.mark.unit
@pytest.mark.parametrize("size", [0, -3, 1.0, "2", None, False])
def test_batch_size_must_be_a_positive_int(size) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Dataset.range(3).batch(size)
    assert str(caught.value) == (
        f"Dataset.batch: batch_size must be an int >= 1. Received: batch_size={size!r} ({type(size).__name__})."
    )


@pytest.mark.unit
def test_spec_and_count() -> None:
    dataset = Dataset.range(7)
    assert repr(dataset.batch(3).element_spec) == "TensorSpec(shape=(None,), dtype=int64)"
    assert repr(dataset.batch(3, drop_remainder=True).element_spec) == "TensorSpec(shape=(3,), dtype=int64)"
    assert (len(dataset.batch(3)), len(dataset.batch(3, drop_remainder=True)), len(dataset.batch(np.int32(7)))) == (
        3,
        2,
        1,
    )
