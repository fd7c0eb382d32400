"""Tracing a user's function of one element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import nest
from ..block import Block
from ..errors import PenstockError, TraceError
from ..ops.joining import stack_nested
from ..ops.registry import operand_kind
from ..specs import ObjectSpec, Spec, spec_of
from ..values import as_leaf
from .effects import EffectGuard, forbidden_use
from .evaluate import BlockPlan
from .graph import Graph
from .location import innermost_line
from .simplify import simplify
from .symbol import ElementTrace, Scope, Symbol, placeholder


class TracedFunction:
    """A function of one element as a graph.

    Attributes:
        graph: The computation; one input per leaf of the element, one output per leaf of the result.
        input_spec: Nest of specs that it was traced for.
        output_structure: Structure of the result.
        output_specs: Spec of each leaf of the result.
    """

    __slots__ = ("_input_specs", "_plan", "graph", "input_spec", "output_specs", "output_structure")

    def __init__(self, graph: Graph, input_spec: Any, output_structure: nest.Structure) -> None:
        self.graph = graph
        self.input_spec = input_spec
        self.output_structure = output_structure
        self.output_specs: tuple[Spec, ...] = tuple(
            o.spec if isinstance(o, Symbol) else spec_of(o) for o in graph.outputs
        )
        self._input_specs: list[Spec] = nest.flatten(input_spec)[0]
        self._plan = BlockPlan(graph)

    @property
    def output_spec(self) -> Any:
        """Nest of specs of the result."""
        return self.output_structure.pack(list(self.output_specs))

    def accepts(self, block: Block) -> bool:
        """Whether the trace holds for a block: its columns fit the specs that it was made for."""
        pairs = zip(self._input_specs, block.columns, strict=True)
        return all(spec.admits(column.spec) for spec, column in pairs)

    def run_block(self, block: Block) -> Block:
        """Return the results for all rows of a block; where rows came from is carried along.

        Raises:
            PenstockError: An op failed, for whatever row.
        """
        columns = self._plan.run(block.columns, block.n)
        return Block(self.output_structure, columns, block.n, block.provenance)

    def __repr__(self) -> str:
        return f"<traced function: {self.graph!r}>"


def trace(function: Callable[..., Any], spec_nest: Any) -> TracedFunction:
    """Call a function with symbols and return what it computes as a graph.

    The function is called twice: random numbers, counters and the like make two different graphs. Side effects that
    can be seen are undone and make the trace fail.

    Args:
        function: Called with the element. A plain tuple is spread over the arguments, as in tf.data; named tuples,
            dicts and dataclasses are passed whole.
        spec_nest: Nest of specs of the element.

    Raises:
        TraceError: The function cannot be traced; the reason says why, with the line in the user's code.
    """
    reason = forbidden_use(function)
    if reason is not None:
        raise TraceError(reason, line=_first_line(function))
    first, structure = _trace_once(function, spec_nest)
    second, other = _trace_once(function, spec_nest)
    if structure != other or first != second:
        raise TraceError("calling it twice gives two different computations", line=_first_line(function))
    return TracedFunction(simplify(first), spec_nest, structure)


def _trace_once(function: Callable[..., Any], spec_nest: Any) -> tuple[Graph, nest.Structure]:
    specs, structure = nest.flatten(spec_nest)
    scope = Scope()
    symbols = [_symbol(spec, path, scope) for spec, path in zip(specs, structure.paths(), strict=True)]
    element = structure.pack(symbols)
    with EffectGuard(function) as guard, ElementTrace() as elements:
        try:
            result = function(*element) if type(element) is tuple else function(element)
            leaves, output_structure = nest.flatten(result)
            outputs = [_output(leaf) for leaf in leaves]
        except Exception as err:
            raise _as_trace_error(err) from err
    if elements.failure is not None:
        raise _as_trace_error(elements.failure) from elements.failure
    if guard.reason is not None:
        raise TraceError(guard.reason, line=_first_line(function))
    return Graph(symbols, outputs), output_structure


def _as_trace_error(error: Exception) -> TraceError:
    if isinstance(error, TraceError):
        return error
    kind = "" if isinstance(error, PenstockError) else f"{type(error).__name__}: "
    return TraceError(f"{kind}{error}", line=innermost_line(error))


def _symbol(spec: Spec, path: str, scope: Scope) -> Symbol:
    if isinstance(spec, ObjectSpec):
        raise TraceError(f"the element holds a Python object{f' at {path}' if path else ''}")
    return placeholder(spec, path or None, scope=scope)


def _output(leaf: Any) -> Any:
    """Return a leaf of a result as a symbol or a constant in the form that elements have."""
    leaf = stack_nested(leaf)
    if isinstance(leaf, Symbol):
        return leaf
    if operand_kind(leaf) == "tensor":
        leaf = np.asarray(leaf)
    leaf = as_leaf(leaf)
    if leaf is None or isinstance(spec_of(leaf), ObjectSpec):
        raise TraceError(f"it returns {type(leaf).__name__}, which no tensor can hold")
    return leaf


def _first_line(function: Any) -> str | None:
    code = getattr(function, "__code__", None)
    return None if code is None else f"{code.co_filename}:{code.co_firstlineno}"
