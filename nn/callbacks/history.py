"""The record of a training run."""

from __future__ import annotations

from typing import Any

from .callback import Callback, Logs
from .logs import format_logs


class History(Callback):
    """Records the logs of each epoch; `fit` makes one and returns it.

    Attributes:
        history: Name of a loss or metric to its value after each epoch; `val_` names for validation.
        epoch: The epochs recorded, counted from 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        self.epoch = []
        self.history = {}

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = {name: values[-1] for name, values in self.history.items()}
        return f"<History of {len(self.epoch)} epochs, last: {format_logs(last)}>"
