"""Strategies for values: leaves that fit a spec, and elements that fit a nest of specs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import nest
from ...core.dtypes import DType
from ...core.errors import UnimplementedError
from ...core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ...core.values import Ragged, Sparse
from .hypothesis_extra import st

MAX_DIM = 3
"""Largest size that an unknown dimension gets."""

# Short, with what breaks naive code: nothing, zero bytes at the end, bytes that are no UTF-8.
_STRINGS = st.sampled_from([b"", b"\0", b"a\0", "é".encode(), b"\xff\xfe"]) | st.binary(max_size=6)


def scalars(dtype: DType) -> st.SearchStrategy[Any]:
    """Generate values of one dtype: NumPy scalars with extremes, infinities and NaN among them, or `bytes`."""
    if dtype.is_string:
        return _STRINGS
    kind = dtype.numpy
    if dtype.is_bool:
        return st.booleans().map(np.bool_)
    if dtype.is_integer:
        limits = np.iinfo(kind)
        return st.integers(int(limits.min), int(limits.max)).map(kind.type)
    if dtype.is_complex:
        part = st.floats(width=32)
        return st.builds(complex, part, part).map(kind.type)
    width: Any = 8 * kind.itemsize
    return st.floats(width=width).map(kind.type)


@st.composite
def arrays_of(draw: st.DrawFn, dtype: DType, shape: Sequence[int]) -> npt.NDArray[Any]:
    """Generate one array of a dtype and shape; strings are an object array of `bytes`."""
    size = math.prod(shape)
    # A few drawn values, repeated in a drawn order: large arrays stay cheap to generate and to shrink.
    pool = draw(st.lists(scalars(dtype), min_size=1, max_size=4))
    picks = draw(st.lists(st.integers(0, len(pool) - 1), min_size=size, max_size=size))
    out = np.empty(size, dtype=dtype.numpy)
    for i, pick in enumerate(picks):
        out[i] = pool[pick]
    return out.reshape(tuple(shape))


def leaves(spec: Spec) -> st.SearchStrategy[Any]:
    """Generate leaves that fit a spec, as users see them: NumPy scalars and arrays, `bytes`, `Ragged`, `Sparse`.

    Raises:
        UnimplementedError: There are no strategies for leaves of this spec.
    """
    if isinstance(spec, TensorSpec):
        return _tensors(spec)
    if isinstance(spec, RaggedSpec) and spec.shape is not None:
        return _ragged(spec)
    if isinstance(spec, SparseSpec) and spec.shape is not None:
        return _sparse(spec)
    raise UnimplementedError(f"leaves: needs a TensorSpec, RaggedSpec or SparseSpec of known rank. Received: {spec!r}.")


def elements(spec: Any) -> st.SearchStrategy[Any]:
    """Generate elements that fit a nest of specs."""
    specs, structure = nest.flatten(spec)
    return st.tuples(*[leaves(s) for s in specs]).map(structure.pack)


@st.composite
def _tensors(draw: st.DrawFn, spec: TensorSpec) -> Any:
    shape = draw(_known(spec.shape if spec.shape is not None else draw(st.lists(st.none(), max_size=2))))
    if not shape:
        return draw(scalars(spec.dtype))
    return draw(arrays_of(spec.dtype, shape))


@st.composite
def _ragged(draw: st.DrawFn, spec: RaggedSpec) -> Any:
    assert spec.shape is not None
    if spec.ragged_rank == 0:
        return draw(_tensors(TensorSpec(spec.shape, spec.dtype)))
    rows = draw(_known(spec.shape[:1]))[0]
    lengths = []
    for _ in range(spec.ragged_rank):
        lengths.append(draw(st.lists(st.integers(0, MAX_DIM), min_size=rows, max_size=rows)))
        rows = sum(lengths[-1])
    inner = draw(_known(spec.shape[spec.ragged_rank + 1 :]))
    value: Any = draw(arrays_of(spec.dtype, (rows, *inner)))
    for row_lengths in reversed(lengths):
        value = Ragged.from_row_lengths(value, np.array(row_lengths, dtype=np.int64))
    return value


@st.composite
def _sparse(draw: st.DrawFn, spec: SparseSpec) -> Sparse:
    shape = draw(_known(spec.shape or ()))
    places = list(np.ndindex(*shape))
    held = draw(st.lists(st.sampled_from(places), max_size=4, unique=True)) if places else []
    indices = np.array(sorted(held), dtype=np.int64).reshape(len(held), len(shape))
    return Sparse(indices, draw(arrays_of(spec.dtype, (len(held),))), shape)


def _known(shape: Sequence[int | None]) -> st.SearchStrategy[tuple[int, ...]]:
    """Generate shapes that fit one with unknown dimensions."""
    return st.tuples(*[st.integers(0, MAX_DIM) if d is None else st.just(d) for d in shape])
