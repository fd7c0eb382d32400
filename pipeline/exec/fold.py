"""Functions that hand a state on from element to element, for `scan` and `reduce`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core import nest
from ...core.errors import DTypeError, PenstockError, describe
from ...core.leaves import as_element
from ...core.specs import element_spec_of


class FoldedState:
    """Checks that states have the structure and the dtypes of the first one; shapes may change.

    Args:
        where: Method, for messages.
        function: Name of the user's function, for messages.
        initial_state: Nest of values.
    """

    def __init__(self, where: str, function: str, initial_state: Any) -> None:
        self._where, self._function = where, function
        self.initial = as_element(initial_state)
        leaves, self._structure = nest.flatten(element_spec_of(self.initial))
        # Numbers of one type are most states: they are told by their type.
        self._scalar = type(self.initial) if isinstance(self.initial, np.generic) else None
        self._dtypes = [getattr(leaf, "dtype", None) for leaf in leaves]

    def next(self, state: Any) -> Any:
        """Return a state that the function gave, as users see elements.

        Raises:
            DTypeError: It differs from the first one.
        """
        if type(state) is self._scalar:
            return state
        made = as_element(state)
        try:
            leaves = self._structure.unpack(made)
            same = [getattr(element_spec_of(leaf), "dtype", None) for leaf in leaves] == self._dtypes
        except PenstockError:
            same = False
        if not same:
            raise DTypeError(
                f"{self._where}: {self._function!r} must return a state with the structure and dtypes of "
                f"initial_state, {describe(self.initial)}. Received: {describe(made)}. Cast the results."
            )
        return made
