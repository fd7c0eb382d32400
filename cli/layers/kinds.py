"""What columns of files are read as: the types that layers need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...core.errors import InvalidArgumentError, suggest
from ...core.layer import Layer
from ...preprocessing import (
    CategoryEncoding,
    ColumnLayers,
    Discretization,
    IntegerLookup,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)

TYPES: Final = ("float32", "float64", "int64", "string")


def needed_types(layers: ColumnLayers) -> dict[str, str | None]:
    """Return the type that each column is read as where files do not tell (CSV); None leaves it to the data.

    Raises:
        InvalidArgumentError: Two layers need different types of a column.
    """
    found: dict[str, str | None] = {}
    made_for: dict[str, str] = {}
    for name, layer in layers.layers.items():
        needed = _type_for(layer)
        for column in layers.columns[name]:
            known = found.get(column)
            if needed is not None and known is not None and known != needed:
                raise InvalidArgumentError(
                    f"column {column!r} must be of one type for all layers. Received: {known} for "
                    f"{made_for[column]!r}, {needed} for {name!r}. Give it twice in the files, or say --type."
                )
            if needed is not None:
                made_for[column] = name
            found[column] = known or needed
    return found


def _type_for(layer: Layer) -> str | None:
    inverse = getattr(layer, "invert", False)
    if isinstance(layer, StringLookup | IntegerLookup) and inverse:
        return "int64"
    if isinstance(layer, StringLookup | TextVectorization):
        return "string"
    if isinstance(layer, IntegerLookup | CategoryEncoding):
        return "int64"
    if isinstance(layer, Normalization | Discretization | Rescaling):
        return "float64" if layer.dtype.name == "float64" else "float32"
    return None


def told_types(words: Sequence[str]) -> dict[str, str]:
    """Return what the options `--type COLUMN=TYPE` say.

    Raises:
        InvalidArgumentError: A type is not known.
    """
    found = _pairs("--type", words)
    for column, kind in found.items():
        if kind not in TYPES:
            raise InvalidArgumentError(
                f"--type {column}={kind}: the type must be one of {', '.join(TYPES)}.{suggest(kind, TYPES)}"
            )
    return found


def told_fills(words: Sequence[str]) -> dict[str, str]:
    """Return what the options `--fill COLUMN=VALUE` say."""
    return _pairs("--fill", words)


def _pairs(option: str, words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        column, equals, value = word.partition("=")
        if not equals or not column:
            raise InvalidArgumentError(f"{option} {word}: the option is written COLUMN=VALUE.")
        found[column] = value
    return found


def as_number(option: str, text: str, kind: str) -> Any:
    """Return a value of `--fill` as a number of a type, or as bytes.

    Raises:
        InvalidArgumentError: It is none.
    """
    if kind == "string":
        return text.encode()
    try:
        return int(text) if kind.startswith("int") else float(text)
    except ValueError as err:
        raise InvalidArgumentError(f"{option}: the value must be of type {kind}. Received: {text!r}.") from err


def merged_types(needed: Mapping[str, str | None], told: Mapping[str, str]) -> dict[str, str | None]:
    """Return the types of columns: what the user said goes before what layers need."""
    return {**needed, **told}
