"""What `fit`, `evaluate` and `predict` are given, as epochs of batches.

Arrays are cut into batches (in a new random order each epoch when asked for); anything else that can be iterated (a
`Dataset`, a generator, a list made by hand) gives batches itself. A batch is whatever a training step takes:
`(x,)`, `(x, y)` or `(x, y, sample_weight)`.
"""

from __future__ import annotations

import contextlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core import nest
from ...core.errors import FailedPreconditionError, InvalidArgumentError, ShapeError, describe
from ...core.random import Philox, get_seed

Array = npt.NDArray[Any]

_INFINITE: Final = -1
"""What `Dataset.cardinality` returns for a dataset without end."""


class BatchSource(ABC):
    """Data as epochs of batches.

    Attributes:
        steps: Batches per epoch; None when not known beforehand.
    """

    steps: int | None

    @abstractmethod
    def epoch(self) -> Generator[Any]:
        """Yield the batches of the next epoch."""

    def close(self) -> None:  # noqa: B027 (most sources have nothing to end)
        """End a pass that is under way, with its threads and files. Harmless when called again."""


class ArrayBatches(BatchSource):
    """Batches cut from arrays that share their first axis.

    Args:
        data: `(x, y, sample_weight)`, nests of arrays; trailing Nones are left out.
        batch_size: Rows per batch; the last one of an epoch may have fewer.
        steps: Batches per epoch; None for all.
        shuffle: Whether each epoch takes the rows in a new random order, which follows `penstock.random.set_seed`.
        where: Name of the caller, for messages.
    """

    def __init__(
        self, data: tuple[Any, ...], *, batch_size: int | None, steps: int | None, shuffle: bool, where: str
    ) -> None:
        batch_size = 32 if batch_size is None else batch_size
        if not isinstance(batch_size, int | np.integer) or batch_size < 1:
            raise InvalidArgumentError(f"{where}: batch_size must be an int >= 1. Received: {describe(batch_size)}.")
        self._leaves, self._structure = nest.flatten(data)
        self._rows = _common_rows(self._leaves, self._structure, where)
        self._batch_size = int(batch_size)
        whole = math.ceil(self._rows / self._batch_size)
        self.steps = whole if steps is None else min(steps, whole)
        self._order = Philox(*get_seed()) if shuffle else None

    def epoch(self) -> Generator[Any]:
        order = None if self._order is None else random_order(self._order, self._rows)
        assert self.steps is not None
        for step in range(self.steps):
            rows: Any = slice(step * self._batch_size, (step + 1) * self._batch_size)
            if order is not None:
                rows = order[rows]
            yield self._structure.pack([None if leaf is None else leaf[rows] for leaf in self._leaves])


class IterableBatches(BatchSource):
    """Batches that an iterable makes.

    Without `steps`, every epoch is one pass over the iterable. With `steps`, an epoch takes that many batches and the
    next epoch goes on from there; a pass that ends begins anew.

    Args:
        batches: Iterable of batches; a one-shot iterator serves a single pass.
        steps: Batches per epoch, or None.
        where: Name of the caller, for messages.
    """

    def __init__(self, batches: Iterable[Any], *, steps: int | None, where: str) -> None:
        self._batches = batches
        self._where = where
        self._one_shot = iter(batches) is batches
        self._running: Generator[Any] | None = None
        self._passes = 0
        self.steps = steps if steps is not None else _known_length(batches, where)
        self._limit = steps

    def epoch(self) -> Generator[Any]:
        if self._limit is None:
            with contextlib.closing(self._pass()) as batches:
                yield from batches
            return
        for _ in range(self._limit):
            yield self._next()

    def close(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def _next(self) -> Any:
        for _ in range(2):
            if self._running is None:
                self._running = self._pass()
            try:
                return next(self._running)
            except StopIteration:
                self._running = None
        raise AssertionError("a pass that begins yields a batch or raises")

    def _pass(self) -> Generator[Any]:
        if self._one_shot and self._passes:
            raise FailedPreconditionError(
                f"{self._where}: the iterator has no more batches after {self._passes} pass. Pass something that can "
                "be iterated again (a Dataset, a list), or fewer epochs or steps."
            )
        self._passes += 1
        empty = True
        iterator = iter(self._batches)
        try:
            for batch in iterator:
                empty = False
                yield batch
        finally:
            # The user's own iterator may have more to give elsewhere; one that was made here has not.
            if not self._one_shot and hasattr(iterator, "close"):
                iterator.close()
        if empty:
            raise InvalidArgumentError(
                f"{self._where}: the data must have at least one batch. Received: {type(self._batches).__name__} "
                "that yields none. Check its files and filters."
            )


def batch_source(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: bool = False,
    where: str = "fit",
) -> BatchSource:
    """Return the batches of whatever the user passed.

    Raises:
        InvalidArgumentError: Arrays of different lengths or without rows, or targets beside an iterable.
    """
    if steps is not None and (not isinstance(steps, int | np.integer) or steps < 1):
        raise InvalidArgumentError(f"{where}: steps must be an int >= 1, or None. Received: {describe(steps)}.")
    if is_arrays(x):
        data = _without_trailing_nones((x, y, sample_weight))
        return ArrayBatches(as_arrays(data, where), batch_size=batch_size, steps=steps, shuffle=shuffle, where=where)
    if not isinstance(x, Iterable):
        raise InvalidArgumentError(
            f"{where}: x must be arrays, a Dataset or an iterable of batches. Received: {describe(x)}."
        )
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise InvalidArgumentError(
                f"{where}: {name} must be None when x gives batches itself; it yields (x, y) or (x, y, sample_weight). "
                f"Received: {name}={describe(value)}."
            )
    return IterableBatches(x, steps=steps, where=where)


def is_arrays(value: Any) -> bool:
    """Whether a value is arrays (or nests of them), not something that yields batches."""
    if hasattr(value, "element_spec"):
        return False
    if isinstance(value, list) and value and all(isinstance(item, tuple | Mapping) for item in value):
        return False
    return isinstance(value, list | tuple | Mapping) or hasattr(value, "__array__") or value is None


def as_arrays(data: Any, where: str) -> Any:
    """Return a nest with its leaves as ndarrays.

    A list of arrays of a rank above 0 is several inputs and becomes a tuple; any other list is one array.
    """
    if isinstance(data, list) and data and all(np.ndim(item) > 0 and hasattr(item, "__array__") for item in data):
        data = tuple(data)
    if isinstance(data, tuple):
        return tuple(as_arrays(item, where) for item in data)
    if isinstance(data, Mapping):
        return {key: as_arrays(value, where) for key, value in data.items()}
    if data is None:
        return None
    try:
        return np.asarray(data)
    except ValueError as err:
        raise ShapeError(f"{where}: a list must stack to one array. Received: {describe(data)}. {err}") from err


def unpack_x_y_sample_weight(batch: Any) -> tuple[Any, Any, Any]:
    """Return `(x, y, sample_weight)` of a batch, with None for what it does not have.

    Raises:
        InvalidArgumentError: A tuple of more than three parts.
    """
    if isinstance(batch, list) and len(batch) in (1, 2, 3) and not np.isscalar(batch[0]):
        batch = tuple(batch)
    if type(batch) is not tuple:
        return batch, None, None
    if not 1 <= len(batch) <= 3:
        raise InvalidArgumentError(
            "fit: a batch must be x, (x, y) or (x, y, sample_weight). Received: a tuple of "
            f"{len(batch)}. Put several inputs into a tuple or dict of their own: ((a, b), y)."
        )
    x, y, sample_weight = (*batch, None, None, None)[:3]
    return x, y, sample_weight


def split_validation(data: tuple[Any, ...], fraction: float) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return arrays without, and of, the last rows that are set aside for validation, before any shuffling.

    Args:
        data: Nest of ndarrays that share their first axis.
        fraction: Part of the rows for validation, in (0, 1).

    Raises:
        InvalidArgumentError: The fraction leaves one side without rows.
    """
    if not 0 < fraction < 1:
        raise InvalidArgumentError(f"fit: validation_split must be in (0, 1). Received: {fraction!r}.")
    leaves, structure = nest.flatten(data)
    rows = _common_rows(leaves, structure, "fit")
    cut = math.floor(rows * (1.0 - fraction))
    if cut in (0, rows):
        raise InvalidArgumentError(
            f"fit: validation_split must leave rows on both sides. Received: validation_split={fraction}, "
            f"which cuts {rows} rows at {cut}."
        )

    def part(rows: slice) -> Any:
        return structure.pack([None if leaf is None else leaf[rows] for leaf in leaves])

    return part(slice(0, cut)), part(slice(cut, None))


def with_class_weight(class_weight: Mapping[int, float]) -> Callable[[Any], Any]:
    """Return a function that gives each row of a batch the weight of its class, times its own weight if it has one.

    Args:
        class_weight: Class to weight; classes that are not listed count 1. Targets are class numbers, or one-hot rows.
    """
    size = max((int(c) for c in class_weight), default=-1) + 1
    table = np.ones(size + 1, dtype=np.float32)  # The last entry stands for every class past the largest listed.
    for label, weight in class_weight.items():
        table[int(label)] = weight

    def weigh(batch: Any) -> Any:
        x, y, sample_weight = unpack_x_y_sample_weight(batch)
        labels = np.asarray(y)
        if labels.ndim > 1:
            labels = labels.argmax(axis=-1) if labels.shape[-1] > 1 else labels[..., 0]
        weights = table[np.clip(labels.astype(np.intp), 0, size)]
        return x, y, weights if sample_weight is None else np.asarray(sample_weight) * weights

    return weigh


def random_order(stream: Philox, n: int) -> npt.NDArray[np.intp]:
    """Return 0 … n-1 in random order: the order in which random 64-bit keys sort."""
    words = stream.uint32(2 * n).astype(np.uint64)
    return np.argsort(words[0::2] << np.uint64(32) | words[1::2], kind="stable")


def _without_trailing_nones(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    while len(parts) > 1 and parts[-1] is None:
        parts = parts[:-1]
    return parts


def _known_length(batches: Any, where: str) -> int | None:
    """Return the number of batches of a pass, or None when it is not known."""
    cardinality = getattr(batches, "cardinality", None)
    if callable(cardinality):
        count = int(cardinality())
        if count == _INFINITE:
            raise InvalidArgumentError(
                f"{where}: a Dataset without end needs a number of batches. Received: {describe(batches)}. "
                "Pass steps_per_epoch (fit) or steps, or take(n) of it."
            )
        return count if count >= 0 else None
    try:
        return len(batches)
    except TypeError:
        return None


def _common_rows(leaves: list[Any], structure: nest.Structure, where: str) -> int:
    """Return the length that all arrays share."""
    names = [_part_name(path) for path in structure.paths()]
    held = [(name, leaf) for name, leaf in zip(names, leaves, strict=True) if leaf is not None]
    described = ", ".join(f"{name}={describe(leaf)}" for name, leaf in held)
    if not held or any(leaf.ndim == 0 for _, leaf in held):
        raise InvalidArgumentError(f"{where}: arrays must have a first axis of rows. Received: {described or 'none'}.")
    if len({len(leaf) for _, leaf in held}) > 1:
        raise ShapeError(f"{where}: arrays must have the same number of rows. Received: {described}.")
    rows = len(held[0][1])
    if rows == 0:
        raise InvalidArgumentError(f"{where}: the data must have at least one row. Received: {described}.")
    return rows


def _part_name(path: str) -> str:
    """Return `"[0]['image']"` as `"x['image']"`."""
    for index, name in enumerate(("x", "y", "sample_weight")):
        if path.startswith(f"[{index}]"):
            return name + path[3:]
    return path
