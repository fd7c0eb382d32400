"""What `rejection_resample` is made of: labelled elements, of which some are kept, mixed with all of them.

The mixture is TensorFlow's: with shares p of the classes and targets q, the stream itself is drawn with probability
m = min(q / p), and else a stream of elements kept with probability (q / p - m) / (max(q / p) - m).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core import nest
from ..core.errors import InvalidArgumentError, describe
from ..core.random import get_global_seed
from ..core.specs import TensorSpec
from ..core.trace.rows import RowFunction
from . import plan
from .plan import Node
from .plan.base import ObservedSpec

# How many elements share one estimate of the classes' shares, and how many of each class are supposed to have come
# before; tf.data's numbers.
ESTIMATE_ROWS: Final = 32
SUPPOSED_ROWS: Final = 10

Floats = npt.NDArray[np.float32]


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


def acceptance(initial: Floats, target: Floats) -> tuple[Floats, np.float32]:
    """Return the probability that an element of each class is kept, and that of drawing from the stream itself."""
    ratio = target / np.where(initial == 0, np.finfo(np.float32).tiny, initial)
    least, most = ratio.min(), ratio.max()
    if least == most:
        return np.ones_like(ratio), np.float32(1)
    return np.asarray((ratio - least) / (most - least)), least


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
        target = self._target
        counts = np.full(len(target), SUPPOSED_ROWS, dtype=np.int64)

        def estimate(seen: Any, classes: Any) -> Any:
            seen = seen + np.bincount(classes, minlength=len(target))
            kept, share = acceptance((seen / seen.sum()).astype(np.float32), target)
            weights = np.array([share, np.float32(1) - share], dtype=np.float32)
            return seen, (np.tile(kept, (ESTIMATE_ROWS, 1)), np.tile(weights, (ESTIMATE_ROWS, 1)))

        specs = tuple(TensorSpec((ESTIMATE_ROWS, size), "float32") for size in (len(target), 2))
        batches = plan.Batch(self._classes, ESTIMATE_ROWS)
        estimates = plan.Unbatch(plan.Scan(batches, counts, estimate, "estimate", observed=ObservedSpec(specs)))
        pair = nest.structure_of((0, 0))
        kept = plan.Map(estimates, RowFunction(lambda kept, weights: kept, where="Dataset.rejection_resample"))
        weights = plan.Map(estimates, RowFunction(lambda kept, weights: weights, where="Dataset.rejection_resample"))
        seed = get_global_seed()
        return plan.Accept(plan.Zip((kept, self.labelled), pair), None, self._seed, seed), weights
