"""Strategies for dtypes, shapes and specs."""

from __future__ import annotations

from typing import Any

from ...core.dtypes import ALL, DType
from ...core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from .hypothesis_extra import st
from .structures import nests


def dtypes(*, strings: bool = True) -> st.SearchStrategy[DType]:
    """Generate dtypes.

    Args:
        strings: Whether `string` is among them.
    """
    return st.sampled_from([d for d in ALL if strings or not d.is_string])


def shapes(
    *, min_rank: int = 0, max_rank: int = 3, max_dim: int = 3, unknown: bool = False
) -> st.SearchStrategy[tuple[int | None, ...]]:
    """Generate shapes, with dimensions of 0 among them.

    Args:
        min_rank: Fewest axes.
        max_rank: Most axes.
        max_dim: Largest dimension.
        unknown: Whether dimensions may be None.
    """
    dims: st.SearchStrategy[int | None] = st.integers(0, max_dim)
    if unknown:
        dims = st.none() | dims
    return st.lists(dims, min_size=min_rank, max_size=max_rank).map(tuple)


def tensor_specs(*, dtype: Any = None, max_rank: int = 3, unknown: bool = True) -> st.SearchStrategy[TensorSpec]:
    """Generate specs of dense leaves, strings included.

    Args:
        dtype: The one dtype to use; any when None.
        max_rank: Most axes.
        unknown: Whether dimensions may be None.
    """
    kinds = dtypes() if dtype is None else st.just(dtype)
    return st.builds(TensorSpec, shapes(max_rank=max_rank, unknown=unknown), kinds)


def ragged_specs(*, dtype: Any = None, max_ragged_rank: int = 2) -> st.SearchStrategy[RaggedSpec]:
    """Generate specs of `Ragged` leaves with one or more ragged axes and up to one dense axis behind them.

    Args:
        dtype: The one dtype to use; any when None.
        max_ragged_rank: Most ragged axes.
    """

    def build(rows: int | None, rank: int, inner: tuple[int | None, ...], kind: Any) -> RaggedSpec:
        return RaggedSpec((rows, *[None] * rank, *inner), kind, rank)

    kinds = dtypes() if dtype is None else st.just(dtype)
    return st.builds(build, st.none() | st.integers(0, 3), st.integers(1, max_ragged_rank), shapes(max_rank=1), kinds)


def sparse_specs(*, dtype: Any = None, unknown: bool = True) -> st.SearchStrategy[SparseSpec]:
    """Generate specs of `Sparse` leaves of rank 1 to 3.

    Args:
        dtype: The one dtype to use; any when None.
        unknown: Whether dimensions may be None.
    """
    kinds = dtypes() if dtype is None else st.just(dtype)
    return st.builds(SparseSpec, shapes(min_rank=1, unknown=unknown), kinds)


def leaf_specs() -> st.SearchStrategy[Spec]:
    """Generate specs of leaves: dense, ragged and sparse."""
    return tensor_specs() | ragged_specs() | sparse_specs()


def element_specs(*, leaf: st.SearchStrategy[Any] | None = None, max_leaves: int = 4) -> st.SearchStrategy[Any]:
    """Generate nests of specs.

    Args:
        leaf: Strategy for the leaves; `leaf_specs()` when None.
        max_leaves: About how many leaves a nest has at most.
    """
    return nests(leaf_specs() if leaf is None else leaf, max_leaves=max_leaves)
