"""`from_source`: the elements of a user's own source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ...core.errors import InvalidArgumentError
from .base import UNKNOWN, ObservedSpec, Source
from .specs import check_specs


@dataclasses.dataclass(frozen=True)
class FromSource(Source):
    """Elements by number (`source[i]`), or those of a fresh iterator (`iter(source)`) for each pass.

    Attributes:
        source: What the user passed.
        spec: Nest of specs that every element must fit, or None to take what comes.
        rows: Numbers of the elements, where they can be had by number; None for all.
    """

    name = "from_source"
    source: Any
    spec: Any = None
    rows: range | None = None
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
        check_specs("Dataset.from_source", "element_spec", self.spec)
        if self.is_indexed and self.rows is None:
            object.__setattr__(self, "rows", range(len(self.source)))

    @property
    def is_indexed(self) -> bool:
        """Whether elements can be had by number."""
        kind = type(self.source)
        by_number = hasattr(kind, "__getitem__") or hasattr(kind, "__getitems__")
        return hasattr(kind, "__len__") and by_number

    @property
    def is_batched(self) -> bool:
        """Whether many elements can be read at once."""
        return hasattr(type(self.source), "__getitems__")

    @property
    def element_spec(self) -> Any:
        return self.spec if self.spec is not None else self.observed.spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN if self.rows is None else len(self.rows)

    def describe(self) -> str:
        name, rows = type(self.source).__name__, self.rows
        if rows is None:
            return name
        if rows == range(len(self.source)):
            return f"{name}, {len(rows)} elements"
        return f"{name}, elements {rows.start}:{rows.stop}{f':{rows.step}' if rows.step != 1 else ''}"

    def notes(self) -> list[str]:
        if not self.is_indexed:
            return []
        if self.is_batched:
            return ["elements are read in batches with __getitems__, ahead of demand"]
        return ["elements are read one by one when they are asked for; __getitems__ would read batches"]
