"""map: results in order, on blocks, element by element and in parallel; errors in their places."""

from __future__ import annotations

import threading
import traceback

import numpy as np
import pytest

from penstock import AUTOTUNE, Dataset, TextLineDataset
from penstock.core.errors import InvalidArgumentError, StageError, TraceError
from penstock.core.trace.rows import RowFunction
from penstock.pipeline.exec.map import CALL_BYTES
from penstock.records.csv import decode_csv

WAYS = [
    pytest.param({}, id="traced"),
    pytest.param({"vectorize": False}, id="opaque"),
    pytest.param({"num_parallel_calls": 2}, id="traced, 2 calls"),
    pytest.param({"vectorize": False, "num_parallel_calls": 3}, id="opaque, 3 calls"),
    pytest.param({"vectorize": False, "num_parallel_calls": AUTOTUNE}, id="opaque, AUTOTUNE"),
]


@pytest.mark.unit
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [0, 1, 7, 5000])
def test_results_keep_the_order(way, n) -> None:
    assert list(Dataset.range(n).map(lambda x: x * x + 1, **way)) == [x * x + 1 for x in range(n)]


@pytest.mark.unit
@pytest.mark.parametrize("way", WAYS)
def test_structures_go_in_and_out(way) -> None:
    data = {"a": np.arange(6, dtype=np.float32).reshape(3, 2), "b": np.array([1, 2, 3], np.int32)}
    rows = list(Dataset.from_tensor_slices(data).map(lambda e: (e["a"] * 2, {"c": e["b"]}), **way))
    assert [r[0].tolist() for r in rows] == [[0, 2], [4, 6], [8, 10]]
    assert [r[1]["c"] for r in rows] == [1, 2, 3]
    assert rows[0][0].dtype == np.float32 and rows[0][1]["c"].dtype == np.int32


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
def test_a_tuple_is_spread_over_the_arguments_and_a_dict_is_not(vectorize) -> None:
    pairs = Dataset.from_tensor_slices((np.arange(3), np.arange(3) * 10))
    assert list(pairs.map(lambda a, b: a + b, vectorize=vectorize)) == [0, 11, 22]
    one = Dataset.from_tensor_slices((np.arange(3),))
    assert list(one.map(lambda a: a, vectorize=vectorize)) == [0, 1, 2]
    named = Dataset.from_tensor_slices({"a": np.arange(3)})
    assert list(named.map(lambda e: e["a"], vectorize=vectorize)) == [0, 1, 2]


@pytest.mark.unit
def test_python_results_become_numpy_values() -> None:
    def row(x):
        n = int(x)
        return {"int": n, "float": n / 2, "bool": n > 0, "text": f"é{n}", "list": [n, n], "texts": ["a", "b"]}

    first = next(iter(Dataset.range(2).map(row, vectorize=False)))
    assert first["int"].dtype == np.int64 and first["float"].dtype == np.float64 and first["bool"].dtype == np.bool_
    assert first["text"] == "é0".encode()
    assert first["list"].tolist() == [0, 0]
    assert first["texts"].tolist() == [b"a", b"b"]


@pytest.mark.unit
def test_results_may_differ_in_shape() -> None:
    rows = list(Dataset.range(4).map(lambda x: np.zeros(int(x)), vectorize=False).prefetch(2))
    assert [r.shape for r in rows] == [(0,), (1,), (2,), (3,)]


@pytest.mark.unit
def test_an_opaque_function_runs_when_its_element_is_asked_for() -> None:
    calls = []

    def note(x):
        calls.append(int(x))
        return x

    iterator = iter(Dataset.range(100).map(note).map(lambda x: x + 1))
    for i in range(5):
        assert next(iterator) == i + 1
        assert calls == list(range(i + 1))
    # Also in front of a stage that needs several: as many as it needs.
    calls.clear()
    next(iter(Dataset.range(100).map(note).batch(4)))
    assert calls == [0, 1, 2, 3]


@pytest.mark.unit
def test_a_traced_function_gets_many_large_elements_at_once_but_few_in_vain(monkeypatch) -> None:
    rows = []
    run = RowFunction.run_block
    monkeypatch.setattr(RowFunction, "run_block", lambda self, block: (rows.append(block.n), run(self, block))[1])
    iterator = iter(Dataset.from_tensor_slices(np.zeros((60, 1 << 18), np.uint8)).map(lambda x: x + 1))
    for taken in range(1, 61):
        next(iterator)
        assert sum(rows) <= 2 * taken + 1
    assert max(rows) << 18 == CALL_BYTES


@pytest.mark.unit
@pytest.mark.parametrize("calls", [2, 4])
def test_parallel_calls_run_at_the_same_time_and_no_further_ahead(calls) -> None:
    together = threading.Barrier(calls, timeout=300)
    seen = []

    def wait_for_others(x):
        seen.append(int(x))
        together.wait()
        return x

    n = 4 * calls
    iterator = iter(Dataset.range(n).map(wait_for_others, num_parallel_calls=calls, vectorize=False))
    assert next(iterator) == 0
    assert len(seen) <= 2 * calls
    assert list(iterator) == list(range(1, n))
    assert sorted(seen) == list(range(n))


@pytest.mark.fault
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", [0, 5, 11])
def test_an_error_comes_after_all_earlier_elements_and_the_rest_follows(read_all, way, at) -> None:
    def shaky(x):
        if x == at:
            raise KeyError("image")
        return x

    found = read_all(Dataset.range(12).map(shaky, **way))
    assert [x if not isinstance(x, Exception) else "error" for x in found] == [
        "error" if x == at else x for x in range(12)
    ]
    error = found[at]
    assert isinstance(error, StageError)
    assert str(error) == f"map: 'shaky' raised KeyError on element {at} (node 1): 'image'"
    assert (error.stage, error.node, error.element_index) == ("map", 1, at)
    # The user's own line is in the chained traceback.
    assert traceback.extract_tb(error.__cause__.__traceback__)[-1].name == "shaky"


@pytest.mark.fault
@pytest.mark.parametrize("calls", [None, 3])
def test_an_error_of_the_input_waits_for_results_in_work(read_all, calls) -> None:
    def rows():
        yield from range(5)
        raise OSError("disk gone")

    found = read_all(Dataset.from_generator(rows).map(lambda x: x * 2, num_parallel_calls=calls, vectorize=False))
    assert found[:5] == [0, 2, 4, 6, 8]
    assert isinstance(found[5].__cause__, OSError) and len(found) == 6


@pytest.mark.fault
@pytest.mark.parametrize("way", [*WAYS])
def test_an_error_names_file_and_line(tmp_path, way) -> None:
    path = tmp_path / "values.csv"
    path.write_text("1\n2\nthree\n4\n")
    dataset = TextLineDataset(str(path)).map(lambda line: int(line.decode()), **way)
    iterator = iter(dataset)
    assert [next(iterator), next(iterator)] == [1, 2]
    with pytest.raises(
        StageError, match=r"map: '<lambda>' raised ValueError on element 2 \(node 1, .*line 3\)"
    ) as info:
        next(iterator)
    assert (info.value.path, info.value.record_index) == (str(path), 2)


@pytest.mark.fault
@pytest.mark.parametrize("way", [{}, {"vectorize": True}, {"vectorize": False}, {"num_parallel_calls": 2}])
def test_a_parse_error_names_file_and_line_and_leaves_the_other_rows(tmp_path, read_all, way) -> None:
    path = tmp_path / "values.csv"
    path.write_text("".join(f"{i},{i}.5\n" for i in range(700)) + "700,x\n701,1.5\n")
    found = read_all(TextLineDataset(path).map(lambda line: tuple(decode_csv(line, [0, 0.0])), **way))
    assert len(found) == 702
    assert found[699] == (699, 699.5) and found[701] == (701, 1.5)
    assert str(found[700]) == (
        f"map: '<lambda>' raised ParseError on element 700 (node 1, {path}, line 701): "
        "decode_csv: field 1 of the row is not a valid float32. Received: 'x'."
    )


@pytest.mark.fault
def test_vectorize_true_refuses_what_cannot_be_traced() -> None:
    text = r"Dataset.map: vectorize=True, but <lambda> cannot be traced"
    with pytest.raises(TraceError, match=text):
        list(Dataset.range(3).map(lambda x: 1 if x > 1 else 0, vectorize=True))


@pytest.mark.unit
def test_element_spec_of_traced_and_opaque_functions() -> None:
    numbers = Dataset.range(3)
    assert repr(numbers.map(lambda x: x / 2).element_spec) == "TensorSpec(shape=(), dtype=float64)"
    opaque = numbers.map(lambda x: np.zeros(3, np.float32), vectorize=False)
    assert repr(opaque.element_spec) == "TensorSpec(shape=(3,), dtype=float32)"
    assert repr(opaque.batch(2).element_spec) == "TensorSpec(shape=(None, 3), dtype=float32)"


@pytest.mark.unit
@pytest.mark.parametrize("calls", [0, -2, 1.5, True, "2"])
def test_num_parallel_calls_must_be_a_count(calls) -> None:
    with pytest.raises(InvalidArgumentError, match="Dataset.map: num_parallel_calls must be None, AUTOTUNE or an int"):
        Dataset.range(3).map(abs, num_parallel_calls=calls)


@pytest.mark.unit
def test_function_must_be_callable() -> None:
    with pytest.raises(InvalidArgumentError, match=r"Dataset.map: map_func must be callable. Received: map_func=None"):
        Dataset.range(3).map(None)
