"""What `rejection_resample` is made of: labelled elements, of which some are kept, mixed with all of them.

The mixture is TensorFlow's: with shares p of the classes and targets q, the stream itself is drawn with probability
m = min(q / p), and else a stream of elements kept with probability (q / p - m) / (max(q / p) - m).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core import nest
from ..core.errors import InvalidArgumentError, describe
from ..core.random import get_global_seed
from ..core.trace.rows import RowFunction
from . import plan
from .plan import Node
from .plan.class_shares import ESTIMATE_ROWS, Floats


def check_shares(where: str, name: str, shares: Any) -> Floats:
    """Return a distribution over classes as float32[classes].

    Raises:
        InvalidArgumentError: It is no vector of numbers >= 0 with one above.
    """
    array = np.asarray(shares)
    if array.ndim != 1 or array.dtype.kind not in "iuf" or not len(array) or array.min() < 0 or not array.max() > 0:
        raise InvalidArgumentError(
            f"{where}: {name} must be a list of numbers >= 0, one for each class, not all 0. "
            f"Received: {name}={describe(shares)}."
        )
    return array.astype(np.float32)


class Resampling:
    """The plans of one resampling.

    Args:
        node: The elements.
        class_func: Function of an element that returns its class.
        target: float32[classes].
        seed: Seed of the random choices.
    """

    def __init__(self, node: Node, class_func: Callable[..., Any], target: Floats, seed: int | None) -> None:
        self._target, self._seed = target, seed
        where = "Dataset.rejection_resample"

        def label(*element: Any) -> Any:
            return class_func(*element), element[0] if len(element) == 1 else element

        label.__name__ = getattr(class_func, "__name__", type(class_func).__name__)
        self.labelled = plan.Map(node, RowFunction(label, where=where))
        self._classes = plan.Map(node, RowFunction(class_func, where=where))

    def accepted(self, probabilities: Floats) -> Node:
        """Return the elements that are kept."""
        return plan.Accept(self.labelled, tuple(probabilities.tolist()), self._seed, get_global_seed())

    def estimated(self) -> tuple[Node, Node]:
        """Return the elements that are kept by running estimates, and the weights of the mixture, float32[2] a turn."""
        batches = plan.Batch(self._classes, ESTIMATE_ROWS)
        estimates = plan.Unbatch(plan.ClassShares(batches, tuple(self._target.tolist())))
        pair = nest.structure_of((0, 0))
        kept = plan.Map(estimates, RowFunction(lambda kept, weights: kept, where="Dataset.rejection_resample"))
        weights = plan.Map(estimates, RowFunction(lambda kept, weights: weights, where="Dataset.rejection_resample"))
        seed = get_global_seed()
        return plan.Accept(plan.Zip((kept, self.labelled), pair), None, self._seed, seed), weights
