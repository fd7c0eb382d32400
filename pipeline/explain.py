"""`explain()`: a plan as text."""

from __future__ import annotations

from collections.abc import Iterator

from ..core import nest
from .inspection import learn_quietly
from .plan import INFINITE, UNKNOWN, Node, walk
from .rules import optimize


def explain(root: Node, stage: str | None = None) -> str:
    """Return a plan as a tree, the last transformation first.

    Args:
        root: The plan as written.
        stage: A stage's name for the bare tree at that stage; None for the running plan with notes.
    """
    learn_quietly(root)
    shown, used = optimize(root, *([stage] if stage is not None else []))
    numbers = {id(node): i for i, node in enumerate(walk(shown))}
    lines = list(_lines(shown, numbers, depth=0, with_notes=stage is None))
    if stage is None:
        lines.append(f"rules applied: {', '.join(used) or 'none'}")
    return "\n".join(lines)


def _lines(node: Node, numbers: dict[int, int], depth: int, *, with_notes: bool) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{numbers[id(node)]} {node.label}  →  {_spec_text(node)}, {_count_text(node.cardinality)}"
    if with_notes:
        for note in node.notes():
            yield f"{indent}    · {note}"
    for source in node.inputs:
        yield from _lines(source, numbers, depth + 1, with_notes=with_notes)


def _spec_text(node: Node) -> str:
    spec = node.element_spec
    if spec is None:
        return "elements known when run"
    return repr(nest.map_structure(_Short, spec))


class _Short:
    """A leaf spec in its shortest form: `float32[?, 3]`."""

    def __init__(self, spec: object) -> None:
        self._spec = spec

    def __repr__(self) -> str:
        shape, dtype = getattr(self._spec, "shape", None), getattr(self._spec, "dtype", None)
        if dtype is None:
            return repr(self._spec)
        if shape is None:
            return f"{dtype}[...]"
        return f"{dtype}[{', '.join('?' if d is None else str(d) for d in shape)}]" if shape else str(dtype)


def _count_text(cardinality: int) -> str:
    if cardinality == INFINITE:
        return "infinite"
    return "count unknown" if cardinality == UNKNOWN else f"{cardinality} elements"


def one_line(root: Node) -> str:
    """Return a plan as a chain of calls, the source first."""
    return ".".join(node.label for node in walk(root))
