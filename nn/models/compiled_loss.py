"""The loss that `compile` was given, for one output or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core import ops
from ...core.arguments import iter_leaves
from ...core.errors import InvalidArgumentError, describe
from ...core.ops.registry import Value
from .. import losses
from ..losses.base import Loss, LossFunctionWrapper
from ..metrics import Mean
from .outputs import match_outputs


class CompiledLoss:
    """Computes the loss of a batch from one loss per output, with a weight for each.

    Args:
        loss: A loss (name, function or `Loss`), or a list or dict of them, one per output; None in it for outputs
            without a loss.
        loss_weights: Weight of each output's loss, in the same structure; None for 1.

    Attributes:
        metrics: One mean per output when there are several, named `<output>_loss`; none before the first batch.
    """

    def __init__(self, loss: Any, loss_weights: Any = None) -> None:
        self._loss = loss
        self._loss_weights = loss_weights
        self._parts: list[tuple[Loss | None, float]] | None = None
        self.metrics: list[Mean] = []
        for identifier in iter_leaves((loss,)):
            losses.get(identifier)  # A wrong name is an error of compile, not of the first batch.

    def __call__(self, y: Any, predicted: Sequence[tuple[str, Any]], sample_weight: Any = None) -> Value:
        """Return the weighted sum of the losses of all outputs.

        Args:
            y: Targets, in the structure of the outputs.
            predicted: Outputs with their names.
            sample_weight: Weights, None, or one of them per output.
        """
        names = [name for name, _ in predicted]
        parts = self._prepare(names) if self._parts is None else self._parts
        targets = match_outputs("y", y, names)
        weights = spread(sample_weight, "sample_weight", names)
        total: Value | None = None
        for i, (part, factor) in enumerate(parts):
            if part is None:
                continue
            value = part(targets[i], predicted[i][1], weights[i])
            if self.metrics:
                self.metrics[i].update_state(value, sample_weight=len(predicted[i][1]))
            value = value if factor == 1.0 else ops.multiply(value, factor)
            total = value if total is None else ops.add(total, value)
        return total

    def _prepare(self, names: Sequence[str]) -> list[tuple[Loss | None, float]]:
        """Assign losses to outputs, at the first batch."""
        given = spread(self._loss, "loss", names)
        factors = match_outputs("loss_weights", self._loss_weights, names)
        if all(loss is None for loss in given):
            raise InvalidArgumentError(
                f"compile: at least one output must have a loss. Received: loss={describe(self._loss)}."
            )
        self._parts = [
            (as_loss(loss), 1.0 if factor is None else float(factor))
            for loss, factor in zip(given, factors, strict=True)
        ]
        if len(names) > 1:
            self.metrics = [Mean(name=f"{name}_loss") for name in names]
        return self._parts


def as_loss(identifier: Any) -> Loss | None:
    """Return a loss that reduces, for a name, a function or a `Loss`; None stays None."""
    found = losses.get(identifier)
    return found if found is None or isinstance(found, Loss) else LossFunctionWrapper(found)


def spread(value: Any, what: str, names: Sequence[str]) -> list[Any]:
    """Return one value for each output: a lone value serves them all."""
    if isinstance(value, list | tuple | Mapping):
        return match_outputs(what, value, names)
    return [value] * len(names)
