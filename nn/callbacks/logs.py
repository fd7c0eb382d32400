"""Logs, names to numbers: as floats, and as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_floats(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Return logs with 0-d Tensors and NumPy scalars as Python floats; other values as they are."""
    return {name: _as_float(value) for name, value in logs.items()}


def _as_float(value: Any) -> Any:
    if isinstance(value, float):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def format_logs(logs: dict[str, Any]) -> str:
    """Return logs as `"loss: 0.1234 - accuracy: 0.9876"`; the loss first, validation last."""
    return " - ".join(f"{name}: {format_number(logs[name])}" for name in sorted(logs, key=_print_order))


def _print_order(name: str) -> tuple[bool, bool, str]:
    bare = name.removeprefix("val_")
    return (name.startswith("val_"), bare != "loss", bare)


def format_number(value: Any) -> str:
    """Return a number with four decimals, or in scientific notation when it is too small for them."""
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:.4f}" if abs(value) >= 1e-3 or value == 0 else f"{value:.4e}"
