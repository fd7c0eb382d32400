"""assert_resumes_exactly finds every kind of mistake, and says where."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.block import Block
from penstock.core.columns import DenseColumn
from penstock.core.errors import InvalidArgumentError
from penstock.core.nest import LEAF
from penstock.pipeline.exec.base import Operator, executes
from penstock.pipeline.plan import Range
from penstock.testing import assert_resumes_exactly, check_operator, check_source, conformance


@dataclasses.dataclass(frozen=True)
class Numbers(Range):
    """Numbers whose operator makes a mistake."""

    name = "numbers"
    mistake: str = ""

    def describe(self) -> str:
        return f"{self.stop}, {self.mistake}"


@executes(Numbers)
class NumbersOperator(Operator[Numbers]):
    """Counts; wrong after a resume, as the node says."""

    passes = 0

    def __init__(self, node, context) -> None:
        super().__init__(node, context)
        self.next = 0
        self.is_restored = False

    def pull(self, max_rows):
        mistake = self.node.mistake
        if mistake == "too large":
            max_rows += 1
        values = np.arange(self.next, min(self.next + max_rows, self.node.stop))
        if not len(values):
            return None
        self.next += len(values)
        if mistake == "other dtype" and self.is_restored:
            values = values.astype(np.int32)
        if mistake == "blocks show" and len(values) > 2:
            values = values[::-1].copy()
        return Block(LEAF, [DenseColumn(values)], len(values))

    def get_state(self):
        return {"next": np.int64(self.next) if self.node.mistake == "not JSON" else self.next}

    def set_state(self, state) -> None:
        self.is_restored = True
        self.next = state["next"]
        match self.node.mistake:
            case "loses":
                self.next += self.next == 4
            case "repeats":
                self.next -= self.next == 4
            case "forgets":
                self.next = 0
            case "runs on":
                self.node.__dict__["stop"] = 9


def made(mistake, stop=8):
    return lambda: Dataset(Numbers(0, stop, mistake=mistake))


@pytest.mark.unit
@pytest.mark.parametrize(
    "mistake, message",
    [
        (
            "loses",
            r"resumed 5 times, before each .*: get_state\(\) right after set_state\(state\) differs at state.*'next'",
        ),
        ("repeats", r"resumed 5 times, before each element: .*Saved: 4\. Received: 3\."),
        ("forgets", r"resumed after \d elements: get_state"),
        ("runs on", r"resumed after 0 elements: nothing may follow the last element. Received: np.int64\(8\)"),
        ("other dtype", r"resumed after 0 elements: element 0 of those that follow: differs. Received: np.int32\(0\)"),
    ],
)
def test_mistakes_are_found(mistake, message) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_resumes_exactly(made(mistake))


@pytest.mark.unit
def test_a_state_that_json_does_not_hold_is_found() -> None:
    with pytest.raises(TypeError, match="int64 is not JSON serializable"):
        assert_resumes_exactly(made("not JSON"))


@pytest.mark.unit
def test_what_is_right_passes_and_is_reported() -> None:
    report = assert_resumes_exactly(made(""))
    assert (report.elements, report.states) == (8, 10)
    assert 50 < report.largest_state_bytes < 300
    assert 0 <= report.largest_state_at <= 8


@pytest.mark.unit
def test_endless_datasets_are_read_for_some_steps() -> None:
    report = assert_resumes_exactly(lambda: Dataset.range(3).shuffle(3, seed=1).repeat(), steps=7)
    assert (report.elements, report.states) == (7, 8)


@pytest.mark.unit
def test_user_functions_that_remember_are_found() -> None:
    def make():
        seen = []
        return Dataset.range(5).map(lambda x: seen.append(x) or np.int64(len(seen)), vectorize=False)

    with pytest.raises(AssertionError, match="resumed after 1 elements: element 0 of those that follow: differs"):
        assert_resumes_exactly(make)


@pytest.mark.unit
def test_generators_that_go_on_where_they_were_are_found() -> None:
    def make():
        shared = iter(range(100))
        return Dataset.from_generator(lambda: (next(shared) for _ in range(5)))

    with pytest.raises(AssertionError, match="the epoch after one that was resumed after 0 elements"):
        # The first epoch resumes; a second one yields other elements, and the resumed run has had one more or less.
        assert_resumes_exactly(lambda: make().skip(0), make_restored=lambda: Dataset.from_generator(lambda: range(5)))


# --- conformance ------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize(
    "mistake, message",
    [
        ("too large", r"pull: a block must have 1 to 1 rows. Received: 2 rows."),
        ("blocks show", r"blocks of \(1,\) rows asked for: element 1|blocks of \(\d+,.*element \d: differs"),
        ("loses", "resumed 5 times, before each element"),
    ],
)
def test_an_operator_that_breaks_the_contract(mistake, message) -> None:
    with pytest.raises(AssertionError, match=message):
        check_operator(made(mistake))


@pytest.mark.unit
def test_an_operator_that_conforms() -> None:
    assert check_operator(made("")).elements == 8
    check_operator(lambda: Dataset.range(20).shuffle(5, seed=1).repeat(), steps=12)


@pytest.mark.unit
def test_a_wrong_cardinality() -> None:
    class Wrong(Range):
        cardinality = 9

    executes(Wrong)(NumbersOperator)
    node = Wrong(0, 8)
    node.__dict__["mistake"] = ""
    with pytest.raises(AssertionError, match="cardinality: must be the number of elements, 8. Received: 9."):
        check_operator(lambda: Dataset(node))


class Squares:
    """A source by number, with a switch for a mistake."""

    def __init__(self, *, is_random=False) -> None:
        self.reads = 0
        self.is_random = is_random

    def __len__(self) -> int:
        return 7

    def __getitem__(self, index):
        self.reads += 1
        return {"x": np.int64(index), "y": np.int64(self.reads if self.is_random else index * index)}


@pytest.mark.unit
def test_sources() -> None:
    check_source(Squares())
    check_source(lambda: Dataset.range(6))
    check_source([b"a", b"b", b"c"])
    check_source(lambda: Dataset.counter(), steps=5)
    with pytest.raises(AssertionError, match=r"source\[0\]: must be the same whenever it is read: leaf .*y.* differs"):
        check_source(Squares(is_random=True))


@pytest.mark.unit
def test_a_source_that_breaks_below_a_transformation(monkeypatch) -> None:
    monkeypatch.setitem(conformance.ABOVE_SOURCES, "map", lambda source: made("repeats")())
    with pytest.raises(AssertionError, match="below map: resumed 5 times, before each element: get_state"):
        check_source(made(""))


@pytest.mark.unit
@pytest.mark.parametrize("check", [assert_resumes_exactly, check_operator])
def test_what_is_no_function_that_makes_a_dataset(check) -> None:
    with pytest.raises(
        InvalidArgumentError, match=rf"{check.__name__}: make_dataset must be a function .* Received: ma"
    ):
        check(Dataset.range(3))
    with pytest.raises(InvalidArgumentError, match=r"make_dataset must return a Dataset. Received: 5 \(int\)"):
        check(lambda: 5)
