"""from_source: random-access and streaming sources of the user, batches, states, errors."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from penstock import Dataset, RandomAccessSource, StreamSource, TensorSpec
from penstock.core.errors import FailedPreconditionError, InvalidArgumentError, StageError
from penstock.testing import assert_resumes_exactly
from penstock.testing.executor import reference_iterator


class Squares:
    """Elements by number; notes what was read."""

    def __init__(self, n=10, bad=()) -> None:
        self.n, self.bad, self.read = n, bad, []

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        self.read.append(index)
        if index in self.bad:
            raise KeyError(index)
        return {"x": index, "y": np.float32(index * index)}


class Batches(Squares):
    """The same in batches: a list of elements."""

    def __getitems__(self, indices):
        return [self[index] for index in indices]


class Columns(Squares):
    """The same in batches: a nest of arrays."""

    def __getitems__(self, indices):
        if set(indices) & set(self.bad):
            raise ValueError("a bad one is among them")
        self.read += indices
        x = np.array(indices)
        return {"x": x, "y": (x * x).astype(np.float32)}


class OnlyColumns:
    """Batches and no single elements."""

    def __init__(self, bad=()) -> None:
        self.bad = bad

    def __len__(self):
        return 10

    def __getitems__(self, indices):
        if set(indices) & set(self.bad):
            raise ValueError("a bad one is among them")
        return np.array(indices) * 2


class Numbers:
    """A stream; its iterators are counted, closed, and know nothing of states."""

    def __init__(self, n=10) -> None:
        self.n, self.opened, self.closed = n, 0, 0

    def __iter__(self):
        self.opened += 1
        try:
            yield from range(self.n)
        finally:
            self.closed += 1


class Counting:
    """An iterator with a state; 13 cannot be read."""

    def __init__(self, n, read) -> None:
        self.n, self.next, self.read = n, 0, read

    def __iter__(self):
        return self

    def __next__(self):
        if self.next == self.n:
            raise StopIteration
        self.next += 1
        self.read.append(self.next - 1)
        if self.next == 14:
            raise ValueError("thirteen")
        return self.next - 1

    def get_state(self):
        return {"next": self.next}

    def set_state(self, state):
        self.next = state["next"]


class Stateful:
    """A stream whose iterators have states; notes what was read."""

    def __init__(self, n=10) -> None:
        self.n, self.read = n, []

    def __iter__(self):
        return Counting(self.n, self.read)


def plain(row):
    return int(row["x"]), float(row["y"])


EXPECTED = [(i, float(i * i)) for i in range(10)]


@pytest.mark.unit
@pytest.mark.parametrize("kind", [Squares, Batches, Columns])
def test_elements_by_number(kind) -> None:
    dataset = Dataset.from_source(kind())
    assert [plain(row) for row in dataset] == EXPECTED
    assert [plain(row) for row in dataset.skip(7)] == EXPECTED[7:]
    assert [plain(row) for row in reference_iterator(dataset)] == EXPECTED
    assert len(dataset) == 10
    assert repr(dataset) == f"<Dataset from_source({kind.__name__}, 10 elements)>"
    assert dataset.element_spec == {"x": TensorSpec((), "int64"), "y": TensorSpec((), "float32")}
    assert [batch["x"].tolist() for batch in dataset.batch(4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(Dataset.from_source(kind(0))) == []


@pytest.mark.unit
def test_any_sequence_is_a_source() -> None:
    assert list(Dataset.from_source([1.5, 2.5])) == [1.5, 2.5]
    assert list(Dataset.from_source(range(3))) == [0, 1, 2]
    assert [x.tolist() for x in Dataset.from_source(np.eye(2))] == [[1, 0], [0, 1]]


@pytest.mark.unit
def test_single_elements_are_read_when_they_are_asked_for() -> None:
    source = Squares()
    iterator = iter(Dataset.from_source(source))
    next(iterator), next(iterator)
    assert source.read == [0, 1]
    assert "one by one" in Dataset.from_source(source).explain()
    source = Columns()
    next(iter(Dataset.from_source(source).batch(3)))
    assert source.read[:3] == [0, 1, 2]
    assert "in batches" in Dataset.from_source(source).explain()


@pytest.mark.unit
@pytest.mark.parametrize("kind", [Squares, Batches, Columns])
def test_elements_are_cast_to_their_spec_or_refused(kind) -> None:
    wanted = {"x": TensorSpec((), "int32"), "y": TensorSpec((), "float64")}
    dataset = Dataset.from_source(kind(3), element_spec=wanted)
    assert dataset.element_spec == wanted
    assert [(row["x"].dtype, row["y"].dtype) for row in dataset] == [(np.int32, np.float64)] * 3
    refused = Dataset.from_source(
        kind(3), element_spec={"x": TensorSpec((2,), "int32"), "y": TensorSpec((), "float32")}
    )
    with pytest.raises(StageError, match=r"from_source: 'S?.*3 elements' raised .* on element 0.*must be TensorSpec"):
        list(refused)


@pytest.mark.fault
@pytest.mark.parametrize("kind", [Squares, Batches, Columns])
@pytest.mark.parametrize("ahead", [False, True])
def test_an_element_that_fails_is_named_between_the_others(kind, ahead, read_all) -> None:
    dataset = Dataset.from_source(kind(bad=(3, 7)))
    found = read_all(dataset.prefetch(4) if ahead else dataset)
    assert [plain(row) for row in found if isinstance(row, dict)] == [row for row in EXPECTED if row[0] not in (3, 7)]
    for index in (3, 7):
        assert isinstance(found[index], StageError)
        assert found[index].element_index == index
        assert isinstance(found[index].__cause__, KeyError)
    with pytest.raises(StageError, match=rf"from_source: '{kind.__name__}, 10 elements' raised KeyError on element 3"):
        list(dataset)


@pytest.mark.fault
def test_batches_without_single_elements() -> None:
    assert list(Dataset.from_source(OnlyColumns())) == [2 * i for i in range(10)]
    with pytest.raises(StageError, match=r"raised ValueError on element 0 .*a bad one is among them"):
        list(Dataset.from_source(OnlyColumns(bad=(0,))))


@pytest.mark.fault
def test_batches_of_the_wrong_length() -> None:
    class Short(OnlyColumns):
        def __getitems__(self, indices):
            return np.zeros(len(indices) + 1)

    with pytest.raises(
        StageError, match=r"__getitems__ must return one row per index\. Received: 2 rows for 1 indices"
    ):
        list(Dataset.from_source(Short()))


@pytest.mark.unit
@pytest.mark.parametrize("kind", [Squares, Columns])
def test_only_the_elements_of_skip_take_and_shard_are_read(kind) -> None:
    for change, expected in (
        (lambda d: d.skip(3).take(4), range(3, 7)),
        (lambda d: d.shard(3, 1), range(1, 10, 3)),
        (lambda d: d.skip(2).shard(2, 1), range(3, 10, 2)),
        (lambda d: d.take(-1).skip(-1), range(0)),
    ):
        source = kind()
        dataset = change(Dataset.from_source(source, element_spec={"x": TensorSpec((), "int64"), "y": TensorSpec(())}))
        assert [plain(row)[0] for row in dataset] == list(expected) == source.read
        assert [plain(row)[0] for row in reference_iterator(dataset)] == list(expected)
    assert "elements 2:6)" in Dataset.from_source(Squares()).skip(2).take(4).explain()
    assert "elements 9:1" not in Dataset.from_source(Squares()).explain()


@pytest.mark.unit
@pytest.mark.parametrize("kind", [Squares, Batches, Columns])
def test_global_shuffle_of_a_source(kind) -> None:
    numbers = [int(i) for i in Dataset.range(10).global_shuffle(seed=3)]
    dataset = Dataset.from_source(kind()).global_shuffle(seed=3)
    assert [plain(row)[0] for row in dataset] == numbers
    shards = [[plain(row)[0] for row in Dataset.from_source(kind()).global_shuffle(seed=3).shard(2, i)] for i in (0, 1)]
    assert shards == [numbers[::2], numbers[1::2]]
    assert_resumes_exactly(lambda: Dataset.from_source(kind()).global_shuffle(seed=3).repeat(2).batch(3))
    source = Squares()
    next(iter(Dataset.from_source(source).global_shuffle(seed=3)))
    assert source.read == numbers[:1]


@pytest.mark.fault
@pytest.mark.parametrize("kind", [Squares, Batches, Columns])
def test_an_element_that_fails_in_a_global_shuffle(kind, read_all) -> None:
    numbers = [int(i) for i in Dataset.range(10).global_shuffle(seed=3)]
    found = read_all(Dataset.from_source(kind(bad=(4,))).global_shuffle(seed=3))
    assert [row.element_index if isinstance(row, StageError) else plain(row)[0] for row in found] == numbers
    assert [isinstance(row, StageError) for row in found] == [i == 4 for i in numbers]


@pytest.mark.unit
def test_streams() -> None:
    source = Numbers()
    dataset = Dataset.from_source(source)
    assert list(dataset) == list(range(10)) == list(reference_iterator(dataset))
    assert list(dataset.repeat(2).take(15)) == [*range(10), *range(5)]
    assert dataset.cardinality() == -2
    assert repr(dataset) == "<Dataset from_source(Numbers)>"
    assert source.opened == source.closed == 4
    iterator = iter(dataset)
    next(iterator)
    iterator.close()
    assert source.opened == source.closed == 5
    typed = Dataset.from_source(source, element_spec=TensorSpec((), "float32"))
    assert next(iter(typed)).dtype == np.float32
    assert typed.element_spec == TensorSpec((), "float32")


@pytest.mark.fault
def test_a_stream_that_fails_goes_on_where_it_can(read_all) -> None:
    found = read_all(Dataset.from_source(Stateful(16)))
    assert [x for x in found if not isinstance(x, Exception)] == [i for i in range(16) if i != 13]
    assert isinstance(found[13], StageError)
    assert found[13].element_index == 13
    assert "'Stateful' raised ValueError on element 13" in str(found[13])


@pytest.mark.property
@pytest.mark.parametrize("kind", [Squares, Batches, Columns, Numbers, Stateful])
def test_resume(kind) -> None:
    assert_resumes_exactly(lambda: Dataset.from_source(kind()))
    assert_resumes_exactly(lambda: Dataset.from_source(kind()).shuffle(4, seed=1).repeat(2).batch(3))
    assert_resumes_exactly(lambda: Dataset.range(3).interleave(lambda _: Dataset.from_source(kind(4)), cycle_length=2))


@pytest.mark.unit
def test_a_resume_reads_nothing_again_where_the_source_can_tell() -> None:
    for source in (Squares(12), Stateful(12)):
        iterator = iter(Dataset.from_source(source))
        list(itertools.islice(iterator, 9))
        state = json.loads(json.dumps(iterator.get_state()))
        source.read.clear()
        again = iter(Dataset.from_source(source))
        again.set_state(state)
        assert len(list(again)) == 3
        assert source.read == [9, 10, 11]


@pytest.mark.property
def test_resume_around_a_failure() -> None:
    for make in (lambda: Dataset.from_source(Stateful(20)), lambda: Dataset.from_source(Squares(20, bad=(13,)))):
        iterator, count = iter(make()), 0
        while count < 16:
            try:
                next(iterator)
            except StageError:
                assert count == 13
            count += 1
        again = iter(make())
        again.set_state(iterator.get_state())
        assert len(list(again)) == 4


@pytest.mark.fault
def test_sources_that_cannot_go_on() -> None:
    source = Numbers(9)
    iterator = iter(Dataset.from_source(source))
    list(itertools.islice(iterator, 5))
    state = iterator.get_state()
    iterator.close()
    source.n = 3
    with pytest.raises(
        FailedPreconditionError, match=r"the source 'Numbers' ended after 3 elements; the state was saved"
    ):
        iter(Dataset.from_source(source)).set_state(state)

    class Changing:
        def __init__(self) -> None:
            self.passes = 0

        def __iter__(self):
            self.passes += 1
            return Counting(9, []) if self.passes == 1 else iter(range(9))

    changing = Changing()
    iterator = iter(Dataset.from_source(changing))
    list(itertools.islice(iterator, 5))
    state = iterator.get_state()
    again = iter(Dataset.from_source(changing))
    again.set_state(state)
    with pytest.raises(StageError, match=r"must have set_state\(\), as it had get_state\(\).*Received: range_iterator"):
        next(again)


@pytest.mark.unit
def test_what_is_no_source() -> None:
    with pytest.raises(InvalidArgumentError, match=r"must have __len__ and __getitem__, or __iter__\. Received: int\."):
        Dataset.from_source(3)
    with pytest.raises(
        InvalidArgumentError, match=r"this one is an iterator itself\. Received: generator\. Pass an obj"
    ):
        Dataset.from_source(i for i in range(3))


@pytest.mark.unit
def test_the_protocols_are_public() -> None:
    assert {"__len__", "__getitem__"} <= set(dir(RandomAccessSource))
    assert "__iter__" in dir(StreamSource)
