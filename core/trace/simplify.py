"""Simplification of graphs: equal operations are merged; operations that no output needs are left out."""

from __future__ import annotations

from typing import Any

from .graph import Graph, node_key
from .symbol import Node, Symbol


def simplify(graph: Graph) -> Graph:
    """Return a graph with the same results in which no two nodes do the same work.

    Dead nodes go because a `Graph` holds only what its outputs need. Two nodes are merged when op, attributes and
    (merged) arguments are equal. Ops are pure, so merging never changes a result; calls of layers are kept, they may
    draw random numbers.

    `%1 = exp(%0); %2 = exp(%0); return add(%1, %2)` becomes `%1 = exp(%0); return add(%1, %1)`.
    """
    numbers = {s.node.serial: s.node.serial for s in graph.inputs}
    kept: dict[Any, Node] = {}
    replaced: dict[int, Node] = {}

    def merged(value: Any) -> Any:
        if isinstance(value, Symbol) and value.node.serial in replaced:
            return Symbol(value.spec, replaced[value.node.serial], value.index)
        return value

    for node in graph.nodes:
        inputs = tuple(merged(a) for a in node.inputs)
        changed = any(a is not b for a, b in zip(inputs, node.inputs, strict=True))
        new = _with_inputs(node, inputs) if changed else node
        numbers[new.serial] = new.serial
        key = new.serial if new.op.composite else node_key(new, numbers)
        found = kept.setdefault(key, new)
        if found is not node:
            replaced[node.serial] = found
    return Graph(graph.inputs, [merged(o) for o in graph.outputs])


def _with_inputs(node: Node, inputs: tuple[Any, ...]) -> Node:
    return Node(node.op, inputs, node.attrs, node.specs, scope=node.scope, single=node.single, line=node.line)
