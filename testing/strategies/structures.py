"""Strategies for nests: tuples, named tuples, dicts and dataclasses around leaves."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

from .hypothesis_extra import st


class Pair(NamedTuple):
    """The named tuple of generated nests."""

    first: Any
    second: Any


@dataclasses.dataclass(frozen=True)
class Record:
    """The dataclass of generated nests."""

    left: Any
    right: Any


def nests(leaves: st.SearchStrategy[Any], *, max_leaves: int = 4) -> st.SearchStrategy[Any]:
    """Generate nests around leaves; a bare leaf is one of them, and so are an empty tuple and an empty dict.

    Args:
        leaves: Strategy for the leaves.
        max_leaves: About how many leaves a nest has at most.
    """

    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        keys = st.sampled_from(["b", "a", "image", "label", "d e"])
        return (
            st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(keys, inner, max_size=3)
            | st.builds(Pair, inner, inner)
            | st.builds(Record, inner, inner)
        )

    return st.recursive(leaves, grow, max_leaves=max_leaves)
