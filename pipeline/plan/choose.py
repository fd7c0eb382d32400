"""`choose`: another dataset says whose turn it is."""

from __future__ import annotations

import dataclasses
from typing import Any

from .base import INFINITE, UNKNOWN, Node
from .specs import common_spec


@dataclasses.dataclass(frozen=True)
class Choose(Node):
    """For each number of `choices`, the next element of the dataset with that number.

    Attributes:
        choices: Dataset of int64 scalars.
        datasets: The datasets to choose from; at least one.
        stop_on_empty_dataset: Whether all ends as soon as a dataset that has ended is chosen; otherwise the choice is
            passed over, and all ends when every dataset has ended.
    """

    name = "choose_from_datasets"
    choices: Node
    datasets: tuple[Node, ...]
    stop_on_empty_dataset: bool = True

    @property
    def element_spec(self) -> Any:
        return common_spec([node.element_spec for node in self.datasets])

    @property
    def cardinality(self) -> int:
        # What TensorFlow says; with stop_on_empty_dataset an infinite dataset beside a finite one is none.
        return INFINITE if any(node.cardinality == INFINITE for node in self.datasets) else UNKNOWN

    def describe(self) -> str:
        return "" if self.stop_on_empty_dataset else "stop_on_empty_dataset=False"
