"""Plan nodes: immutable descriptions of *what* a dataset is; nothing here runs anything."""

from __future__ import annotations

import dataclasses
import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final, Self

INFINITE: Final = -1
UNKNOWN: Final = -2


@dataclasses.dataclass(frozen=True)
class Node(ABC):
    """One transformation or source.

    Nodes are frozen dataclasses: equal when their fields are equal, rewritten only by building new ones. Fields that
    hold other nodes, or tuples of them, are the inputs. `element_spec` is None where only running the user's function
    can tell.

    Attributes:
        name: What users call the transformation, e.g. `"map"`.
    """

    name: ClassVar[str]

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that this one reads, in order."""
        found: list[Node] = []
        for field in dataclasses.fields(self):
            found += _nodes_of(getattr(self, field.name))
        return tuple(found)

    def with_inputs(self, inputs: Sequence[Node]) -> Self:
        """Return this node over other inputs."""
        if all(a is b for a, b in zip(self.inputs, inputs, strict=True)):
            return self
        coming, changes = iter(inputs), {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if nodes := _nodes_of(value):
                replaced = tuple(itertools.islice(coming, len(nodes)))
                changes[field.name] = replaced[0] if isinstance(value, Node) else replaced
        return dataclasses.replace(self, **changes)

    @property
    @abstractmethod
    def element_spec(self) -> Any:
        """Nest of specs of the elements, or None when it is not known before a function has run."""

    @property
    @abstractmethod
    def cardinality(self) -> int:
        """Number of elements; `INFINITE` or `UNKNOWN` otherwise."""

    def describe(self) -> str:
        """Return the arguments that differ from their defaults, as they would be written."""
        return ""

    def notes(self) -> Sequence[str]:
        """Return what `explain()` should say about how this node runs, a line each."""
        return ()

    @cached_property
    def label(self) -> str:
        """The node as one short line: name and arguments."""
        return f"{self.name}({self.describe()})"

    @property
    def fingerprint(self) -> str:
        """What a saved position must find again at this node: its label, less what changes no element.

        Empty where nothing of the node changes an element.
        """
        return self.label


def _nodes_of(value: Any) -> Sequence[Node]:
    """Return the nodes that a field holds."""
    if isinstance(value, Node):
        return (value,)
    is_nodes = isinstance(value, tuple) and bool(value) and all(isinstance(item, Node) for item in value)
    return value if is_nodes else ()


@dataclasses.dataclass(frozen=True)
class Source(Node):
    """A node without inputs."""


@dataclasses.dataclass(frozen=True)
class Unary(Node):
    """A node with one input."""

    input: Node


@dataclasses.dataclass(frozen=True)
class SameElements(Unary):
    """A node that passes elements on as they are, in another order or number."""

    @property
    def element_spec(self) -> Any:
        return self.input.element_spec


def batches_of(rows: int, batch_size: int, *, drop_remainder: bool = False) -> int:
    """Return the cardinality of the batches of rows of a cardinality."""
    if rows < 0:
        return rows
    return rows // batch_size if drop_remainder else -(-rows // batch_size)


class ObservedSpec:
    """An element spec that was learned by running the pipeline's first elements; None until then."""

    __slots__ = ("spec",)

    def __init__(self, spec: Any = None) -> None:
        self.spec = spec


def walk(node: Node) -> Iterator[Node]:
    """Yield the nodes of a plan, inputs before the nodes that read them."""
    for source in node.inputs:
        yield from walk(source)
    yield node
