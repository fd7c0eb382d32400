"""Conformance of layers: what every layer must do, checked by one function; a new layer joins with one row."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from ..core.arguments import iter_leaves
from ..core.layer import Layer
from ..core.layer_call import LayerCall
from ..core.saving import load, save
from ..core.specs import Spec, TensorSpec, spec_of
from ..core.trace.graph import Graph
from ..core.trace.symbol import Scope, placeholder
from ..core.values import Ragged, Sparse
from ..pipeline import Dataset

# Calls of a random layer that are compared: one half of all flips come out alike in two.
_DRAWS: Final = 6


def run_layer_test(
    make: Callable[[], Layer],
    inputs: Any,
    *,
    prepare: Callable[[Any], None] | None = None,
    arguments: Mapping[str, Any] = MappingProxyType({}),
) -> Layer:
    """Check the contract of a layer and return a layer that was called.

    Checked: the config survives JSON, and a layer made from it does the same; saving and loading gives the same
    outputs bit for bit; lists, arrays and symbols give the same values; the inferred spec and shape are
    those of the output.

    Args:
        make: Makes the layer, with a name of its own.
        inputs: A batch as an ndarray, `[batch, ...]`; or a dict of such.
        prepare: Called with a new layer before it is used, e.g. to adapt it.
        arguments: Keyword arguments for every call.

    Raises:
        AssertionError: The layer breaks the contract; the message says where.
    """
    layer = make()
    if prepare is not None:
        prepare(layer)
    call = partial(_call, arguments=arguments)
    expected = call(layer, inputs)
    _check_config(layer, inputs, expected, call)
    _check_saving(layer, inputs, expected, call)
    lists = {k: v.tolist() for k, v in inputs.items()} if isinstance(inputs, dict) else inputs.tolist()
    assert_same(call(layer, lists), expected, "a list gives another result than an array")
    _check_symbols(layer, inputs, expected, call)
    return layer


def run_random_layer_test(make: Callable[[], Layer], inputs: Any, *, quiet_inputs: Any = None) -> Layer:
    """Check the contract of a layer that draws random numbers in training, and return a layer that was called.

    Checked: what `run_layer_test` checks, outside training; a seed gives the same results again; calls differ; a layer
    that was saved goes on where it stood; `Dataset.map` draws for each element, in order.

    Args:
        make: Makes the layer, with a seed.
        inputs: A batch of images as an ndarray.
        quiet_inputs: Images for calls outside training, which must be of the size that training gives; None takes
            `inputs`.

    Raises:
        AssertionError: The layer breaks the contract; the message says where.
    """
    run_layer_test(make, inputs if quiet_inputs is None else quiet_inputs, arguments={"training": False})
    layer = make()
    expected = [layer(inputs, training=True) for _ in range(_DRAWS)]
    again = make()
    assert_same([again(inputs) for _ in range(_DRAWS)], expected, "the same seed gives another result")
    assert any(not np.array_equal(expected[0], other) for other in expected[1:]), "all calls give the same result"

    again = make()
    again(inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.penstock"
        save(again, path)
        loaded = load(path)
    rest = [loaded(inputs) for _ in range(_DRAWS - 1)]
    assert_same(rest, expected[1:], "a loaded layer does not go on where the saved one stood")

    one, other = make(), make()
    mapped = list(Dataset.from_tensor_slices(inputs).map(one))
    assert_same(mapped, [other(image) for image in inputs], "Dataset.map gives another result than calls in order")
    return layer


def _call(layer: Layer, inputs: Any, *, arguments: Mapping[str, Any]) -> Any:
    return layer(inputs, **arguments)


def _check_config(layer: Layer, inputs: Any, expected: Any, call: Callable[..., Any]) -> None:
    config = layer.get_config()
    text = json.dumps(config)
    twin = type(layer).from_config(json.loads(text))
    call(twin, inputs)
    twin.set_weights(layer.get_weights())
    assert json.loads(json.dumps(twin.get_config())) == json.loads(text), "the config changes on its way through JSON"
    assert twin.name == layer.name, "the config must hold the name"
    assert_same(call(twin, inputs), expected, "a layer made from the config gives another result")


def _check_saving(layer: Layer, inputs: Any, expected: Any, call: Callable[..., Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.penstock"
        save(layer, path)
        loaded = load(path)
    assert type(loaded) is type(layer), "loading gives another class"
    assert_same(call(loaded, inputs), expected, "a loaded layer gives another result")


def _check_symbols(layer: Layer, inputs: Any, expected: Any, call: Callable[..., Any]) -> None:
    arrays = inputs if isinstance(inputs, dict) else {"inputs": inputs}
    specs = {key: _batch_spec(array) for key, array in arrays.items()}
    batch: Any = specs if isinstance(inputs, dict) else specs["inputs"]
    inferred = list(iter_leaves(layer.compute_output_spec(batch)))
    for found, value in zip(inferred, iter_leaves(expected), strict=True):
        actual = value if isinstance(value, Spec) else spec_of(value)
        assert found.is_compatible_with(actual), f"the inferred spec is {found!r}, the output's {actual!r}"
    if not isinstance(inputs, dict):
        told = layer.compute_output_shape(batch.shape)
        assert [told] == [s.shape for s in inferred], f"compute_output_shape gives {told}, the specs are {inferred}"

    def symbols(scope: Scope) -> tuple[list[Any], Any]:
        made = {key: placeholder(spec, scope=scope) for key, spec in specs.items()}
        return list(made.values()), made if isinstance(inputs, dict) else made["inputs"]

    recorded, given = symbols(Scope(keeps_layers=True))
    nodes = Graph(recorded, list(iter_leaves(call(layer, given)))).nodes
    calls = [node.op for node in nodes]
    assert [type(op) for op in calls] == [LayerCall], "a functional model's graph must hold one call of the layer"
    assert calls[0].layer is layer  # type: ignore[attr-defined]

    traced, given = symbols(Scope())
    outputs = Graph(traced, list(iter_leaves(call(layer, given)))).run(list(arrays.values()))
    assert_same(outputs, list(iter_leaves(expected)), "the traced ops give another result")


def _batch_spec(array: Any) -> TensorSpec:
    """Return the spec of an array with any number of rows."""
    spec = spec_of(array)
    assert isinstance(spec, TensorSpec)
    assert spec.shape is not None
    return TensorSpec((None, *spec.shape[1:]), spec.dtype)


def assert_same(actual: Any, expected: Any, message: str) -> None:
    """Raise unless two nests of results have the same types of values, shapes, dtypes and bits.

    Raises:
        AssertionError: They differ; starts with `message`.
    """
    first, second = list(iter_leaves(actual)), list(iter_leaves(expected))
    assert len(first) == len(second), f"{message}: {len(first)} results instead of {len(second)}"
    for a, b in zip(first, second, strict=True):
        if isinstance(b, Ragged | Sparse):
            assert a == b, f"{message}: {a!r} instead of {b!r}"
            continue
        x, y = np.asarray(a), np.asarray(b)
        assert (x.dtype, x.shape) == (y.dtype, y.shape), f"{message}: {x.dtype}{x.shape} instead of {y.dtype}{y.shape}"
        same = np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")
        assert same, f"{message}: {x!r} instead of {y!r}"
