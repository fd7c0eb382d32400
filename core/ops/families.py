"""Builders that register whole families of ops from short rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..specs import TensorSpec
from . import batching, inference
from .broadcasting import sum_to_like
from .registry import Attrs, InferRule, Op, Value, register

InputGradient = Callable[..., Value]
"""`rule(g, y, *inputs)`: the gradient of one input, before it is summed to the input's shape."""


def elementwise(
    name: str,
    forward: Callable[..., Any],
    *gradients: InputGradient | None,
    template: str | None = None,
    same_dtype: bool = False,
) -> Op:
    """Register an elementwise op without attributes.

    Args:
        name: Name of the op.
        forward: NumPy function of broadcasting arguments.
        gradients: For each input, a rule or None (the op is flat or discrete in it). No rules: not differentiable.
        template: Expression for kernel fusion.
        same_dtype: See `Op`.
    """
    return register(
        name,
        forward,
        gradient=elementwise_gradient(*gradients) if any(gradients) else None,
        batch=batching.elementwise_rule(forward),
        infer=numeric_rule(forward, name),
        template=template,
        same_dtype=same_dtype,
    )


def elementwise_gradient(*rules: InputGradient | None) -> Callable[..., tuple[Any, ...]]:
    """Return the gradient rule made of one rule per input; each is evaluated only when that gradient is wanted."""

    def gradient(
        grads: tuple[Any, ...], inputs: tuple[Any, ...], outputs: tuple[Any, ...], attrs: Attrs
    ) -> tuple[Any, ...]:
        def entry(rule: InputGradient | None, x: Value) -> Any:
            if rule is None:
                return None
            return lambda: sum_to_like(rule(grads[0], outputs[0], *inputs), x)

        return tuple(entry(rule, x) for rule, x in zip(rules, inputs, strict=True))

    return gradient


def numeric_rule(forward: Callable[..., Any], name: str) -> InferRule:
    """Return the inference rule of an elementwise function that takes numbers and bools only."""
    infer_any = inference.elementwise_rule(forward, name)

    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        inference.check_numeric(args, name)
        spec: TensorSpec = infer_any(args, attrs)
        return spec

    return infer
