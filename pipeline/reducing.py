"""`reduce` and `get_single_element`: datasets that become one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import InvalidArgumentError
from ..core.random import FunctionSeeds, get_global_seed
from .plan import Node
from .running import iterate


def reduce(node: Node, initial_state: Any, function: Callable[[Any, Any], Any]) -> Any:
    """Return the last of the states `function(state, element)`.

    Args:
        node: The plan to run.
        initial_state: Nest of values, the first state.
        function: Called for each element, in order.
    """
    from .exec.failures import failure
    from .exec.fold import FoldedState

    name = getattr(function, "__name__", type(function).__name__)
    states = FoldedState("Dataset.reduce", name, initial_state)
    state = states.initial
    seeds = FunctionSeeds(get_global_seed())
    with iterate(node) as elements:
        for i, element in enumerate(elements):
            try:
                with seeds:
                    made = function(state, element)
                state = states.next(made)
            except Exception as err:
                raise failure("reduce", name, err, None, i) from err
    return state


def single_element(node: Node) -> Any:
    """Return the only element of a plan.

    Raises:
        InvalidArgumentError: There is none, or there are more.
    """
    where = "Dataset.get_single_element: the dataset must have exactly one element."
    with iterate(node) as elements:
        found = list(zip(elements, range(2), strict=False))
    if not found:
        raise InvalidArgumentError(f"{where} Received: an empty dataset.")
    if len(found) > 1:
        raise InvalidArgumentError(f"{where} Received: more than one. Use take(1) for the first one.")
    return found[0][0]
