"""Nests: taking apart, putting together, comparing and naming."""

from __future__ import annotations

import collections
import copy
import dataclasses
import os
import pickle
import types
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import nest
from penstock.core.errors import InvalidArgumentError
from penstock.testing.strategies import nests

LEAVES = st.integers() | st.text() | st.none() | st.lists(st.integers())


class Point(NamedTuple):
    x: Any
    y: Any


class Vector(NamedTuple):
    x: Any
    y: Any


@dataclasses.dataclass
class Row:
    image: Any
    label: Any = 0
    size: Any = dataclasses.field(default=None, init=False)

    def __post_init__(self):
        assert self.image is not None
        self.size = 1


@dataclasses.dataclass
class Opaque:
    _is_leaf = True
    value: int


class Named(dict):
    pass


@given(nests(LEAVES))
def test_pack_undoes_unpack(value):
    leaves, structure = nest.flatten(value)
    assert structure.pack(leaves) == value
    assert type(structure.pack(leaves)) is type(value)
    assert structure.n_leaves == len(leaves) == len(structure.paths())
    assert list(nest.iter_leaves(value)) == leaves


@given(nests(LEAVES))
def test_a_structure_does_not_know_its_leaves(value):
    other = nest.map_structure(lambda leaf: 0, value)
    structure = nest.structure_of(value)
    assert structure == nest.structure_of(other)
    assert hash(structure) == hash(nest.structure_of(other))
    assert structure.is_leaf() == (structure == nest.LEAF)
    assert repr(structure) == repr(nest.structure_of(other))


@given(nests(LEAVES), nests(LEAVES))
def test_equal_structures_are_those_that_share_leaves(first, second):
    a, b = nest.structure_of(first), nest.structure_of(second)
    if a == b:
        assert a.pack(b.unpack(second)) == second
    else:
        assert nest.tuple_of([a]) != nest.tuple_of([b])


@given(nests(LEAVES))
def test_structures_are_copied_and_pickled(value):
    structure = nest.structure_of(value)
    for again in (pickle.loads(pickle.dumps(structure)), copy.copy(structure), copy.deepcopy(structure)):
        assert again == structure
        assert again.pack(again.unpack(value)) == value
    assert pickle.loads(pickle.dumps(nest.LEAF)) is nest.LEAF


@given(nests(st.integers()))
def test_map_structure_keeps_the_structure(value):
    doubled = nest.map_structure(lambda a, b: a + b, value, value)
    assert nest.structure_of(doubled) == nest.structure_of(value)
    assert nest.flatten(doubled)[0] == [2 * leaf for leaf in nest.flatten(value)[0]]


@given(nests(LEAVES))
def test_paths_read_the_leaf_that_they_name(value):
    leaves, structure = nest.flatten(value)
    for path, leaf in zip(structure.paths(), leaves, strict=True):
        assert eval(f"value{path}", {"value": value}) == leaf


def test_dicts_are_sorted_inside_and_keep_their_order_outside():
    value = {"b": 1, "a": 2, 3: 4, (1, 2): 5}
    leaves, structure = nest.flatten(value)
    assert leaves == [4, 2, 1, 5]  # by the type's name, then the key
    assert list(structure.pack(leaves)) == ["b", "a", 3, (1, 2)]
    assert structure == nest.structure_of(dict(reversed(value.items())))
    assert structure != nest.structure_of({**value, "c": 0})


@pytest.mark.parametrize(
    ("value", "comes_back_as"),
    [
        (collections.OrderedDict(b=1, a=2), collections.OrderedDict),
        (collections.defaultdict(list, b=1), dict),
        (collections.Counter("aab"), dict),
        (Named(b=1), Named),
        ({"b": 1}, dict),
    ],
)
def test_kinds_of_dicts(value, comes_back_as):
    leaves, structure = nest.flatten(value)
    again = structure.pack(leaves)
    assert type(again) is comes_back_as
    assert again == value
    assert list(again) == list(value)
    assert structure == nest.structure_of(dict(value))


def test_other_mappings_fit_a_dict():
    structure = nest.structure_of({"a": 1})
    assert structure.unpack(types.MappingProxyType({"a": 5})) == [5]


def test_tuples_without_names_come_back_plain():
    stat = os.stat(".")
    assert nest.map_structure(int, stat) == tuple(map(int, stat))
    assert nest.map_structure(int, (1.5,)) == (1,)


def test_lists_arrays_and_marked_dataclasses_are_leaves():
    for leaf in ([1, 2], np.zeros(3), "ab", None, Opaque(1), Row, int):
        assert nest.structure_of(leaf).is_leaf()
    assert not nest.is_branch_type(Opaque)
    assert nest.is_branch_type(Row)
    assert nest.is_branch_type(Point)
    assert not nest.is_branch_type(list)


def test_dataclasses_are_built_again_from_their_arguments():
    leaves, structure = nest.flatten(Row(1, 2))
    assert leaves == [1, 2]
    assert structure.pack([3, 4]) == Row(3, 4)


def test_helpers_about_the_top_level():
    structure = nest.structure_of(((1, 2), {"a": 3}))
    assert nest.children(structure) == (nest.structure_of((1, 2)), nest.structure_of({"a": 1}))
    assert nest.children(nest.LEAF) == ()
    assert nest.tuple_of([nest.LEAF]) == nest.structure_of((1,))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "Structure(*)"),
        ((1, (2,), ()), "Structure((*, (*,), ()))"),
        ({"b": 1, "a": (2, 3)}, "Structure({'a': (*, *), 'b': *})"),
        (Point(1, {"a": 2}), "Structure(Point(x=*, y={'a': *}))"),
        (Row(1), "Structure(Row(image=*, label=*))"),
    ],
)
def test_repr(value, text):
    assert repr(nest.structure_of(value)) == text


@pytest.mark.parametrize(
    ("value", "other", "received"),
    [
        ((1, 2), (1, 2, 3), r"\(1, 2, 3\) \(tuple\)"),
        ((1, 2), [1, 2], r"\[1, 2\] \(list\)"),
        ((1, 2), Point(1, 2), r"Point\(x=1, y=2\) \(Point\)"),
        (Point(1, 2), (1, 2), r"\(1, 2\) \(tuple\)"),
        ({"a": 1}, {"b": 1}, r"\{'b': 1\} \(dict\)"),
        ({"a": 1}, {"a": 1, "b": 2}, r"\{'a': 1, 'b': 2\} \(dict\)"),
        ({"a": 1}, 3, r"3 \(int\)"),
        (Row(1), Opaque(1), r"Opaque\(value=1\) \(Opaque\)"),
        (((1, 2), 3), (4, 5), r"4 \(int\)"),
    ],
)
def test_another_structure_is_refused(value, other, received):
    structure = nest.structure_of(value)
    with pytest.raises(
        InvalidArgumentError, match=rf"nest: must have the structure Structure\(.*\)\. Received: {received}\."
    ):
        structure.unpack(other)
    assert structure != nest.structure_of(other)


def test_named_tuples_of_another_type_have_another_structure():
    assert nest.structure_of(Point(1, 2)) != nest.structure_of(Vector(1, 2))
    assert nest.structure_of(Point(1, 2)) != nest.structure_of((1, 2))
    assert nest.structure_of(Point(1, 2)).unpack(Vector(3, 4)) == [3, 4]


def test_what_stands_at_a_leaf_is_taken_whole():
    assert nest.structure_of((1, 2)).unpack(((3, 4), 5)) == [(3, 4), 5]


def test_keys_must_be_sortable():
    with pytest.raises(
        InvalidArgumentError, match=r"keys of a dict must be sortable\. Received: keys \[1j, 2j\] .*Use strings"
    ):
        nest.flatten({1j: 0, 2j: 0})
