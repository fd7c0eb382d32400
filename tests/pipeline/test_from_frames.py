"""from_tensor_slices over pandas and Arrow: columns, tables, missing values."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError
from penstock.testing import assert_elements_equal, assert_resumes_exactly

ROW = {"i": np.int64(1), "n": np.int32(4), "x": np.float64(0.5), "s": b"a", "f": np.True_}


def frame():
    import pandas

    columns = {"i": [1, 2], "n": np.array([4, 5], np.int32), "x": [0.5, 1.5], "s": ["a", "bb"], "f": [True, False]}
    return pandas.DataFrame(columns)


def table():
    import pyarrow

    return pyarrow.Table.from_pandas(frame(), preserve_index=False)


@pytest.mark.unit
@pytest.mark.parametrize("make", [frame, table])
def test_a_table_gives_dicts_of_its_columns(make) -> None:
    dataset = Dataset.from_tensor_slices(make())
    first, second = dataset
    assert_elements_equal(first, ROW)
    assert list(first) == list(ROW)
    assert second["s"] == b"bb"
    assert len(dataset) == 2
    assert {name: spec.dtype.name for name, spec in dataset.element_spec.items()} == {
        "i": "int64",
        "n": "int32",
        "x": "float64",
        "s": "string",
        "f": "bool",
    }
    assert_resumes_exactly(lambda: Dataset.from_tensor_slices(make()).shuffle(2, seed=1).repeat(3))


@pytest.mark.unit
def test_columns_in_a_nest() -> None:
    data = frame()
    features, label = next(iter(Dataset.from_tensor_slices((dict(data[["i", "x"]]), data["s"]))))
    assert_elements_equal((features, label), ({"i": np.int64(1), "x": np.float64(0.5)}, b"a"))
    assert [x.tolist() for x in Dataset.from_tensor_slices(data[["i", "x"]].to_numpy())] == [[1, 0.5], [2, 1.5]]
    import pyarrow

    arrays = (pyarrow.array([[1], [2, 3]]), pyarrow.chunked_array([["a"], ["b"]]))
    assert [(a.tolist(), b) for a, b in Dataset.from_tensor_slices(arrays)] == [([1], b"a"), ([2, 3], b"b")]


@pytest.mark.unit
def test_pandas_types() -> None:
    import pandas

    for values, kind, expected in (
        ([1, 2], "Int64", [1, 2]),
        (["a", "b"], "string", [b"a", b"b"]),
        (["a", "b"], "category", [b"a", b"b"]),
        ([1.5, None], "float64", [1.5, np.nan]),
        ([True, False], "boolean", [True, False]),
    ):
        found = [
            x if isinstance(x, bytes) else x.item()
            for x in Dataset.from_tensor_slices(pandas.Series(values, dtype=kind))
        ]
        np.testing.assert_equal(found, expected)
    assert list(Dataset.from_tensor_slices(pandas.Index([3, 4]))) == [3, 4]


@pytest.mark.unit
@pytest.mark.parametrize(("values", "kind"), [(["a", None], "string"), ([1, None], "Int64"), ([True, None], "boolean")])
def test_missing_values_are_an_error(values, kind) -> None:
    import pandas

    message = rf"pandas columns of {kind} must not hold missing values\. Received: 1\. Fill them first, .*Leaf: \['c'\]"
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.from_tensor_slices(pandas.DataFrame({"c": pandas.Series(values, dtype=kind)}))
    import pyarrow

    with pytest.raises(InvalidArgumentError, match=r"Arrow columns must not hold nulls\. Received: 1 nulls"):
        Dataset.from_tensor_slices(pyarrow.table({"c": values}))


@pytest.mark.unit
def test_times_have_no_dtype() -> None:
    import pandas

    with pytest.raises(DTypeError, match=r"datetime64.* has no place in a tensor"):
        Dataset.from_tensor_slices(pandas.Series(pandas.to_datetime(["2020-01-01"])))
