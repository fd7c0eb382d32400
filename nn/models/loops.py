"""The loops over batches: fit, evaluate, predict."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core import nest
from ...core.arguments import iter_leaves, map_leaves
from ...core.errors import InvalidArgumentError, describe
from ...core.tensor import Tensor
from ..blas import LARGE_PRODUCT, single_thread
from ..callbacks import Callback, CallbackList, History
from ..callbacks.logs import as_floats
from .data_adapter import (
    BatchSource,
    as_arrays,
    batch_source,
    is_arrays,
    split_validation,
    unpack_x_y_sample_weight,
    with_class_weight,
)

if TYPE_CHECKING:
    from .trainer import Trainer

Callbacks = Callback | Sequence[Callback] | CallbackList | None


@dataclass(frozen=True)
class FitOptions:
    """Arguments of `fit` that are not about data; see there."""

    epochs: int
    initial_epoch: int
    verbose: str | int
    callbacks: Any
    class_weight: Mapping[int, float] | None
    validation_freq: int | Sequence[int]

    def __post_init__(self) -> None:
        for name in ("epochs", "initial_epoch"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < 0:
                raise InvalidArgumentError(f"fit: {name} must be an int >= 0. Received: {name}={describe(value)}.")
        check_verbose("fit", self.verbose)

    def validates_after(self, epoch: int) -> bool:
        """Whether there is a validation after this epoch (counted from 0)."""
        if isinstance(self.validation_freq, int):
            return (epoch + 1) % self.validation_freq == 0
        return epoch + 1 in self.validation_freq


def check_verbose(where: str, verbose: Any) -> None:
    """Raise unless `verbose` is one of its values.

    Raises:
        InvalidArgumentError: It is not.
    """
    if verbose not in ("auto", 0, 1, 2):
        raise InvalidArgumentError(f"{where}: verbose must be 'auto', 0, 1 or 2. Received: {describe(verbose)}.")


def fit_sources(
    x: Any,
    y: Any,
    sample_weight: Any,
    validation_split: float,
    validation_data: Any,
    *,
    batch_size: int | None,
    steps: int | None,
    shuffle: bool,
    validation_batch_size: int | None,
    validation_steps: int | None,
) -> tuple[BatchSource, BatchSource | None]:
    """Return the batches to train on and those to validate on; the arguments are those of `fit`."""
    if validation_split and validation_data is None:
        if not is_arrays(x):
            raise InvalidArgumentError(
                f"fit: validation_split needs arrays, whose last rows it sets aside. Received: x={describe(x)}. "
                "Pass validation_data, for example dataset.take(n), and train on dataset.skip(n)."
            )
        (x, y, sample_weight), validation_data = split_validation(
            as_arrays((x, y, sample_weight), "fit"), validation_split
        )
    train = batch_source(x, y, sample_weight, batch_size=batch_size, steps=steps, shuffle=shuffle, where="fit")
    if validation_data is None:
        return train, None
    parts = unpack_x_y_sample_weight(validation_data) if _is_parts(validation_data) else (validation_data,)
    size = batch_size if validation_batch_size is None else validation_batch_size
    return train, batch_source(*parts, batch_size=size, steps=validation_steps, where="fit: validation_data")


def _is_parts(validation_data: Any) -> bool:
    """Whether validation data is `(x, y)` or `(x, y, sample_weight)` and not batches or a lone array."""
    if isinstance(validation_data, list) and validation_data and isinstance(validation_data[0], tuple):
        return False
    return isinstance(validation_data, list | tuple) and 1 <= len(validation_data) <= 3


def fit(model: Trainer, train: BatchSource, validation: BatchSource | None, options: FitOptions) -> History:
    """Run the epochs of training; see `Trainer.fit`."""
    model.check_compiled("fit")
    callbacks = _callback_list(
        model, options.callbacks, options.verbose, train.steps, add_history=True,
        epochs=options.epochs, initial_epoch=options.initial_epoch,
    )  # fmt: skip
    prepare = None if options.class_weight is None else with_class_weight(options.class_weight)
    model.stop_training = False
    logs: dict[str, Any] = {}
    try:
        callbacks.on_begin("train")
        for epoch in range(options.initial_epoch, options.epochs):
            model.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            logs = as_floats(_run_epoch(model, train, callbacks, "train", model.train_step, prepare))
            if validation is not None and options.validates_after(epoch):
                held_out = _evaluate(model, validation, callbacks)
                logs.update({f"val_{name}": value for name, value in held_out.items()})
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        callbacks.on_end("train", logs)
    finally:
        callbacks.close()
        train.close()
        if validation is not None:
            validation.close()
    assert callbacks.history is not None
    model.history = callbacks.history
    return callbacks.history


def evaluate(
    model: Trainer, source: BatchSource, *, verbose: str | int = 0, callbacks: Callbacks = None
) -> dict[str, Any]:
    """Return the results over all batches; see `Trainer.evaluate`."""
    model.check_compiled("evaluate")
    check_verbose("evaluate", verbose)
    hooks = _callback_list(model, callbacks, verbose, source.steps)
    try:
        return _evaluate(model, source, hooks)
    finally:
        hooks.close()
        source.close()


def _evaluate(model: Trainer, source: BatchSource, callbacks: CallbackList) -> dict[str, Any]:
    callbacks.on_begin("test")
    model.reset_metrics()
    logs = as_floats(_run_epoch(model, source, callbacks, "test", model.test_step))
    callbacks.on_end("test", logs)
    return logs


def predict(model: Trainer, source: BatchSource, *, verbose: str | int = 0, callbacks: Callbacks = None) -> Any:
    """Return the outputs of all batches, joined; see `Trainer.predict`."""
    check_verbose("predict", verbose)
    hooks = _callback_list(model, callbacks, verbose, source.steps)
    outputs: list[Any] = []

    def step(data: Any) -> dict[str, Any]:
        outputs.append(to_arrays(model.predict_step(data)))
        return {"outputs": outputs[-1]}

    try:
        hooks.on_begin("predict")
        _run_epoch(model, source, hooks, "predict", step)
        hooks.on_end("predict")
    finally:
        hooks.close()
        source.close()
    return _joined(outputs)


def one_batch(
    model: Trainer,
    step: Callable[[Any], dict[str, Any]],
    data: tuple[Any, Any, Any],
    class_weight: Mapping[int, float] | None,
) -> dict[str, Any]:
    """Run a step on one batch of the user's and return its logs as floats."""
    batch: Any = as_arrays(data, "train_on_batch")
    if class_weight is not None:
        batch = with_class_weight(class_weight)(batch)
    return as_floats(step(to_tensors(batch, model)))


def _run_epoch(
    model: Trainer,
    source: BatchSource,
    callbacks: CallbackList,
    mode: str,
    step: Callable[[Any], Any],
    prepare: Callable[[Any], Any] | None = None,
) -> dict[str, Any]:
    """Run a step on each batch of an epoch and return the last logs."""
    per_call = model.steps_per_execution
    logs: dict[str, Any] = {}
    index = -1
    with single_thread() as claim, contextlib.closing(source.epoch()) as batches:
        for index, batch in enumerate(batches):
            if index % per_call == 0:
                callbacks.on_batch_begin(mode, index)
            data = to_tensors(batch if prepare is None else prepare(batch), model)
            logs = step(data)
            if index == 0 and _has_large_products(model, data):
                claim.release()
            if (index + 1) % per_call == 0:
                callbacks.on_batch_end(mode, index, logs)
    if (index + 1) % per_call:
        callbacks.on_batch_end(mode, index, logs)
    return logs


def _has_large_products(model: Any, data: Any) -> bool:
    """Whether a batch times the largest weight is worth several threads."""
    rows = max((leaf.shape[0] for leaf in iter_leaves(data) if isinstance(leaf, Tensor) and leaf.ndim), default=1)
    return rows * max((weight.size for weight in model.weights), default=0) >= LARGE_PRODUCT


def to_tensors(batch: Any, model: Any) -> Any:
    """Return a batch with Tensors for arrays; floats get the model's dtype."""
    dtype = model.dtype.numpy

    def convert(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray):
            wrong = leaf.dtype.kind == "f" and leaf.dtype != dtype and dtype.kind == "f"
            return Tensor(leaf.astype(dtype) if wrong else leaf)
        if isinstance(leaf, np.generic | int | float | bool):
            return convert(np.asarray(leaf))
        return leaf

    if type(batch) is tuple and all(type(part) is np.ndarray for part in batch):
        return tuple([convert(part) for part in batch])
    return map_leaves(convert, batch)


def to_arrays(outputs: Any) -> Any:
    """Return the nest that a model returned with arrays for Tensors."""
    return map_leaves(lambda leaf: leaf.numpy() if hasattr(leaf, "numpy") else leaf, outputs)


def _joined(outputs: list[Any]) -> Any:
    """Return the outputs of several batches as one."""
    first = outputs[0]
    if isinstance(first, list):
        return [_joined([o[i] for o in outputs]) for i in range(len(first))]
    leaves, structure = nest.flatten(first)
    columns = zip(leaves, *(structure.unpack(o) for o in outputs[1:]), strict=True)
    return structure.pack([np.concatenate([np.atleast_1d(part) for part in column]) for column in columns])


def _callback_list(
    model: Trainer,
    callbacks: Callbacks,
    verbose: str | int,
    steps: int | None,
    *,
    add_history: bool = False,
    epochs: int = 1,
    initial_epoch: int = 0,
) -> CallbackList:
    if isinstance(callbacks, CallbackList):
        return callbacks
    return CallbackList(
        callbacks,
        add_history=add_history,
        add_progbar=verbose != 0,
        model=model,  # type: ignore[arg-type]  # no trainer stands alone
        verbose=verbose,
        epochs=epochs,
        initial_epoch=initial_epoch,
        steps=steps,
    )
