"""The state of a whole iterator: its position, and what makes sure that it is read by the same pipeline."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

from ...core.errors import InvalidArgumentError, describe
from .. import plan
from ..plan import Node, walk
from ..plan.global_shuffle import is_indexed
from .base import State
from .epochs import restore_caches
from .generators import restore_generators, save_generators
from .passes import Passes

FORMAT: Final = 1
_KEYS: Final = ("format", "plan", "passes", "caches", "generators", "position", "checksum")


def fingerprints(root: Node) -> list[str]:
    """Return what the nodes of a plan must be for a saved position, the source first.

    A shard of a source that is read by number saves a number of the whole source, for any number of workers: which
    part it is does not count, as long as nothing above holds elements of one worker back.
    """
    shard = root
    while isinstance(shard, plan.Map | plan.Batch | plan.Prefetch | plan.WithOptions):
        shard = shard.input
    free = shard if isinstance(shard, plan.Shard) and is_indexed(shard.input) else None
    return ["shard()" if node is free else node.fingerprint for node in walk(root) if node.fingerprint]


def save(root: Node, passes: Passes, caches: list[Any], position: State | None) -> State:
    """Return the state of an iterator over `root`.

    Args:
        root: The plan that runs.
        passes: The passes that have begun.
        caches: What `save_caches` gave when the iterator was made; at the end, what it gives now.
        position: Position of the source; None at the end.
    """
    state = {
        "format": FORMAT,
        "plan": fingerprints(root),
        "passes": passes.save(),
        "caches": caches,
        "generators": save_generators(root) if position is None else None,
        "position": position,
    }
    return {**state, "checksum": _checksum(state)}


def load(root: Node, passes: Passes, state: Any) -> State | None:
    """Check that a state belongs to a plan, give its random nodes their seeds back, and return the position.

    Raises:
        InvalidArgumentError: It is no state, is damaged, has another format, or belongs to another pipeline; the
            message names the first difference.
    """
    if not isinstance(state, dict) or set(state) != set(_KEYS):
        raise InvalidArgumentError(f"set_state: state must come from get_state(). Received: {describe(state)}.")
    if state["format"] != FORMAT:
        raise InvalidArgumentError(
            f"set_state: the state's format must be {FORMAT}. Received: format={state['format']}. "
            "It was saved by another version of penstock; start a new iterator."
        )
    computed = _checksum({key: state[key] for key in _KEYS[:-1]})
    if state["checksum"] != computed:
        raise InvalidArgumentError(
            f"set_state: the state is damaged: it must be as get_state() gave it. Received: checksum={computed} over "
            f"its values, {state['checksum']} as saved. Use an earlier state, or start a new iterator."
        )
    _check_plan(fingerprints(root), state["plan"])
    passes.load(state["passes"])
    restore_caches(root, state["caches"])
    position: State | None = state["position"]
    if position is None:
        restore_generators(root, state["generators"])
    return position


def _check_plan(mine: list[str], saved: list[str]) -> None:
    for i in range(max(len(mine), len(saved))):
        theirs, ours = (names[i] if i < len(names) else "nothing" for names in (saved, mine))
        if theirs != ours:
            raise InvalidArgumentError(
                f"set_state: the saved state is for {theirs} at node {i}; this pipeline has {ours} there. "
                "Rebuild it with the saved options or start a new iterator."
            )


def _checksum(values: dict[str, Any]) -> str:
    """Return the CRC-32 of values as JSON; what JSON makes of them and back has the same one."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(text.encode()):08x}"
