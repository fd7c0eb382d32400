"""Layer: the base of everything with weights or adapted state that is called on data.

Life of a layer: the constructor takes options and touches no data; the first call builds it (`build(input_shape)` makes
the weights that depend on shapes); each call runs `call`. What a layer owns is found by looking at its attributes:
Variables and layers, also inside lists, tuples and dicts, belong to it as long as they stand there.

Called on symbols, a layer is recorded instead of run; see `layer_call.py`.
"""

from __future__ import annotations

import functools
import inspect
import json
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt

from .arguments import shapes_of
from .dtypes import DType, as_dtype
from .errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    ShapeError,
    UnimplementedError,
    describe,
    suggest,
)
from .layer_call import LayerCall, keeps_layers
from .layer_inputs import convert_arguments, find_symbol, to_tensors
from .naming import snake_case, unique_name
from .specs import as_shape
from .weights import resolve_function, resolve_initializer

if TYPE_CHECKING:
    from .random import Generator, SeedGenerator
    from .variable import Variable

T = TypeVar("T")
Array = npt.NDArray[Any]


class Layer:
    """Something with weights or adapted state that is called on data.

    Contract for subclasses: `__init__` takes options as keywords, calls `super().__init__(**kwargs)` first and stores
    each option under its name; `build` makes weights; `call` computes and changes nothing but non-trainable weights;
    `get_config` returns the constructor's arguments as plain JSON values. A layer belongs to one thread while it is
    built or adapted; calls may come from several.

    Args:
        trainable: Whether training may change the weights.
        name: Unique name; made from the class name when None (`dense`, `dense_1`, …).
        dtype: Type of weights and computation; float32 when None.
        input_shape: Shape of one sample, for models that are built before they see data; None leaves it to the data.

    Attributes:
        built: Whether `build` has run.
        arrays_out: Class attribute. False: array arguments become Tensors of the layer's dtype and results are Tensors.
            True: arguments reach `call` as they are, and `call` returns arrays for arrays and Tensors for Tensors.
    """

    arrays_out: ClassVar[bool] = False
    # Whether any layer was ever given a loss: looking for those to clear is a quarter of a call on one row.
    _any_losses: ClassVar[bool] = False

    def __init__(
        self,
        *,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
        input_shape: Any = None,
        **unknown: Any,
    ) -> None:
        kind = type(self).__name__
        if unknown:
            key = next(iter(unknown))
            known = _constructor_arguments(_class_of(self))
            raise InvalidArgumentError(
                f"{kind}: keyword arguments must be known ones. Received: {key}={describe(unknown[key])}."
                f"{suggest(key, known)}"
            )
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise InvalidArgumentError(
                f"{kind}: name must be a non-empty str without '/'. Received: name={describe(name)}."
            )
        self._name = unique_name(snake_case(kind)) if name is None else name
        self._trainable = bool(trainable)
        self._dtype = as_dtype("float32" if dtype is None else _policy_dtype(dtype))
        self._weights: list[Variable] = []
        self._penalties: list[tuple[Variable, Callable[[Any], Any]]] = []
        self._losses: list[Any] = []
        self._built_for: Any = None
        self.input_shape_hint = as_shape(input_shape)
        self.built = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _marking_built(cls.build)  # type: ignore[method-assign]

    # --- identity -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Name of the layer, unique unless the user chose it."""
        return self._name

    @property
    def dtype(self) -> DType:
        """Type of weights and computation."""
        return self._dtype

    @property
    def trainable(self) -> bool:
        """Whether training may change the weights; setting it sets it for all sub-layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.sublayers():
            layer.trainable = value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._name!r})"

    # --- building -----------------------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights that depend on the shape of the inputs; runs once, before the first call.

        Args:
            input_shape: Shape of the first argument of `call`, batch axis included, None where unknown; a nest of
                shapes when that argument is a nest.
        """
        self._built_for = input_shape
        self.built = True

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        *,
        trainable: bool = True,
        name: str | None = None,
        regularizer: Any = None,
        constraint: Any = None,
    ) -> Variable:
        """Make a weight of this layer.

        Args:
            shape: Ints; `()` for a scalar.
            initializer: Callable `(shape, dtype) -> array`, a name, or None (Glorot's uniform distribution for floating
                point, else zeros).
            dtype: Type; the layer's when None.
            trainable: Whether gradient descent may change it. A layer that is not trainable has no trainable weights.
            name: Name within the layer; `"variable"` when None.
            regularizer: Callable or name; its value for this weight joins `losses`.
            constraint: Callable or name; optimizers apply it after each update.

        Raises:
            InvalidArgumentError: A dimension is unknown, or a name is.
        """
        from .variable import Variable

        where = f"{type(self).__name__} {self._name!r}"
        dims = as_shape(shape)
        if dims is None or None in dims:
            raise ShapeError(f"{where}: the shape of a weight must be fully known. Received: shape={shape}.")
        kind = self._dtype if dtype is None else as_dtype(dtype)
        initial = resolve_initializer(initializer, kind, where=where)(cast("tuple[int, ...]", dims), dtype=kind)
        variable = Variable(
            initial,
            trainable=trainable,
            dtype=kind,
            name=name or "variable",
            constraint=resolve_function("constraint", constraint, where=where),
        )
        penalty = resolve_function("regularizer", regularizer, where=where)
        if penalty is not None:
            self._penalties.append((variable, penalty))
        self._weights.append(variable)
        return variable

    # --- calling ------------------------------------------------------------------------------------------------------

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the layer's result; subclasses implement it."""
        raise UnimplementedError(f"{type(self).__name__} {self._name!r}: call must be implemented by the class.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build the layer at the first call, and run or record `call`.

        Args:
            *args: What `call` takes. The first is an array, a list of numbers, a Tensor, a Symbol or a nest of them.
            **kwargs: What `call` takes. `training` reaches `call` if it has such a parameter; when it is not given, the
                layer that is calling this one decides, then the default in `call`'s signature.

        Returns:
            What `call` returns; arrays in it become Tensors unless the class has `arrays_out`. For symbols, symbols.
        """
        if "_name" not in self.__dict__:
            raise FailedPreconditionError(
                f"{type(self).__name__}: __init__ must call super().__init__() before it sets attributes."
            )
        symbol = find_symbol(args, kwargs)
        if not self.arrays_out:
            args, kwargs = convert_arguments(args, kwargs, self._dtype, where=f"{type(self).__name__} {self._name!r}")
        if not self.built:
            self._build_for(args, kwargs)
        if symbol is not None and keeps_layers(symbol):
            return LayerCall(self, args, kwargs).record()
        outputs = self._run(args, kwargs)
        return outputs if self.arrays_out else to_tensors(outputs)

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run `call` with the right `training`, and keep track of who calls whom."""
        accepted, position, default = _training_parameter(_class_of(self))
        outer, depth = _context.training, _context.depth
        if position is None or len(args) <= position:
            training = _first_known(kwargs.pop("training", None), outer, default)
            if accepted and training is not None:
                kwargs = {**kwargs, "training": training}
        else:
            training = _first_known(args[position], outer, default)
            args = (*args[:position], training, *args[position + 1 :])
        if depth == 0 and Layer._any_losses:
            self._clear_losses()
        _context.training, _context.depth = training, depth + 1
        try:
            return self.call(*args, **kwargs)
        finally:
            _context.training, _context.depth = outer, depth

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        first = args[0] if args else next(iter(kwargs.values()), None)
        self.build(shapes_of(first))
        self.built = True

    # --- specs --------------------------------------------------------------------------------------------------------

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the nest of specs that a call returns for specs in place of arrays, without computing anything.

        The layer is built if it was not. Traces `call`; a subclass whose `call` cannot be traced overrides this, or
        `compute_output_shape(input_shape)`.
        """
        from .layer_trace import output_spec

        if not self.built:
            self._build_for(args, kwargs)
        return output_spec(self, args, kwargs)

    @property
    def input_dtype(self) -> DType:
        """Type that inputs are taken to have where only their shapes are known; that of strings for layers of texts."""
        return self._dtype

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the nest of shapes that a call returns for a shape, or nest of shapes, of inputs of `input_dtype`.

        A subclass may define it instead of having `call` traced; results are taken to be of the layer's dtype then.
        """
        from .layer_trace import output_shape

        return output_shape(self, input_shape)

    # --- what a layer owns --------------------------------------------------------------------------------------------

    def sublayers(self) -> list[Layer]:
        """Return the layers that stand in this layer's attributes, in order; theirs are not included."""
        return _owned(self, Layer)

    def random_generators(self) -> list[Generator | SeedGenerator]:
        """Return the generators of random numbers in the attributes of this layer and its sub-layers, in order."""
        from .random import Generator, SeedGenerator

        found: list[Generator | SeedGenerator] = [*_owned(self, SeedGenerator), *_owned(self, Generator)]
        found += [g for layer in self.sublayers() for g in layer.random_generators()]
        return list({id(g): g for g in found}.values())

    @property
    def weights(self) -> list[Variable]:
        """All Variables: this layer's trainable ones, its other ones, then those of its sub-layers."""
        found = self._own_weights() + [v for layer in self.sublayers() for v in layer.weights]
        return list({id(v): v for v in found}.values())

    def _own_weights(self) -> list[Variable]:
        from .variable import Variable

        own = _owned(self, Variable)
        return [v for v in own if v.trainable] + [v for v in own if not v.trainable]

    @property
    def variables(self) -> list[Variable]:
        """The same as `weights`."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training may change; none when the layer is not trainable."""
        if not self._trainable:
            return []
        found = [v for v in self._own_weights() if v.trainable]
        found += [v for layer in self.sublayers() for v in layer.trainable_weights]
        return list({id(v): v for v in found}.values())

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights

    def count_params(self) -> int:
        """Return how many numbers the weights hold.

        Raises:
            FailedPreconditionError: The layer is not built yet.
        """
        if not self.built:
            raise FailedPreconditionError(
                f"{type(self).__name__} {self._name!r} has no weights yet. Call it on data, or build(input_shape)."
            )
        return sum(math.prod(v.shape) for v in self.weights)

    def get_weights(self) -> list[Array]:
        """Return copies of the values of `weights`, in that order."""
        return [np.array(v.numpy()) for v in self.weights]

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Set the values of `weights`, in that order.

        Raises:
            InvalidArgumentError: The number of arrays or a shape differs; nothing is changed then.
        """
        self._assign(self.weights, [np.asarray(w) for w in weights], "set_weights")

    def _assign(self, variables: Sequence[Variable], values: Sequence[Array], caller: str) -> None:
        where = f"{type(self).__name__} {self._name!r}: {caller}"
        if len(variables) != len(values):
            raise InvalidArgumentError(f"{where} needs {len(variables)} arrays. Received: {len(values)}.")
        for i, (variable, value) in enumerate(zip(variables, values, strict=True)):
            if tuple(variable.shape) != value.shape:
                raise ShapeError(
                    f"{where}: array {i} ({variable.name}) must have shape {tuple(variable.shape)}. "
                    f"Received: {describe(value)}."
                )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    # --- losses -------------------------------------------------------------------------------------------------------

    def add_loss(self, loss: Any) -> None:
        """Add a scalar to the losses of the current call, or a function without arguments that computes one."""
        Layer._any_losses = True
        self._losses += loss if isinstance(loss, list | tuple) else [loss]

    @property
    def losses(self) -> list[Any]:
        """Scalars to add to the training loss: those of the last call, then the regularizers' of trainable weights."""
        return self._called_losses() + self._weight_losses()

    def _called_losses(self) -> list[Any]:
        own = [loss() if callable(loss) else loss for loss in self._losses]
        return own + [loss for layer in self.sublayers() for loss in layer._called_losses()]

    def _weight_losses(self) -> list[Any]:
        own = [penalty(v) for v, penalty in self._penalties if v.trainable] if self._trainable else []
        return own + [loss for layer in self.sublayers() for loss in layer._weight_losses()]

    def _clear_losses(self) -> None:
        """Forget the last call's losses; functions given to `add_loss` outside of a call stay."""
        if self._losses:
            self._losses = [loss for loss in self._losses if callable(loss)]
        for layer in self.sublayers():
            layer._clear_losses()

    # --- configs and state --------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values; subclasses add their own to `super().get_config()`.

        Raises:
            UnimplementedError: The class has constructor arguments and no `get_config` of its own.
        """
        if type(self).get_config is Layer.get_config:
            base = _constructor_arguments(cast("Any", Layer))
            own = [name for name in _constructor_arguments(_class_of(self)) if name not in base]
            if own:
                raise UnimplementedError(
                    f"{type(self).__name__}: a class with constructor arguments must define get_config(). "
                    f"Add these to super().get_config(): {', '.join(own)}."
                )
        config: dict[str, Any] = {"name": self._name, "trainable": self._trainable, "dtype": self._dtype.name}
        if self.input_shape_hint is not None:
            config["input_shape"] = list(self.input_shape_hint)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what `get_config` returned."""
        return cls(**config)

    def to_json(self) -> str:
        """Return the config as JSON text."""
        return json.dumps(self.get_config())

    def get_build_config(self) -> dict[str, Any]:
        """Return what `build_from_config` needs to make the weights again, as plain JSON values."""
        config: dict[str, Any] = {} if self._built_for is None else {"input_shape": self._built_for}
        inner = [layer.get_build_config() for layer in self.sublayers()]
        return {**config, "sublayers": inner} if any(inner) else config

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights as they were when `get_build_config` was called."""
        if not self.built and "input_shape" in config:
            self.build(_tuples(config["input_shape"]))
            self.built = True
        for layer, inner in zip(self.sublayers(), config.get("sublayers", ()), strict=False):
            layer.build_from_config(inner)

    def save_arrays(self) -> dict[str, Array]:
        """Return everything learned as named arrays.

        By default this layer's own weights under `"0"`, `"1"`, … and what its sub-layers return under `"layer_0/…"`.
        """
        arrays = {str(i): np.array(v.numpy()) for i, v in enumerate(self._own_weights())}
        for i, layer in enumerate(self.sublayers()):
            arrays.update((f"layer_{i}/{key}", value) for key, value in layer.save_arrays().items())
        return arrays

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        """Take back what `save_arrays` returned; the layer has the same config and is built the same way.

        Raises:
            InvalidArgumentError: The arrays are not those of such a layer.
        """
        own, layers = self._own_weights(), self.sublayers()
        parts: list[dict[str, Array]] = [{} for _ in layers]
        known = {f"layer_{i}": part for i, part in enumerate(parts)}
        mine: dict[str, Array] = {}
        for key, value in arrays.items():
            head, slash, rest = key.partition("/")
            if slash and head in known:
                known[head][rest] = value
            else:
                mine[key] = value
        if set(mine) != {str(i) for i in range(len(own))}:
            raise InvalidArgumentError(
                f"{type(self).__name__} {self._name!r}: saved arrays must be those of its {len(own)} weights and "
                f"{len(layers)} sub-layers. Received: {', '.join(sorted(mine)) or 'none'}."
            )
        self._assign(own, [mine[str(i)] for i in range(len(own))], "load_arrays")
        for layer, part in zip(layers, parts, strict=True):
            layer.load_arrays(part)


class _Context(threading.local):
    """Which layer call this thread is in: its `training`, and how many calls are around it."""

    training: Any = None
    depth: int = 0


_context = _Context()


class _Training(NamedTuple):
    accepted: bool
    position: int | None
    default: Any


def _first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _class_of(layer: Layer) -> Any:
    """Return the class as a plain hashable; `type[Layer]` is none to type checkers."""
    return type(layer)


@functools.cache
def _training_parameter(cls: Any) -> _Training:
    """Return whether the class's `call` takes `training`, its place among positional arguments, and its default."""
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    for position, found in enumerate(parameters):
        if found.name == "training":
            default = None if found.default is found.empty else found.default
            return _Training(True, None if found.kind is found.KEYWORD_ONLY else position, default)
    return _Training(False, None, None)


def _policy_dtype(dtype: Any) -> Any:
    """Return the dtype of a dtype policy as Keras writes it to configs; anything else as it is."""
    if isinstance(dtype, Mapping) and dtype.get("class_name") == "DTypePolicy":
        return dtype.get("config", {}).get("name")
    return dtype


@functools.cache
def _constructor_arguments(cls: Any) -> tuple[str, ...]:
    """Return the names of the keyword arguments that the constructors of a class and its bases know."""
    names: dict[str, None] = {}
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
            names.update((p.name, None) for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL))
    return tuple(names)


def _marking_built(build: Callable[..., None]) -> Callable[..., None]:
    """Wrap a class's `build` so that a direct call marks the layer as built and keeps the shape for saving."""

    @functools.wraps(build)
    def build_and_mark(self: Layer, input_shape: Any = None) -> None:
        build(self, input_shape)
        self._built_for = input_shape
        self.built = True

    return build_and_mark


def _owned(layer: Layer, kind: type[T]) -> list[T]:
    """Return the values of one class in a layer's attributes, in order, each once."""
    found: dict[int, T] = {}
    _collect(layer.__dict__, kind, found)
    found.pop(id(layer), None)
    return list(found.values())


# A tuple, made once: every training step looks through all attributes of all layers several times, and `list | tuple`
# written at the place would be built anew at each.
_BRANCHES = (list, tuple, dict)


def _collect(values: Any, kind: type[T], found: dict[int, T]) -> None:
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, kind):
            found.setdefault(id(value), value)
        elif isinstance(value, _BRANCHES) and value:
            _collect(value, kind, found)


def _tuples(shape: Any) -> Any:
    """Return JSON's form of a nest of shapes with tuples for shapes again."""
    if isinstance(shape, list):
        if all(d is None or isinstance(d, int) for d in shape):
            return tuple(shape)
        return [_tuples(s) for s in shape]
    if isinstance(shape, dict):
        return {k: _tuples(s) for k, s in shape.items()}
    return shape
