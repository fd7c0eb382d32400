"""Trainer, the half of a model that learns: `compile`, steps that subclasses may override, and entries to the loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core import ops, saving
from ...core.arguments import iter_leaves
from ...core.autodiff import GradientTape
from ...core.errors import FailedPreconditionError, InvalidArgumentError, describe
from ...core.ops.registry import Value
from ...core.tensor import Tensor
from .. import optimizers
from ..metrics import Mean, Metric
from ..optimizers import Optimizer
from . import loops
from .compiled_loss import CompiledLoss
from .compiled_metrics import CompiledMetrics
from .data_adapter import batch_source, unpack_x_y_sample_weight
from .outputs import named_leaves

if TYPE_CHECKING:
    from ...core.layer import Layer as _Base
    from ..callbacks import Callback, History
else:
    # The layer's part of a model comes from the other base of `Model`.
    _Base = object


class Trainer(_Base):
    """What a model needs to be trained; mixed into `Model`.

    Attributes:
        optimizer: The optimizer; None before `compile`.
        loss: The loss that `compile` was given.
        history: The record of the last `fit`; None before it.
        stop_training: Set to True (by a callback) to end `fit` after the epoch.
    """

    optimizer: Optimizer | None = None
    loss: Any = None
    history: History | None = None
    stop_training: bool = False
    compiled: bool = False
    run_eagerly: bool = False
    jit_compile: bool | str = "auto"
    steps_per_execution: int = 1
    _compile_options: dict[str, Any]
    _compiled_loss: CompiledLoss | None = None
    _compiled_metrics: CompiledMetrics | None = None
    _loss_tracker: Mean | None = None

    # --- compile ------------------------------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        *,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
    ) -> None:
        """Say how the model learns.

        Args:
            optimizer: Optimizer or name.
            loss: Loss, function or name; for several outputs a list or dict with one each. None when the model's own
                `add_loss` or `train_step` is all.
            loss_weights: Factor of each output's loss, a list or dict.
            metrics: List of metrics, functions or names; for several outputs a list of lists or a dict.
            weighted_metrics: Metrics that take sample weights into account.
            run_eagerly: Whether steps must run op by op. They always do at present; results never differ.
            steps_per_execution: Steps between two calls of the batch hooks of callbacks, >= 1.
            jit_compile: Whether steps may be compiled. None are at present; results never differ.

        Raises:
            InvalidArgumentError: An optimizer, a loss or a metric has an unknown name.
        """
        if not isinstance(steps_per_execution, int | np.integer) or steps_per_execution < 1:
            raise InvalidArgumentError(
                f"compile: steps_per_execution must be an int >= 1. Received: {describe(steps_per_execution)}."
            )
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        self.run_eagerly, self.jit_compile = run_eagerly, jit_compile
        self.steps_per_execution = int(steps_per_execution)
        self._compile_options = {
            "loss_weights": loss_weights, "metrics": metrics, "weighted_metrics": weighted_metrics,
        }  # fmt: skip
        self._compiled_loss = None if loss is None else CompiledLoss(loss, loss_weights)
        has_metrics = metrics is not None or weighted_metrics is not None
        self._compiled_metrics = CompiledMetrics(metrics, weighted_metrics) if has_metrics else None
        self._loss_tracker = Mean(name="loss")
        self.stop_training = False
        self.compiled = True

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return the arguments of `compile` as JSON values; None for a model that was not compiled."""
        if not self.compiled:
            return None
        return {
            "optimizer": optimizers.serialize(self.optimizer) if self.optimizer else None,
            "loss": saving.serialize(self.loss),
            **saving.serialize(self._compile_options),
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            "jit_compile": self.jit_compile,
        }

    def compile_from_config(self, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> None:
        """Compile with what `get_compile_config` returned."""
        self.compile(**saving.deserialize(dict(config), custom_objects))

    def check_compiled(self, where: str) -> None:
        """Raise unless `compile` was called.

        Raises:
            FailedPreconditionError: It was not.
        """
        if not self.compiled:
            raise FailedPreconditionError(
                f"{where}: the model must be compiled first. Call compile(optimizer, loss), for example "
                'compile("adam", "mse").'
            )

    # --- metrics ------------------------------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Metric]:
        """The loss, losses of several outputs, the compiled metrics, then metrics that are attributes of the model."""
        return [metric for _, metric in self._named_metrics()]

    def _named_metrics(self) -> list[tuple[str, Metric]]:
        found: list[tuple[str, Metric]] = []
        if self._loss_tracker is not None:
            found.append(("loss", self._loss_tracker))
        if self._compiled_loss is not None:
            found += [(metric.name, metric) for metric in self._compiled_loss.metrics]
        if self._compiled_metrics is not None:
            found += self._compiled_metrics.named()
        known = {id(metric) for _, metric in found}
        for value in self.__dict__.values():
            own = value if isinstance(value, list | tuple) else (value,)
            found += [(m.name, m) for m in own if isinstance(m, Metric) and id(m) not in known]
        return found

    @property
    def metrics_names(self) -> list[str]:
        """Names of the metrics as logs show them; those of compiled metrics are known after the first batch."""
        return [name for name, _ in self._named_metrics()]

    def reset_metrics(self) -> None:
        """Forget all batches; the loops call it at the start of an epoch."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the results of all metrics by name."""
        own = type(self).metrics is not Trainer.metrics
        named = [(m.name, m) for m in self.metrics] if own else self._named_metrics()
        return {name: metric.result() for name, metric in named}

    # --- steps --------------------------------------------------------------------------------------------------------

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, *, training: bool = True
    ) -> Value:
        """Return the loss of a batch: the compiled loss, plus regularizers and what layers added with `add_loss`.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Outputs.
            sample_weight: Weights of the samples.
            training: Whether this is a training step.

        Raises:
            InvalidArgumentError: There is no loss at all.
        """
        parts = []
        if self._compiled_loss is not None:
            parts.append(self._compiled_loss(y, self._named_outputs(y_pred), sample_weight))
        parts += self.losses
        if not parts:
            raise InvalidArgumentError(
                "fit: there must be a loss to make small. Received: compile(loss=None) and no add_loss() in a layer."
            )
        total = parts[0]
        for part in parts[1:]:
            total = ops.add(total, part)
        return total

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Add a batch to the compiled metrics and return all results."""
        if self._compiled_metrics is not None and y is not None:
            self._compiled_metrics.update_state(y, self._named_outputs(y_pred), sample_weight)
        return self.get_metrics_result()

    def train_step(self, data: Any) -> dict[str, Any]:
        """Learn from a batch; subclasses may override it.

        Args:
            data: A batch, `x`, `(x, y)` or `(x, y, sample_weight)`, of Tensors.

        Returns:
            The logs: names to numbers.
        """
        x, y, sample_weight = self._parts(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
        self._track_loss(loss, x)
        weights = self.trainable_weights
        if weights and self.optimizer is not None:
            self.optimizer.apply(tape.gradient(loss, weights), weights)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluate a batch; subclasses may override it. Args and result as of `train_step`."""
        x, y, sample_weight = self._parts(data)
        y_pred = self(x, training=False)
        self._track_loss(self.compute_loss(x, y, y_pred, sample_weight, training=False), x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Return the outputs for a batch; subclasses may override it. Targets in the batch are left aside."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def _parts(self, data: Any) -> tuple[Any, Any, Any]:
        """Return x, y and weights of a batch.

        Raises:
            InvalidArgumentError: The loss needs targets and the batch has none.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        if y is None and self._compiled_loss is not None:
            raise InvalidArgumentError(
                "fit: the loss needs targets, so batches must be (x, y) or (x, y, sample_weight). "
                f"Received: batches that are {_described(x)}."
            )
        return x, y, sample_weight

    def _track_loss(self, loss: Value, x: Any) -> None:
        if self._loss_tracker is not None:
            rows = x if isinstance(x, Tensor) else next(iter_leaves(x))
            self._loss_tracker.update_state(loss, sample_weight=len(rows) if np.ndim(rows) else 1)

    def _named_outputs(self, y_pred: Any) -> list[tuple[str, Any]]:
        return named_leaves(y_pred, getattr(self, "output_names", None))

    # --- loops --------------------------------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Callback | Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: Arrays (or a list or dict of them for several inputs), or a Dataset or any iterable of batches
                `(x, y)` or `(x, y, sample_weight)`.
            y: Targets, when `x` is arrays.
            batch_size: Rows per batch, when `x` is arrays; 32 when None. The last batch of an epoch may be smaller.
            epochs: Number of the last epoch.
            verbose: 0 silent, 1 a progress bar on terminals and a line per epoch, 2 a line per epoch; `"auto"` is 1.
            callbacks: Callbacks.
            validation_split: Part of the rows, from the end and before shuffling, to validate on; arrays only.
            validation_data: `(x, y)`, `(x, y, sample_weight)`, or an iterable of batches, to validate on.
            shuffle: Whether arrays are taken in a new random order each epoch; the order follows
                `penstock.random.set_seed`.
            class_weight: Class to weight of its samples.
            sample_weight: Weight per row, when `x` is arrays.
            initial_epoch: Epochs that were done before, for a run that goes on.
            steps_per_epoch: Batches per epoch; None for all. With an iterable the next epoch goes on where one ended.
            validation_steps: Batches per validation; None for all.
            validation_batch_size: Rows per batch of validation; `batch_size` when None.
            validation_freq: Validate every so many epochs, or after the epochs (counted from 1) of a list.

        Returns:
            The record of losses and metrics per epoch.

        Raises:
            FailedPreconditionError: The model is not compiled.
            InvalidArgumentError: Arguments or data that do not fit; the message names them.
        """
        options = loops.FitOptions(
            epochs=epochs,
            initial_epoch=initial_epoch,
            verbose=verbose,
            callbacks=callbacks,
            class_weight=class_weight,
            validation_freq=validation_freq,
        )
        train, validation = loops.fit_sources(
            x, y, sample_weight, validation_split, validation_data,
            batch_size=batch_size, steps=steps_per_epoch, shuffle=shuffle,
            validation_batch_size=validation_batch_size, validation_steps=validation_steps,
        )  # fmt: skip
        return loops.fit(self, train, validation, options)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Callback | Sequence[Callback] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss and the metrics over some data.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            batch_size: As in `fit`; changes the result by rounding only.
            verbose: As in `fit`.
            sample_weight: As in `fit`.
            steps: Batches; None for all.
            callbacks: Callbacks.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss, a float; with metrics a list, loss first, in the order of `metrics_names`.
        """
        source = batch_source(x, y, sample_weight, batch_size=batch_size, steps=steps, shuffle=False, where="evaluate")
        logs = loops.evaluate(self, source, verbose=verbose, callbacks=callbacks)
        return logs if return_dict else _as_list(logs)

    def predict(
        self,
        x: Any,
        *,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Callback | Sequence[Callback] | None = None,
    ) -> Any:
        """Return the outputs for some data as arrays.

        Args:
            x: As in `fit`; targets that an iterable yields are left aside.
            batch_size: As in `fit`.
            verbose: As in `fit`.
            steps: Batches; None for all.
            callbacks: Callbacks.

        Returns:
            ndarray `[rows, …]`, or the nest of them that the model returns.
        """
        source = batch_source(x, batch_size=batch_size, steps=steps, where="predict")
        return loops.predict(self, source, verbose=verbose, callbacks=callbacks)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        *,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Learn from one batch; the metrics go on from the last call. Result as of `evaluate`."""
        self.check_compiled("train_on_batch")
        logs = loops.one_batch(self, self.train_step, (x, y, sample_weight), class_weight)
        return logs if return_dict else _as_list(logs)

    def test_on_batch(self, x: Any, y: Any = None, *, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Evaluate one batch; the metrics go on from the last call. Result as of `evaluate`."""
        self.check_compiled("test_on_batch")
        logs = loops.one_batch(self, self.test_step, (x, y, sample_weight), None)
        return logs if return_dict else _as_list(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the outputs for one batch as arrays."""
        return loops.to_arrays(self.predict_step(loops.to_tensors((x,), self)))


def _as_list(logs: Mapping[str, Any]) -> Any:
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _described(x: Any) -> str:
    if isinstance(x, Mapping):
        return "dicts {" + ", ".join(f"{name!r}: {describe(leaf)}" for name, leaf in x.items()) + "}"
    return describe(x)
