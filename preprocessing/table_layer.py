"""TableLayer: the base of layers that hold one layer for each of several columns, and adapt all of them in one pass."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

import numpy.typing as npt

from ..core.errors import InvalidArgumentError, NotAdaptedError
from ..core.layer import Layer
from ..core.progress import Progress, ProgressFunction, reporting
from ..core.saving import load, save
from ..core.saving.registry import register_home
from .base import AdaptableLayer
from .tables import Batch, open_table, samples_of, table_columns

Array = npt.NDArray[Any]

# A process that loads a layer of layers need not have imported those.
register_home("penstock", __name__.rpartition(".")[0])


class Learner(NamedTuple):
    """A layer that learns from a column.

    Attributes:
        column: Name of the column.
        layer: The layer, whose options leave something to be learned.
    """

    column: str
    layer: AdaptableLayer


class TableLayer(Layer):
    """Layers for the columns of tables, adapted together: the data is read once, whatever their number.

    The accumulated state is that of all the layers, and as theirs a commutative monoid: see `AdaptableLayer`.

    Contract for subclasses: `learners` returns the layers that have something to learn.
    """

    arrays_out: ClassVar[bool] = True

    @abstractmethod
    def learners(self) -> Mapping[str, Learner]:
        """Return the layers that learn, by a name that is unique within this layer."""

    @property
    def where(self) -> str:
        """The layer as messages name it."""
        return f"{type(self).__name__} {self.name!r}"

    def adapt(
        self,
        data: Any,
        batch_size: int | None = None,
        steps: int | None = None,
        *,
        progress: bool | ProgressFunction = False,
    ) -> None:
        """Let all layers learn from a table, in one pass; what they had learned before is forgotten.

        Args:
            data: Dict of columns, DataFrame, Arrow table, Dataset of dicts, or an iterable of such. Columns that no
                layer learns from are not looked at. Of tuple elements the first counts. Elements of which a column is a
                scalar are rows, others batches.
            batch_size: Rows per batch for data that is one whole, to bound memory; None takes all at once.
            steps: Stop after so many batches (elements of a Dataset); None goes on to the end.
            progress: True shows a line on the standard error stream; a function is called with a
                `penstock.core.progress.Progress` after each batch.

        Raises:
            InvalidArgumentError: There are no rows, a column is missing, or one does not fit its layer.
            DTypeError: The data is no table, or a column is of a kind that its layer does not take.
        """
        learners = self.learners()
        if not learners:
            return
        columns = dict.fromkeys(learner.column for learner in learners.values())
        table = open_table(data, columns, batch_size=batch_size, steps=steps, where=self.where)
        with reporting(progress, f"{self.where}: adapt") as report:
            self.reset_state()
            done = batches = 0
            for batch, rows in table.batches:
                self._update(batch)
                batches += 1
                if report is not None:
                    done += rows
                    report(Progress(done, table.total, table.unit))
            if not batches:
                raise InvalidArgumentError(f"{self.where}: adapt needs at least one row. Received: empty data.")
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Add one batch, a table, to the accumulated state of all layers."""
        learners = self.learners()
        whole = table_columns(data)
        if whole is None:
            for batch, _ in open_table([data], {v.column for v in learners.values()}, where=self.where).batches:
                self._update(batch)
            return
        columns = dict.fromkeys(learner.column for learner in learners.values())
        self._update(samples_of(whole, columns, self.where))

    def _update(self, batch: Batch) -> None:
        for learner in self.learners().values():
            learner.layer._update(batch[learner.column], whole=True)

    def reset_state(self) -> None:
        """Forget the accumulated state."""
        for learner in self.learners().values():
            learner.layer.reset_state()

    def merge_state(self, other: Self) -> None:
        """Add the accumulated state of a layer with the same options, which stays as it is.

        Raises:
            InvalidArgumentError: The other one has other layers.
        """
        theirs = other.learners()
        for name, learner in self._matched(theirs).items():
            learner.layer.merge_state(theirs[name].layer)

    def finalize_state(self) -> None:
        """Turn the accumulated state into what calls use."""
        for learner in self.learners().values():
            learner.layer.finalize_state()

    def get_state(self) -> dict[str, Array]:
        """Return the accumulated state as named arrays of numbers."""
        return {
            f"{name}/{key}": value
            for name, learner in self.learners().items()
            for key, value in learner.layer.get_state().items()
        }

    def set_state(self, state: Mapping[str, Array]) -> None:
        """Take back what `get_state` returned.

        Raises:
            InvalidArgumentError: The arrays are not such a state.
        """
        parts: dict[str, dict[str, Array]] = {name: {} for name in self.learners()}
        for key, value in state.items():
            name, _, rest = key.rpartition("/")
            if name not in parts:
                raise InvalidArgumentError(
                    f"{self.where}: a state must be that of its layers {', '.join(parts)}. Received: {key!r}."
                )
            parts[name][rest] = value
        for name, learner in self.learners().items():
            learner.layer.set_state(parts[name])

    def save(self, filepath: str | os.PathLike[str]) -> None:
        """Write the layer, with what it learned, to one file (a zip archive of JSON and arrays, no code)."""
        save(self, filepath)

    @classmethod
    def load(cls, filepath: str | os.PathLike[str]) -> Self:
        """Return the layer that `save` wrote.

        Raises:
            NotFoundError: There is no such file.
            DataLossError: The file is damaged, or no such archive.
            InvalidArgumentError: It holds something else.
        """
        found = load(filepath)
        if not isinstance(found, cls):
            raise InvalidArgumentError(
                f"{cls.__name__}.load: the file must hold a {cls.__name__}. "
                f"Received: {os.fspath(filepath)!r}, which holds a {type(found).__name__}."
            )
        return found

    @property
    def is_adapted(self) -> bool:
        """Whether the layer can be called."""
        return not self._missing()

    def _missing(self) -> list[str]:
        return [name for name, learner in self.learners().items() if not learner.layer.is_adapted]

    def _require_adapted(self) -> None:
        missing = self._missing()
        if missing:
            raise NotAdaptedError(
                f"{self.where} has nothing learned yet for {', '.join(map(repr, missing))}. Call adapt(data) first."
            )

    def _matched(self, other: Mapping[str, Learner]) -> Mapping[str, Learner]:
        own = self.learners()
        if set(own) != set(other):
            raise InvalidArgumentError(
                f"{self.where}: merge_state needs the same layers. "
                f"Received: {', '.join(other) or 'none'} for {', '.join(own) or 'none'}."
            )
        return own
