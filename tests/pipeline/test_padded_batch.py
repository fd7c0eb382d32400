"""padded_batch, ragged_batch, sparse_batch: rows of different lengths in one batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.columns import BytesColumn, DenseColumn, ObjectColumn, from_elements
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.specs import ObjectSpec, TensorSpec
from penstock.core.values import Ragged, Sparse
from penstock.pipeline.exec.padding import pad_rows, row_shapes
from penstock.testing import assert_elements_equal, assert_resumes_exactly

LENGTHS = [3, 0, 1, 5, 2, 2, 4]


def sequences(lengths=LENGTHS, dtype=np.int64):
    flat = np.concatenate([np.full(n, n) for n in lengths]).astype(dtype)
    return Dataset.from_tensor_slices(Ragged.from_row_lengths(flat, lengths))


def padded_slowly(rows, shape, padding, dtype):
    out = np.full((len(rows), *shape), padding, dtype=dtype)
    for i, row in enumerate(rows):
        out[(i, *map(slice, np.shape(row)))] = row
    return out


# --- padding of columns -----------------------------------------------------------------------------------------


@pytest.mark.property
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=6),
    st.sampled_from(["bool", "int8", "float16", "float32", "int64", "complex128"]),
    st.sampled_from([(), (2,), (0,), (2, 3)]),
    st.integers(0, 2),
)
def test_rows_of_numbers(lengths, dtype, inner, more) -> None:
    rows = [np.arange(n * int(np.prod(inner))).reshape(n, *inner).astype(dtype) for n in lengths]
    shape = (max(lengths) + more, *(size + more for size in inner))
    padding = np.dtype(dtype).type(1)
    column = from_elements(rows)
    assert [tuple(s) for s in row_shapes(column)] == [row.shape for row in rows]
    found = pad_rows(column, shape, padding)
    assert isinstance(found, DenseColumn)
    assert_elements_equal(found.values, padded_slowly(rows, shape, padding, dtype))
    part = pad_rows(column.slice(1, len(rows)), shape, padding)
    assert np.array_equal(part.as_value(), found.values[1:])


@pytest.mark.property
@given(
    st.lists(st.lists(st.binary(max_size=3), max_size=4), min_size=1, max_size=5),
    st.integers(0, 2),
    st.binary(max_size=2),
)
def test_rows_of_strings(rows, more, padding) -> None:
    arrays = [np.array(row, dtype=object) for row in rows]
    width = max(map(len, rows)) + more
    found = pad_rows(from_elements(arrays), (width,), padding)
    assert isinstance(found, BytesColumn)
    assert found.as_value().tolist() == [row + [padding] * (width - len(row)) for row in rows]


@pytest.mark.unit
def test_padding_keeps_zero_bytes_at_its_end() -> None:
    column = from_elements([np.array([[b"a"]], dtype=object), np.array([[b"b", b"c\x00"]], dtype=object)])
    found = pad_rows(column, (1, 3), b"-\x00").as_value()
    assert found.tolist() == [[[b"a", b"-\x00", b"-\x00"]], [[b"b", b"c\x00", b"-\x00"]]]


@pytest.mark.unit
def test_rows_that_differ_in_every_axis() -> None:
    rows = [np.ones((1, 3), np.float32), np.ones((2, 0), np.float32), np.ones((0, 1), np.float32)]
    column = from_elements(rows)
    assert isinstance(column, ObjectColumn)
    found = pad_rows(column, (2, 4), np.float32(7))
    assert np.array_equal(found.as_value(), padded_slowly(rows, (2, 4), 7, np.float32))


# --- padded_batch -----------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_batches_of_one_shape_make_one_block() -> None:
    with iter(sequences([4, 1, 4, 0, 2, 1]).padded_batch(2)) as iterator:
        assert iterator.next_block(1).n == 1
        assert [iterator.next_block(9).n for _ in range(2)] == [1, 1]
    with iter(sequences([4, 1, 4, 0, 2, 1]).padded_batch(2, [4])) as iterator:
        block = iterator.next_block(9)
        assert block.n == 3 and isinstance(block.columns[0], DenseColumn)


@pytest.mark.unit
def test_options_for_each_leaf() -> None:
    words = Ragged.from_list([[b"a"], [], [b"b", b"c"]])
    data = Dataset.from_tensor_slices({"n": np.arange(3), "w": words, "x": np.ones((3, 2), np.float32)})
    batch = next(
        iter(data.padded_batch(3, {"n": [], "w": [None], "x": [3]}, {"n": None, "w": "-", "x": np.float32(5)}))
    )
    assert batch["n"].tolist() == [0, 1, 2]
    assert batch["w"].tolist() == [[b"a", b"-"], [b"-", b"-"], [b"b", b"c"]]
    assert batch["x"].tolist() == [[1, 1, 5]] * 3 and batch["x"].dtype == np.float32


@pytest.mark.unit
def test_a_number_of_another_type_is_cast_where_nothing_is_lost() -> None:
    batch = next(iter(sequences([1, 2], np.float32).padded_batch(2, padding_values=-1)))
    assert batch.dtype == np.float32 and batch.tolist() == [[1, -1], [2, 2]]


@pytest.mark.unit
def test_specs() -> None:
    assert repr(sequences().padded_batch(2).element_spec) == "TensorSpec(shape=(None, None), dtype=int64)"
    fixed = sequences().padded_batch(2, [7], drop_remainder=True)
    assert (repr(fixed.element_spec), len(fixed)) == ("TensorSpec(shape=(2, 7), dtype=int64)", 3)
    # One element was seen: its size says nothing about the others.
    opaque = Dataset.range(1, 6).map(lambda x: np.full(x, x), vectorize=False)
    assert repr(opaque.element_spec) == "TensorSpec(shape=(1,), dtype=int64)"
    assert repr(opaque.padded_batch(2).element_spec) == "TensorSpec(shape=(None, None), dtype=int64)"
    assert [b.shape for b in opaque.padded_batch(2, [6])] == [(2, 6), (2, 6), (1, 6)]


@pytest.mark.fault
def test_an_element_that_is_too_long_is_named(read_all) -> None:
    found = read_all(sequences([1, 1, 2, 4, 1]).padded_batch(2, [3]))
    assert [getattr(b, "shape", None) for b in found] == [(2, 3), None, (1, 3)]
    assert str(found[1]) == (
        "Dataset.padded_batch (node 1): padded_shapes must be as large as the elements. Received: [3]; element 3: the "
        "element int64[4]. Use None for the largest of each batch, or cut the elements in map()."
    )


@pytest.mark.fault
def test_elements_of_different_rank_or_dtype(read_all) -> None:
    def element(x):
        return np.zeros((1, 1)) if x == 1 else np.zeros(1, np.float32) if x == 3 else np.zeros(1)

    found = read_all(Dataset.range(6).map(element, vectorize=False).padded_batch(2))
    text = "Dataset.padded_batch (node 2): elements differ in rank or dtype, cannot pad. First element "
    assert str(found[0]) == (
        text + "0: the element float64[1]; element 1: the element float64[1, 1]. Make them alike in map()."
    )
    assert str(found[1]).startswith(text + "2: the element float64[1]; element 3: the element float32[1].")
    assert found[2].shape == (2, 1)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"padded_shapes": [2, 2]}, ShapeError, "must have the rank of the elements and be as large as they are"),
        ({"padded_shapes": {"a": [2]}}, InvalidArgumentError, "shape: must be a sequence of ints|padded_shapes"),
        ({"padding_values": 1.5}, DTypeError, r"must be of dtype int64\. Received: 1\.5 \(float\)"),
        ({"padding_values": "x"}, DTypeError, "must be of dtype int64"),
        ({"padding_values": [1, 2]}, ShapeError, "padding_values must be a scalar"),
        ({"batch_size": 0}, InvalidArgumentError, r"batch_size must be an int >= 1\. Received: batch_size=0"),
    ],
)
def test_options_are_checked_at_once(options, error, text) -> None:
    with pytest.raises(error, match=text):
        sequences().padded_batch(**{"batch_size": 2, **options})


@pytest.mark.unit
def test_only_dense_arrays_can_be_padded() -> None:
    rows = Dataset.from_tensor_slices(Ragged.from_list([[[1], [2, 3]], [[4]]]))
    with pytest.raises(DTypeError, match=r"Dataset.padded_batch: only dense arrays can be padded\. Received: Ragged"):
        rows.padded_batch(2)
    pair = Dataset.from_tensor_slices((np.zeros(2), np.zeros(2)))
    with pytest.raises(InvalidArgumentError, match=r"padded_shapes must have the structure of the elements, \(\*"):
        pair.padded_batch(2, ([], [], []))


# --- ragged_batch and sparse_batch ------------------------------------------------------------------------------


@pytest.mark.unit
def test_ragged_batches() -> None:
    first, *_ = sequences().ragged_batch(3, row_splits_dtype="int32")
    assert isinstance(first, Ragged) and first.to_list() == [[3, 3, 3], [], [1]]
    spec = sequences().ragged_batch(3, drop_remainder=True, row_splits_dtype="int32").element_spec
    assert (spec.shape, spec.ragged_rank, spec.row_splits_dtype.name) == ((3, None), 1, "int32")
    pairs = Dataset.from_generator(
        lambda: (np.full((n, 4 - n), n) for n in (1, 3)), output_signature=TensorSpec([None, None], "int64")
    )
    assert next(iter(pairs.ragged_batch(2))).to_list() == [[[1, 1, 1]], [[3], [3], [3]]]
    with pytest.raises(
        InvalidArgumentError, match="row_splits_dtype must be int32 or int64. Received: row_splits_dtype=f"
    ):
        sequences().ragged_batch(3, row_splits_dtype="float32")


@pytest.mark.unit
def test_ragged_batches_of_elements_that_nothing_is_known_of() -> None:
    opaque = Dataset.range(2, 5).map(lambda x: (np.full(x, x), x), vectorize=False)
    for _ in range(2):
        values, numbers = next(iter(opaque.ragged_batch(2)))
        assert values.to_list() == [[2, 2], [3, 3, 3]] and numbers.tolist() == [2, 3]
        assert (
            repr(opaque.ragged_batch(2).element_spec[0]) == "RaggedSpec(shape=(None, None), dtype=int64, ragged_rank=1)"
        )


@pytest.mark.fault
def test_what_cannot_be_ragged() -> None:
    opaque = Dataset.range(1, 3).map(lambda x: np.full((2, x), x), vectorize=False)
    found = next(iter(opaque.ragged_batch(1)))
    assert found.to_list() == [[[1], [1]]]


@pytest.mark.unit
def test_sparse_batches() -> None:
    first, *_ = sequences().sparse_batch(3, [None])
    assert first == Sparse([[0, 0], [0, 1], [0, 2], [2, 0]], [3, 3, 3, 1], [3, 3])
    assert repr(sequences().sparse_batch(3, [4]).element_spec) == "SparseSpec(shape=(None, 4), dtype=int64)"


@pytest.mark.fault
def test_sparse_batch_errors(read_all) -> None:
    found = read_all(sequences([1, 5, 2]).sparse_batch(2, [4]))
    assert str(found[0]) == (
        "Dataset.sparse_batch (node 1): row_shape must be as large as the elements. Received: row_shape=[4]; element "
        "1: the element int64[5]. Use None for the largest of each batch."
    )
    assert found[1].shape == (1, 4)
    with pytest.raises(ShapeError, match=r"row_shape must have the rank of the elements. Received: row_shape=\[2, 2\]"):
        sequences().sparse_batch(2, [2, 2])
    with pytest.raises(ShapeError, match="row_shape must have a known rank. Received: row_shape=None"):
        sequences().sparse_batch(2, None)
    with pytest.raises(DTypeError, match="Dataset.sparse_batch: elements must be single dense arrays. Received: "):
        Dataset.from_tensor_slices((np.zeros(2), np.zeros(2))).sparse_batch(2, [])
    opaque = Dataset.range(2).map(lambda x: (x, x), vectorize=False)
    with pytest.raises(DTypeError, match=r"Dataset.sparse_batch \(node 2\): elements must be single dense arrays"):
        list(opaque.sparse_batch(2, []))


@pytest.mark.unit
def test_resume() -> None:
    lengths = [3, 0, 1, 5, 2, 2, 4, 7, 1, 1, 6, 0]
    assert_resumes_exactly(lambda: sequences(lengths).shuffle(4, seed=1).padded_batch(3))
    assert_resumes_exactly(lambda: sequences(lengths).padded_batch(2, [7]).prefetch(2))
    assert_resumes_exactly(lambda: sequences(lengths).ragged_batch(5).repeat(2))
    assert_resumes_exactly(lambda: sequences(lengths).sparse_batch(2, [None]))


@pytest.mark.unit
def test_sparse_batches_of_nothing_have_no_known_spec() -> None:
    empty = Dataset.range(0).map(lambda x: np.zeros(int(x)), vectorize=False).sparse_batch(1, [None])
    assert isinstance(empty.element_spec, ObjectSpec) and list(empty) == []
