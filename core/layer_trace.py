"""What a layer returns for specs: `call` traced on placeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .arguments import map_leaves, shapes_of
from .layer_call import is_symbol
from .specs import Spec, TensorSpec, spec_of
from .trace.symbol import Scope, placeholder

if TYPE_CHECKING:
    from .layer import Layer


def output_spec(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the nest of specs of the result of calling a built layer with specs in place of arrays."""
    from .layer import Layer

    if type(layer).compute_output_shape is not Layer.compute_output_shape:
        shapes = layer.compute_output_shape(shapes_of(args[0] if args else next(iter(kwargs.values()))))
        return _map_shapes(lambda shape: TensorSpec(shape, layer.dtype), shapes)
    scope = Scope()

    def stand_in(leaf: Any) -> Any:
        return placeholder(leaf, scope=scope) if isinstance(leaf, Spec) else leaf

    placed_args, placed_kwargs = map_leaves(stand_in, (args, kwargs))
    result = layer(*placed_args, **placed_kwargs)
    return map_leaves(lambda leaf: leaf.spec if is_symbol(leaf) else spec_of(leaf), result)


def output_shape(layer: Layer, input_shape: Any) -> Any:
    """Return the nest of shapes of the result of calling a layer with inputs of its input dtype."""
    specs = _map_shapes(lambda shape: TensorSpec(shape, layer.input_dtype), input_shape)
    return map_leaves(lambda spec: spec.shape, layer.compute_output_spec(specs))


def _map_shapes(function: Any, shapes: Any) -> Any:
    """Apply a function to each shape of a nest of shapes; a tuple or list of ints and Nones is one shape."""
    if isinstance(shapes, tuple | list):
        if all(d is None or isinstance(d, int) for d in shapes):
            return function(tuple(shapes))
        return [_map_shapes(function, shape) for shape in shapes]
    return {key: _map_shapes(function, shape) for key, shape in shapes.items()}
