"""Rewriting plans: rules, and the loop that applies them until nothing changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final

from ..plan import Node

# A rule makes a plan smaller or moves a node towards a source: no sane plan needs this many rounds.
MAX_ROUNDS: Final = 100


class Rule(ABC):
    """Turns a node into an equivalent one. The class docstring shows before → after.

    Attributes:
        stage: Plan stage that the rule belongs to.
    """

    stage: ClassVar[str] = "simplified"

    @property
    def name(self) -> str:
        """The rule's name, as `explain()` shows it."""
        return type(self).__name__

    @abstractmethod
    def apply(self, node: Node) -> Node:
        """Return an equivalent node, or `node` itself when the rule does not fit."""


def rewrite(root: Node, rules: Sequence[Rule]) -> tuple[Node, tuple[str, ...]]:
    """Apply rules bottom-up until no rule changes anything.

    Returns:
        The new plan, and the names of the rules that changed it, in order of their first use.

    Raises:
        RuntimeError: The rules undo one another (a bug in a rule).
    """
    used: dict[str, None] = {}
    for _ in range(MAX_ROUNDS):
        before = root
        root = _rewrite_once(root, rules, used)
        if root is before:
            return root, tuple(used)
    raise RuntimeError(
        f"rewrite: the plan still changes after {MAX_ROUNDS} rounds; these rules undo one another: {', '.join(used)}."
    )


def _rewrite_once(node: Node, rules: Sequence[Rule], used: dict[str, None]) -> Node:
    node = node.with_inputs([_rewrite_once(i, rules, used) for i in node.inputs])
    for rule in rules:
        changed = rule.apply(node)
        if changed is not node:
            used[rule.name] = None
            node = changed
    return node
