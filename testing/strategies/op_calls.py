"""Strategies for calls of ops: for each registered op, operands and attributes that it accepts.

A table from op name to strategy; the laws that every op must keep (batching rule = loop over rows, inferred spec = spec
of the result, gradient = central differences) are tested over it, and a new op joins by one line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.ops.indexing import Place
from .hypothesis_extra import st

Shape = tuple[int, ...]
Draw = Callable[..., Any]


@dataclass(frozen=True)
class Operand:
    """An argument to be filled with random values.

    Attributes:
        shape: Shape of one element.
        dtype: NumPy dtype name.
        low: Least value; integers include it.
        high: Greatest value; integers exclude it.
    """

    shape: Shape
    dtype: str = "float64"
    low: float = -3.0
    high: float = 3.0

    def values(self, rng: np.random.Generator, lead: Shape = ()) -> npt.NDArray[Any]:
        """Return random values with extra leading axes."""
        shape = lead + self.shape
        kind = np.dtype(self.dtype)
        if kind.kind == "b":
            return rng.random(shape) < 0.5
        if kind.kind in "iu":
            low = max(self.low, 0) if kind.kind == "u" else self.low
            return rng.integers(int(low), max(int(self.high), int(low) + 1), size=shape).astype(kind)
        return rng.uniform(self.low, self.high, size=shape).astype(kind)


@dataclass(frozen=True)
class OpCall:
    """A call of an op.

    Attributes:
        operands: Its arguments: `Operand`s, or Python scalars.
        attrs: Its attributes.
    """

    operands: Sequence[Any]
    attrs: Mapping[str, Any] = field(default_factory=dict)


FLOATS: Final = ("float32", "float64")
INTS: Final = ("int8", "uint8", "int32", "int64")
NUMBERS: Final = (*FLOATS, *INTS)
EVERY: Final = (*NUMBERS, "bool")


def shapes(*, min_dims: int = 0, max_dims: int = 3, min_side: int = 0) -> st.SearchStrategy[Shape]:
    """Generate small shapes."""
    return st.lists(st.integers(min_side, 3), min_size=min_dims, max_size=max_dims).map(tuple)


@st.composite
def broadcasting(draw: st.DrawFn, n: int) -> list[Shape]:
    """Generate `n` shapes of different ranks that broadcast together."""
    full = draw(shapes())
    return [tuple(1 if draw(st.booleans()) else d for d in full[draw(st.integers(0, len(full))) :]) for _ in range(n)]


@st.composite
def elementwise(
    draw: st.DrawFn,
    n: int,
    dtypes: Sequence[str] = NUMBERS,
    *,
    low: float = -3.0,
    high: float = 3.0,
    same: bool = False,
    scalars: bool = True,
) -> OpCall:
    """Generate calls of an elementwise op with `n` arguments of mixed rank and dtype, some of them Python scalars."""
    kinds = [draw(st.sampled_from(dtypes))] * n if same else [draw(st.sampled_from(dtypes)) for _ in range(n)]
    operands: list[Any] = [Operand(s, k, low, high) for s, k in zip(draw(broadcasting(n)), kinds, strict=True)]
    if n > 1 and scalars and draw(st.integers(0, 3)) == 0:
        number: Any = 2.0 if any(np.dtype(k).kind == "f" for k in kinds) else 2
        operands[draw(st.integers(0, n - 1))] = number
    return OpCall(operands)


@st.composite
def reduction(
    draw: st.DrawFn,
    dtypes: Sequence[str] = EVERY,
    *,
    min_side: int = 0,
    typed: bool = False,
    several: bool = True,
    low: float = -3.0,
) -> OpCall:
    """Generate calls of a reduction over any axes."""
    shape = draw(shapes(min_side=min_side))
    rank = len(shape)
    choices: list[st.SearchStrategy[Any]] = [st.none()]
    if rank:
        choices.append(st.integers(-rank, rank - 1))
        if several:
            choices.append(st.lists(st.integers(0, rank - 1), unique=True, max_size=rank).map(tuple))
    attrs: dict[str, Any] = {"axis": draw(st.one_of(choices)), "keepdims": draw(st.booleans())}
    if typed:
        attrs["dtype"] = None
    return OpCall([Operand(shape, draw(st.sampled_from(dtypes)), low)], attrs)


@st.composite
def unary(draw: st.DrawFn, /, dtypes: Sequence[str] = EVERY, *, min_dims: int = 0, **attrs: Any) -> OpCall:
    """Generate calls with one argument; attributes may be strategies."""
    drawn = {k: draw(v) if isinstance(v, st.SearchStrategy) else v for k, v in attrs.items()}
    return OpCall([Operand(draw(shapes(min_dims=min_dims)), draw(st.sampled_from(dtypes)))], drawn)


@st.composite
def over_axis(draw: st.DrawFn) -> OpCall:
    """Generate calls of softmax and its like, along one axis that is not empty."""
    shape = draw(shapes(min_dims=1, min_side=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    return OpCall([Operand(shape, draw(st.sampled_from(NUMBERS)))], {"axis": axis})


@st.composite
def like(draw: st.DrawFn, kind: str) -> OpCall:
    """Generate calls of `sum_to_like`, `broadcast_like` and `reshape_like`."""
    wide = draw(shapes())
    narrow = tuple(1 if draw(st.booleans()) else d for d in wide[draw(st.integers(0, len(wide))) :])
    pairs = {"sum": (wide, narrow), "broadcast": (narrow, wide), "reshape": (wide, (math.prod(wide),))}
    first, second = pairs[kind]
    return OpCall([Operand(first, draw(st.sampled_from(FLOATS))), Operand(second, "int32")])


@st.composite
def reshape(draw: st.DrawFn) -> OpCall:
    """Generate reshapes, half of them with a -1."""
    shape = draw(shapes())
    target = list(draw(st.permutations(shape)))
    if target and math.prod(target) > 0 and draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    elif len(target) > 1:
        target = [math.prod(target)]
    return OpCall([Operand(shape, draw(st.sampled_from(EVERY)))], {"shape": tuple(target)})


@st.composite
def transpose(draw: st.DrawFn) -> OpCall:
    """Generate permutations of axes, some as None, some with negative axes."""
    shape = draw(shapes())
    axes = [a - len(shape) if draw(st.booleans()) else a for a in draw(st.permutations(range(len(shape))))]
    chosen = None if draw(st.booleans()) else tuple(axes)
    return OpCall([Operand(shape, draw(st.sampled_from(EVERY)))], {"axes": chosen})


@st.composite
def expand_dims(draw: st.DrawFn) -> OpCall:
    """Generate calls of expand_dims."""
    shape = draw(shapes())
    return OpCall([Operand(shape)], {"axis": draw(st.integers(-len(shape) - 1, len(shape)))})


@st.composite
def squeeze(draw: st.DrawFn) -> OpCall:
    """Generate shapes with 1-axes, and some of those axes, or None."""
    shape = tuple(draw(st.lists(st.sampled_from([1, 1, 2]), max_size=4)))
    ones = [i if draw(st.booleans()) else i - len(shape) for i, d in enumerate(shape) if d == 1]
    axis = None if draw(st.booleans()) else tuple(a for a in ones if draw(st.booleans()))
    return OpCall([Operand(shape)], {"axis": axis})


@st.composite
def broadcast_to(draw: st.DrawFn) -> OpCall:
    """Generate a shape and one that it broadcasts to."""
    wide = draw(shapes())
    narrow = tuple(1 if draw(st.booleans()) else d for d in wide[draw(st.integers(0, len(wide))) :])
    return OpCall([Operand(narrow, draw(st.sampled_from(EVERY)))], {"shape": wide})


@st.composite
def stack(draw: st.DrawFn) -> OpCall:
    """Generate stacks of up to three values of one shape."""
    shape = draw(shapes(max_dims=2))
    n = draw(st.integers(1, 3))
    operands = [Operand(shape, draw(st.sampled_from(NUMBERS))) for _ in range(n)]
    return OpCall(operands, {"axis": draw(st.integers(-len(shape) - 1, len(shape)))})


@st.composite
def concat(draw: st.DrawFn) -> OpCall:
    """Generate joins of up to three values along an axis on which they differ."""
    shape = draw(shapes(min_dims=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    operands = []
    for _ in range(draw(st.integers(1, 3))):
        own = list(shape)
        own[axis] = draw(st.integers(0, 3))
        operands.append(Operand(tuple(own), draw(st.sampled_from(NUMBERS))))
    return OpCall(operands, {"axis": axis})


@st.composite
def split(draw: st.DrawFn) -> OpCall:
    """Generate splits into equal parts, and by lengths."""
    shape = list(draw(shapes(min_dims=1)))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    sections: Any
    if draw(st.booleans()):
        sections = draw(st.integers(1, 3))
        shape[axis] = sections * draw(st.integers(0, 2))
    else:
        sizes = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
        shape[axis] = sum(sizes)
        if draw(st.booleans()):
            sizes[draw(st.integers(0, len(sizes) - 1))] = -1
        sections = tuple(sizes)
    return OpCall([Operand(tuple(shape))], {"sections": sections, "axis": axis})


@st.composite
def getitem(draw: st.DrawFn) -> OpCall:
    """Generate keys of ints, slices, None, Ellipsis and index arrays in any order."""
    shape = draw(shapes(min_side=1))
    rank = draw(broadcasting(3)) if draw(st.booleans()) else [(), (), ()]
    operands = [Operand(shape, draw(st.sampled_from(FLOATS)))]
    key: list[Any] = []
    used, axis = 0, 0
    for length in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["int", "slice", "array", "none"]))
        if kind == "none":
            key.append(None)
        if kind == "int":
            key.append(draw(st.integers(-length, length - 1)))
        elif kind == "array" and used < 3:
            operands.append(Operand(rank[used], "int64", -length, length))
            key.append(Place(used))
            used += 1
        else:
            bound = st.none() | st.integers(-4, 4)
            step = draw(st.sampled_from([None, 1, 2, -1]))
            key.append(slice(draw(bound), draw(bound), step))
        axis += 1
    if draw(st.booleans()) and axis == len(shape):
        key.insert(draw(st.integers(0, len(key))), Ellipsis)
    return OpCall(operands, {"key": tuple(key)})


@st.composite
def scatter_like(draw: st.DrawFn) -> OpCall:
    """Generate what the gradient of an indexing calls: values of the indexed shape, and the value indexed."""
    call = draw(getitem())
    x, *arrays = call.operands
    rng = np.random.default_rng(0)
    index = tuple(arrays[item.number].values(rng) if isinstance(item, Place) else item for item in call.attrs["key"])
    picked = np.zeros(x.shape)[index]
    return OpCall([Operand(picked.shape), x, *arrays], call.attrs)


@st.composite
def gather(draw: st.DrawFn) -> OpCall:
    """Generate calls of gather."""
    shape = draw(shapes(min_dims=1, min_side=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    indices = Operand(draw(shapes(max_dims=2)), draw(st.sampled_from(["int32", "int64"])), -shape[axis], shape[axis])
    return OpCall([Operand(shape, draw(st.sampled_from(EVERY))), indices], {"axis": axis})


@st.composite
def one_hot(draw: st.DrawFn) -> OpCall:
    """Generate calls of one_hot with some indices out of range."""
    shape = draw(shapes(max_dims=2))
    attrs = {
        "depth": draw(st.integers(0, 4)),
        "on_value": draw(st.sampled_from([1, 2])),
        "off_value": draw(st.sampled_from([0, 3])),
        "axis": draw(st.integers(-len(shape) - 1, len(shape))),
        "dtype": np.dtype(draw(st.sampled_from(NUMBERS))),
    }
    return OpCall([Operand(shape, draw(st.sampled_from(["int32", "int64", "uint8"])), -1, 5)], attrs)


@st.composite
def matmul(draw: st.DrawFn) -> OpCall:
    """Generate products of all combinations of ranks."""
    a, k, b = (draw(st.integers(0, 3)) for _ in range(3))
    lead = draw(broadcasting(2))
    left = draw(st.sampled_from([(k,), (*lead[0][-2:], a, k)]))
    right = draw(st.sampled_from([(k,), (*lead[1][-2:], k, b)]))
    dtype = draw(st.sampled_from(["float32", "float64", "int64"]))
    return OpCall([Operand(left, dtype), Operand(right, dtype)])


@st.composite
def tile(draw: st.DrawFn) -> OpCall:
    """Generate repetitions along some of the axes, and along more."""
    shape = draw(shapes(max_dims=2))
    return OpCall([Operand(shape)], {"multiples": tuple(draw(st.lists(st.integers(0, 2), max_size=3)))})


@st.composite
def where(draw: st.DrawFn) -> OpCall:
    """Generate selections with bool conditions."""
    first, second, third = draw(broadcasting(3))
    kinds = [draw(st.sampled_from(EVERY)) for _ in range(2)]
    return OpCall([Operand(first, "bool"), Operand(second, kinds[0]), Operand(third, kinds[1])])


_real = elementwise(1, NUMBERS)
_pair = elementwise(2, NUMBERS)
_compared = elementwise(2, EVERY)
_bits = elementwise(2, (*INTS, "bool"), same=True, scalars=False)
_shifts = elementwise(2, INTS, low=0, high=7, same=True, scalars=False)
_like_dtype = st.sampled_from([None, np.dtype("int32")])
_size_dtype = st.sampled_from([np.dtype("int32"), np.dtype("int64")])

OP_CALLS: Final[Mapping[str, st.SearchStrategy[OpCall]]] = MappingProxyType({
    "abs": _real,
    "add": _compared,
    "all": reduction(),
    "any": reduction(),
    "argmax": reduction(min_side=1, several=False),
    "argmin": reduction(min_side=1, several=False),
    "bitwise_and": _bits,
    "bitwise_not": elementwise(1, (*INTS, "bool")),
    "bitwise_or": _bits,
    "bitwise_xor": _bits,
    "broadcast_like": like("broadcast"),
    "broadcast_to": broadcast_to(),
    "cast": unary(dtype=st.sampled_from(["int64", "float32", "bool"])),
    "ceil": _real,
    "clip": elementwise(3, NUMBERS),
    "concat": concat(),
    "cos": _real,
    "divide": elementwise(2, NUMBERS, low=0.5),
    "equal": _compared,
    "exp": _real,
    "expand_dims": expand_dims(),
    "expm1": _real,
    "floor": _real,
    "floor_divide": elementwise(2, NUMBERS, low=1),
    "gather": gather(),
    "getitem": getitem(),
    "greater": _compared,
    "greater_equal": _compared,
    "identity": unary(),
    "isfinite": _real,
    "isinf": _real,
    "isnan": _real,
    "left_shift": _shifts,
    "less": _compared,
    "less_equal": _compared,
    "log": elementwise(1, NUMBERS, low=1),
    "log1p": elementwise(1, NUMBERS, low=0),
    "log_softmax": over_axis(),
    "logical_and": _compared,
    "logical_not": elementwise(1, EVERY),
    "logical_or": _compared,
    "logical_xor": _compared,
    "logsumexp": reduction(FLOATS, min_side=1),
    "matmul": matmul(),
    "matrix_transpose": unary(min_dims=2),
    "max": reduction(min_side=1),
    "maximum": _compared,
    "mean": reduction(min_side=1, typed=True),
    "min": reduction(min_side=1),
    "minimum": _compared,
    "mod": elementwise(2, NUMBERS, low=1),
    "multiply": _compared,
    "negative": _real,
    "not_equal": _compared,
    "one_hot": one_hot(),
    "ones_like": unary(dtype=_like_dtype),
    "power": elementwise(2, NUMBERS, low=1),
    "prod": reduction(typed=True),
    "reciprocal": elementwise(1, NUMBERS, low=1),
    "relu": _real,
    "reshape": reshape(),
    "reshape_like": like("reshape"),
    "right_shift": _shifts,
    "round": _real,
    "rsqrt": elementwise(1, NUMBERS, low=1),
    "scatter_like": scatter_like(),
    "shape": unary(dtype=_size_dtype),
    "sigmoid": _real,
    "sign": _real,
    "sin": _real,
    "size": unary(dtype=_size_dtype),
    "softmax": over_axis(),
    "softplus": _real,
    "split": split(),
    "sqrt": elementwise(1, NUMBERS, low=1),
    "square": _real,
    "squeeze": squeeze(),
    "stack": stack(),
    "stop_gradient": unary(),
    "subtract": _pair,
    "sum": reduction(typed=True),
    "sum_to_like": like("sum"),
    "tanh": _real,
    "tile": tile(),
    "transpose": transpose(),
    "where": where(),
    "zeros_like": unary(dtype=_like_dtype),
})  # fmt: skip
"""For each op of the registry, a strategy for its calls."""
