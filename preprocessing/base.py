"""AdaptableLayer: the base of layers that learn from data before they are called."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy.typing as npt

from ..core.errors import InvalidArgumentError, NotAdaptedError, PenstockError, describe
from ..core.layer import Layer
from ..core.progress import Progress, ProgressFunction, reporting
from ..core.saving import registered_name
from ..core.saving.apart import is_state_apart
from ..core.specs import Spec
from .data_adapter import Source, open_source

Array = npt.NDArray[Any]


class AdaptableLayer(Layer):
    """A layer that learns from data, one pass, out of core, in pieces that merge.

    Contract for subclasses: the accumulated state is a commutative monoid. `reset_state` makes it empty, `update_state`
    adds a batch, `merge_state` adds the state of another layer; any split of the data, any order and any tree of merges
    give the same layer once `finalize_state` has turned the state into what `call` uses. `finalize_state` keeps the
    accumulated state, so that more batches or layers can be added and finalized again.

    Arrays in, arrays out: `call` returns NumPy values, `Ragged` or `Sparse`; Tensors for Tensors.
    """

    arrays_out: ClassVar[bool] = True

    def adapt(
        self,
        data: Any,
        batch_size: int | None = None,
        steps: int | None = None,
        *,
        progress: bool | ProgressFunction = False,
    ) -> None:
        """Learn from data, in one pass; what was learned before is forgotten.

        Args:
            data: Array, list, column, Tensor, table, Dataset, or any iterable of batches. Of tuple elements the first
                counts.
            batch_size: Samples per batch for data that is an array, to bound memory; None takes all at once. Data that
                comes in batches keeps them, as in Keras.
            steps: Stop after so many batches (elements of a Dataset); None goes on to the end. More than there are is
                as None.
            progress: True shows a line on the standard error stream; a function is called with a
                `penstock.core.progress.Progress` after each batch.

        Raises:
            InvalidArgumentError: There is no batch in the data, or a batch does not fit the layer.
            DTypeError: The data is of a kind or dtype that the layer does not take.
        """
        self._check_adaptable()
        source = open_source(data, batch_size=batch_size, steps=steps, where=self.where)
        with reporting(progress, f"{self.where}: adapt") as report:
            self.reset_state()
            self._prepare(source)
            done = batches = 0
            for value in source.values:
                self._update(value, whole=source.whole)
                batches += 1
                if report is not None:
                    done += source.size_of(value)
                    report(Progress(done, source.total, source.unit))
            if not batches:
                raise InvalidArgumentError(f"{self.where}: adapt needs at least one batch. Received: empty data.")
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Add one batch to the accumulated state."""
        self._check_adaptable()
        self._update(data, whole=False)

    @abstractmethod
    def reset_state(self) -> None:
        """Forget the accumulated state."""

    def _check_mergeable(self, other: Any) -> None:
        """Raise unless the state of another layer can be added.

        Raises:
            InvalidArgumentError: It is of another class.
        """
        if not isinstance(other, AdaptableLayer) or registered_name(type(other)) != registered_name(type(self)):
            raise InvalidArgumentError(
                f"{self.where}: merge_state needs a {type(self).__name__} with the same options. "
                f"Received: {describe(other)}."
            )

    @abstractmethod
    def merge_state(self, other: Self) -> None:
        """Add the accumulated state of a layer with the same options, which stays as it is."""

    @abstractmethod
    def finalize_state(self) -> None:
        """Turn the accumulated state into what `call` uses."""

    @abstractmethod
    def get_state(self) -> dict[str, Array]:
        """Return the accumulated state as named arrays of numbers."""

    @abstractmethod
    def set_state(self, state: Mapping[str, Array]) -> None:
        """Take back what `get_state` returned.

        Raises:
            InvalidArgumentError: The arrays are not such a state.
        """

    @property
    @abstractmethod
    def is_adapted(self) -> bool:
        """Whether the layer can be called."""

    @property
    def is_adaptable(self) -> bool:
        """Whether the options leave anything to be learned."""
        try:
            self._check_adaptable()
        except InvalidArgumentError:
            return False
        return True

    @property
    def where(self) -> str:
        """The layer as messages name it."""
        return f"{type(self).__name__} {self.name!r}"

    # --- configs ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def learned_config(self) -> dict[str, Any] | None:
        """Return what the layer learned as plain JSON values, or None."""

    @abstractmethod
    def restore_learned(self, config: Mapping[str, Any]) -> None:
        """Take back what `learned_config` returned."""

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, and under `"adapted"` what the layer learned, as plain JSON values.

        While an object is saved with its arrays beside the config, `"adapted"` is left out.
        """
        config = super().get_config()
        learned = None if is_state_apart() else self.learned_config()
        return config if learned is None else {**config, "adapted": learned}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what `get_config` returned, adapted if that one was."""
        options = dict(config)
        learned = options.pop("adapted", None)
        layer = cls(**options)
        if learned is not None:
            try:
                layer.restore_learned(learned)
            except (KeyError, TypeError, ValueError) as err:
                if isinstance(err, PenstockError):
                    raise
                raise InvalidArgumentError(
                    f"{layer.where}: the saved adapted state does not fit the layer. "
                    f"Received: adapted={describe(learned)} ({type(err).__name__}: {err})."
                ) from err
        return layer

    # --- for subclasses -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _update(self, value: Any, *, whole: bool) -> None:
        """Add one batch, as the data adapter gives it."""

    @abstractmethod
    def _infer(self, spec: Spec) -> Spec:
        """Return the spec of the result; must work before the layer is adapted."""

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec of the result for a spec of inputs; the layer need not be adapted."""
        if not self.built:
            self._build_for(args, kwargs)
        return self._infer(args[0] if args else next(iter(kwargs.values())))

    def _prepare(self, source: Source) -> None:
        """Get ready for the batches of a source; overridden by layers that must know its shape."""

    def _check_adaptable(self) -> None:
        """Raise if the options already say everything that could be learned."""

    def _require_adapted(self) -> None:
        if not self.is_adapted:
            raise NotAdaptedError(f"{self.where} has {self._missing}")

    @property
    @abstractmethod
    def _missing(self) -> str:
        """What a layer that is not adapted lacks, and what to do; end of a message."""
