"""Optional: an element that may be missing, as a value."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ..core import nest
from ..core.errors import InvalidArgumentError
from ..core.specs import OptionalSpec, spec_of
from ..core.tensor import Tensor, wrap
from .tensor_elements import as_tensors, from_python

_NOTHING = object()


class Optional:
    """An element of Tensors, or the end of a dataset where there is none. Made by `from_value` and `empty`.

    Args:
        element_spec: Nest of specs of the element.
        value: The element.

    Example:
        >>> from penstock.pipeline.optional import Optional
        >>> found = Optional.from_value(42)
        >>> print(found.has_value(), found.get_value())
        penstock.Tensor(True, shape=(), dtype=bool) penstock.Tensor(42, shape=(), dtype=int32)
    """

    __slots__ = ("_element_spec", "_value")

    def __init__(self, element_spec: Any, value: Any = _NOTHING) -> None:
        self._element_spec = element_spec
        self._value = value

    @classmethod
    def empty(cls, element_spec: Any) -> Self:
        """Return one without a value; the specs say what it would be."""
        return cls(element_spec)

    @classmethod
    def from_value(cls, value: Any) -> Self:
        """Return one that holds a value: a nest of Tensors, RaggedTensors, SparseTensors, or what they are made of."""
        held = nest.map_structure(from_python, value)
        return cls(nest.map_structure(spec_of, held), as_tensors(held))

    @property
    def element_spec(self) -> Any:
        """Nest of specs of the value, also where there is none."""
        return self._element_spec

    def has_value(self, name: str | None = None) -> Tensor:
        """Whether there is a value, a bool Tensor."""
        return wrap(np.bool_(self._value is not _NOTHING))

    def get_value(self, name: str | None = None) -> Any:
        """Return the value.

        Raises:
            InvalidArgumentError: There is none.
        """
        if self._value is _NOTHING:
            raise InvalidArgumentError(
                "Optional.get_value: there must be a value. Received: an empty Optional. Ask has_value() first."
            )
        return self._value

    def _element_leaf_spec(self) -> OptionalSpec:
        """Spec of this value as a leaf of an element."""
        return OptionalSpec(self._element_spec)

    def __repr__(self) -> str:
        if self._value is _NOTHING:
            return f"Optional.empty({self._element_spec!r})"
        return f"Optional.from_value({self._value!r})"
