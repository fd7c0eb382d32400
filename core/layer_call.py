"""LayerCall: the call of a layer as one operation of a graph.

A graph that sets `keeps_layers` (a functional model's) gets one node per layer call, whose operation is a `LayerCall`;
the model finds its layers there and replays them. Every other graph (of `Dataset.map`, of `function`) gets the ops that
the layer's `call` uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .arguments import fill_leaves, iter_leaves, map_leaves
from .ops import registry
from .ops.batching import loop_rows

if TYPE_CHECKING:
    from .layer import Layer


class LayerCall:
    """One call of a layer on symbols; an `OpLike` that can be run forward.

    Its inputs are the leaves of the arguments that are symbols, in order; the other arguments are kept here.

    Attributes:
        layer: The layer that is called.
        args: Positional arguments, with symbols in place.
        kwargs: Keyword arguments, with symbols in place.
    """

    composite = True

    def __init__(self, layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self.layer = layer
        self.args = args
        self.kwargs = dict(kwargs)
        self._outputs: Any = None

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def forward(self) -> Callable[..., Any]:
        """Call the layer with values in place of the symbols; returns the leaves of what it returns."""
        return self._forward

    @property
    def infer(self) -> registry.InferRule:
        """Return the specs of the leaves of what the layer returns."""
        return self._infer

    @property
    def batch(self) -> registry.BatchRule:
        """Call the layer once per row: a functional model's symbols are whole batches already."""
        return self._batch

    def record(self) -> Any:
        """Add this call to the graph of its symbols and return the nest of symbols it gives."""
        symbols = [leaf for leaf in iter_leaves((self.args, self.kwargs)) if is_symbol(leaf)]
        result = registry.call(self, *symbols)
        leaves = result if isinstance(result, tuple) else (result,)
        return fill_leaves(self._outputs, iter(leaves))

    def _with(self, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        remaining = iter(values)

        def put(leaf: Any) -> Any:
            return next(remaining) if is_symbol(leaf) else leaf

        args, kwargs = map_leaves(put, (self.args, self.kwargs))
        return args, kwargs

    def _forward(self, *values: Any) -> Any:
        args, kwargs = self._with(values)
        return _unpacked(self.layer(*args, **kwargs))

    def _infer(self, specs: tuple[Any, ...], _attrs: registry.Attrs) -> Any:
        args, kwargs = self._with(specs)
        self._outputs = self.layer.compute_output_spec(*args, **kwargs)
        return _unpacked(self._outputs)

    def _batch(self, n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: registry.Attrs) -> Any:
        return loop_rows(self._forward, n, args, batched, attrs)

    def __repr__(self) -> str:
        return f"<call of {self.layer!r}>"


def _unpacked(nest: Any) -> Any:
    """Return a lone leaf as itself and several as a tuple, as ops give their results."""
    leaves = tuple(iter_leaves(nest))
    return leaves[0] if len(leaves) == 1 else leaves


def is_symbol(value: Any) -> bool:
    """Whether a value is a symbol of some graph."""
    return registry.operand_kind(value) == "symbol"


def first_symbol(value: Any) -> Any:
    """Return the first symbol in a nest, or None; a list that begins with a number or string is not searched."""
    if isinstance(value, list | tuple):
        if not value or isinstance(value[0], str | bytes | int | float):
            return None
        return next((found for item in value if (found := first_symbol(item)) is not None), None)
    if isinstance(value, dict):
        return next((found for item in value.values() if (found := first_symbol(item)) is not None), None)
    return value if is_symbol(value) else None


def keeps_layers(symbol: Any) -> bool:
    """Whether a symbol's graph wants layer calls as nodes."""
    return bool(getattr(symbol.graph, "keeps_layers", False))
