"""Columns of records on their way from one format to another: what they hold, and where they came from.

Between formats records are Arrow record batches: int64, float32, float64 or binary columns, or lists of them; a null is
a missing value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ...core.errors import InvalidArgumentError, ParseError, suggest

if TYPE_CHECKING:
    from ..schema import Schema

WHERE: Final = "convert"
TYPES: Final = ("int64", "float32", "float64", "string", "bytes")


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes:
        name: Its name.
        type: `int64`, `float32`, `float64`, `string` (text) or `bytes`.
        is_list: Whether a record has a list of values, not one.
    """

    name: str
    type: str
    is_list: bool = False

    @classmethod
    def parse(cls, name: str, text: str) -> Field:
        """Return the column that a type as `int64` or `float32[]` means.

        Raises:
            InvalidArgumentError: There is no such type.
        """
        kind = text.removesuffix("[]")
        if kind not in TYPES:
            raise InvalidArgumentError(
                f"{WHERE}: the type of {name!r} must be one of {', '.join(TYPES)}, or a list of it as int64[]. "
                f"Received: {text!r}.{suggest(kind, TYPES)}"
            )
        return cls(name, kind, kind != text)

    def __str__(self) -> str:
        return f"{self.type}{'[]' if self.is_list else ''}"

    @property
    def is_text(self) -> bool:
        """Whether values are strings of text or bytes."""
        return self.type in ("string", "bytes")

    def arrow_value(self) -> Any:
        """Return the Arrow type of one value, between formats."""
        import pyarrow as pa

        kinds = {"int64": pa.int64(), "float32": pa.float32(), "float64": pa.float64()}
        return kinds.get(self.type, pa.binary())

    def arrow(self) -> Any:
        """Return the Arrow type of the column, between formats."""
        import pyarrow as pa

        return pa.list_(self.arrow_value()) if self.is_list else self.arrow_value()


Fields = tuple[Field, ...]


@dataclass(frozen=True)
class Wanted:
    """Which columns count; of the others it does not matter what they hold.

    Attributes:
        names: Their names; None for all.
        told: Those whose type the user told.
    """

    names: frozenset[str] | None = None
    told: frozenset[str] = frozenset()

    def __contains__(self, name: str) -> bool:
        return self.names is None or name in self.names


ALL: Final = Wanted()


class Batch(NamedTuple):
    """Some records.

    Attributes:
        columns: Arrow arrays, one for each field.
        path: The file they come from.
        unit: What its records are numbered as: `line`, `record` or `row`.
        numbers: int64[n], the number of each.
    """

    columns: list[Any]
    path: str
    unit: str
    numbers: npt.NDArray[np.int64]

    def take(self, rows: npt.NDArray[np.int64]) -> Batch:
        """Return some of the records."""
        import pyarrow as pa

        places = pa.array(rows)
        return self._replace(columns=[column.take(places) for column in self.columns], numbers=self.numbers[rows])

    def error(self, row: int, what: str) -> ParseError:
        """Return the error for a record; `what` says what is wrong with it."""
        return misfit(self.path, self.unit, int(self.numbers[row]), what)


def misfit(path: str, unit: str, number: int, what: str) -> ParseError:
    """Return the error for one record of a file."""
    line = number if unit == "line" else None
    return ParseError(
        f"{WHERE}: {path}, {unit} {number}: {what}", path=path, line=line, record_index=None if line else number
    )


def wrong_value(field: Field, shown: str) -> str:
    """Say that a value is not of its column's type."""
    return (
        f"column {field.name!r} must be {field}. Received: {shown}. "
        "Correct it, or give the type (--type), or infer types from more records (--sample)."
    )


def unknown_column(name: str) -> str:
    """Say that a record has a column that the others have not."""
    return (
        f"there is no column {name!r} in the records that types were inferred from. Name the columns (--columns), "
        "or infer them from more records (--sample)."
    )


def fields_of_schema(schema: Schema, wanted: Wanted) -> Fields:
    """Return the columns for the features of a schema: one value where all lists have one, lists elsewhere.

    Raises:
        InvalidArgumentError: A feature has more than one type, or the schema is of SequenceExamples.
    """
    if schema.feature_lists:
        raise InvalidArgumentError(f"{WHERE}: records must be Examples. Received: a schema of SequenceExamples.")
    found = []
    for feature in schema.features:
        if len(feature.kinds) > 1 and feature.name not in wanted:
            continue
        if len(feature.kinds) > 1:
            raise InvalidArgumentError(
                f"{WHERE}: all records must have one type of {feature.name!r}. "
                f"Received: {' and '.join(feature.kinds)}. Correct them, or leave the column out (--columns)."
            )
        if feature.kinds:
            found.append(Field(feature.name, feature.kinds[0], not feature.smallest == feature.largest == 1))
    return tuple(found)


@dataclass(frozen=True)
class Choice:
    """What the user says about columns.

    Attributes:
        columns: Which ones, in this order; None for all.
        types: Column to its type.
        label: The column that every record must have; it comes last.
    """

    columns: Sequence[str] | None = None
    types: Mapping[str, str] | None = None
    label: str | None = None

    @property
    def wanted(self) -> Wanted:
        """The columns that count."""
        label = () if self.label is None else (self.label,)
        return Wanted(None if self.columns is None else frozenset((*self.columns, *label)), frozenset(self.types or ()))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be found out."""
        return bool(self.columns) and {*(self.columns or ()), self.label} - {None} <= {*(self.types or ())}

    def apply(self, fields: Fields) -> Fields:
        """Return the columns chosen, with the types told.

        Raises:
            InvalidArgumentError: A column that is named is not there.
        """
        by_name = {field.name: field for field in fields}
        types = self.types or {}
        for name in self.columns or ():
            if name in types:  # told in full, though the first records may not have it
                by_name.setdefault(name, Field.parse(name, types[name]))
        label = [] if self.label is None else [self.label]
        for option, names in (("columns", self.columns), ("types", self.types), ("label", label)):
            for name in names or ():
                if name not in by_name:
                    raise InvalidArgumentError(
                        f"{WHERE}: {option} names {name!r}, but the columns are {', '.join(by_name) or 'none'}."
                        f"{suggest(name, by_name)}"
                    )
        chosen = [by_name[name] for name in self.columns or by_name]
        if self.label is not None and by_name[self.label] not in chosen:
            chosen.append(by_name[self.label])
        chosen.sort(key=lambda field: field.name == self.label)
        return tuple(Field.parse(field.name, types[field.name]) if field.name in types else field for field in chosen)

    def check(self, fields: Fields, batch: Batch) -> None:
        """Check that no label is missing, and that no list holds a missing value.

        Raises:
            ParseError: A record lacks it.
        """
        for field, array in zip(fields, batch.columns, strict=True):
            if field.name == self.label and array.null_count:
                row = int(np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False))[0])
                raise batch.error(row, f"the label {field.name!r} is missing")
            if field.is_list and array.flatten().null_count:
                at = int(np.flatnonzero(array.flatten().is_null().to_numpy(zero_copy_only=False))[0])
                lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
                row = int(np.searchsorted(np.cumsum(lengths), at, side="right"))
                raise batch.error(row, f"column {field.name!r} has a missing value (null) inside a list")


def first_bad(convert: Callable[[Any], Any], values: Any) -> tuple[int, Any]:
    """Return the first of some values that cannot be converted, and which it is."""
    for row, value in enumerate(values):
        try:
            convert(value)
        except ValueError:
            return row, value
    raise AssertionError("every value can be converted")
