"""From Arrow's columns to ours: types, nulls, structs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.columns import Column, rows_of
from ...core.errors import DTypeError, InvalidArgumentError, describe


@dataclasses.dataclass(frozen=True)
class ArrowFormat:
    """How tables become blocks.

    Attributes:
        where: Who reads, for messages.
        fill_null: Values that take the place of nulls, by the column's name (`"outer.inner"` inside structs).
    """

    where: str
    fill_null: Mapping[str, Any]

    def spec_of(self, schema: Any) -> Any:
        """Return the spec of the rows of a table: a dict by column name; structs are dicts inside.

        Raises:
            DTypeError: A column's type has no counterpart here.
            InvalidArgumentError: A value of `fill_null` does not fit its column, or names none.
        """
        unused = set(self.fill_null)
        spec = {field.name: self._spec_of(field.type, field.name, unused) for field in schema}
        if unused:
            raise InvalidArgumentError(
                f"{self.where}: fill_null must name columns that are read: {', '.join(schema.names)}. "
                f"Received: {', '.join(map(repr, sorted(unused)))}."
            )
        return spec

    def _spec_of(self, kind: Any, name: str, unused: set[str]) -> Any:
        import pyarrow as pa

        if pa.types.is_struct(kind):
            return {child.name: self._spec_of(child.type, f"{name}.{child.name}", unused) for child in kind}
        _check_type(self.where, kind, name)
        if name in self.fill_null:
            unused.discard(name)
            try:
                pa.scalar(self.fill_null[name], _plain_type(kind))
            except (pa.ArrowException, TypeError, ValueError) as err:
                raise InvalidArgumentError(
                    f"{self.where}: fill_null must hold a value of the column's type, {kind}, for {name!r}. "
                    f"Received: {describe(self.fill_null[name])}."
                ) from err
        return rows_of(pa.array([], kind)).spec

    def block_of(self, table: Any, place: str) -> Block:
        """Return the rows of a table or record batch.

        Args:
            table: What pyarrow read.
            place: File and part, for messages.

        Raises:
            InvalidArgumentError: A column holds nulls and `fill_null` has no value for it.
        """
        columns = {
            field.name: self._column_of(column, field.name, place)
            for field, column in zip(table.schema, table.columns, strict=True)
        }
        leaves, structure = nest.flatten(columns)
        return Block(structure, leaves, table.num_rows)

    def _column_of(self, column: Any, name: str, place: str) -> Column | dict[str, Any]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if pa.types.is_struct(column.type):
            parts = column.flatten()  # a null struct gives nulls in all its fields
            return {
                child.name: self._column_of(part, f"{name}.{child.name}", place)
                for child, part in zip(column.type, parts, strict=True)
            }
        if column.null_count and name in self.fill_null:
            plain = _plain_type(column.type)
            column = pc.fill_null(column.cast(plain), pa.scalar(self.fill_null[name], plain))
        if column.null_count:
            raise InvalidArgumentError(
                f"{self.where}: column {name!r} of {place} must not hold nulls. Received: "
                f"{'a null' if column.null_count == 1 else f'{column.null_count} nulls'}. "
                f"Say what takes their place with fill_null={{{name!r}: …}}."
            )
        try:
            return rows_of(column)
        except InvalidArgumentError as err:
            raise InvalidArgumentError(f"{self.where}: column {name!r} of {place}: {err}") from err


def _plain_type(kind: Any) -> Any:
    """Return a column's type without its encoding."""
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _check_type(where: str, kind: Any, name: str) -> None:
    """Refuse a type that has no counterpart here.

    Raises:
        DTypeError: It has none.
    """
    import pyarrow as pa

    is_a, plain = pa.types, _plain_type(kind)
    while is_a.is_list(plain) or is_a.is_large_list(plain) or is_a.is_fixed_size_list(plain):
        plain = _plain_type(plain.value_type)
    known = (
        is_a.is_integer, is_a.is_floating, is_a.is_boolean, is_a.is_string, is_a.is_large_string, is_a.is_string_view,
        is_a.is_binary, is_a.is_large_binary, is_a.is_binary_view, is_a.is_fixed_size_binary,
    )  # fmt: skip
    if not any(test(plain) for test in known):
        raise DTypeError(
            f"{where}: column {name!r} must hold numbers, booleans or strings, or lists or structs of these. "
            f"Received: {kind}. Leave it out with columns=[…], or cast it where the file is written."
        )
