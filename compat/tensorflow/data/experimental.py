"""`tf.data.experimental`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core.lazy import attach
from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from ....pipeline.tensors import TensorDataset

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "cardinality"]


def cardinality(dataset: TensorDataset) -> Any:
    """Return the number of elements as an int64 Tensor: -1 for infinitely many, -2 when it is not known."""
    return dataset.cardinality()


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
