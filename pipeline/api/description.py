"""What a dataset is, without running it."""

from __future__ import annotations

import copy
from typing import Any, Self

from ...core.errors import InvalidArgumentError, describe
from .. import plan
from ..calling import check_count
from ..options import Options
from ..plan.with_options import options_of
from .base import DatasetBase, T


class Description(DatasetBase[T]):
    """Spec, size and plan; mixed into `Dataset`."""

    __slots__ = ()

    @property
    def element_spec(self) -> Any:
        """Nest of specs of the elements.

        Where a function could not be traced, or a generator has no signature, this runs the pipeline up to its first
        element to find out.
        """
        from ..inspection import resolved_spec

        return resolved_spec(self._node)

    def cardinality(self) -> int:
        """Return the number of elements; `INFINITE_CARDINALITY` (-1) or `UNKNOWN_CARDINALITY` (-2) otherwise.

        Example:
            >>> from penstock import Dataset
            >>> Dataset.range(7).batch(2).cardinality()
            4
        """
        return self._node.cardinality

    def assert_cardinality(self, expected_cardinality: int) -> Self:
        """Say how many elements there are, where it cannot be known before; iterating checks it.

        Args:
            expected_cardinality: The number of elements; `INFINITE_CARDINALITY` (-1) or `UNKNOWN_CARDINALITY` (-2).

        Raises:
            FailedPreconditionError: There are more or fewer (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.from_generator(lambda: [1, 2]).assert_cardinality(2)]
            [1, 2]
        """
        n = check_count("Dataset.assert_cardinality", "expected_cardinality", expected_cardinality, plan.UNKNOWN)
        return self._same(plan.AssertCardinality(self._node, n))

    def __len__(self) -> int:
        """Return the number of elements.

        Raises:
            TypeError: It is infinite or unknown.
        """
        n = self._node.cardinality
        if n < 0:
            kind = "infinite" if n == plan.INFINITE else "unknown"
            raise TypeError(f"Dataset: the number of elements is {kind}; cardinality() returns {n}.")
        return n

    def with_options(self, options: Options) -> Self:
        """Return the same dataset, run with options.

        Options hold for the whole pipeline; of options that are set twice, those nearest to the end count.

        Args:
            options: What to set; changing it later changes no dataset.

        Raises:
            InvalidArgumentError: It is no `Options`.

        Example:
            >>> from penstock import Dataset, Options
            >>> options = Options()
            >>> options.threading.private_threadpool_size = 2
            >>> Dataset.range(3).with_options(options).options().threading
            ThreadingOptions(private_threadpool_size=2)
        """
        if not isinstance(options, Options):
            raise InvalidArgumentError(
                f"Dataset.with_options: options must be Options. Received: options={describe(options)}."
            )
        return self._same(plan.WithOptions(self._node, copy.deepcopy(options)))

    def options(self) -> Options:
        """Return the options that the pipeline runs with.

        Example:
            >>> from penstock import Dataset
            >>> Dataset.range(3).options().deterministic is None
            True
        """
        return options_of(self._node)

    def __bool__(self) -> bool:
        return True

    def explain(self, stage: str | None = None) -> str:
        """Return the plan as a tree, with what each node yields and how and why it runs so.

        Args:
            stage: `"logical"` (as written), `"simplified"` (after the rules; what runs), or None for the plan that
                runs with its notes.

        Example:
            >>> from penstock import Dataset
            >>> print(Dataset.range(6).batch(4).explain())
            1 batch(4)  →  int64[?], 2 elements
              0 range(6)  →  int64, 6 elements
            rules applied: none
        """
        from ..explain import explain

        return explain(self._node, stage)

    def _element_leaf_spec(self) -> Any:
        """Spec of this dataset as a leaf of an element."""
        from ...core.specs import DatasetSpec

        return DatasetSpec(self.element_spec)

    def __repr__(self) -> str:
        from ..explain import one_line

        return f"<{type(self).__name__} {one_line(self._node)}>"
