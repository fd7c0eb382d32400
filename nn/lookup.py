"""Names of things: from `"glorot_uniform"`, a config, a class or a function to the thing, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..core import saving
from ..core.errors import InvalidArgumentError, describe, suggest
from ..core.naming import snake_case

PACKAGE: Final = "penstock.nn"
"""First part of the names under which everything of this floor is saved."""


serializable: Final = saving.register_serializable(PACKAGE)
"""Decorator: register a class or function of this floor for saving under its own name."""


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


class Table:
    """The named things of one kind: classes, which are built when they are looked up, and functions.

    Names are found in any case and with or without underscores: `"GlorotUniform"` and `"glorot_uniform"` are one.

    Members that are not registered for saving yet are registered under the package `"penstock.nn"`.

    Args:
        kind: What is in the table, for messages: `"initializer"`.
        members: Classes and functions; they are listed under their own names in snake case.
        aliases: More names; one that is written exactly so goes before a member's name.
    """

    def __init__(self, kind: str, members: Sequence[Any], *, aliases: Mapping[str, Any] | None = None) -> None:
        self.kind = kind
        self.names: dict[str, Any] = {snake_case(member.__name__): member for member in members}
        self._aliases = dict(aliases or {})
        for member in members:
            if saving.registered_name(member) is None:
                serializable(member)
        self._by_folded = {_folded(n): m for n, m in [*self._aliases.items(), *self.names.items()]}

    def get(self, identifier: Any) -> Any:
        """Return the thing that an identifier stands for; None stays None.

        Args:
            identifier: A name, a config that `serialize` made, a class, or a thing itself (any callable).

        Raises:
            InvalidArgumentError: The identifier is none of those, or no member has that name.
        """
        if isinstance(identifier, str):
            return self._named(identifier)
        if isinstance(identifier, Mapping):
            return saving.deserialize(dict(identifier))
        if isinstance(identifier, type):
            return identifier()
        if identifier is None or callable(identifier):
            return identifier
        raise InvalidArgumentError(
            f"{self.kind}: must be a name, a config, a class or a callable. Received: {describe(identifier)}."
        )

    def has(self, name: str) -> bool:
        """Whether a member has this name."""
        return self._find(name) is not None

    def serialize(self, thing: Any) -> Any:
        """Return JSON values from which `get` makes the thing again: None, a name, or a config."""
        if thing is None:
            return None
        for name, member in self.names.items():
            if member is thing:
                return name
        return saving.serialize(thing)

    def _find(self, name: str) -> Any:
        return self._aliases.get(name) or self._by_folded.get(_folded(name))

    def _named(self, name: str) -> Any:
        found = self._find(name)
        if found is None:
            known = [*self.names, *self._aliases]
            hint = suggest(name.lower(), known) or f" Known names: {', '.join(sorted(known))}."
            raise InvalidArgumentError(f"{self.kind}: no {self.kind} has this name. Received: {name!r}.{hint}")
        return found() if isinstance(found, type) else found


def required(function: Callable[..., Any] | None, kind: str) -> Callable[..., Any]:
    """Return what a table gave, where None makes no sense.

    Raises:
        InvalidArgumentError: It is None.
    """
    if function is None:
        raise InvalidArgumentError(f"{kind}: must be a name, a config, a class or a callable. Received: None.")
    return function
