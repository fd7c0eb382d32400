"""Transform: what an adapted layer does to its inputs, frozen, as an operation that graphs can hold.

A layer makes a new `Transform` whenever its state changes. `registry.call(transform, x)` runs it on values, or records
it for symbols, so that a layer traced inside `Dataset.map` keeps the state that it had then and runs on whole columns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..core.ops import registry
from ..core.ops.registry import Attrs, BatchRule, GradientRule, InferRule
from ..core.specs import Spec, spec_of
from ..core.tensor import Tensor


class Transform(ABC):
    """A function of one value with a batching rule and an inference rule; immutable, safe to call from any thread.

    Attributes:
        name: Shown in graphs and messages.
        columns: The batching rule takes columns as they are.
        composite: Never: values are handed over as arrays, columns, `Ragged` or `Sparse`.
    """

    name: ClassVar[str]
    columns: ClassVar[bool] = True
    composite: ClassVar[bool] = False
    same_dtype: ClassVar[bool] = False
    template: ClassVar[None] = None

    @abstractmethod
    def apply(self, value: Any) -> Any:
        """Return the result for one value in any form that the layer takes."""

    @abstractmethod
    def apply_rows(self, n: int, rows: Any) -> Any:
        """Return the results for `n` rows (ndarray `[n, …]` or Column), stacked as an ndarray or Column."""

    @abstractmethod
    def infer_spec(self, spec: Spec) -> Spec:
        """Return the spec of the result.

        Raises:
            DTypeError: The layer does not take such values.
        """

    @property
    def gradient(self) -> GradientRule | None:
        """The gradient rule; None where there is none, as for integers and strings."""
        return None

    @property
    def forward(self) -> Callable[..., Any]:
        """Compute the result of one value; part of the protocol of ops."""
        return self.apply

    @property
    def infer(self) -> InferRule:
        """Infer the result's spec; part of the protocol of ops."""
        return self._infer

    @property
    def batch(self) -> BatchRule:
        """Compute many rows; part of the protocol of ops."""
        return self._batch

    def _infer(self, args: tuple[Any, ...], _attrs: Attrs) -> Any:
        return self.infer_spec(args[0])

    def _batch(self, n: int, args: tuple[Any, ...], _batched: tuple[bool, ...], _attrs: Attrs) -> Any:
        return self.apply_rows(n, args[0])

    def __repr__(self) -> str:
        return f"<transform {self.name}>"


class JointTransform(Transform):
    """A transform of several values together: `apply`, `apply_rows` and `infer_spec` get tuples of them."""

    @property
    def forward(self) -> Callable[..., Any]:
        return self._forward

    def _forward(self, *values: Any) -> Any:
        return self.apply(values)

    def _infer(self, args: tuple[Any, ...], _attrs: Attrs) -> Any:
        return self.infer_spec(tuple(a if isinstance(a, Spec) else spec_of(a) for a in args))  # type: ignore[arg-type]  # see the class

    def _batch(self, n: int, args: tuple[Any, ...], batched: tuple[bool, ...], _attrs: Attrs) -> Any:
        full = [a if b else np.broadcast_to(a, (n, *np.shape(a))) for a, b in zip(args, batched, strict=True)]
        return self.apply_rows(n, tuple(full))


def run_transform(transform: Transform, *inputs: Any) -> Any:
    """Apply a transform: arrays give arrays, Tensors give Tensors, symbols are recorded."""
    kinds = [registry.operand_kind(value) for value in inputs]
    if "symbol" in kinds or transform.gradient is not None:
        return registry.call(transform, *inputs)
    if "tensor" in kinds:
        result = transform.forward(*(v if k is None else np.asarray(v) for v, k in zip(inputs, kinds, strict=True)))
        return Tensor(result) if isinstance(result, np.ndarray | np.generic) else result
    return transform.forward(*inputs)
