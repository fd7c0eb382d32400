"""DatasetIterator: single use, closed once and for all, first element early."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import FailedPreconditionError
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.exec.base import BlockSizer, Context, executes
from penstock.pipeline.plan import Node, Range

CLOSED = r"DatasetIterator: the iterator is closed\. Make a new one with iter\(dataset\) to start again\."


@pytest.mark.unit
def test_is_an_iterator_that_stays_at_its_end() -> None:
    iterator = iter(Dataset.range(2))
    assert iter(iterator) is iterator
    assert [*iterator] == [0, 1]
    for _ in range(2):
        with pytest.raises(StopIteration):
            next(iterator)
    assert iterator.next_block() is None


@pytest.mark.unit
@pytest.mark.parametrize("read_first", [0, 1, 5])
def test_use_after_close_names_the_state(read_first) -> None:
    iterator = iter(Dataset.range(5))
    for _ in range(read_first):
        next(iterator)
    iterator.close()
    iterator.close()
    with pytest.raises(FailedPreconditionError, match=CLOSED):
        next(iterator)
    with pytest.raises(FailedPreconditionError, match=CLOSED):
        iterator.next_block()


@pytest.mark.unit
def test_with_closes() -> None:
    with iter(Dataset.range(5)) as iterator:
        assert next(iterator) == 0
    with pytest.raises(FailedPreconditionError, match=CLOSED):
        next(iterator)


@pytest.mark.unit
def test_an_error_leaves_the_iterator_open() -> None:
    iterator = iter(Dataset.range(3).map(lambda x: 1 // (x - 1) if x != 9 else 0, vectorize=False))
    assert next(iterator) == -1


@pytest.mark.unit
def test_blocks_of_a_given_size() -> None:
    with iter(Dataset.range(10)) as iterator:
        blocks = []
        while (block := iterator.next_block(4)) is not None:
            blocks.append(block.to_list())
    assert blocks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.unit
def test_the_first_block_is_one_row_and_blocks_grow() -> None:
    asked = []
    iterator = DatasetIterator(Dataset.range(100_000)._node)
    pull = iterator._operator.pull
    iterator._operator.pull = lambda rows: (asked.append(rows), pull(rows))[1]
    for _ in range(5000):
        next(iterator)
    iterator.close()
    assert asked[:4] == [1, 8, 64, 512]
    assert max(asked) <= 1 << 14


@pytest.mark.unit
def test_blocks_stay_near_their_size_in_bytes() -> None:
    big = Dataset.from_tensor_slices(np.zeros((40, 1 << 17), np.uint8)).repeat()
    sizes = []
    with iter(big) as iterator:
        for _ in range(12):
            sizes.append(iterator.next_block().nbytes)
    assert max(sizes) <= 1 << 20


@pytest.mark.unit
def test_block_sizes_can_be_bounded() -> None:
    node = Dataset.range(100).shuffle(10, seed=1)._node
    with DatasetIterator(node, max_block_rows=3) as iterator:
        sizes = []
        while (block := iterator.next_block()) is not None:
            sizes.append(block.n)
    assert sum(sizes) == 100 and max(sizes) <= 3


@pytest.mark.unit
def test_sizer_grows_only_with_full_blocks() -> None:
    sizer = BlockSizer(max_rows=100)
    (small,) = Dataset.range(1).iter_blocks()
    sizer.saw(small)
    assert sizer.rows == 8
    sizer.saw(small)
    assert sizer.rows == 8


@pytest.mark.unit
def test_the_spec_is_that_of_the_plan() -> None:
    with iter(Dataset.range(3).batch(2)) as iterator:
        assert repr(iterator.element_spec) == "TensorSpec(shape=(None,), dtype=int64)"


@pytest.mark.unit
def test_a_node_without_operator_says_how_to_register_one() -> None:
    import dataclasses

    @dataclasses.dataclass(frozen=True)
    class Strange(Range):
        name = "strange"

    with pytest.raises(NotImplementedError, match=r"strange: no operator executes this node. Register one with execut"):
        list(Dataset(Strange(0, 3)))

    from penstock.pipeline.exec.sources import Range as RangeOperator

    executes(Strange)(RangeOperator)
    assert list(Dataset(Strange(0, 3))) == [0, 1, 2]


@pytest.mark.unit
def test_nodes_are_numbered_from_the_source() -> None:
    root: Node = Dataset.range(3).map(lambda x: x).batch(2)._node
    context = Context(root)
    assert [context.number(n) for n in (root.input.input, root.input, root)] == [0, 1, 2]
    assert context.number(Dataset.range(3)._node) is None


@pytest.mark.unit
def test_repr_says_what_is_read_and_how_far_it_is() -> None:
    iterator = iter(Dataset.range(2).batch(3))
    assert repr(iterator) == "<DatasetIterator over range(2).batch(3)>"
    list(iterator)
    assert repr(iterator) == "<DatasetIterator over range(2).batch(3), ended>"
    iterator.close()
    assert repr(iterator) == "<DatasetIterator over range(2).batch(3), closed>"


@pytest.mark.unit
@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_copy_is_refused_with_advice(copier) -> None:
    text = r"an iterator holds threads and files .* Pass the dataset, and what get_state\(\) returns\."
    with pytest.raises(TypeError, match=text):
        copier(iter(Dataset.range(2)))
