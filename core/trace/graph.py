"""Graph: the operations between input symbols and outputs, in an order in which they can run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from ..errors import InvalidArgumentError
from ..ops.registry import Op, call, operand_kind
from .symbol import Node, Symbol, describe_spec

# Content of larger arrays enters keys as a digest.
_MAX_KEY_BYTES: Final = 4096


class Graph:
    """An immutable computation.

    Args:
        inputs: Symbols that are given when the graph runs, in order.
        outputs: What the graph returns: symbols, or constants.

    Attributes:
        inputs: As given.
        outputs: As given.
        nodes: The nodes that outputs need, inputs left out, each after those it uses.

    Raises:
        InvalidArgumentError: An output depends on an input that is not among `inputs`.
    """

    __slots__ = ("inputs", "nodes", "outputs")

    def __init__(self, inputs: Sequence[Symbol], outputs: Sequence[Any]) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.nodes = _needed(self.outputs, self.inputs)

    def run(self, values: Sequence[Any]) -> list[Any]:
        """Compute the outputs from one value per input.

        Every op goes through `call`: with Tensors the run is recorded on active tapes, with symbols it is inlined into
        their graph.
        """
        if len(values) != len(self.inputs):
            raise InvalidArgumentError(
                f"Graph.run: one value per input is needed. Received: {len(values)} for {len(self.inputs)} inputs."
            )
        known: dict[tuple[int, int], Any] = {}
        for symbol, value in zip(self.inputs, values, strict=True):
            known[symbol.node.serial, symbol.index] = value
        for node in self.nodes:
            result = call(node.op, *(lookup(known, a) for a in node.inputs), **node.attrs)
            for index, output in enumerate((result,) if node.single else result):
                known.setdefault((node.serial, index), output)
        return [lookup(known, output) for output in self.outputs]

    def key(self) -> tuple[Any, ...]:
        """Return a description in which constants appear by content: equal keys mean equal graphs."""
        numbers: dict[int, int] = {s.node.serial: i for i, s in enumerate(self.inputs)}
        described: list[Any] = [s.spec for s in self.inputs]
        for node in self.nodes:
            numbers[node.serial] = len(numbers)
            described.append(node_key(node, numbers))
        return (*described, tuple(value_key(o, numbers) for o in self.outputs))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash((len(self.inputs), tuple(n.op.name for n in self.nodes), len(self.outputs)))

    def __str__(self) -> str:
        names: dict[tuple[int, int], str] = {}
        for i, symbol in enumerate(self.inputs):
            names[symbol.node.serial, symbol.index] = f"%{i}"
        lines = [f"%{i} = input: {describe_spec(s.spec)}" for i, s in enumerate(self.inputs)]
        for node in self.nodes:
            made = [f"%{len(names) + i}" for i in range(len(node.specs))]
            for index, name in enumerate(made):
                names[node.serial, index] = name
            args = [_argument_text(names, a) for a in node.inputs]
            args += [f"{k}={v!r}" for k, v in node.attrs.items()]
            specs = ", ".join(describe_spec(s) for s in node.specs)
            lines.append(f"{', '.join(made)} = {node.op.name}({', '.join(args)}): {specs}")
        lines.append(f"return {', '.join(_argument_text(names, o) for o in self.outputs)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<graph: {len(self.inputs)} inputs, {len(self.nodes)} ops, {len(self.outputs)} outputs>"


def lookup(known: dict[tuple[int, int], Any], value: Any) -> Any:
    """Return what a node's argument stands for: a computed value for a symbol, a constant itself."""
    return known[value.node.serial, value.index] if isinstance(value, Symbol) else value


def _needed(outputs: Iterable[Any], inputs: Sequence[Symbol]) -> tuple[Node, ...]:
    given = {s.node.serial for s in inputs}
    found: dict[int, Node] = {}
    pending = [o.node for o in outputs if isinstance(o, Symbol)]
    while pending:
        node = pending.pop()
        if node.serial in found or node.serial in given:
            continue
        if not node.inputs and node.op.name == "input":
            raise InvalidArgumentError(f"Graph: every input that an output needs must be listed. Missing: {node!r}.")
        found[node.serial] = node
        pending.extend(a.node for a in node.inputs if isinstance(a, Symbol))
    return tuple(found[serial] for serial in sorted(found))


def node_key(node: Node, numbers: dict[int, int]) -> tuple[Any, ...]:
    """Return a hashable description of a node: its op, attributes and arguments."""
    attrs = tuple((name, attribute_key(value)) for name, value in sorted(node.attrs.items()))
    target: Any = id(node.op)
    if isinstance(node.op, Op) and not node.op.composite:
        target = node.op.name  # unique among registered ops, but not among those that layers bring along
    elif operand_kind(node.op) is None and not node.op.composite:
        target = node.op
    return (target, attrs, tuple(value_key(a, numbers) for a in node.inputs))


def value_key(value: Any, numbers: dict[int, int]) -> Any:
    """Return a hashable description of an argument: constants by content, Tensors by identity."""
    if isinstance(value, Symbol):
        return ("%", numbers[value.node.serial], value.index)
    if operand_kind(value) is not None:
        return ("object", id(value))
    return attribute_key(value)


def attribute_key(value: Any) -> Any:
    """Return a hashable description of a constant by type and content; NaN equals NaN and 0 differs from 0.0."""
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.hasobject:
            return ("objects", value.shape, tuple(attribute_key(v) for v in np.asarray(value).flat))
        content = value.tobytes() if value.nbytes <= _MAX_KEY_BYTES else hashlib.blake2b(value.tobytes()).digest()
        return ("array", value.dtype.str, value.shape, content)
    if isinstance(value, slice):
        return ("slice", value.start, value.stop, value.step)
    if isinstance(value, tuple | list):
        return (type(value).__name__, *(attribute_key(v) for v in value))
    if isinstance(value, dict):
        return ("dict", *((k, attribute_key(v)) for k, v in value.items()))
    if isinstance(value, float):
        return ("float", value.hex())
    try:
        hash(value)
    except TypeError:
        return ("object", id(value))
    return (type(value).__name__, value)


def _argument_text(names: dict[tuple[int, int], str], value: Any) -> str:
    if isinstance(value, Symbol):
        return names[value.node.serial, value.index]
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"{value.dtype}[{', '.join(map(str, value.shape))}]"
    return repr(value)
