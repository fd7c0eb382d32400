"""Rule: a batch that is taken apart again need not be made."""

from __future__ import annotations

from ...core import nest
from ...core.specs import Spec, TensorSpec
from ...core.trace.rows import RowFunction
from ..plan import Batch, Node, Unbatch, walk
from ..plan.certain import certain_spec
from ..plan.passes import draws_anew
from .base import Rule


class CancelUnbatch(Rule):
    """`x.batch(n).unbatch()` → `x`; with `drop_remainder=True` where `n` divides the number of elements.

    Only where batches cannot fail (all elements are known to be dense arrays of one shape), and where no function runs
    element by element below, and no pass has an order of its own: functions and passes would begin later than the plan
    that was written says.
    """

    def apply(self, node: Node) -> Node:
        match node:
            case Unbatch(input=Batch(input=source, batch_size=size, drop_remainder=drop)) if _can_cancel(source):
                n = source.cardinality
                if not drop or (n >= 0 and n % size == 0):
                    return source
        return node


def _can_cancel(source: Node) -> bool:
    spec = certain_spec(source)
    if spec is None or draws_anew(source):
        return False
    leaves = nest.flatten(spec)[0]
    return bool(leaves) and all(map(_has_one_shape, leaves)) and not any(map(_runs_opaque, walk(source)))


def _has_one_shape(leaf: Spec) -> bool:
    return isinstance(leaf, TensorSpec) and leaf.shape is not None and None not in leaf.shape


def _runs_opaque(node: Node) -> bool:
    functions = [value for value in vars(node).values() if isinstance(value, RowFunction)]
    return any(function.python_reason is not None for function in functions)
