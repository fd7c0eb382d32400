"""Cross entropy of logits with class numbers, as one op.

Made of `log_softmax` and `one_hot` it would take eight ops with their gradients; as one it takes a pass each way, which
is a third of the whole training step of a small classifier.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import ops
from ...core.dtypes import as_dtype
from ...core.errors import InvalidArgumentError
from ...core.ops.registry import Attrs, Value, call, register
from ...core.specs import TensorSpec

Array = npt.NDArray[Any]


def _forward(logits: Any, labels: Any, *, ignore_class: int | None) -> Array:
    """Return `logsumexp(logits) - logits[label]`, 0 for labels of the ignored class."""
    x, classes = np.asarray(logits), np.asarray(labels)
    count = x.shape[-1]
    if ignore_class is not None:
        ignored = classes == ignore_class
        classes = np.where(ignored, 0, classes)
    _check_labels(classes, count)
    shifted = x - x.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=-1))
    flat = shifted.reshape(-1, count)
    picked = flat[np.arange(len(flat)), classes.reshape(-1)].reshape(classes.shape)
    loss = np.asarray(log_sum - picked)
    return loss if ignore_class is None else np.where(ignored, loss.dtype.type(0), loss)


def _check_labels(classes: Array, count: int) -> None:
    if classes.size and (int(classes.min()) < 0 or int(classes.max()) >= count):
        wrong = classes[(classes < 0) | (classes >= count)].flat[0]
        raise InvalidArgumentError(
            f"sparse_categorical_crossentropy: labels must be in [0, {count}), the number of classes in y_pred. "
            f"Received: a label {wrong}. Give the last layer more units, or pass ignore_class."
        )


def _gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any, None]:
    logits, labels = inputs
    ignore_class = attrs["ignore_class"]

    def of_logits() -> Value:
        g = grads[0]
        if ignore_class is not None:
            g = ops.where(ops.equal(labels, ignore_class), 0.0, g)
        hot = ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
        return ops.multiply(ops.subtract(ops.softmax(logits), hot), ops.expand_dims(g, -1))

    return of_logits, None


def _infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    logits = args[0]
    shape = logits.shape
    return TensorSpec(None if shape is None else tuple(shape)[:-1], as_dtype(logits.dtype))


def _batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    logits, labels = (a if b else np.broadcast_to(a, (n, *np.shape(a))) for a, b in zip(args, batched, strict=True))
    return _forward(logits, labels, **attrs)


SPARSE_CROSSENTROPY = register(
    "sparse_crossentropy_with_logits", _forward, gradient=_gradient, batch=_batch, infer=_infer
)


def sparse_crossentropy(logits: Value, labels: Value, ignore_class: int | None = None) -> Value:
    """Return the cross entropy of each row.

    Args:
        logits: `float[…, classes]`.
        labels: Integers `[…]`, in `[0, classes)` or equal to `ignore_class`.
        ignore_class: Label whose rows count 0; None for none.

    Raises:
        InvalidArgumentError: A label is none of those.
    """
    return call(SPARSE_CROSSENTROPY, logits, labels, ignore_class=ignore_class)
