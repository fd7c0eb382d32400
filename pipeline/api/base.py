"""What all parts of the `Dataset` facade share: the plan node, and how a new dataset is made of another node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ...core.errors import InvalidArgumentError, describe
from ..plan import Node

if TYPE_CHECKING:
    from ..dataset import Dataset

T = TypeVar("T")


class DatasetBase(Generic[T]):
    """An immutable holder of a plan.

    Args:
        node: The last node of the plan.
    """

    __slots__ = ("__weakref__", "_node")

    def __init__(self, node: Node) -> None:
        if not isinstance(node, Node):
            raise InvalidArgumentError(
                f"Dataset: use a constructor such as Dataset.from_tensor_slices(). Received: {describe(node)}."
            )
        self._node = node

    @classmethod
    def _of(cls, node: Node) -> Dataset[Any]:
        """Return a dataset of this class over a node.

        Subclasses whose constructor takes something else than a node (readers of files) name another class here: what
        is made of their records is no reader.
        """
        made: Dataset[Any] = cls(node)  # type: ignore[assignment]  # `Dataset` puts all mixins together
        return made

    def _same(self, node: Node) -> Self:
        """Return a dataset with elements like those of this one."""
        made: Self = type(self)._of(node)  # type: ignore[assignment]  # of this class, readers apart
        return made

    def _derived(self, node: Node) -> Dataset[Any]:
        """Return a dataset of this class with other elements."""
        return type(self)._of(node)

    def _for_users(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a user's function as the engine calls it; subclasses whose elements look different wrap it."""
        return function
