"""The state of a whole iterator: its position, and what makes sure that it is read by the same pipeline."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from ...core.errors import InvalidArgumentError, describe
from .. import plan
from ..plan import Node, walk
from ..plan.global_shuffle import is_indexed
from .base import State

FORMAT: Final = 1


def shuffle_seeds(root: Node) -> dict[str, Any]:
    """Return the seeds of each shuffle and random source, and how many passes it has begun, by the node's number."""
    return {
        str(i): {"pair": list(node.seeds.pair), "passes": node.seeds.passes}
        for i, node in enumerate(walk(root))
        if isinstance(node, plan.Shuffle | plan.GlobalShuffle | plan.Random)
    }


def fingerprints(root: Node) -> list[str]:
    """Return what the nodes of a plan must be for a saved position, the source first.

    A shard of a source that is read by number saves a number of the whole source, for any number of workers: which
    part it is does not count, as long as nothing above holds elements of one worker back.
    """
    shard = root
    while isinstance(shard, plan.Map | plan.Batch | plan.Prefetch):
        shard = shard.input
    free = shard if isinstance(shard, plan.Shard) and is_indexed(shard.input) else None
    return ["shard()" if node is free else node.fingerprint for node in walk(root)]


def save(root: Node, shuffles: dict[str, Any], position: State | None) -> State:
    """Return the state of an iterator over `root`.

    Args:
        root: The plan that runs.
        shuffles: What `shuffle_seeds` gave when the iterator was made; at the end, what it gives now.
        position: Position of the source; None at the end.
    """
    labels = fingerprints(root)
    return {
        "format": FORMAT,
        "plan": labels,
        "fingerprint": fingerprint(labels),
        "shuffles": shuffles,
        "position": position,
    }


def load(root: Node, state: Any) -> State | None:
    """Check that a state belongs to a plan, give its shuffles their seeds back, and return the position.

    Raises:
        InvalidArgumentError: It is no state, has another format, or belongs to another pipeline; the message names the
            first difference.
    """
    keys = {"format", "plan", "fingerprint", "shuffles", "position"}
    if not isinstance(state, dict) or set(state) != keys:
        raise InvalidArgumentError(f"set_state: state must come from get_state(). Received: {describe(state)}.")
    if state["format"] != FORMAT:
        raise InvalidArgumentError(
            f"set_state: the state's format must be {FORMAT}. Received: format={state['format']}. "
            "It was saved by another version of penstock; start a new iterator."
        )
    labels = fingerprints(root)
    for i in range(max(len(labels), len(state["plan"]))):
        saved, mine = (names[i] if i < len(names) else "nothing" for names in (state["plan"], labels))
        if saved != mine:
            raise InvalidArgumentError(
                f"set_state: the saved state is for {saved} at node {i}; this pipeline has {mine} there. "
                "Rebuild it with the saved options or start a new iterator."
            )
    if state["fingerprint"] != fingerprint(labels):
        raise InvalidArgumentError("set_state: the state is damaged: its fingerprint is not that of its plan.")
    for i, node in enumerate(walk(root)):
        if isinstance(node, plan.Shuffle | plan.GlobalShuffle | plan.Random):
            saved_seeds = state["shuffles"][str(i)]
            node.seeds.restore(tuple(saved_seeds["pair"]), saved_seeds["passes"])
    position: State | None = state["position"]
    return position


def fingerprint(labels: list[str]) -> str:
    """Return a short hash of a plan's nodes."""
    return hashlib.sha256("\n".join(labels).encode()).hexdigest()[:16]
