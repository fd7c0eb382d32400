"""ColumnLayers: one layer for each of several columns of a table, as one layer from tables to tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from ..core import ops
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.layer import Layer
from ..core.ops import registry
from ..core.saving import deserialize, register_serializable, serialize
from ..core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..core.values import Ragged, Sparse
from .base import AdaptableLayer
from .table_layer import Learner, TableLayer
from .tables import as_samples, check_columns, is_scalar, table_columns
from .text_vectorization import TextVectorization


@register_serializable("penstock")
class ColumnLayers(TableLayer):
    """Applies layers to the columns of a table, and gives a table: what `penstock adapt` and `penstock transform` run.

    Every sample is taken alone: a column `[n]` gives `[n]` where a layer gives one value for each item, and
    `[n, depth]` where it gives rows; scalars, as in the elements of a Dataset, give scalars and `[depth]`. All layers
    adapt in one pass.

    Args:
        layers: Layers by the name of the column that they make. A layer makes the place of a column of that name its
            own; other names are new columns.
        columns: By the same names, the column that a layer takes when it is another one; a list of columns for layers
            that take several (`HashedCrossing`).
        keep: Whether columns that no layer replaces are passed on.
        **options: `name`, `trainable`.

    Raises:
        InvalidArgumentError: There is no layer, something that is none, or `columns` names an unknown layer.

    Example:
        >>> from penstock.preprocessing import Discretization, StringLookup
        >>> layers = ColumnLayers({"city": StringLookup(), "group": Discretization(num_bins=2)}, {"group": "age"})
        >>> layers.adapt({"city": ["Rome", "Oslo", "Rome"], "age": [20, 30, 70]})
        >>> layers({"city": ["Oslo", "Bonn"], "age": [25, 80]})
        {'city': array([2, 0]), 'age': [25, 80], 'group': array([1, 1], dtype=int32)}
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        columns: Mapping[str, str | Sequence[str]] | None = None,
        *,
        keep: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if not isinstance(layers, Mapping) or not layers:
            raise InvalidArgumentError(
                f"{self.where}: layers must be a dict of layers by column. Received: {describe(layers)}."
            )
        for name, layer in layers.items():
            if not isinstance(name, str) or not isinstance(layer, Layer):
                raise InvalidArgumentError(
                    f"{self.where}: layers must be layers by column name. Received: {name!r}: {describe(layer)}."
                )
        self._layers = dict(layers)
        self.keep = bool(keep)
        self._columns = _checked_columns(columns or {}, self._layers, self.where)
        self.built = True

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers by the column that they make; a new dict."""
        return dict(self._layers)

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """By the same names, the columns that each layer takes; a new dict."""
        return {name: self._columns.get(name, (name,)) for name in self._layers}

    def _needed(self) -> dict[str, None]:
        return dict.fromkeys(column for taken in self.columns.values() for column in taken)

    def learners(self) -> Mapping[str, Learner]:
        found = {}
        for name, layer in self._layers.items():
            if isinstance(layer, AdaptableLayer) and layer.is_adaptable:
                taken = self._columns.get(name, (name,))
                if len(taken) > 1:
                    raise InvalidArgumentError(
                        f"{self.where}: a layer that is adapted must take one column. Received: {name!r} takes "
                        f"{', '.join(map(repr, taken))}."
                    )
                found[name] = Learner(taken[0], layer)
        return found

    def call(self, inputs: Any) -> dict[str, Any]:
        """Return a table for a table: a batch `[n, …]` of columns, or a row (some column is a scalar).

        Args:
            inputs: Dict of columns, DataFrame or Arrow table; inside `Dataset.map`, an element or batch of dicts.
        """
        table = table_columns(inputs)
        if table is None:
            raise DTypeError(
                f"{self.where}: inputs must be a dict of columns or a table. Received: {describe(inputs)}."
            )
        self._require_adapted()
        check_columns(table, self._needed(), self.where)
        is_row = any(map(is_scalar, table.values()))
        made = {name: self._made(name, table, is_row=is_row) for name in self._layers}
        return {**table, **made} if self.keep else made

    def _made(self, name: str, table: Mapping[str, Any], *, is_row: bool) -> Any:
        layer, taken = self._layers[name], self._columns.get(name, (name,))
        is_text = isinstance(layer, TextVectorization)
        given = [
            table[column] if is_row else _as_batch(table[column], f"{self.where}, column {column!r}", is_text=is_text)
            for column in taken
        ]
        result = layer(given if len(given) > 1 else given[0])
        if is_text or isinstance(result, Ragged | Sparse):
            return result
        first = table[taken[0]]
        if is_row:
            return _without_batch(result, scalar=is_scalar(first))
        return _without_last(result) if _is_vector(first) else result

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> dict[str, Spec]:
        """Return the specs of the result for specs of the columns."""
        specs = args[0] if args else next(iter(kwargs.values()))
        check_columns(specs, self._needed(), self.where)
        is_row = any(map(is_scalar, specs.values()))
        made = {name: self._made_spec(name, specs, is_row=is_row) for name in self._layers}
        return {**specs, **made} if self.keep else made

    def _made_spec(self, name: str, specs: Mapping[str, Any], *, is_row: bool) -> Any:
        layer, taken = self._layers[name], self._columns.get(name, (name,))
        is_text = isinstance(layer, TextVectorization)
        given = [specs[column] for column in taken]
        if not is_row and not is_text:
            given = [TensorSpec((*s.shape, 1), s.dtype) if _is_vector(s) else s for s in given]
        spec = layer.compute_output_spec(given if len(given) > 1 else given[0])
        if is_text or not isinstance(spec, TensorSpec) or spec.shape is None:
            return spec
        shape = spec.shape
        if is_row:
            if len(shape) == 2 and shape[0] == 1:
                shape = shape[1:]
            return TensorSpec(() if shape == (1,) and is_scalar(specs[taken[0]]) else shape, spec.dtype)
        return TensorSpec(shape[:1] if _is_vector(specs[taken[0]]) and shape[1:] == (1,) else shape, spec.dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layers": [[name, serialize(layer)] for name, layer in self._layers.items()],
            "columns": {name: list(taken) for name, taken in self._columns.items()},
            "keep": self.keep,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer, with its layers, from what `get_config` returned."""
        options = dict(config)
        saved = options.pop("layers", None)
        if not isinstance(saved, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in saved):
            raise InvalidArgumentError(
                f"{cls.__name__}: a saved config must have a list of names and layers. "
                f"Received: layers={describe(saved)}."
            )
        return cls({name: deserialize(layer) for name, layer in saved}, **options)


def _checked_columns(columns: Any, layers: Mapping[str, Layer], where: str) -> dict[str, tuple[str, ...]]:
    checked = {}
    for name, taken in columns.items():
        names = (taken,) if isinstance(taken, str) else tuple(taken)
        if name not in layers or not names or not all(isinstance(column, str) for column in names):
            raise InvalidArgumentError(
                f"{where}: columns must give names of columns for the names of layers ({', '.join(layers)}). "
                f"Received: {name!r}: {describe(taken)}."
            )
        checked[name] = names
    return checked


def _is_vector(value: Any) -> bool:
    """Whether a column has one value for each row."""
    if isinstance(value, Ragged | Sparse | RaggedSpec | SparseSpec):
        return False
    shape = getattr(value, "shape", None)
    if shape is None or isinstance(value, list | tuple):
        return np.ndim(value) == 1 if isinstance(value, list | tuple) else not hasattr(value, "splits")
    return len(shape) == 1 if not hasattr(value, "offsets") else not shape


def _as_batch(value: Any, where: str, *, is_text: bool) -> Any:
    if registry.operand_kind(value) is not None:
        return ops.expand_dims(value, -1) if _is_vector(value) and not is_text else value
    return as_samples(value, where=where)


def _without_batch(result: Any, *, scalar: bool) -> Any:
    """Return the result for a row without the axis of length 1 that some layers put in front."""
    if len(result.shape) == 2 and result.shape[0] == 1:
        result = result[0]
    return result[0] if scalar and result.shape == (1,) else result


def _without_last(result: Any) -> Any:
    return result[:, 0] if len(result.shape) == 2 and result.shape[1] == 1 else result
