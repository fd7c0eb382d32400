"""RowFunction: on whole blocks where that gives the same, element by element otherwise, and the reason."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.block import Block
from penstock.core.errors import TraceError
from penstock.core.specs import TensorSpec
from penstock.core.trace.rows import MAX_TRACES, RowFunction


def block_of(elements, spec=None) -> Block:
    return Block.from_elements(elements, spec)


def run(function: RowFunction, block: Block) -> list[object]:
    result = function.run_block(block)
    return [function.call(e) for e in block.to_list()] if result is None else result.to_list()


@pytest.mark.unit
def test_runs_on_blocks_after_a_check() -> None:
    function = RowFunction(lambda x: x * 2 + 1)
    function.prepare(TensorSpec((), "int64"))
    assert function.note() == "<lambda> runs on whole blocks (2 ops, to be checked on the first rows)"
    block = block_of([np.int64(i) for i in range(5)])
    assert run(function, block) == [1, 3, 5, 7, 9]
    assert function.is_vectorized and function.python_reason is None
    assert function.note() == "<lambda> runs on whole blocks (2 ops, checked against direct calls)"


@pytest.mark.unit
def test_before_its_first_element_nothing_is_decided() -> None:
    function = RowFunction(lambda x: x)
    assert function.note() == "<lambda> is traced when its first element arrives"
    assert not function.is_vectorized


@pytest.mark.unit
def test_the_check_calls_the_function_for_the_first_rows_only() -> None:
    results = Dataset.range(10_000).map(lambda x: np.sqrt(x) * 2)
    assert list(results)[:3] == [0.0, 2.0, np.sqrt(2.0) * 2]
    assert "checked against direct calls" in results.explain()


def np_random(x):
    return x + np.random.randint(100)


def python_random(x):
    return x + random.randint(0, 100)


GENERATOR = np.random.default_rng(1)
PYTHON_GENERATOR = random.Random(1)
CALLS: list[int] = []
TOTAL = np.zeros(1)
COUNT = 0


def closure_generator(x):
    return x + GENERATOR.integers(100)


def python_generator(x):
    return x + PYTHON_GENERATOR.random()


def side_effect(x):
    CALLS.append(1)
    return x


def writes_array(x):
    TOTAL[0] += 1
    return x


def assigns_global(x):
    global COUNT
    COUNT = COUNT + 1
    return x


def prints(x):
    print(end="")
    return x


@pytest.mark.unit
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (np_random, "draws from np.random"),
        (python_random, "draws from random"),
        (closure_generator, "draws from the generator 'GENERATOR'"),
        (python_generator, "draws from the generator 'PYTHON_GENERATOR'"),
        (side_effect, "appends to list 'CALLS'"),
        (writes_array, "writes into the array 'TOTAL'"),
        (assigns_global, "assigns the global 'COUNT'"),
        (prints, r"calls print\(\)"),
    ],
)
def test_effects_and_randomness_run_element_by_element(function, reason) -> None:
    row_function = RowFunction(function)
    row_function.prepare(TensorSpec((), "int64"))
    assert not row_function.is_vectorized
    assert re.search(f"^{function.__name__} runs element by element: .*{reason}", row_function.note())


@pytest.mark.unit
def test_effects_happen_once_for_each_element() -> None:
    CALLS.clear()
    TOTAL[0] = 0
    global COUNT
    COUNT = 0
    list(Dataset.range(20).map(side_effect).map(writes_array).map(assigns_global))
    assert (len(CALLS), TOTAL[0], COUNT) == (20, 20, 20)


@pytest.mark.unit
def test_random_numbers_are_those_of_a_plain_loop() -> None:
    np.random.seed(4)
    expected = [x + np.random.randint(100) for x in range(10)]
    np.random.seed(4)
    assert list(Dataset.range(10).map(np_random)) == expected


@pytest.mark.unit
def test_a_branch_on_the_data_runs_element_by_element_and_names_the_line() -> None:
    def branch(x):
        if x > 3:
            return x
        return -x

    dataset = Dataset.range(6).map(branch)
    assert list(dataset) == [0, -1, -2, -3, 4, 5]
    line = branch.__code__.co_firstlineno + 1
    assert f"test_row_function.py:{line}" in dataset.explain()


@pytest.mark.unit
def test_a_branch_on_the_shape_is_traced_for_each_shape() -> None:
    def by_length(x):
        return x[0] if x.shape[0] > 2 else x[-1] * 10

    function = RowFunction(by_length)
    threes = block_of([np.array([1, 2, 3]), np.array([4, 5, 6])])
    twos = block_of([np.array([1, 2]), np.array([4, 5])])
    assert run(function, threes) == [1, 4]
    assert run(function, twos) == [20, 50]
    assert run(function, threes) == [1, 4]


@pytest.mark.unit
def test_ever_new_shapes_are_given_up() -> None:
    function = RowFunction(lambda x: x * 2)
    for n in range(1, 3 * MAX_TRACES):
        rows = [np.full(n, 1), np.full(n, 2)]
        assert [r.tolist() for r in run(function, block_of(rows))] == [[2] * n, [4] * n]


@pytest.mark.unit
def test_rows_of_different_length_in_one_block_run_element_by_element() -> None:
    dataset = Dataset.range(6).map(lambda x: np.arange(int(x)), vectorize=False).map(lambda v: v * 2).prefetch(6)
    assert [v.tolist() for v in dataset] == [[2 * j for j in range(i)] for i in range(6)]


@pytest.mark.unit
def test_agreeing_on_the_first_rows_is_not_enough_for_a_hidden_dependence() -> None:
    # `int()` of an element cannot be traced, so a table look-up never is believed for the first rows alone.
    table = [0, 1, 2, 3, 40, 50]
    assert list(Dataset.range(6).map(lambda x: table[int(x)])) == table


@pytest.mark.unit
def test_vectorize_true_demands_and_false_forbids() -> None:
    with pytest.raises(
        TraceError, match=r"map: vectorize=True, but <lambda> cannot be traced: .*test_row_function\.py:\d+"
    ):
        RowFunction(lambda x: 1 if x > 0 else 2, vectorize=True).prepare(TensorSpec((), "int64"))
    forbidden = RowFunction(lambda x: x, vectorize=False)
    forbidden.prepare(TensorSpec((), "int64"))
    assert forbidden.note() == "<lambda> runs element by element: vectorize=False"


@pytest.mark.unit
def test_equal_when_function_and_wish_are_equal() -> None:
    assert RowFunction(abs) == RowFunction(abs) and hash(RowFunction(abs)) == hash(RowFunction(abs))
    assert RowFunction(abs) != RowFunction(abs, vectorize=False)
    assert RowFunction(abs) != RowFunction(abs, where="filter")
    assert repr(RowFunction(abs)) == "RowFunction(abs)"


class Scaler:
    def __call__(self, x):
        return x * 3


@pytest.mark.unit
def test_callables_of_every_kind_have_a_name() -> None:
    import functools

    assert RowFunction(Scaler()).name == "Scaler"
    assert RowFunction(functools.partial(abs)).name == "partial"
    assert list(Dataset.range(3).map(Scaler())) == [0, 3, 6]


@pytest.mark.unit
def test_functions_that_ignore_their_argument_give_a_constant() -> None:
    rows = list(Dataset.range(4).map(lambda x: {"a": np.zeros(2), "b": x}))
    assert [r["a"].tolist() for r in rows] == [[0, 0]] * 4 and [r["b"] for r in rows] == [0, 1, 2, 3]
