"""Blocks against plain lists of elements."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import nest
from penstock.core.block import Block
from penstock.core.errors import DTypeError, InvalidArgumentError
from penstock.core.provenance import Provenance
from penstock.core.specs import ObjectSpec, RaggedSpec, SparseSpec, TensorSpec, spec_of
from penstock.testing import assert_elements_equal
from penstock.testing.strategies import blocks, element_specs


def same(actual: list[Any], expected: list[Any]) -> None:
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        assert_elements_equal(a, b)


# --- every primitive is what it is on a list --------------------------------------------------------------------------


@given(blocks())
def test_to_list_and_element_give_the_elements(case):
    same(case.block.to_list(), case.elements)
    same([case.block.element(i) for i in range(len(case.block))], case.elements)
    assert len(case.block) == case.block.n == len(case.elements)


@given(blocks(), st.data())
def test_slice_is_list_slicing(case, data):
    stop = data.draw(st.integers(0, len(case.elements)))
    start = data.draw(st.integers(0, stop))
    same(case.block.slice(start, stop).to_list(), case.elements[start:stop])


@given(blocks(), st.data())
def test_take_is_list_indexing(case, data):
    n = len(case.elements)
    indices = data.draw(st.lists(st.integers(0, n - 1), max_size=8)) if n else []
    same(case.block.take(np.array(indices, dtype=np.int64)).to_list(), [case.elements[i] for i in indices])


@given(blocks(), st.data())
def test_concat_of_slices_is_the_whole(case, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(case.elements)), max_size=3)))
    bounds = [0, *cuts, len(case.elements)]
    parts = [case.block.slice(a, b) for a, b in itertools.pairwise(bounds)]
    same(Block.concat(parts).to_list(), case.elements)


@given(blocks())
def test_taking_all_rows_is_the_whole(case):
    same(case.block.take(np.arange(len(case.block))).to_list(), case.elements)
    same(case.block.take(np.arange(len(case.block))[::-1]).to_list(), case.elements[::-1])


@given(element_specs().flatmap(lambda spec: st.tuples(blocks(spec), blocks(spec))))
def test_concat_joins_what_two_blocks_hold(cases):
    first, second = cases
    same(Block.concat([first.block, second.block]).to_list(), [*first.elements, *second.elements])


@given(blocks())
def test_building_again_gives_the_same_rows(case):
    if case.elements:
        same(Block.from_elements(case.elements).to_list(), case.elements)
    same(Block.from_elements(case.elements, case.spec).to_list(), case.elements)


@given(blocks(), st.data())
def test_rows_do_not_depend_on_what_else_is_in_the_block(case, data):
    if case.elements:
        cut = data.draw(st.integers(1, len(case.elements)))
        parts = [Block.from_elements(p) for p in (case.elements[:cut], case.elements[cut:]) if p]
        whole = Block.from_elements(case.elements)
        same(Block.concat(parts).to_list(), whole.to_list())
        assert nest.flatten(Block.concat(parts).spec) == nest.flatten(whole.spec)


@given(blocks())
def test_the_spec_admits_every_element(case):
    if case.elements:
        for spec, column in zip(*(nest.flatten(s)[0] for s in (case.spec, case.block.spec)), strict=True):
            assert spec.is_compatible_with(column)
    for element in case.block.to_list():
        nest.map_structure(lambda spec, leaf: _admits(spec, leaf), case.block.spec, element)


def _admits(spec, leaf):
    assert spec.admits(spec_of(leaf)), (spec, leaf)


@given(blocks(provenance=True))
def test_copies_and_pickles_hold_the_same(case):
    for again in (pickle.loads(pickle.dumps(case.block)), copy.deepcopy(case.block), copy.copy(case.block)):
        same(again.to_list(), case.elements)
        assert again.structure == case.block.structure
        assert len(again.provenance) == len(again)
        assert [again.provenance.where(i) for i in range(again.n)] == [
            case.block.provenance.where(i) for i in range(again.n)
        ]


@given(element_specs())
def test_an_empty_block_fits_its_spec(spec):
    block = Block.empty(spec)
    assert (block.n, block.to_list()) == (0, [])
    assert block.structure == nest.structure_of(spec)
    for wanted, column in zip(nest.flatten(spec)[0], block.columns, strict=True):
        assert wanted.is_compatible_with(column.spec)
        assert len(column.slice(0, 0)) == len(column.take(np.empty(0, np.int64))) == 0
    same(Block.concat([block, block.slice(0, 0)]).to_list(), [])


@given(blocks(min_rows=1))
def test_an_empty_block_joins_others_without_a_trace(case):
    empty = Block.empty(case.spec)
    same(Block.concat([empty, case.block, empty]).to_list(), case.elements)


@given(blocks())
def test_a_pickled_slice_leaves_the_rest_behind(case):
    block = Block.concat([case.block] * 3)
    assert block.slice(0, 0).nbytes <= block.nbytes
    big = Block.from_elements([{"s": b"x" * 10_000, "r": np.arange(1000)}, {"s": b"y", "r": np.arange(1)}])
    assert len(pickle.dumps(big.slice(1, 2))) < 2000


# --- structures -------------------------------------------------------------------------------------------------------


class Point(NamedTuple):
    x: Any
    y: Any


@dataclasses.dataclass
class Row:
    image: Any
    label: Any = 0


@pytest.mark.parametrize(
    "elements",
    [
        [(), ()],
        [{}, {}],
        [((), np.int64(1)), ((), np.int64(2))],
        [{"b": np.int64(1), "a": b"x"}, {"b": np.int64(2), "a": b""}],
        [Point(np.int64(1), (np.float32(2), b"s"))],
        [Row(np.zeros((2, 2)), np.int64(1)), Row(np.ones((2, 2)), np.int64(0))],
        [None, None],
        [np.int64(1), None],
        [b"a", np.int64(1)],
        [frozenset({1}), object],
    ],
)
def test_elements_of_any_structure_come_back(elements):
    same(Block.from_elements(elements).to_list(), elements)


def test_a_dict_keeps_its_own_key_order():
    block = Block.from_elements([{"b": 1, "a": 2}, {"a": 4, "b": 3}])
    assert [list(e) for e in block.to_list()] == [["b", "a"], ["b", "a"]]
    same(block.to_list(), [{"b": np.int64(1), "a": np.int64(2)}, {"b": np.int64(3), "a": np.int64(4)}])


def test_leaves_take_the_form_that_users_see():
    values = [1, 2.5, True, 1j, "é", "x", [1, 2], ["a\0", b"b"], np.array(3), np.array([1, 2], ">i4"), np.str_("s")]
    want = [
        np.int64(1), np.float64(2.5), np.True_, np.complex128(1j), "é".encode(), b"x", np.array([1, 2]),
        np.array([b"a\0", b"b"], object), np.int64(3), np.array([1, 2], np.int32), b"s",
    ]  # fmt: skip
    for value, expected in zip(values, want, strict=True):
        same(Block.from_elements([value, value]).to_list(), [expected, expected])
        same(Block.from_elements([value, None]).to_list(), [expected, None])


# --- messages ---------------------------------------------------------------------------------------------------------


def test_an_empty_block_needs_a_spec():
    with pytest.raises(InvalidArgumentError, match=r"an empty block needs a spec\. Received: spec=None\."):
        Block.from_elements([])


def test_elements_of_another_structure_are_named():
    with pytest.raises(InvalidArgumentError, match=r"element 1: nest: must have the structure Structure\(\(\*, \*\)\)"):
        Block.from_elements([(1, 2), (1, 2, 3)])
    with pytest.raises(InvalidArgumentError, match=r"leaf \['a'\]: .*element 1 has a tuple where element 0 has a leaf"):
        Block.from_elements([{"a": 1}, {"a": (1, 2)}])
    with pytest.raises(InvalidArgumentError, match=r"^elements must have one structure.* a dict where"):
        Block.from_elements([1, {"a": 1}])


def test_values_that_do_not_fit_are_named():
    spec = {"n": TensorSpec((), "int64")}
    with pytest.raises(
        DTypeError, match=r"leaf \['n'\]: element 2 .* TensorSpec\(shape=\(\), dtype=int64\)\. Rec.*0\.5 \("
    ):
        Block.from_elements([{"n": 1}, {"n": 2}, {"n": 0.5}], spec)
    with pytest.raises(
        InvalidArgumentError, match=r"element 1 does not fit.*\(3,\).*Received: TensorSpec\(shape=\(2,\)"
    ):
        Block.from_elements([[1, 2, 3], [1, 2]], TensorSpec((3,), "int64"))


def test_blocks_of_other_structures_do_not_join():
    one, other = Block.from_elements([{"a": 1}]), Block.from_elements([{"b": 1}])
    with pytest.raises(InvalidArgumentError, match=r"Structure\(\{'a': \*\}\) and Structure\(\{'b': \*\}\)"):
        Block.concat([one, other])


def test_a_spec_with_an_object_admits_anything():
    same(Block.from_elements([1, None], ObjectSpec()).to_list(), [np.int64(1), None])


def test_repr_names_rows_and_spec():
    block = Block.from_elements([(1, "a")])
    assert repr(block) == ("Block(n=1, spec=(TensorSpec(shape=(), dtype=int64), TensorSpec(shape=(), dtype=string)))")
    assert Block.from_elements([1], TensorSpec((), "float32")).nbytes == 4


def test_specs_of_ragged_and_sparse_elements():
    assert Block.empty(RaggedSpec((2, 3, 4), "int32", 1)).spec == RaggedSpec((None, None, 4), "int32", 1)
    assert Block.empty(SparseSpec((2, 3), "int32")).spec == SparseSpec((None, None), "int32")


# --- provenance -------------------------------------------------------------------------------------------------------


def test_provenance_follows_the_rows():
    one = Block.from_elements([10, 11, 12], provenance=Provenance.of_file("a.csv", 5, 3))
    two = Block.from_elements([20, 21])
    both = Block.concat([one.slice(1, 3), two]).take(np.array([3, 1, 0]))
    assert [None if w is None else (w.path, w.number) for w in map(both.provenance.where, range(3))] == [
        None, ("a.csv", 7), ("a.csv", 6),
    ]  # fmt: skip
    assert Block.concat([two, two]).provenance is None
