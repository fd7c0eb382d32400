"""The base of all metrics: state that batches are added to, and a result."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ...core.dtypes import DType, as_dtype
from ...core.naming import snake_case, unique_name
from ...core.specs import as_shape
from ...core.variable import Variable
from ...core.weights import resolve_initializer


class Metric(ABC):
    """A number that is followed over batches.

    A subclass makes its state with `add_variable` in its constructor, adds a batch to it in `update_state`, and
    computes the number in `result`. Nothing here takes part in gradients.

    Args:
        dtype: Type of state and result; float32 when None.
        name: Name, under which logs show it; made from the class name when None.
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or unique_name(snake_case(type(self).__name__))
        self._dtype: DType = as_dtype("float32" if dtype is None else dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> DType:
        """Type of state and result."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The state, in the order in which it was made."""
        return list(self._variables)

    def add_variable(
        self, shape: Any = (), initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Make a piece of state.

        Args:
            shape: Ints; `()` for a scalar.
            initializer: First value; a subclass with another than zeros overrides `reset_state`.
            dtype: Type; the metric's when None.
            name: Name of the variable.
        """
        kind = self._dtype if dtype is None else as_dtype(dtype)
        make = resolve_initializer(initializer, kind, where=f"{type(self).__name__} {self.name!r}")
        dims = tuple(int(d or 0) for d in as_shape(shape) or ())
        variable = Variable(make(dims, dtype=kind), trainable=False, dtype=kind, name=name or "variable")
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Make a piece of state; `add_variable` by another name. `add_weight("total")` names it."""
        if isinstance(shape, str):
            shape, name = (), shape
        return self.add_variable(shape, "zeros" if initializer is None else initializer, dtype, name)

    @abstractmethod
    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch: `(values, sample_weight)` or `(y_true, y_pred, sample_weight)`."""

    @abstractmethod
    def result(self) -> Any:
        """Return the number over all batches since the last reset."""

    def reset_state(self) -> None:
        """Forget all batches: set every variable to zeros."""
        for variable in self._variables:
            variable.assign(np.zeros(variable.shape, variable.dtype.numpy))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and return the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON values."""
        return {"name": self.name, "dtype": self._dtype.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """Build from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
