"""Configured: what initializers, regularizers and constraints share, functions with arguments that can be saved."""

from __future__ import annotations

from typing import Any, Self


class Configured:
    """A function of its constructor's arguments; a subclass that has arguments defines `get_config`."""

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items() if v is not None)
        return f"{type(self).__name__}({arguments})"
