"""scan and reduce: a state that goes from element to element."""

from __future__ import annotations

import json

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError, StageError, UnimplementedError
from penstock.core.random import set_seed, uniform
from penstock.core.values import Ragged


def add_up(total, x):
    return total + x, total


@pytest.mark.unit
def test_outputs_and_states() -> None:
    assert list(Dataset.range(5).scan(0, add_up)) == [0, 0, 1, 3, 6]
    assert list(Dataset.range(5).scan(10, add_up).repeat(2).skip(4)) == [16, 10, 10, 11, 13, 16]
    assert Dataset.range(5).scan(0, add_up).cardinality() == 5


@pytest.mark.unit
def test_states_are_nests_and_elements_are_not_spread() -> None:
    def join(state, element):
        number, name = element
        return {"text": state["text"] + name, "sum": state["sum"] + number}, (state["text"], number)

    pairs = Dataset.from_tensor_slices((np.arange(3), ["a", "b", "c"]))
    scanned = pairs.scan({"text": "", "sum": 0}, join)
    assert list(scanned) == [(b"", 0), (b"a", 1), (b"ab", 2)]
    assert repr(scanned.element_spec) == "(TensorSpec(shape=(), dtype=string), TensorSpec(shape=(), dtype=int64))"


@pytest.mark.unit
def test_a_state_may_change_its_shape() -> None:
    grown = Dataset.range(3).scan(np.zeros(0, np.int64), lambda seen, x: (np.append(seen, x), len(seen)))
    assert list(grown) == [0, 1, 2]


@pytest.mark.unit
def test_the_function_runs_once_for_each_element_in_its_turn() -> None:
    calls = []

    def count(state, x):
        calls.append(int(x))
        return state + 1, x

    iterator = iter(Dataset.range(50).scan(0, count).batch(4))
    next(iterator)
    assert calls == [0, 1, 2, 3]


@pytest.mark.unit
def test_outputs_may_differ_in_structure_from_element_to_element() -> None:
    mixed = Dataset.range(4).scan(0, lambda n, x: (n + 1, x if n < 2 else {"x": x}))
    assert list(mixed) == [0, 1, {"x": 2}, {"x": 3}]
    assert [int(b) for b in Dataset.range(4).scan(0, lambda n, x: (n + 1, x)).batch(3).unbatch()] == [0, 1, 2, 3]


@pytest.mark.fault
def test_an_error_leaves_the_state_as_it_was(read_all) -> None:
    def shaky(total, x):
        if x == 2:
            raise RuntimeError("bad row")
        return total + x, total

    found = read_all(Dataset.range(5).scan(0, shaky))
    assert found[:2] == [0, 0] and found[3:] == [1, 4]
    assert str(found[2]) == "scan: 'shaky' raised RuntimeError on element 2 (node 1): bad row"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            lambda total, x: (1.5, x),
            r"Dataset\.scan: '<lambda>' must return a state with the structure and dtypes of initial_state, int64\[\]"
            r"\. Received: float64\[\]\. Cast the results\.",
        ),
        (lambda total, x: ((total, total), x), r"must return a state with the structure and dtypes of initial_state"),
        (
            lambda total, x: total,
            r"Dataset\.scan: '<lambda>' must return a pair, the new state and an output\. Received: int64\[\]\.",
        ),
    ],
)
def test_what_the_function_returns_is_checked(function, message) -> None:
    with pytest.raises(StageError, match=message):
        list(Dataset.range(3).scan(0, function))


@pytest.mark.unit
def test_a_saved_state_holds_the_function_s_state() -> None:
    initial = {"n": np.float32(0.1), "name": "", "words": np.array(["a"], dtype=object), "seen": np.zeros(0, np.int64)}

    def step(state, x):
        following = {
            "n": np.float32(state["n"] * 3),
            "name": state["name"] + b"\xff",
            "words": np.array([*state["words"], state["name"]], dtype=object),
            "seen": np.append(state["seen"], x),
        }
        return following, (state["n"], state["name"], len(state["words"]), state["seen"].sum())

    def fresh():
        return iter(Dataset.range(70).scan(initial, step))

    wanted = list(fresh())
    for n in (0, 1, 5, 69, 70):
        iterator = fresh()
        for _ in range(n):
            next(iterator)
        state = json.loads(json.dumps(iterator.get_state()))
        restored = fresh()
        restored.set_state(state)
        assert restored.get_state() == state
        assert list(restored) == wanted[n:]


@pytest.mark.unit
def test_a_state_that_json_cannot_hold_is_refused_when_it_is_saved() -> None:
    rows = Ragged.from_row_lengths(np.arange(3), [1, 2])
    iterator = iter(Dataset.range(3).scan(rows, lambda state, x: (state, x)))
    with pytest.raises(UnimplementedError, match=r"get_state: states hold arrays, numbers and strings\. Received: "):
        iterator.get_state()


@pytest.mark.unit
def test_random_numbers_follow_the_global_seed() -> None:
    def draw(state, x):
        return state, uniform([], 0, 1000, "int32")

    set_seed(3)
    first = list(Dataset.range(4).scan(0, draw))
    set_seed(3)
    assert list(Dataset.range(4).scan(0, draw)) == first and len(set(first)) > 1


@pytest.mark.unit
def test_reduce() -> None:
    assert Dataset.range(5).reduce(0, lambda total, x: total + x) == 10
    assert Dataset.range(0).reduce((1, "a"), lambda state, x: state) == (1, b"a")
    pairs = Dataset.from_tensor_slices((np.arange(3), np.arange(3) * 0.5))
    assert pairs.reduce((0, 0.0), lambda s, pair: (s[0] + pair[0], s[1] + pair[1])) == (3, 1.5)


@pytest.mark.fault
def test_an_error_in_reduce_names_the_element() -> None:
    def shaky(total, x):
        if x == 2:
            raise KeyError("image")
        return total + x

    with pytest.raises(StageError, match=r"^reduce: 'shaky' raised KeyError on element 2: 'image'$") as caught:
        Dataset.range(5).reduce(0, shaky)
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(StageError, match=r"Dataset\.reduce: '<lambda>' must return a state with") as caught:
        Dataset.range(5).reduce(0, lambda total, x: 0.5)
    assert isinstance(caught.value.__cause__, DTypeError)


@pytest.mark.unit
def test_functions_are_checked_at_once() -> None:
    with pytest.raises(InvalidArgumentError, match=r"Dataset\.scan: scan_func must be callable\. Received: .*3"):
        Dataset.range(3).scan(0, 3)
    with pytest.raises(InvalidArgumentError, match=r"Dataset\.reduce: reduce_func must be callable\. Received: .*3"):
        Dataset.range(3).reduce(0, 3)
