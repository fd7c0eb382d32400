"""`from_tensor_slices`: the rows of arrays in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.columns import ObjectColumn, rows_of
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.leaves import as_element
from .base import Source


@dataclasses.dataclass(frozen=True)
class FromTensorSlices(Source):
    """Rows of a block.

    Attributes:
        block: All elements.
        origin: What the user called, for `explain()`.
        rows: Which rows, in order; all of them by default.
    """

    name = "from_tensor_slices"
    block: Block
    origin: str = ""
    rows: range = None  # type: ignore[assignment]  # never None behind __post_init__

    def __post_init__(self) -> None:
        if self.rows is None:
            object.__setattr__(self, "rows", range(self.block.n))

    @property
    def element_spec(self) -> Any:
        return self.block.spec

    @property
    def cardinality(self) -> int:
        return len(self.rows)

    def describe(self) -> str:
        kept = self.rows
        if kept == range(self.block.n):
            return self.origin or f"{self.block.n} rows"
        text = f"{len(kept)} rows"
        if kept.start or kept.step != 1:
            text = f"rows {kept.start}:{kept.stop}{f':{kept.step}' if kept.step != 1 else ''}"
        return f"{self.origin}, {text}" if self.origin else text

    @property
    def fingerprint(self) -> str:
        return f"{self.label} of {self.element_spec!r}"


def slices_block(tensors: Any) -> Block:
    """Return the rows along the first axis of every leaf.

    Raises:
        ShapeError: A leaf has no first axis, or the leaves have different lengths.
    """
    leaves, structure = nest.flatten(_from_frame(tensors))
    if not leaves:
        raise InvalidArgumentError("from_tensor_slices: at least one array is needed. Received: an empty nest.")
    columns = []
    for path, leaf in zip(structure.paths(), leaves, strict=True):
        try:
            columns.append(rows_of(_plain(leaf)))
        except InvalidArgumentError as err:
            raise type(err)(f"{err} Leaf: {path}." if path else str(err)) from err
    sizes = [len(c) for c in columns]
    if len(set(sizes)) > 1:
        named = ", ".join(f"{p or 'leaf'}: {n}" for p, n in zip(structure.paths(), sizes, strict=True))
        raise ShapeError(f"from_tensor_slices: all leaves must have the same first dimension. Received: {named}.")
    return Block(structure, columns, sizes[0])


def _from_frame(tensors: Any) -> Any:
    """Turn a pandas or Arrow table into a dict of its columns."""
    package, kind = type(tensors).__module__.partition(".")[0], type(tensors).__name__
    if package == "pandas" and kind == "DataFrame":
        return {str(name): tensors[name] for name in tensors.columns}
    if package == "pyarrow" and kind in ("Table", "RecordBatch"):
        return dict(zip(tensors.schema.names, tensors.columns, strict=True))
    return tensors


def _plain(leaf: Any) -> Any:
    if type(leaf).__module__.partition(".")[0] == "pandas":
        return _from_pandas(leaf)
    if hasattr(leaf, "_plain_value"):
        return leaf._plain_value
    numpy = getattr(leaf, "numpy", None)
    return numpy() if callable(numpy) else leaf


def _from_pandas(leaf: Any) -> Any:
    """Return the values of a pandas object.

    Raises:
        InvalidArgumentError: It holds missing values that are no NaN among floats.
    """
    kind = getattr(leaf, "dtype", None)
    if kind is not None and getattr(kind, "kind", "O") != "f" and (missing := int(leaf.isna().sum())):
        raise InvalidArgumentError(
            f"from_tensor_slices: pandas columns of {kind} must not hold missing values. Received: {missing}. "
            "Fill them first, e.g. with fillna()."
        )
    return leaf.to_numpy()


def whole_block(tensors: Any) -> Block:
    """Return a block of one element: the nest itself."""
    leaves, structure = nest.flatten(tensors)
    return Block.from_elements([structure.pack([_plain(v) for v in leaves])])


def listed_block(where: str, elements: Sequence[Any]) -> Block:
    """Return a block of the elements of a list.

    Raises:
        InvalidArgumentError: They differ in structure, or the leaves of one place differ in dtype.
    """
    try:
        block = Block.from_elements([as_element(nest.map_structure(_plain, element)) for element in elements])
    except InvalidArgumentError as err:
        raise InvalidArgumentError(f"{where}: {err}") from err
    for path, column in zip(block.structure.paths(), block.columns, strict=True):
        if isinstance(column, ObjectColumn):
            other = _first_unlike(column.to_list())
            at = f" at {path}" if path else ""
            raise InvalidArgumentError(
                f"{where}: elements must be numbers, strings and arrays of the same dtypes and ranks. "
                f"Received: element 0: {describe(column.element(0))}{at}"
                + (f"; element {other}: {describe(column.element(other))}{at}." if other else ".")
            )
    return block


def _first_unlike(leaves: list[Any]) -> int:
    """Return the number of the first leaf of another dtype or rank than the first one, or 0."""
    forms = [(getattr(leaf, "dtype", type(leaf)), len(getattr(leaf, "shape", ()))) for leaf in leaves]
    return next((i for i, form in enumerate(forms) if form != forms[0]), 0)
