"""Results of predicates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.errors import InvalidArgumentError, describe


def mask_of(results: Block | list[Any], where: str, predicate: str) -> npt.NDArray[np.bool_]:
    """Return a predicate's results for the rows of a block as bool[n].

    Args:
        results: What a RowRunner gave.
        where: Method, for messages.
        predicate: Name of the user's function, for messages.

    Raises:
        InvalidArgumentError: A result is not one bool.
    """
    if isinstance(results, Block):
        column = results.columns[0] if len(results.columns) == 1 else None
        if isinstance(column, DenseColumn) and column.values.dtype == np.bool_ and column.values.ndim == 1:
            return column.values
        raise _not_bool(results.element(0), where, predicate)
    for value in results:
        if not isinstance(value, np.bool_):
            raise _not_bool(value, where, predicate)
    return np.array(results, dtype=np.bool_)


def _not_bool(value: object, where: str, predicate: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{where}: the predicate must return one bool. Received: {describe(value)} from {predicate!r}."
    )
