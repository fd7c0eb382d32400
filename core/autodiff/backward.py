"""Running gradient rules backwards over what a tape recorded (reverse-mode differentiation).

When another tape is recording, the rules run on Tensors, so that it sees them; else on plain arrays, which is cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ops import add, cast, zeros_like
from ..tapes import stack
from ..tensor import Tensor, TensorLike, wrap

if TYPE_CHECKING:
    from .tape import Entry


def backpropagate(
    entries: Sequence[Entry], targets: Sequence[tuple[TensorLike, Tensor | None]], sources: Sequence[TensorLike]
) -> dict[int, Tensor]:
    """Return the gradient of the sum of the targets for each source it depends on, by the source's `id`.

    Args:
        entries: What was recorded, in order.
        targets: Each target with the gradient that it starts with; None for ones.
        sources: What to differentiate by.
    """
    plain = not stack.tapes
    wanted = {id(s) for s in sources}
    reached = _reached(entries, wanted)
    grads: dict[int, Any] = {}
    found: dict[int, Any] = {}
    for target, seed in targets:
        if id(target) in reached:
            start = np.ones_like(target._data) if seed is None else seed
            _accumulate(grads, id(target), _as_mode(start, plain=plain))
    # Where a derivative does not exist the result is inf or NaN, without a warning for each op on the way.
    with np.errstate(all="ignore"):
        for entry in reversed(entries):
            received = [grads.pop(id(output), None) for output in entry.outputs]
            if all(g is None for g in received):
                continue
            for output, g in zip(entry.outputs, received, strict=True):
                if g is not None and id(output) in wanted:
                    _accumulate(found, id(output), g)
            _push(entry, received, reached, grads, plain=plain)
    for key in wanted & grads.keys():
        _accumulate(found, key, grads[key])
    return {key: g if isinstance(g, Tensor) else wrap(g) for key, g in found.items()}


def _reached(entries: Sequence[Entry], wanted: set[int]) -> set[int]:
    """Return the ids of all that depends on a source."""
    reached = set(wanted)
    for entry in entries:
        if any(key in reached for key in entry.keys):
            reached.update(id(output) for output in entry.outputs if output._data.dtype.kind in "fc")
    return reached


def _push(entry: Entry, received: list[Any], reached: set[int], grads: dict[int, Any], *, plain: bool) -> None:
    """Add what an entry's inputs get for the gradients of its outputs."""
    rule = getattr(entry.op, "gradient", None)
    if rule is None or not any(key in reached for key in entry.keys):
        return
    # A composite op's rule is user code, which expects Tensors.
    plain_rule = plain and not entry.op.composite
    inputs = tuple([_as_mode(x, plain=plain_rule) if isinstance(x, TensorLike) else x for x in entry.inputs])
    outputs = tuple([_as_mode(y, plain=plain_rule) for y in entry.outputs])
    full = tuple([
        zeros_like(y) if g is None else _as_mode(g, plain=plain_rule) for g, y in zip(received, outputs, strict=True)
    ])  # fmt: skip
    results = rule(full, inputs, outputs, entry.attrs)
    for key, x, result in zip(entry.keys, inputs, results, strict=True):
        if result is None or key not in reached:
            continue
        grad = result() if callable(result) else result
        if grad is not None:
            grad = grad if grad.dtype == x.dtype else cast(grad, x.dtype)
            _accumulate(grads, key, _as_mode(grad, plain=plain))


def _as_mode(value: Any, *, plain: bool) -> Any:
    if plain:
        return value._data if isinstance(value, TensorLike) else value
    return value if isinstance(value, Tensor) else wrap(value)


def _accumulate(grads: dict[int, Any], key: int, grad: Any) -> None:
    known = grads.get(key)
    grads[key] = grad if known is None else add(known, grad)
