"""The metrics that `compile` was given, for one output or many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...core.arguments import iter_leaves
from ...core.naming import snake_case
from .. import losses, metrics
from ..losses.base import Loss, LossFunctionWrapper
from ..metrics import MeanMetricWrapper, Metric
from .compiled_loss import spread
from .outputs import SINGLE, match_outputs

_ACCURACIES: Final = ("accuracy", "acc")
_CROSSENTROPIES: Final = ("crossentropy", "ce")
_BY_SHAPES: Final = _ACCURACIES + _CROSSENTROPIES


class CompiledMetrics:
    """Follows metrics of each output; the metrics are made at the first batch, which shows what `"accuracy"` means.

    Args:
        given: Metrics (names, functions, `Metric`), as a list for the only output, or a list of lists or a dict for
            several.
        weighted: Metrics that take sample weights into account, in the same form.
    """

    def __init__(self, given: Any = None, weighted: Any = None) -> None:
        self._given, self._weighted = given, weighted
        self._per_output: list[list[tuple[Metric, bool]]] | None = None
        self._names: list[tuple[str, Metric]] = []
        for identifier in iter_leaves((given, weighted)):
            if isinstance(identifier, str) and identifier.lower() not in _BY_SHAPES:
                _found(identifier)  # A wrong name is an error of compile, not of the first batch.

    @property
    def metrics(self) -> list[Metric]:
        """The metrics themselves; none before the first batch."""
        return [metric for _, metric in self._names]

    def named(self) -> list[tuple[str, Metric]]:
        """Return the metrics with the names that logs show, `<output>_<metric>` when there are several outputs."""
        return list(self._names)

    def update_state(self, y: Any, predicted: Sequence[tuple[str, Any]], sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y: Targets, in the structure of the outputs.
            predicted: Outputs with their names.
            sample_weight: Weights, None, or one of them per output.
        """
        names = [name for name, _ in predicted]
        targets = match_outputs("y", y, names)
        if self._per_output is None:
            self._per_output = self._prepare(names, targets, [value for _, value in predicted])
        weights = spread(sample_weight, "sample_weight", names)
        for i, followed in enumerate(self._per_output):
            for metric, is_weighted in followed:
                metric.update_state(targets[i], predicted[i][1], weights[i] if is_weighted else None)

    def _prepare(
        self, names: Sequence[str], targets: Sequence[Any], predicted: Sequence[Any]
    ) -> list[list[tuple[Metric, bool]]]:
        plain = _per_output("metrics", self._given, names)
        weighted = _per_output("weighted_metrics", self._weighted, names)
        per_output = []
        for name, y, y_pred, own, own_weighted in zip(names, targets, predicted, plain, weighted, strict=True):
            followed = [(as_metric(m, y, y_pred), False) for m in own]
            followed += [(as_metric(m, y, y_pred), True) for m in own_weighted]
            per_output.append(followed)
            prefix = f"{name}_" if name != SINGLE else ""
            self._names += [(self._free_name(prefix + metric.name), metric) for metric, _ in followed]
        return per_output

    def _free_name(self, name: str) -> str:
        taken = {known for known, _ in self._names}
        number, free = 1, name
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        return free


def as_metric(identifier: Any, y: Any, y_pred: Any) -> Metric:
    """Return the metric for a name, a function or a `Metric`.

    `"accuracy"` and `"crossentropy"` become the binary, the sparse or the categorical one by the shapes: a last axis of
    1 in the predictions is binary; targets with an axis less than the predictions, or a last axis of 1, are sparse.

    Args:
        identifier: What the user gave.
        y: Targets of a batch.
        y_pred: Predictions of the batch.
    """
    name = identifier if isinstance(identifier, str) else None
    if name is not None and name.lower() in _ACCURACIES:
        kind = _by_shapes(
            y, y_pred, metrics.BinaryAccuracy, metrics.SparseCategoricalAccuracy, metrics.CategoricalAccuracy
        )
        metric: Metric = kind(name=name)
        return metric
    if name is not None and name.lower() in _CROSSENTROPIES:
        function = _by_shapes(
            y,
            y_pred,
            losses.binary_crossentropy,
            losses.sparse_categorical_crossentropy,
            losses.categorical_crossentropy,
        )
        return MeanMetricWrapper(function, name=name)
    found = _found(identifier)
    if isinstance(found, Metric):
        if name is not None:
            found.name = snake_case(name)
        return found
    if isinstance(found, Loss):
        return MeanMetricWrapper(found.fn if isinstance(found, LossFunctionWrapper) else found, name=found.name)
    return MeanMetricWrapper(found, name=name)


def _found(identifier: Any) -> Any:
    """Look a name up among metrics, then among losses, whose means are metrics too."""
    if isinstance(identifier, str) and not metrics.named.is_known(identifier):
        known_loss = losses.named.is_known(identifier)
        return losses.get(identifier) if known_loss else metrics.get(identifier)
    return metrics.get(identifier)


def _by_shapes(y: Any, y_pred: Any, binary: Any, sparse: Any, categorical: Any) -> Any:
    truth, predicted = tuple(y.shape), tuple(y_pred.shape)
    if predicted[-1:] == (1,):
        return binary
    if len(truth) < len(predicted) or truth[-1:] == (1,):
        return sparse
    return categorical


def _per_output(what: str, given: Any, names: Sequence[str]) -> list[list[Any]]:
    """Return the list of metrics of each output."""
    if isinstance(given, list | tuple) and list(names) == [SINGLE]:
        flat = [m for item in given for m in (item if isinstance(item, list | tuple) else [item])]
        return [[m for m in flat if m is not None]]
    matched = match_outputs(what, given, names)
    return [
        [] if own is None else [m for m in own if m is not None] if isinstance(own, list | tuple) else [own]
        for own in matched
    ]
