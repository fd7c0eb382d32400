"""Columns: one leaf of many elements."""

from .base import Column
from .build import empty_column, from_elements, rows_of
from .bytes import BytesColumn
from .concat import concat
from .dense import DenseColumn
from .object import ObjectColumn
from .ragged import RaggedColumn, RowShapeError
from .sparse import SparseColumn

__all__ = [
    "BytesColumn",
    "Column",
    "DenseColumn",
    "ObjectColumn",
    "RaggedColumn",
    "RowShapeError",
    "SparseColumn",
    "concat",
    "empty_column",
    "from_elements",
    "rows_of",
]
