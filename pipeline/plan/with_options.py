"""`with_options`: options of everything that stands before it."""

from __future__ import annotations

import dataclasses

from ..options import Options
from .base import Node, SameElements, walk


@dataclasses.dataclass(frozen=True)
class WithOptions(SameElements):
    """The same elements, run with other options.

    Attributes:
        options: What is set here; nobody changes it any more.
    """

    name = "with_options"
    options: Options

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        options = self.options
        values = {
            "deterministic": options.deterministic,
            "threading.private_threadpool_size": options.threading.private_threadpool_size,
        }
        return ", ".join(f"{name}={value}" for name, value in values.items() if value is not None)

    @property
    def fingerprint(self) -> str:
        return ""


def options_of(root: Node) -> Options:
    """Return the options of a plan: of several that are set, those nearest to its end."""
    merged = Options()
    for node in walk(root):
        if isinstance(node, WithOptions):
            merged = merged.merge(node.options)
    return merged
