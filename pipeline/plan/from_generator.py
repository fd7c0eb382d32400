"""`from_generator`: the elements of a Python iterable, made anew for each pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from ...core.errors import InvalidArgumentError
from .base import UNKNOWN, ObservedSpec, Source
from .specs import check_specs


@dataclasses.dataclass(frozen=True)
class FromGenerator(Source):
    """The elements that `generator(*args)` yields.

    Attributes:
        generator: Called once at the start of each pass; returns an iterable.
        output_signature: Nest of specs that every element must fit, or None to take what comes.
        args: Arguments for each call.
    """

    name = "from_generator"
    generator: Callable[..., Iterable[Any]]
    output_signature: Any = None
    args: tuple[Any, ...] = ()
    observed: ObservedSpec = dataclasses.field(default_factory=ObservedSpec, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not callable(self.generator):
            raise InvalidArgumentError(
                "Dataset.from_generator: generator must be a function that returns an iterable, so that each pass can "
                f"start anew. Received: {type(self.generator).__name__}. Pass the generator function, not its result."
            )
        check_specs("Dataset.from_generator", "output_signature", self.output_signature)

    @property
    def element_spec(self) -> Any:
        return self.output_signature if self.output_signature is not None else self.observed.spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        return getattr(self.generator, "__name__", type(self.generator).__name__)
