"""Network: the graph of layers between a functional model's inputs and outputs, and its form as JSON.

A saved network lists its layers, its inputs, and its nodes in the order in which they run::

    {"layers": [config, …],
     "inputs": [{"name": …, "shape": […], "dtype": …}, …],
     "nodes":  [{"layer": 0, "args": …, "kwargs": …} | {"op": "add", "args": …, "attrs": …}, …],
     "given": nest of references, "returned": nest of references}

A reference `{"value": [n, i]}` is output `i` of input or node `n`; inputs come first in the count. Constants are plain
JSON values, arrays `{"array": …, "dtype": …}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core import ops, saving
from ...core.arguments import iter_leaves, map_leaves
from ...core.dtypes import DType, as_dtype
from ...core.errors import InvalidArgumentError, ShapeError, UnimplementedError, describe, suggest
from ...core.layer import Layer
from ...core.layer_call import LayerCall
from ...core.ops.registry import Value, call, get_op
from ...core.specs import TensorSpec
from ...core.trace.graph import Graph
from ...core.trace.symbol import Node, Scope, Symbol, placeholder


class Network:
    """Layers and ops between input symbols and output symbols.

    Args:
        inputs: Symbol from `Input`, or a nest of them.
        outputs: Symbol, or a nest of them, computed from the inputs.

    Attributes:
        inputs: As given.
        outputs: As given; a list of one output becomes that output.
        layers: The layers, in the order in which they first run.
        output_names: Names of the outputs: keys of a dict, else names of the layers that make them.

    Raises:
        InvalidArgumentError: Inputs are not symbols of `Input`, or an output does not come from them.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        # A list of one output is that output, as in Keras.
        one = isinstance(outputs, list) and len(outputs) == 1
        self.inputs, self.outputs = inputs, outputs[0] if one else outputs
        self._given = _symbols("inputs", inputs)
        returned = _symbols("outputs", self.outputs)
        for symbol in self._given:
            if symbol.node.op.name != "input":
                raise InvalidArgumentError(
                    f"Model: inputs must be made by Input(). Received: {symbol!r}, which is computed."
                )
        self._graph = Graph(self._given, returned)
        self.layers: list[Layer] = []
        for node in self._graph.nodes:
            if isinstance(node.op, LayerCall) and all(node.op.layer is not layer for layer in self.layers):
                self.layers.append(node.op.layer)
        self.input_names = [symbol.name for symbol in self._given]
        keys = list(outputs) if isinstance(outputs, Mapping) else [_maker(symbol) for symbol in returned]
        self.output_names = _distinct(keys)

    def run(self, inputs: Any) -> Any:
        """Return the outputs for values of the inputs.

        Args:
            inputs: Arrays, Tensors or Symbols in the structure of the network's inputs, or a dict by input name.

        Raises:
            InvalidArgumentError: A missing input, or one of another number.
            ShapeError: A shape that does not fit.
        """
        values = [_fitted(s, v) for s, v in zip(self._given, self._matched(inputs), strict=True)]
        results = iter(self._graph.run(values))
        return map_leaves(lambda _: next(results), self.outputs)

    def _matched(self, inputs: Any) -> list[Any]:
        if isinstance(inputs, Mapping) and not isinstance(self.inputs, Mapping):
            return [self._named(inputs, name) for name in self.input_names]
        if isinstance(self.inputs, Mapping) and isinstance(inputs, Mapping):
            return [self._named(inputs, key) for key in self.inputs]
        leaves = list(iter_leaves(inputs))
        if len(leaves) != len(self._given):
            names = ", ".join(self.input_names)
            raise InvalidArgumentError(
                f"Model: one array for each of the {len(self._given)} inputs ({names}) is needed. "
                f"Received: {len(leaves)}."
            )
        return leaves

    def _named(self, inputs: Mapping[Any, Any], name: Any) -> Any:
        if name not in inputs:
            raise InvalidArgumentError(
                f"Model: the input {name!r} must be given. Received: {', '.join(map(repr, inputs))}."
                f"{suggest(str(name), map(str, inputs))}"
            )
        return inputs[name]

    def rows(self) -> list[tuple[Any, Any]]:
        """Return input symbols and layers with the shapes that they give, in order; each layer at its first call."""
        rows: list[tuple[Any, Any]] = [(symbol, symbol.shape) for symbol in self._given]
        seen: set[int] = set()
        for node in self._graph.nodes:
            if isinstance(node.op, LayerCall) and id(node.op.layer) not in seen:
                seen.add(id(node.op.layer))
                shapes = [getattr(spec, "shape", None) for spec in node.specs]
                rows.append((node.op.layer, shapes[0] if len(shapes) == 1 else shapes))
        return rows

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the network as JSON values.

        Raises:
            UnimplementedError: An op has an argument that has no form as JSON, for example a Variable.
        """
        numbers = {symbol.node.serial: i for i, symbol in enumerate(self._given)}
        places = {id(layer): i for i, layer in enumerate(self.layers)}
        nodes = []
        for node in self._graph.nodes:
            nodes.append(_node_config(node, numbers, places))
            numbers[node.serial] = len(numbers)
        return {
            "layers": [saving.serialize(layer) for layer in self.layers],
            "inputs": [{"name": s.name, "shape": list(s.shape), "dtype": s.dtype.name} for s in self._given],
            "nodes": nodes,
            "given": _encode(self.inputs, numbers),
            "returned": _encode(self.outputs, numbers),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Network:
        """Build from what `get_config` returned; layers get new weights."""
        layers = [saving.deserialize(layer, custom_objects) for layer in config["layers"]]
        scope = Scope(keeps_layers=True)
        made: list[tuple[Any, ...]] = [
            (placeholder(TensorSpec(item["shape"], item["dtype"]), item["name"], scope=scope),)
            for item in config["inputs"]
        ]
        for item in config["nodes"]:
            args = _decode(item["args"], made)
            if "layer" in item:
                result = layers[item["layer"]](*args, **_decode(item["kwargs"], made))
            else:
                result = call(get_op(item["op"]), *args, **_decode(item["attrs"], made))
            made.append(tuple(iter_leaves(result)))
        return cls(_decode(config["given"], made), _decode(config["returned"], made))


def _symbols(what: str, nest: Any) -> list[Symbol]:
    leaves = list(iter_leaves(nest))
    for leaf in leaves:
        if not isinstance(leaf, Symbol):
            raise InvalidArgumentError(
                f"Model: {what} must be symbols, made by Input() and by calling layers on them. "
                f"Received: {describe(leaf)}."
            )
    return leaves


def _maker(symbol: Symbol) -> str:
    return symbol.node.op.layer.name if isinstance(symbol.node.op, LayerCall) else symbol.name


def _distinct(names: list[Any]) -> list[str]:
    """Return names with a number added where one comes a second time."""
    out: list[str] = []
    for name in map(str, names):
        count = sum(known == name or known.startswith(f"{name}_") for known in out)
        out.append(f"{name}_{count}" if name in out else name)
    return out


def _fitted(symbol: Symbol, value: Value) -> Value:
    """Return a value in the rank and dtype of its input.

    An axis of length 1 at the end is added or dropped, as Keras does, so that `[batch]` serves where `[batch, 1]` is
    meant.
    """
    spec = symbol.spec
    if not isinstance(spec, TensorSpec) or spec.shape is None or not hasattr(value, "shape"):
        return value
    wanted, shape = spec.shape, tuple(value.shape)
    if len(shape) == len(wanted) - 1 and wanted[-1] == 1:
        value = ops.expand_dims(value, -1)
    elif len(shape) == len(wanted) + 1 and shape[-1] == 1:
        value = ops.squeeze(value, -1)
    shape = tuple(value.shape)
    if len(shape) != len(wanted) or any(
        w is not None and d is not None and w != d for w, d in zip(wanted, shape, strict=True)
    ):
        raise ShapeError(f"Model: the input {symbol.name!r} must have the shape {wanted}. Received: {describe(value)}.")
    numeric = not spec.dtype.is_string and not as_dtype(value.dtype).is_string
    return ops.cast(value, spec.dtype) if numeric and value.dtype != spec.dtype else value


def _node_config(node: Node, numbers: Mapping[int, int], places: Mapping[int, int]) -> dict[str, Any]:
    if isinstance(node.op, LayerCall):
        return {
            "layer": places[id(node.op.layer)],
            "args": _encode(node.op.args, numbers),
            "kwargs": _encode(node.op.kwargs, numbers),
        }
    return {"op": node.op.name, "args": _encode(node.inputs, numbers), "attrs": _encode(dict(node.attrs), numbers)}


def _encode(value: Any, numbers: Mapping[int, int]) -> Any:
    """Return an argument as JSON values; whatever is not plain JSON becomes a dict with one telling key."""
    if isinstance(value, Symbol):
        return {"value": [numbers[value.node.serial], value.index]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [_encode(item, numbers) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, numbers) for item in value]}
    if isinstance(value, Mapping):
        return {"dict": [[str(key), _encode(item, numbers)] for key, item in value.items()]}
    if isinstance(value, slice):
        return {"slice": [_encode(part, numbers) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, DType | np.dtype):
        return {"dtype": as_dtype(value).name}
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "numpy"):
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and not _is_variable(value):
            return {"array": array.tolist(), "dtype": as_dtype(array.dtype).name}
    raise UnimplementedError(
        f"Model.get_config: arguments of ops between layers must be symbols, numbers or arrays. "
        f"Received: {describe(value)}. Move the computation into a layer of its own."
    )


def _is_variable(value: Any) -> bool:
    return hasattr(value, "assign")


def _decode(value: Any, made: list[tuple[Any, ...]]) -> Any:
    """Return the argument that `_encode` encoded."""
    if isinstance(value, list):
        return [_decode(item, made) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "value" in value:
        node, index = value["value"]
        return made[node][index]
    if "tuple" in value:
        return tuple(_decode(item, made) for item in value["tuple"])
    if "dict" in value:
        return {key: _decode(item, made) for key, item in value["dict"]}
    if "slice" in value:
        return slice(*(_decode(part, made) for part in value["slice"]))
    if "array" in value:
        return np.asarray(value["array"], dtype=as_dtype(value["dtype"]).numpy)
    return Ellipsis if "ellipsis" in value else as_dtype(value["dtype"]).numpy
