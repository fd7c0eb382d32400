"""What `adapt` may be given, turned into batches: the one place that knows the kinds of data.

Arrays, lists, columns and pandas objects are one whole whose first axis counts samples; `batch_size` cuts it. Datasets
and other iterables give batches; `steps` stops after so many. A tuple element `(x, y, …)` stands for its `x`.

A Dataset is known only as an iterable with an `element_spec`; where it offers `iter_blocks()`, its columns are used as
they are, without an object per element. As in Keras, Dataset elements of rank 0 or 1 count as single samples.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.block import Block
from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ..core.composites import plain
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.ops import registry
from ..core.values import Ragged, Sparse
from .numeric import number_array
from .strings import DenseForm, Form, RaggedForm, SparseForm, as_strings, flat_column

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]

_STACKED: Final = 1024  # samples joined from an iterable of single samples, as one batch


class Tokens(NamedTuple):
    """Strings of some documents.

    Attributes:
        strings: One string per row.
        documents: int64[documents + 1], row splits over the strings.
    """

    strings: BytesColumn
    documents: Int64s


class Source(NamedTuple):
    """Batches, and what can be told before the first.

    Attributes:
        values: The batches: values in the user's form, or `Rows`.
        whole: Whether the values are cuts of one array, so that a vector of strings is one document per string.
        sample_rank: Rank of a Dataset's elements when they are single samples, else None.
        total: How many units of work there are, or None when that is not known.
        unit: What is counted: `"samples"`, `"elements"` or `"batches"`.
    """

    values: Iterator[Any]
    whole: bool
    sample_rank: int | None
    total: int | None = None
    unit: str = "batches"

    def size_of(self, value: Any) -> int:
        """Return the units of work in one of the values."""
        if isinstance(value, Rows):
            return len(value.column)
        return _length(value) if self.whole else 1


class Rows(NamedTuple):
    """Elements of a Dataset that have not been stacked: row `i` of the column is element `i`."""

    column: Column


def open_source(data: Any, *, batch_size: int | None = None, steps: int | None = None, where: str) -> Source:
    """Return the batches of anything that `adapt` takes.

    Args:
        data: See the module.
        batch_size: Samples per batch for data that is one whole; None for all at once.
        steps: At most this many batches; None for all. For Datasets, elements.
        where: Start of messages.

    Raises:
        InvalidArgumentError: An option is out of range.
        DTypeError: The data is none of the kinds.
    """
    check_counts(where, batch_size=batch_size, steps=steps)
    data = plain(data)
    if isinstance(data, Mapping):
        raise _no_columns(data, "data", where)
    if _is_whole(data):
        values = itertools.islice(_cuts(data, batch_size), steps)
        size = _length(data)
        total = size if steps is None else min(size, steps * (batch_size or size))
        return Source(values, whole=True, sample_rank=None, total=total, unit="samples")
    if not isinstance(data, Iterable):
        raise DTypeError(
            f"{where}: data must be an array, a Dataset or an iterable of batches. Received: {describe(data)}."
        )
    spec = getattr(data, "element_spec", None)
    rank = None if spec is None else _rank(_first(spec, where))
    single = rank if rank is not None and rank <= 1 else None
    known = elements_in(data, steps)
    if hasattr(data, "iter_blocks"):
        blocks = _block_rows(data.iter_blocks(), steps, where)
        return Source(blocks, whole=False, sample_rank=single, total=known, unit="elements")
    elements = (_first(element, where) for element in itertools.islice(data, steps))
    if single is None:
        return Source(elements, whole=False, sample_rank=None, total=known)
    return Source(_stacked(elements), whole=False, sample_rank=single, total=known, unit="elements")


def check_counts(where: str, **counts: Any) -> None:
    """Raise unless each is an int >= 1 or None.

    Raises:
        InvalidArgumentError: One is not.
    """
    for name, value in counts.items():
        if value is not None and (not isinstance(value, int | np.integer) or value < 1):
            raise InvalidArgumentError(f"{where}: {name} must be an int >= 1 or None. Received: {name}={value!r}.")


def elements_in(data: Any, steps: int | None) -> int | None:
    """Return how many elements a Dataset or iterable gives, at most `steps`; None when it does not tell."""
    known = data.cardinality() if hasattr(data, "cardinality") else operator.length_hint(data, -1)
    if known < 0:
        return steps
    return int(known) if steps is None else min(int(known), steps)


def _length(value: Any) -> int:
    """Return the number of samples in data that is one whole."""
    shape = getattr(value, "shape", None)
    if isinstance(value, bytes | str | int | float) or shape == ():
        return 1
    return int(value.shape[0]) if isinstance(value, Sparse) else len(value)


def _is_whole(data: Any) -> bool:
    """Whether data is one value, and not an iterable of batches; of a list, the first item decides."""
    if isinstance(data, np.ndarray | np.generic | Ragged | Sparse | Column | bytes | str | int | float):
        return True
    if isinstance(data, list | tuple):
        return not data or not _is_batch(data[0])
    if type(data).__module__.partition(".")[0] in ("pyarrow", "pandas"):
        return True
    return registry.operand_kind(data) == "tensor"


def _is_batch(item: Any) -> bool:
    item = plain(item)
    return isinstance(item, Ragged | Sparse | Column) or (hasattr(item, "__array__") and np.ndim(item) > 0)


def _cuts(data: Any, batch_size: int | None) -> Iterator[Any]:
    if batch_size is None or isinstance(data, bytes | str | int | float | Sparse):
        yield data
        return
    if isinstance(data, list | tuple):
        for i in range(0, len(data), batch_size):
            yield data[i : i + batch_size]
        return
    for i in range(0, len(data), batch_size):
        yield _slice(data, i, min(i + batch_size, len(data)))


def _slice(data: Any, start: int, stop: int) -> Any:
    if isinstance(data, Ragged):
        return data.rows(start, stop)
    if isinstance(data, Column) or type(data).__module__.partition(".")[0] == "pyarrow":
        return data.slice(start, stop) if isinstance(data, Column) else data.slice(start, stop - start)
    return data.iloc[start:stop] if hasattr(data, "iloc") else data[start:stop]


def _first(element: Any, where: str) -> Any:
    """Return the inputs of an element `(x, y, …)`, or the element itself."""
    if isinstance(element, tuple):
        return _first(element[0], where) if element else element
    if isinstance(element, Mapping):
        raise _no_columns(element, "elements", where)
    return element


def _no_columns(value: Mapping[Any, Any], what: str, where: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{where}: {what} must be arrays, not dicts. Received: keys {', '.join(map(repr, value))}. "
        "Choose one first: data.map(lambda x: x[key])."
    )


def _rank(spec: Any) -> int | None:
    """Return the rank that a spec tells, or None; a shape of unknown rank may refuse to tell its length."""
    try:
        return len(spec.shape)
    except (AttributeError, TypeError, ValueError):
        return None


def _stacked(elements: Iterator[Any]) -> Iterator[Any]:
    """Join single samples into batches."""
    while samples := list(itertools.islice(elements, _STACKED)):
        column = Block.from_elements([np.asarray(s) if registry.operand_kind(s) else s for s in samples]).columns[0]
        yield Rows(column)


def _block_rows(blocks: Iterable[Block], steps: int | None, where: str) -> Iterator[Rows]:
    left = math.inf if steps is None else steps
    for block in blocks:
        taken = block.slice(0, int(min(block.n, left)))
        left -= taken.n
        if taken.n:
            structure = taken.structure
            index = _first(structure.pack(list(range(len(taken.columns)))), where)
            yield Rows(taken.columns[index])
        if left <= 0:
            return


def as_numbers(value: Any, *, where: str) -> Array:
    """Return a batch of numbers as an array; the rows of a `Ragged` are joined.

    Raises:
        DTypeError: There is something else than numbers in it.
    """
    if isinstance(value, Rows):
        return _joined(value.column, where)
    value = plain(value)
    if isinstance(value, Ragged):
        return value.flat_values
    if isinstance(value, Sparse):
        raise DTypeError(
            f"{where}: data must be dense numbers. Received: {describe(value)}. "
            "Call to_dense() first: zeros that are left out count as well."
        )
    if isinstance(value, Column):
        return _joined(value, where)
    array = number_array(value, where)
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{where}: data must be numbers. Received: {describe(value)}.")
    return array


def _joined(column: Column, where: str) -> Array:
    """Return elements as one array: samples stacked, batches put end to end."""
    if isinstance(column, DenseColumn):
        values = column.values
        return values if values.ndim <= 2 else values.reshape(-1, *values.shape[2:])
    if isinstance(column, RaggedColumn):
        return _joined_ragged(column, where)
    raise DTypeError(f"{where}: data must be numbers. Received: elements {column.spec!r}.")


def _joined_ragged(column: RaggedColumn, where: str) -> Array:
    inner: Column = column
    while isinstance(inner, RaggedColumn):
        inner = inner.values.slice(int(inner.splits[0]), int(inner.splits[-1]))
    if not isinstance(inner, DenseColumn):
        raise DTypeError(f"{where}: data must be numbers. Received: elements {column.spec!r}.")
    return inner.values


def as_tokens(value: Any, *, whole: bool, where: str) -> Tokens:
    """Return a batch of strings with its documents.

    Args:
        value: A batch in any form.
        whole: A vector is one document per string, not a single document.
        where: Start of messages.

    Raises:
        DTypeError: There is something else than strings in it.
    """
    if isinstance(value, Rows):
        return _row_tokens(value.column, where)
    strings, form = as_strings(value, where=where)
    return documents_of(strings, form, whole=whole)


def documents_of(strings: BytesColumn, form: Form, *, whole: bool) -> Tokens:
    """Return strings with the documents that their form says; see `as_tokens`."""
    n = len(strings)
    if isinstance(form, RaggedForm):
        return Tokens(strings, form.row_splits())
    if isinstance(form, SparseForm):
        rows = form.indices[:, 0] if form.indices.shape[1] else np.zeros(n, dtype=np.int64)
        splits = np.searchsorted(rows, np.arange((form.shape or (1,))[0] + 1))
        return Tokens(strings, splits.astype(np.int64))
    assert isinstance(form, DenseForm)
    shape = form.shape
    if len(shape) <= 1:
        return Tokens(strings, np.arange(n + 1, dtype=np.int64) if whole else np.array([0, n], dtype=np.int64))
    return Tokens(strings, np.arange(shape[0] + 1, dtype=np.int64) * math.prod(shape[1:]))


def _row_tokens(column: Column, where: str) -> Tokens:
    """Elements of rank 0 and 1 are documents; those of higher rank hold a document per row."""
    if isinstance(column, BytesColumn):
        rows, shape = len(column), column.shape
        if len(shape) >= 2:
            rows, shape = rows * shape[0], shape[1:]
        return Tokens(flat_column(column), np.arange(rows + 1, dtype=np.int64) * math.prod(shape))
    if isinstance(column, RaggedColumn) and isinstance(column.values, BytesColumn):
        inner = column.values
        low, high = int(column.splits[0]), int(column.splits[-1])
        used = flat_column(inner.slice(low, high))
        if inner.shape:
            return Tokens(used, np.arange(high - low + 1, dtype=np.int64) * math.prod(inner.shape))
        return Tokens(used, column.splits - low)
    if isinstance(column, RaggedColumn) and isinstance(column.values, RaggedColumn):
        low, high = int(column.splits[0]), int(column.splits[-1])
        return _row_tokens(column.values.slice(low, high), where)
    raise DTypeError(f"{where}: data must be strings. Received: elements {column.spec!r}.")
