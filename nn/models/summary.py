"""The table that `Model.summary` prints."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from ...core.layer import Layer

if TYPE_CHECKING:
    from .model import Model


class Row(NamedTuple):
    """A line of the table."""

    name: str
    kind: str
    shape: str
    params: int
    trainable: str


def summary_text(
    model: Model,
    line_length: int | None = None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
) -> str:
    """Return the table and the totals below it."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Layer (type)")
    table.add_column("Output shape")
    table.add_column("Params", justify="right")
    if show_trainable:
        table.add_column("Trainable")
    for row in _rows(model, expand_nested=expand_nested):
        cells = [f"{row.name} ({row.kind})", row.shape, f"{row.params:,}"]
        table.add_row(*cells, *([row.trainable] if show_trainable else []))
    text = io.StringIO()
    console = Console(file=text, width=line_length, force_terminal=False, color_system=None)
    console.print(f'Model: "{model.name}"', table, _totals(model), sep="\n", markup=False, highlight=False)
    return text.getvalue().rstrip()


def _totals(model: Model) -> str:
    total = _count(model.weights)
    trainable = _count(model.trainable_weights)
    return "\n".join(
        [
            f"Total params: {total:,}",
            f"Trainable params: {trainable:,}",
            f"Non-trainable params: {total - trainable:,}",
        ]
    )


def _rows(model: Model, *, expand_nested: bool) -> Iterator[Row]:
    for item, shape in _shapes(model):
        if not isinstance(item, Layer):
            yield Row(item.name, "Input", _shape_text(shape), 0, "-")
            continue
        built = item.built
        yield Row(
            item.name,
            type(item).__name__,
            _shape_text(shape) if built else "? (not built)",
            _count(item.weights),
            "yes" if item.trainable else "no",
        )
        if expand_nested and _is_model(item):
            for row in _rows(item, expand_nested=True):
                yield row._replace(name=f"  └ {row.name}")


def _shapes(model: Model) -> list[tuple[Any, Any]]:
    """Return the layers (and input symbols) of a model with the shapes that they give."""
    from .sequential import Sequential

    if isinstance(model, Sequential):
        return list(zip(model.layers, model.output_shapes(), strict=True))
    if model._network is not None:
        return model._network.rows()
    return [(layer, None) for layer in model.layers]


def _is_model(layer: Layer) -> TypeGuard[Model]:
    from .model import Model

    return isinstance(layer, Model)


def _count(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def _shape_text(shape: Any) -> str:
    if shape is None:
        return "?"
    if isinstance(shape, list):
        return ", ".join(_shape_text(s) for s in shape)
    return (
        f"({', '.join('batch' if i == 0 and d is None else '?' if d is None else str(d) for i, d in enumerate(shape))})"
    )
