"""Symbols: values that are not known yet. Ops called with one record a node instead of computing.

A symbol looks like an array (operators, methods, NumPy functions) as far as that can be answered without data; what
needs data (`if x:`, `float(x)`, `np.asarray(x)`) raises `TraceError` with the line of the user's code.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterator
from typing import Any, Final, NoReturn, Self, TypeVar

import numpy as np

from ..dtypes import DType
from ..errors import PenstockError, TraceError
from ..ops import batching, inference
from ..ops.joining import stack_nested
from ..ops.operators import ArrayMethods, ArrayOperators
from ..ops.registry import Op, OpLike, register_handler, register_operand
from ..specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from .location import user_line

_serials = itertools.count()
E = TypeVar("E", bound=Exception)


class Scope:
    """The graph under construction that symbols belong to.

    Args:
        keeps_layers: Whether calls of layers become nodes (functional models) or are traced through.
    """

    __slots__ = ("__weakref__", "keeps_layers")

    def __init__(self, *, keeps_layers: bool = False) -> None:
        self.keeps_layers = keeps_layers


class Node:
    """One operation of a graph. Immutable; its inputs were made before it, so `serial` orders nodes topologically.

    Attributes:
        op: The operation.
        inputs: A `Symbol`, or a constant (array, Python scalar, bytes, Tensor, Variable), for each positional argument.
        attrs: The operation's attributes.
        specs: Spec of each output.
        single: Whether the operation returns one value and not a tuple.
        line: `file:line` of the user's code that made it, or None.
        serial: Number of this node in the process, rising.
        scope: The graph it was made for.
    """

    __slots__ = ("attrs", "inputs", "line", "op", "scope", "serial", "single", "specs")

    def __init__(
        self,
        op: OpLike,
        inputs: tuple[Any, ...],
        attrs: dict[str, Any],
        specs: tuple[Spec, ...],
        *,
        scope: Scope,
        single: bool = True,
        line: str | None = None,
    ) -> None:
        self.op, self.inputs, self.attrs, self.specs = op, inputs, attrs, specs
        self.single, self.line, self.scope = single, line, scope
        self.serial = next(_serials)

    def symbols(self) -> tuple[Symbol, ...]:
        """Return new symbols for the outputs."""
        return tuple(Symbol(spec, self, i) for i, spec in enumerate(self.specs))

    def __repr__(self) -> str:
        return f"<node {self.op.name}: {', '.join(describe_spec(s) for s in self.specs)}>"


class _NoAttributeError(TraceError, AttributeError):
    """So that `hasattr` and `getattr` with a default answer as for other objects."""


class Symbol(ArrayOperators, ArrayMethods):
    """One output of a node, standing for a value.

    Attributes:
        spec: What is known of the value.
        node: The node that makes it.
        index: Which output of the node it is.
    """

    __slots__ = ("index", "node", "spec")

    def __init__(self, spec: Spec, node: Node, index: int = 0) -> None:
        self.spec, self.node, self.index = spec, node, index

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        register_operand("symbol", cls)

    @property
    def graph(self) -> Scope:
        """The graph under construction that this symbol belongs to."""
        return self.node.scope

    @property
    def name(self) -> str:
        """Name of the operation that makes this value, or of the input that it is."""
        return str(self.node.attrs.get("name") or self.node.op.name)

    @property
    def dtype(self) -> DType:
        """Type of the values."""
        return self._array_spec("dtype").dtype

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape, with None for dimensions that are not known or ragged."""
        shape = self._array_spec("shape").shape
        if shape is None:
            self._fail("the shape of this value is not known while tracing, not even its rank")
        return shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        dims = self.shape
        if None in dims:
            self._fail(f"the size is not known while tracing (shape {dims}); use ops.size(x)")
        return math.prod(d for d in dims if d is not None)

    def _array_spec(self, what: str) -> TensorSpec | RaggedSpec | SparseSpec:
        if not isinstance(self.spec, TensorSpec | RaggedSpec | SparseSpec):
            self._fail(f"{what} of a value that is no array ({self.spec!r})")
        return self.spec

    def __len__(self) -> int:
        length = self.shape[0] if self.shape else self._fail("len() of a scalar")
        if length is None:
            self._fail("len() of a value whose first dimension is not known; use ops.shape(x)[0]")
        return length

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            self._fail("iteration over a scalar")
        if self.shape[0] is None:
            self._fail("iteration over a value whose first dimension is not known")
        return iter([self[i] for i in range(self.shape[0])])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from ..ops.numpy_protocol import find_ufunc

        function = find_ufunc(ufunc, method)
        name = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        if function is None:
            self._fail(f"{name} has no op that could be traced")
        return _apply(function, name, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from ..ops.numpy_protocol import find_function

        found = find_function(function)
        name = f"{function.__module__}.{function.__name__}".replace("numpy", "np")
        if found is None:
            self._fail(f"{name} has no op that could be traced")
        return _apply(found, name, args, kwargs)

    # --- what needs data --------------------------------------------------------------------------------------------

    def _fail(self, reason: str) -> NoReturn:
        raise noted(TraceError(reason, line=user_line()))

    def __hash__(self) -> int:
        if _tracing.depth:
            self._fail("the value of an element is looked up (in a dict, a set or a cache)")
        return id(self) >> 4

    def __bool__(self) -> bool:
        self._fail("a branch (if, while, and, or, not, in) depends on the value of an element; use ops.where()")

    def __float__(self) -> float:
        self._fail("float() needs the value of an element; use ops.cast(x, 'float64')")

    def __int__(self) -> int:
        self._fail("int() needs the value of an element; use ops.cast(x, 'int64')")

    def __complex__(self) -> complex:
        self._fail("complex() needs the value of an element")

    def __index__(self) -> int:
        self._fail("the value of an element is used as a Python index or a size")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        self._fail("a function that is not traced converts an element to a NumPy array")

    def __contains__(self, item: object) -> bool:
        self._fail("`in` needs the values of an element")

    def __setitem__(self, key: Any, value: Any) -> None:
        self._fail("an element is changed in place; use ops.where() or build a new value")

    def numpy(self) -> Any:
        """Raise `TraceError`: there is no value while tracing."""
        self._fail("numpy() needs the value of an element")

    def item(self) -> Any:
        """Raise `TraceError`: there is no value while tracing."""
        self._fail("item() needs the value of an element")

    def tolist(self) -> Any:
        """Raise `TraceError`: there is no value while tracing."""
        self._fail("tolist() needs the value of an element")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"Symbol has no attribute {name!r}")
        raise _NoAttributeError(f"'.{name}' of an element cannot be traced", line=user_line())

    def __repr__(self) -> str:
        return f"<symbol {self.name}: {describe_spec(self.spec)}>"

    def __str__(self) -> str:
        if _tracing.depth:
            self._fail("an element is formatted or printed, which must happen for each element")
        return repr(self)

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)


def describe_spec(spec: Spec) -> str:
    """Return a short form of a spec, e.g. `float32[?, 3]`."""
    if not isinstance(spec, TensorSpec):
        return repr(spec)
    dims = "..." if spec.shape is None else ", ".join("?" if d is None else str(d) for d in spec.shape)
    return f"{spec.dtype}[{dims}]"


def _apply(function: Any, name: str, args: Any, kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except TypeError as err:
        if isinstance(err, PenstockError):
            raise
        raise noted(TraceError(f"{name} cannot be traced with these arguments: {err}", line=user_line())) from err


# --- recording ------------------------------------------------------------------------------------------------------


class _Tracing(threading.local):
    depth = 0
    failure: Exception | None = None


_tracing = _Tracing()


class ElementTrace:
    """Context in which symbols stand for the elements of a user function, so that printing one is an error.

    Attributes:
        failure: The first thing that could not be traced, even if the function (or NumPy) caught the exception: what
            it returned then holds for no element.
    """

    def __enter__(self) -> Self:
        _tracing.depth += 1
        self._outer, _tracing.failure = _tracing.failure, None
        self.failure: Exception | None = None
        return self

    def __exit__(self, *exc: object) -> None:
        _tracing.depth -= 1
        self.failure, _tracing.failure = _tracing.failure, self._outer


def noted(error: E) -> E:
    """Remember the first failure of the trace that is going on, and return the exception to be raised."""
    if _tracing.depth:
        _tracing.failure = _tracing.failure or error
    return error


def _no_forward(*args: Any, **attrs: Any) -> Any:
    raise TraceError("an input has no value of its own")


INPUT: Final = Op(
    "input", _no_forward, None, batching.loop_rule(_no_forward), inference.probe_rule(_no_forward), composite=True
)
"""The operation of a graph's inputs."""


def placeholder(spec: Spec, name: str | None = None, *, scope: Scope | None = None) -> Symbol:
    """Return a symbol for a value that is given when the graph runs.

    Args:
        spec: What is known of the value.
        name: Name in printed graphs.
        scope: The graph under construction; a new one for None.
    """
    node = Node(INPUT, (), {} if name is None else {"name": name}, (spec,), scope=scope or Scope(), line=user_line())
    return node.symbols()[0]


def record(op: OpLike, args: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Add a node for a call of `op` and return its symbol, or a tuple of symbols.

    Raises:
        TraceError: An argument holds symbols inside of a list or an object array.
        ShapeError: The arguments' shapes cannot fit.
        DTypeError: The op does not take such dtypes.
    """
    inputs = tuple(stack_nested(arg) for arg in args)
    scope = next(a.node.scope for a in inputs if isinstance(a, Symbol))
    try:
        specs = op.infer(tuple(a.spec if isinstance(a, Symbol) else a for a in inputs), attrs)
    except Exception as err:
        noted(err)
        raise
    single = not isinstance(specs, tuple)
    outputs = (specs,) if single else specs
    symbols = Node(op, inputs, attrs, outputs, scope=scope, single=single, line=user_line()).symbols()
    return symbols[0] if single else symbols


register_operand("symbol", Symbol)
register_handler("symbol", record)
