"""Records of CSV files, decoded to columns."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.specs import TensorSpec
from ...records.csv.format import CsvColumn, CsvFormat
from .file_source import FileSource


@dataclasses.dataclass(frozen=True)
class Csv(FileSource):
    """Rows of CSV files as tuples of scalars, or as dicts of them.

    Attributes:
        form: How rows are read.
        header: Whether each file begins with a line that is left out.
        names: Names of the columns, for elements that are dicts; None for tuples.
        label_name: Name of the column that becomes the second part of `(features, label)`; None for none.
        inferred_rows: How many rows the types were inferred from; None when the user gave them.
    """

    name = "csv"
    form: CsvFormat = dataclasses.field(kw_only=True)
    header: bool = dataclasses.field(default=False, kw_only=True)
    names: tuple[str, ...] | None = dataclasses.field(default=None, kw_only=True)
    label_name: str | None = dataclasses.field(default=None, kw_only=True)
    inferred_rows: int | None = dataclasses.field(default=None, kw_only=True)

    def element_of(self, values: Any) -> Any:
        """Return the element that holds one value per column."""
        if self.names is None:
            return tuple(values)
        features = dict(zip(self.names, values, strict=True))
        if self.label_name is None:
            return features
        label = features.pop(self.label_name)
        return features, label

    @property
    def element_spec(self) -> Any:
        return self.element_of([TensorSpec((), column.dtype) for column in self.form.columns])

    def describe(self) -> str:
        form = self.form
        parts = [super().describe(), f"[{', '.join(map(_column_text, form.columns))}]"]
        if self.names is not None:
            parts.append(f"names={list(self.names)}")
        if self.label_name is not None:
            parts.append(f"label_name={self.label_name!r}")
        if self.header:
            parts.append("header=True")
        if form.field_delim != b",":
            parts.append(f"field_delim={form.field_delim.decode('latin-1')!r}")
        if not form.use_quote_delim:
            parts.append("use_quote_delim=False")
        if form.na_value:
            parts.append(f"na_value={form.na_value.decode('utf-8', 'backslashreplace')!r}")
        if form.select_cols is not None:
            parts.append(f"select_cols={list(form.select_cols)}")
        if form.row_fields is not None:
            parts.append(f"of {form.row_fields} fields")
        return ", ".join(parts)

    def notes(self) -> list[str]:
        if self.inferred_rows is None:
            return []
        return [f"column types were inferred from the first {self.inferred_rows} rows"]


def _column_text(column: CsvColumn) -> str:
    """Return a column as `int32=0`, or `int32` when the field must be there."""
    if column.default is None:
        return column.dtype.name
    default = column.default
    text = repr(default.decode("utf-8", "backslashreplace") if isinstance(default, bytes) else default)
    return f"{column.dtype.name}={text}"
