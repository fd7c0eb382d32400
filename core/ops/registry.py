"""The op registry and the one dispatch: every op is defined once and serves four users.

An `Op` has a NumPy forward, a gradient rule, a batching rule and an inference rule. Eager calls, `GradientTape`,
vectorised `Dataset.map` and compiled functions all read this table.

`call(op, *args, **attrs)` looks at the types of its arguments:

* a `Symbol` among them: the call is recorded in a graph and nothing is computed;
* a `Tensor` or `Variable` among them: computed, wrapped in a `Tensor`, recorded on the active tapes;
* else plain NumPy in, NumPy out.

Inputs that may be arrays are positional; attributes are keywords and never arrays that depend on data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from ..errors import InvalidArgumentError, NotFoundError, suggest

Value = Any
"""An ndarray, NumPy scalar, Tensor or Symbol: what ops take and give, of the same kind as their arguments."""

Attrs = Mapping[str, Any]
GradientRule = Callable[[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...], Attrs], Sequence[Any]]
BatchRule = Callable[[int, tuple[Any, ...], tuple[bool, ...], Attrs], Any]
InferRule = Callable[[tuple[Any, ...], Attrs], Any]


class OpLike(Protocol):
    """What `call` and graphs need of an operation; `Op` is the usual one, a layer's call another."""

    @property
    def name(self) -> str:
        """Name shown in graphs and messages."""
        ...

    @property
    def composite(self) -> bool:
        """Whether `forward` is itself written in ops, so that Tensors are handed to it as they are."""
        ...

    @property
    def forward(self) -> Callable[..., Any]:
        """Compute the result, or a tuple of results, of arguments that hold values."""
        ...

    @property
    def infer(self) -> InferRule:
        """Return the spec, or a tuple of specs, of the result, from specs and constants."""
        ...

    @property
    def batch(self) -> BatchRule:
        """Compute the results of `n` rows at once."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation of the registry.

    Attributes:
        name: Unique name.
        forward: `forward(*args, **attrs)` on arrays and scalars; returns an array or a tuple of arrays.
        gradient: `gradient(grad_outputs, inputs, outputs, attrs)` returns one gradient or None per input, made by
            registered ops so that gradients of gradients exist. None: the op has no gradient.
        batch: `batch(n, args, batched, attrs)`: arguments marked in `batched` have a leading row axis of length `n`
            (or are a `Column` of `n` rows, where `columns` is set), the others are the same for all rows. At least
            one is batched. Returns what a loop over the rows would give, stacked: ndarrays `[n, *shape]` or Columns.
        infer: `infer(args, attrs)`: arguments are specs, or constants (ndarray, Python scalar, bytes). Returns a
            spec or a tuple of specs. Python scalars are weakly typed (NEP 50).
        template: Expression of an elementwise op for kernel fusion, e.g. `"{0} + {1}"`, over scalars in
            parentheses; None when it has none.
        columns: The batching rule takes Columns that are not dense; else such arguments are looped over.
        same_dtype: Tensors among the arguments must agree in dtype; nothing is cast silently.
        composite: `forward` is written in ops itself; see `OpLike`.
    """

    name: str
    forward: Callable[..., Any]
    gradient: GradientRule | None
    batch: BatchRule
    infer: InferRule
    template: str | None = None
    columns: bool = False
    same_dtype: bool = False
    composite: bool = False

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return get_op, (self.name,)


_ops: Final[dict[str, Op]] = {}


def register(
    name: str,
    forward: Callable[..., Any],
    *,
    gradient: GradientRule | None = None,
    batch: BatchRule | None = None,
    infer: InferRule | None = None,
    template: str | None = None,
    columns: bool = False,
    same_dtype: bool = False,
    composite: bool = False,
) -> Op:
    """Add an op to the registry and return it; see `Op` for the arguments.

    Without a batching rule the forward runs row by row; without an inference rule the forward is probed with small
    stand-in arrays.

    Raises:
        InvalidArgumentError: The name is taken by an op of another module.
    """
    from .batching import loop_rule
    from .inference import probe_rule

    known = _ops.get(name)
    if known is not None and known.forward.__module__ != forward.__module__:
        raise InvalidArgumentError(f"register: op names must be unique. Received: name={name!r}, which is {known!r}.")
    op = Op(
        name,
        forward,
        gradient,
        batch or loop_rule(forward),
        infer or probe_rule(forward),
        template,
        columns,
        same_dtype,
        composite,
    )
    _ops[name] = op
    return op


def get_op(name: str) -> Op:
    """Return the registered op of that name.

    Raises:
        NotFoundError: There is none.
    """
    try:
        return _ops[name]
    except KeyError:
        raise NotFoundError(f"get_op: no op is named {name!r}.{suggest(name, _ops)}") from None


def all_ops() -> dict[str, Op]:
    """Return the registered ops by name, in order of registration."""
    return dict(_ops)


Kind = Literal["tensor", "symbol"]
Handler = Callable[[OpLike, tuple[Any, ...], dict[str, Any]], Any]

# Types whose values are not plain data, each with its kind. Tensors and symbols enter themselves here, so that this
# module imports neither and plain NumPy calls pay one dictionary look-up per argument.
_kinds: Final[dict[type, Kind]] = {}
_handlers: Final[dict[Kind, Handler]] = {}


def register_operand(kind: Kind, cls: type) -> None:
    """Make `call` treat values of exactly this class as Tensors or Symbols."""
    _kinds[cls] = kind


def register_handler(kind: Kind, handler: Handler) -> None:
    """Set what `call` does when such a value is among the arguments; a symbol goes before a tensor."""
    _handlers[kind] = handler


def operand_kind(value: object) -> Kind | None:
    """Return `"tensor"`, `"symbol"`, or None for plain data."""
    return _kinds.get(type(value))


def call(op: OpLike, /, *args: Any, **attrs: Any) -> Any:
    """Apply an op to arrays, Tensors or Symbols; the one place where they part."""
    get, found = _kinds.get, None
    for arg in args:
        kind = get(type(arg))
        if kind is not None:
            found = kind
            if kind == "symbol":
                break
    return op.forward(*args, **attrs) if found is None else _handlers[found](op, args, attrs)
