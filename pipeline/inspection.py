"""Element specs that only running the first elements can tell."""

from __future__ import annotations

from typing import Any

from ..core.block import Block
from ..core.random import FunctionSeeds
from ..core.specs import ObjectSpec
from . import plan
from .plan import Node, walk
from .plan.certain import certain_spec
from .plan.ragged_rows import ragged_rows


def resolved_spec(root: Node) -> Any:
    """Return the nest of specs of a plan's elements.

    Nodes whose spec is not known statically are run up to their first element, from the source on; what is found is
    kept with the node.
    """
    for node in walk(root):
        if node.element_spec is None:
            _observe(node)
    spec = root.element_spec
    return ObjectSpec() if spec is None else spec


def _observe(node: Node) -> None:
    from .exec import first_spec

    if isinstance(node, plan.Interleave | plan.FlatMap):
        node.observed.spec = _inner_spec(node)
    elif isinstance(node, plan.Map):
        spec = first_spec(node)
        node.function.observe(ObjectSpec() if spec is None else spec)
    elif isinstance(node, plan.GroupByWindow):
        node.observed.spec = _window_spec(node)
    elif isinstance(node, plan.FromGenerator | plan.FromSource | plan.Scan):
        node.observed.spec = first_spec(node)


def _inner_spec(node: plan.Interleave | plan.FlatMap) -> Any:
    """Ask the first dataset of an interleave or flat_map, without reading its elements where it knows its spec."""
    from .exec import DatasetIterator

    first: DatasetIterator[Any] = DatasetIterator(node.input, counts_passes=False)
    with first:
        for element in first:
            with FunctionSeeds(node.global_seed):
                return resolved_spec(node.function(element))
    return None


def _window_spec(node: plan.GroupByWindow) -> Any:
    """Ask the dataset that is made of a window of the first element."""
    from .exec import DatasetIterator

    first: DatasetIterator[Any] = DatasetIterator(node.input, counts_passes=False)
    with first:
        for element in first:
            window = plan.Rows(Block.from_elements([element]), certain_spec(node.input), ragged_rows(node.input))
            with FunctionSeeds(node.global_seed):
                return resolved_spec(node.reduce_func(int(node.key_func.call(element)), window))
    return None


def learn_quietly(root: Node) -> None:
    """Learn the specs of datasets inside interleaves where nothing of it can be seen: no user function is below."""
    for node in walk(root):
        unknown = isinstance(node, plan.Interleave | plan.FlatMap) and node.element_spec is None
        if unknown and all(isinstance(n, _QUIET) for n in walk(node.inputs[0])):
            _observe(node)


_QUIET = (plan.FromTensorSlices, plan.FromTensors, plan.Range, plan.Shuffle, plan.Repeat, plan.Take, plan.Skip)
