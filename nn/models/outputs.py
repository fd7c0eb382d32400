"""Outputs of a model by name, and what belongs to each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...core.errors import InvalidArgumentError, describe, suggest

SINGLE: Final = ""
"""The name of a model's only output: logs show it without a prefix."""


def named_leaves(outputs: Any, names: Sequence[str] | None = None) -> list[tuple[str, Any]]:
    """Return a model's outputs with their names.

    Args:
        outputs: What a model returned.
        names: Names of the outputs of a list or tuple; `output_0`, `output_1`, … when None.

    Returns:
        Pairs of name and output; keys of a dict are the names of its outputs, and `""` is that of a single one.
    """
    if isinstance(outputs, Mapping):
        return [(str(key), value) for key, value in outputs.items()]
    if isinstance(outputs, list | tuple):
        known = names or getattr(outputs, "_fields", None) or [f"output_{i}" for i in range(len(outputs))]
        return list(zip(known, outputs, strict=True))
    return [(SINGLE, outputs)]


def match_outputs(what: str, values: Any, names: Sequence[str]) -> list[Any]:
    """Return the value for each output; None for outputs that have none.

    Args:
        what: Name of the argument, for messages.
        values: None; a dict by output name; a list or tuple with one value per output; or a value for a single one.
        names: Names of the outputs.

    Raises:
        InvalidArgumentError: A list has another length, or a dict another name.
    """
    if values is None:
        return [None] * len(names)
    if isinstance(values, Mapping):
        return _match_names(what, values, names)
    if list(names) == [SINGLE]:
        return [values[0] if isinstance(values, list | tuple) and len(values) == 1 else values]
    if not isinstance(values, list | tuple) or len(values) != len(names):
        raise InvalidArgumentError(
            f"fit: {what} must have one value for each of the {len(names)} outputs ({', '.join(names)}). "
            f"Received: {what}={describe(values)}."
        )
    return list(values)


def _match_names(what: str, values: Mapping[Any, Any], names: Sequence[str]) -> list[Any]:
    if list(names) == [SINGLE] and len(values) == 1:
        return list(values.values())
    for key in values:
        if key not in names:
            raise InvalidArgumentError(
                f"fit: keys of {what} must be names of outputs ({', '.join(map(repr, names))}). Received: {key!r}."
                f"{suggest(str(key), names)}"
            )
    return [values.get(name) for name in names]
