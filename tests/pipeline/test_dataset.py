"""Dataset: immutable, iterable again and again, what it says about itself."""

from __future__ import annotations

import inspect
import threading

import numpy as np
import pytest

import penstock
from penstock import Dataset, TensorSpec
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import plan
from penstock.pipeline.calling import check_count, check_parallel_calls, paths_of


@pytest.mark.unit
def test_methods_return_new_datasets() -> None:
    base = Dataset.range(5)
    made = [
        base.map(lambda x: x + 1),
        base.filter(lambda x: x > 2),
        base.interleave(Dataset.range),
        base.batch(2),
        base.shuffle(2),
        base.repeat(),
        base.take(1),
        base.skip(1),
        base.prefetch(1),
        base.cache(),
    ]
    assert all(isinstance(d, Dataset) and d is not base for d in made)
    assert list(base) == [0, 1, 2, 3, 4]
    with pytest.raises(AttributeError):
        base.other = 1
    with pytest.raises(AttributeError):
        base._node.stop = 9


@pytest.mark.unit
def test_a_dataset_can_be_read_again_and_by_several_threads() -> None:
    dataset = Dataset.range(2000).map(lambda x: x * 3).filter(lambda x: x % 2 == 0).batch(7).prefetch(2)
    expected = [b.tolist() for b in dataset]
    results: list[object] = [None] * 4

    def read(i):
        results[i] = [b.tolist() for b in dataset]

    threads = [threading.Thread(target=read, args=(i,)) for i in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert results == [expected] * 4


@pytest.mark.unit
def test_subclasses_stay_subclasses() -> None:
    class Mine(Dataset):
        __slots__ = ()

    assert type(Mine.range(3).map(lambda x: x).batch(2)) is Mine


@pytest.mark.unit
def test_constructor_is_for_plans() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"Dataset: use a constructor such as Dataset.from_tensor_slices\(\)"
    ):
        Dataset([1, 2, 3])
    assert list(Dataset(plan.Range(0, 2))) == [0, 1]


@pytest.mark.unit
def test_length_truth_and_cardinality() -> None:
    assert len(Dataset.range(3)) == 3
    assert bool(Dataset.range(0))
    unknown = Dataset.range(5).filter(lambda x: x > 1)
    with pytest.raises(TypeError, match=r"Dataset: the number of elements is unknown; cardinality\(\) returns -2\."):
        len(unknown)
    assert list(unknown) == [2, 3, 4]


@pytest.mark.unit
def test_repr_is_one_line_that_reads_like_code() -> None:
    def double(x):
        return x * 2

    data = Dataset.from_tensor_slices({"x": np.zeros((10, 2)), "y": np.zeros(10)})
    dataset = data.map(double, num_parallel_calls=2).filter(double).shuffle(8, seed=1).batch(3, drop_remainder=True)
    assert repr(dataset.repeat().prefetch(-1)) == (
        "<Dataset from_tensor_slices(10 rows).map(double, num_parallel_calls=2).filter(double)"
        ".shuffle(8, seed=1).batch(3, drop_remainder=True).repeat().prefetch(-1)>"
    )
    assert repr(Dataset.range(1, 9, 2).take(2).skip(1).cache()) == "<Dataset range(1, 9, 2).take(2).skip(1).cache()>"


@pytest.mark.unit
def test_element_spec() -> None:
    data = Dataset.from_tensor_slices({"x": np.zeros((4, 3), np.float32), "name": ["a"] * 4})
    spec = {"x": TensorSpec((3,), "float32"), "name": TensorSpec((), "string")}
    for dataset in (data, data.shuffle(2), data.repeat(), data.take(1), data.filter(lambda e: e["x"][0] > 0)):
        assert dataset.element_spec == spec
    assert data.map(lambda e: e["x"]).element_spec == TensorSpec((3,), "float32")
    assert data.batch(2).element_spec["name"] == TensorSpec((None,), "string")


@pytest.mark.unit
def test_looking_at_the_spec_runs_no_further_than_the_first_element() -> None:
    calls = []

    def note(x):
        calls.append(int(x))
        return {"twice": x * 2}

    dataset = Dataset.range(100).map(note).batch(10)
    assert dataset.element_spec == {"twice": TensorSpec((None,), "int64")}
    assert dataset.element_spec == {"twice": TensorSpec((None,), "int64")}
    assert calls == [0]


@pytest.mark.unit
def test_as_numpy_iterator_and_blocks() -> None:
    dataset = Dataset.range(5000)
    assert list(dataset.as_numpy_iterator()) == list(range(5000))
    blocks = list(dataset.iter_blocks())
    assert sum(b.n for b in blocks) == 5000 and blocks[0].n == 1 and len(blocks) < 10


@pytest.mark.unit
def test_names_and_order_of_arguments_are_tensorflows() -> None:
    def names(method):
        return list(inspect.signature(getattr(Dataset, method)).parameters)[1:]

    assert names("map")[:3] == ["map_func", "num_parallel_calls", "deterministic"]
    tensorflows = ["map_func", "cycle_length", "block_length", "num_parallel_calls", "deterministic"]
    assert names("interleave")[:5] == tensorflows
    assert names("shuffle") == ["buffer_size", "seed", "reshuffle_each_iteration"]
    assert names("batch") == ["batch_size", "drop_remainder", "num_parallel_calls", "deterministic", "name"]
    assert [names(m) for m in ("repeat", "take", "skip")] == [["count"]] * 3
    assert names("prefetch") == ["buffer_size"]


@pytest.mark.unit
def test_public_names() -> None:
    assert penstock.AUTOTUNE == -1
    assert (penstock.pipeline.INFINITE_CARDINALITY, penstock.pipeline.UNKNOWN_CARDINALITY) == (-1, -2)


@pytest.mark.unit
def test_counts_may_be_numpy_integers_and_nothing_else() -> None:
    assert check_count("f", "n", np.int16(3), 1) == 3
    assert check_parallel_calls("f", np.int64(2)) == 2
    assert [check_parallel_calls("f", v) for v in (None, -1, 4)] == [None, -1, 4]
    for bad in (np.array([1, 2]), np.float32(2), [3], np.bool_(True)):
        with pytest.raises(InvalidArgumentError, match=r"f: n must be an int >= 1\. Received: n="):
            check_count("f", "n", bad, 1)


@pytest.mark.unit
def test_paths_may_be_many_things(tmp_path) -> None:
    wanted = (str(tmp_path),)
    for form in (tmp_path, str(tmp_path), str(tmp_path).encode(), [tmp_path], np.array([str(tmp_path)])):
        assert paths_of("f", form) == wanted
    assert paths_of("f", np.array(str(tmp_path).encode(), dtype=object)) == wanted
    assert paths_of("f", ["a", b"b"]) == ("a", "b")
