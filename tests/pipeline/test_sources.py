"""Sources in memory: range, from_tensor_slices, from_tensors."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError, ShapeError
from penstock.core.values import Ragged, Sparse
from penstock.testing import assert_elements_equal


class Point(NamedTuple):
    x: object
    y: object


@dataclasses.dataclass
class Row:
    image: object
    label: object


@pytest.mark.property
@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-7, 7).filter(bool))
def test_range_is_pythons(start, stop, step) -> None:
    dataset = Dataset.range(start, stop, step)
    assert list(dataset) == list(range(start, stop, step))
    assert len(dataset) == len(range(start, stop, step))


@pytest.mark.unit
def test_range_gives_int64_unless_asked() -> None:
    assert {x.dtype for x in Dataset.range(3)} == {np.dtype(np.int64)}
    assert [x.dtype.name for x in Dataset.range(2, output_type="float32")] == ["float32"] * 2
    assert list(Dataset.range(np.int32(2), np.int64(4))) == [2, 3]


@pytest.mark.unit
@pytest.mark.parametrize("arguments", [(), (1, 2, 3, 4)])
def test_range_takes_one_to_three_numbers(arguments) -> None:
    text = f"Dataset.range: takes stop; start, stop; or start, stop, step. Received: {len(arguments)} arguments."
    with pytest.raises(InvalidArgumentError, match=text):
        Dataset.range(*arguments)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((1.5,), r"stop must be an int.* Received: stop=1\.5 \(float\)"),
        (("3",), r"stop must be an int.* Received: stop='3' \(str\)"),
        ((True,), r"stop must be an int.* Received: stop=True \(bool\)"),
        ((None, 3), r"start must be an int.* Received: start=None \(NoneType\)"),
        ((0, 3, 0), r"step must not be 0. Received: step=0"),
    ],
)
def test_range_refuses(arguments, text) -> None:
    with pytest.raises(InvalidArgumentError, match=f"Dataset.range: {text}"):
        Dataset.range(*arguments)


@pytest.mark.unit
def test_slices_of_every_structure() -> None:
    x, names = np.arange(6, dtype=np.int16).reshape(3, 2), ["a", "b", "c"]
    pairs = list(Dataset.from_tensor_slices((x, names)))
    assert type(pairs[0]) is tuple and pairs[1][0].tolist() == [2, 3] and pairs[1][1] == b"b"
    assert pairs[0][0].dtype == np.int16
    nested = list(Dataset.from_tensor_slices({"b": {"x": x}, "a": names}))
    assert list(nested[0]) == ["b", "a"] and nested[2]["b"]["x"].tolist() == [4, 5]
    points = list(Dataset.from_tensor_slices(Point(x, names)))
    assert isinstance(points[0], Point) and points[0].y == b"a"
    rows = list(Dataset.from_tensor_slices(Row(x, names)))
    assert isinstance(rows[0], Row) and rows[2].label == b"c"


@pytest.mark.unit
def test_slices_of_every_leaf() -> None:
    assert list(Dataset.from_tensor_slices([1, 2, 3])) == [1, 2, 3]
    assert next(iter(Dataset.from_tensor_slices([1.5]))).dtype == np.float64
    assert list(Dataset.from_tensor_slices([b"x", "ä"])) == [b"x", "ä".encode()]
    assert [r.tolist() for r in Dataset.from_tensor_slices(Ragged.from_list([[1], [], [2, 3]]))] == [[1], [], [2, 3]]
    sparse = list(Dataset.from_tensor_slices(Sparse.from_dense([[0, 1], [2, 0]])))
    assert [s.to_dense().tolist() for s in sparse] == [[0, 1], [2, 0]]
    assert [m.tolist() for m in Dataset.from_tensor_slices(np.array([["a", "b"]]))] == [[b"a", b"b"]]
    big_endian = list(Dataset.from_tensor_slices(np.arange(3, dtype=">i4")))
    assert big_endian == [0, 1, 2] and big_endian[0].dtype == np.int32
    assert [x.tolist() for x in Dataset.from_tensor_slices(np.arange(12).reshape(6, 2)[::-2])] == [
        [10, 11],
        [6, 7],
        [2, 3],
    ]


@pytest.mark.unit
def test_slices_of_tables() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"x": [1, 2], "name": ["a", "bb"]})
    rows = list(Dataset.from_tensor_slices(table))
    assert [(r["x"], r["name"]) for r in rows] == [(1, b"a"), (2, b"bb")]


@pytest.mark.unit
def test_slices_refuse_different_lengths_and_scalars() -> None:
    text = r"from_tensor_slices: all leaves must have the same first dimension\. Received: \['a'\]: 2, \['b'\]: 3\."
    with pytest.raises(ShapeError, match=text):
        Dataset.from_tensor_slices({"a": [1, 2], "b": [1, 2, 3]})
    with pytest.raises(ShapeError, match=r"scalar|first axis"):
        Dataset.from_tensor_slices(3)
    with pytest.raises(InvalidArgumentError, match=r"Leaf: \['a'\]"):
        Dataset.from_tensor_slices({"a": 1})
    with pytest.raises(InvalidArgumentError, match="from_tensor_slices: at least one array is needed"):
        Dataset.from_tensor_slices({})


@pytest.mark.unit
def test_arrays_are_held_without_a_copy_and_elements_are_copies() -> None:
    data = np.zeros((1000, 10))
    dataset = Dataset.from_tensor_slices(data)
    (column,) = dataset._node.block.columns
    assert np.shares_memory(column.values, data)
    assert not np.shares_memory(next(iter(dataset)), data)


@pytest.mark.unit
def test_from_tensors_is_one_element() -> None:
    dataset = Dataset.from_tensors({"x": [1, 2], "y": "text"})
    assert len(dataset) == 1
    (element,) = dataset
    assert_elements_equal(element, {"x": np.array([1, 2]), "y": b"text"})
    assert list(Dataset.from_tensors(7).repeat(3)) == [7, 7, 7]
    assert repr(Dataset.from_tensors(np.float32(1)).element_spec) == "TensorSpec(shape=(), dtype=float32)"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("elements", "received"),
    [
        ([1, 2, 1.5], r"element 0: int64\[\]; element 2: float64\[\]\."),
        ([{"a": 1}, {"a": [1]}], r"element 0: int64\[\] at \['a'\]; element 1: int64\[1\] at \['a'\]\."),
        (["a", 3], r"element 0: b'a' \(bytes\); element 1: int64\[\]\."),
        ([None], r"element 0: None \(NoneType\)\."),
        (
            [Ragged.from_list([[1]]), Ragged.from_list([[1.0]])],
            r"element 0: int64\[1, \?\]; element 1: float64\[1, \?\]\.",
        ),
    ],
)
def test_a_list_of_elements_that_do_not_fit_together_says_which(elements, received) -> None:
    text = r"Dataset\.from_list: elements must be numbers, strings and arrays of the same dtypes and ranks\. Received: "
    with pytest.raises(InvalidArgumentError, match=text + received):
        Dataset.from_list(elements)


@pytest.mark.unit
def test_a_list_of_dicts_is_told_where_to_go() -> None:
    with pytest.raises(ShapeError, match=r"Dataset\.from_list\(\) for a list of elements"):
        Dataset.from_tensor_slices([{"a": 1}, {"a": 2}])


@pytest.mark.unit
def test_pythons_own_errors_name_the_class_that_users_know() -> None:
    with pytest.raises(TypeError, match=r"^Dataset\.shuffle\(\) missing 1 required positional argument: 'buffer_size'"):
        Dataset.range(3).shuffle()
    assert Dataset.range.__qualname__ == "Dataset.range"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda seed: Dataset.range(3).shuffle(2, seed), "shuffle"),
        (lambda seed: Dataset.range(3).global_shuffle(seed), "global_shuffle"),
        (lambda seed: Dataset.random(seed), "random"),
        (lambda seed: Dataset.sample_from_datasets([Dataset.range(2)] * 2, seed=seed), "sample_from_datasets"),
    ],
)
def test_seeds_are_integers(make, where) -> None:
    with pytest.raises(
        InvalidArgumentError, match=rf"^Dataset\.{where}: seed must be an integer\. Received: seed=1\.5"
    ):
        make(1.5)
