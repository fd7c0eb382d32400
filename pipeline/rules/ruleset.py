"""The rules in force, in order, and the named stages of a plan."""

from __future__ import annotations

from typing import Final

from ...core.errors import InvalidArgumentError, suggest
from ..plan import Node
from .base import Rule, rewrite
from .cancel_unbatch import CancelUnbatch
from .drop_no_ops import DropNoOps
from .fuse_extents import FuseSkips, FuseTakes
from .push_extents import PushSkipIntoSource, PushTakeIntoSource

RULES: Final[tuple[Rule, ...]] = (
    DropNoOps(),
    CancelUnbatch(),
    FuseTakes(),
    FuseSkips(),
    PushTakeIntoSource(),
    PushSkipIntoSource(),
)
STAGES: Final = ("logical", "simplified")


def optimize(root: Node, until: str = STAGES[-1]) -> tuple[Node, tuple[str, ...]]:
    """Return the plan as it is at a stage, and the rules that changed it.

    Args:
        root: The plan as the user wrote it.
        until: `"logical"` (as written) or `"simplified"` (after all rules; what runs).

    Raises:
        InvalidArgumentError: There is no such stage.
    """
    if until not in STAGES:
        raise InvalidArgumentError(
            f"stage: must be one of {', '.join(STAGES)}. Received: {until!r}.{suggest(until, STAGES)}"
        )
    if until == "logical":
        return root, ()
    return rewrite(root, RULES)
