"""`assert_same_order`: the elements of a dataset are those of a reference, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from ..pipeline import Dataset
from .compare import assert_elements_equal


def assert_same_order(
    dataset: Iterable[Any], reference: Iterable[Any] | None = None, *, limit: int | None = None
) -> None:
    """Fail unless a dataset gives the elements of a reference, in order, down to their dtypes.

    Args:
        dataset: A dataset, or anything that gives elements.
        reference: The elements that must come; None lets the plain-Python executor run the dataset's own plan
            (`penstock.testing.reference_iterator`).
        limit: How many elements to compare; None compares to the end, so endless datasets need a number.

    Raises:
        AssertionError: An element differs, or one side ends before the other; the message names the element.

    Example:
        >>> from penstock import Dataset
        >>> from penstock.testing import assert_same_order
        >>> import numpy as np
        >>> assert_same_order(Dataset.range(6).shuffle(3, seed=1).batch(2))
        >>> assert_same_order(Dataset.range(3), [np.int64(0), np.int64(1), np.int64(3)])
        Traceback (most recent call last):
        ...
        AssertionError: element 2: differs. Received: np.int64(2) int64[], expected: np.int64(3) int64[].
    """
    if reference is None:
        from .executor import reference_iterator

        if not isinstance(dataset, Dataset):
            raise TypeError(
                "assert_same_order: dataset must be a Dataset when reference is None. "
                f"Received: {type(dataset).__name__}."
            )
        reference = reference_iterator(dataset)
    nothing = object()
    actual, expected = islice(iter(dataset), limit), islice(iter(reference), limit)
    number = 0
    while True:
        element, wanted = next(actual, nothing), next(expected, nothing)
        if element is nothing and wanted is nothing:
            return
        if element is nothing or wanted is nothing:
            ended = "dataset" if element is nothing else "reference"
            raise AssertionError(f"the {ended} ends after {number} elements, the other one goes on.")
        try:
            assert_elements_equal(element, wanted)
        except AssertionError as err:
            raise AssertionError(f"element {number}: {err}") from err
        number += 1
