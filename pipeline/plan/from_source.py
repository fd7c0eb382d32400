"""`from_source`: the elements of a user's own source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ...core.errors import InvalidArgumentError
from .base import UNKNOWN, ObservedSpec, Source


@dataclasses.dataclass(frozen=True)
class FromSource(Source):
    """Elements by number (`source[i]`), or those of a fresh iterator (`iter(source)`) for each pass.

    Attributes:
        source: What the user passed.
        spec: Nest of specs that every element must fit, or None to take what comes.
    """

    name = "from_source"
    source: Any
    spec: Any = None
    observed: ObservedSpec = dataclasses.field(default_factory=ObservedSpec, compare=False, repr=False)

    def __post_init__(self) -> None:
        kind = type(self.source)
        if not self.is_indexed and not hasattr(kind, "__iter__"):
            raise InvalidArgumentError(
                "Dataset.from_source: source must have __len__ and __getitem__, or __iter__. "
                f"Received: {kind.__name__}."
            )
        if isinstance(self.source, Iterator):
            raise InvalidArgumentError(
                "Dataset.from_source: source must give a fresh iterator for each pass, and this one is an iterator "
                f"itself. Received: {kind.__name__}. Pass an object whose __iter__ returns a new iterator, or use "
                "from_generator() with the function that makes it."
            )

    @property
    def is_indexed(self) -> bool:
        """Whether elements can be had by number."""
        kind = type(self.source)
        by_number = hasattr(kind, "__getitem__") or hasattr(kind, "__getitems__")
        return hasattr(kind, "__len__") and by_number

    @property
    def element_spec(self) -> Any:
        return self.spec if self.spec is not None else self.observed.spec

    @property
    def cardinality(self) -> int:
        return len(self.source) if self.is_indexed else UNKNOWN

    def describe(self) -> str:
        name = type(self.source).__name__
        return f"{name}, {len(self.source)} elements" if self.is_indexed else name

    def notes(self) -> list[str]:
        if not self.is_indexed:
            return []
        if hasattr(type(self.source), "__getitems__"):
            return ["elements are read in batches with __getitems__, ahead of demand"]
        return ["elements are read one by one when they are asked for; __getitems__ would read batches"]
