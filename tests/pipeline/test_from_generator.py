"""from_generator: a fresh iterable for each pass, run exactly as far as elements are asked for."""

from __future__ import annotations

import gc
import itertools

import numpy as np
import pytest

from penstock import Dataset, TensorSpec
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.pipeline import UNKNOWN_CARDINALITY
from penstock.testing import assert_elements_equal


@pytest.mark.unit
def test_each_pass_calls_the_function_anew() -> None:
    dataset = Dataset.from_generator(lambda n: range(n), args=(3,))
    assert [list(dataset), list(dataset), list(dataset.repeat(2))] == [[0, 1, 2], [0, 1, 2], [0, 1, 2] * 2]
    assert dataset.cardinality() == UNKNOWN_CARDINALITY


@pytest.mark.unit
def test_runs_as_far_as_elements_are_asked_for() -> None:
    seen = []

    def rows():
        for i in itertools.count():
            seen.append(i)
            yield i

    iterator = iter(Dataset.from_generator(rows).map(lambda x: x + 1))
    assert [next(iterator) for _ in range(3)] == [1, 2, 3]
    assert seen == [0, 1, 2]
    assert next(iter(Dataset.from_generator(rows).batch(4))).tolist() == [0, 1, 2, 3]
    assert seen == [0, 1, 2, 0, 1, 2, 3]


@pytest.mark.unit
def test_elements_without_a_signature_are_taken_as_they_come() -> None:
    rows = [1, 2.5, "text", [1, 2], {"a": (True, np.float32(3))}]
    elements = list(Dataset.from_generator(lambda: rows))
    wanted = [np.int64(1), np.float64(2.5), b"text", np.array([1, 2]), {"a": (np.bool_(True), np.float32(3))}]
    for element, want in zip(elements, wanted, strict=True):
        assert_elements_equal(element, want)


@pytest.mark.unit
def test_a_signature_casts_and_is_the_spec() -> None:
    signature = (TensorSpec((None,), "float32"), TensorSpec((), "string"))
    dataset = Dataset.from_generator(lambda: [([1, 2], "a"), ([], "b")], output_signature=signature)
    assert dataset.element_spec == signature
    first, second = dataset
    assert_elements_equal(first, (np.array([1, 2], np.float32), b"a"))
    assert_elements_equal(second, (np.zeros(0, np.float32), b"b"))


@pytest.mark.unit
def test_the_spec_of_the_first_element_stands_in_for_a_signature() -> None:
    dataset = Dataset.from_generator(lambda: iter([np.zeros(2, np.float32)]))
    assert repr(dataset.element_spec) == "TensorSpec(shape=(2,), dtype=float32)"


@pytest.mark.unit
@pytest.mark.parametrize("how", ["close", "with", "del", "take"])
def test_an_abandoned_generator_is_closed(how) -> None:
    closed = []

    def rows():
        try:
            yield from itertools.count()
        finally:
            closed.append(True)

    dataset = Dataset.from_generator(rows)
    if how == "take":
        assert list(dataset.take(2)) == [0, 1]
    else:
        iterator = iter(dataset.batch(2).prefetch(1))
        next(iterator)
        match how:
            case "close":
                iterator.close()
                iterator.close()
            case "with":
                with iterator:
                    pass
            case "del":
                del iterator
                gc.collect()
    assert closed == [True]


@pytest.mark.fault
@pytest.mark.parametrize("batch", [None, 2, 4])
def test_an_error_comes_after_what_was_yielded_before(read_all, batch) -> None:
    def rows():
        yield from range(5)
        raise OSError("disk gone")

    dataset = Dataset.from_generator(rows)
    found = read_all(dataset if batch is None else dataset.batch(batch))
    errors = [x for x in found if isinstance(x, Exception)]
    assert [str(e) for e in errors] == ["from_generator: 'rows' raised OSError on element 5 (node 0): disk gone"]
    assert isinstance(errors[0], StageError) and isinstance(errors[0].__cause__, OSError)
    assert np.concatenate([np.atleast_1d(x) for x in found if not isinstance(x, Exception)]).tolist() == [0, 1, 2, 3, 4]
    if batch is None:
        assert found[5] is errors[0]


@pytest.mark.fault
@pytest.mark.parametrize("batch", [None, 3])
def test_an_element_that_does_not_fit_is_named_and_the_others_arrive(read_all, batch) -> None:
    dataset = Dataset.from_generator(lambda: iter([1, 2, "x", 3, 4]), output_signature=TensorSpec((), "int64"))
    found = read_all(dataset if batch is None else dataset.batch(batch))
    (error,) = [x for x in found if isinstance(x, Exception)]
    assert error.element_index == 2
    assert "element 2 (node 0)" in str(error) and "must be TensorSpec(shape=(), dtype=int64)" in str(error)
    assert np.concatenate([np.atleast_1d(x) for x in found if x is not error]).tolist() == [1, 2, 3, 4]


@pytest.mark.fault
def test_the_function_itself_may_fail() -> None:
    def rows():
        raise ValueError("no rows")

    with pytest.raises(StageError, match=r"from_generator: 'rows' raised ValueError on element 0 \(node 0\): no rows"):
        list(Dataset.from_generator(rows))
    with pytest.raises(StageError, match="raised TypeError on element 0.*not iterable"):
        list(Dataset.from_generator(lambda: 3))


@pytest.mark.fault
def test_a_generator_that_raises_when_closed_does_not_keep_others_open() -> None:
    closed = []

    def rows(fails):
        try:
            yield from itertools.count()
        finally:
            closed.append(fails)
            if fails:
                raise RuntimeError("cannot close")

    def open_one(x):
        return Dataset.from_generator(lambda: rows(x == 1))

    iterator = iter(Dataset.range(3).interleave(open_one, cycle_length=3).prefetch(1))
    [next(iterator) for _ in range(6)]
    with pytest.raises(RuntimeError, match="cannot close"):
        iterator.close()
    assert sorted(closed) == [False, False, True]
    iterator.close()


@pytest.mark.unit
def test_the_argument_is_a_function() -> None:
    text = "generator must be a function that returns an iterable.*Received: list. Pass the generator function, not"
    with pytest.raises(InvalidArgumentError, match=text):
        Dataset.from_generator([1, 2])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("signature", "received"),
    [
        (np.int32, r"<class 'numpy\.int32'> \(type\)\."),
        ("int32", r"'int32' \(str\)\."),
        ({"a": TensorSpec(()), "b": np.dtype("int32")}, r"dtype\('int32'\) .* at \['b'\]\."),
    ],
)
def test_the_signature_is_made_of_specs(signature, received) -> None:
    text = r"must be a nest of specs, as TensorSpec\(\(\), 'int32'\)\. Received: "
    with pytest.raises(InvalidArgumentError, match=rf"^Dataset\.from_generator: output_signature {text}{received}"):
        Dataset.from_generator(lambda: [1], output_signature=signature)
    with pytest.raises(InvalidArgumentError, match=rf"^Dataset\.from_source: element_spec {text}{received}"):
        Dataset.from_source([1, 2], element_spec=signature)
