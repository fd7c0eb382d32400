"""The base of all callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..models.model import Model

Logs = Mapping[str, Any] | None


class Callback:
    """Hooks that `fit`, `evaluate` and `predict` call; every one does nothing unless a subclass says otherwise.

    They are called on the thread that trains, in the order of the list of callbacks. `logs` maps names of losses and
    metrics to floats: at the end of a batch the means since the epoch began, at the end of an epoch those and the
    `val_` ones. A callback may set `self.model.stop_training = True`, which ends training after the epoch.

    Attributes:
        params: `{"verbose", "epochs", "steps"}` of the run; steps is None when unknown.
        model: The model that is trained, None outside of a run.
    """

    params: dict[str, Any]
    model: Model | None = None

    def __init__(self) -> None:
        self.params = {}

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive the run's parameters, before it begins."""
        self.params = params

    def set_model(self, model: Model) -> None:
        """Receive the model, before the run begins."""
        self.model = model

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Older name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called before an epoch of training; `epoch` counts from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called after an epoch of training and its validation."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a training step; `batch` counts from 0 in each epoch."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a training step."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a step of evaluation, also of validation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a step of evaluation, also of validation."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a step of prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a step of prediction; `logs` has the key `"outputs"`."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called once when `fit` begins."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called once when `fit` ends; `logs` are those of the last epoch."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Called when evaluation or validation begins."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Called when evaluation or validation ends."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Called when prediction begins."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Called when prediction ends."""
