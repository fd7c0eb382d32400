"""`with_options`: nothing to run; the iterator reads the options of its plan when it is made."""

from __future__ import annotations

from typing import Any

from .. import plan
from .base import Context, Operator, executes


@executes(plan.WithOptions)
def with_options(node: plan.WithOptions, context: Context) -> Operator[Any]:
    """Return the operator of the input."""
    return context.build(node.input)
