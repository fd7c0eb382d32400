"""Saving a dataset so that an interrupted save goes on: what is known of it is kept in a folder of its own.

That folder holds `progress.json`, a JSON object sealed as a manifest is (`storage/folder.py`), with the save it belongs
to, the state of the iterator, and how far each file of blocks is. The files grow in the dataset's folder, where nobody
sees them before the manifest names them; what was written behind the last checkpoint is cut off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..core.errors import DataLossError, InvalidArgumentError, describe, suggest
from ..core.replacing import replacing
from ..core.trace.rows import RowFunction
from .calling import check_count
from .plan import Node
from .rules import optimize
from .storage import folder

PROGRESS: Final = "progress.json"
FORMAT: Final = "penstock save"
# tf.data's.
STEP_INTERVAL: Final = 50

_KEYS: Final = ("directory", "step_interval", "max_to_keep")


@dataclass(frozen=True)
class Checkpoints:
    """Where and how often progress is kept.

    Attributes:
        directory: The folder.
        step_interval: Elements between two checkpoints.
    """

    directory: str
    step_interval: int = STEP_INTERVAL


def checkpoints_of(where: str, args: Any) -> Checkpoints:
    """Return what a user's `checkpoint_args` say.

    Raises:
        InvalidArgumentError: They are no mapping, lack `directory`, or break a rule.
    """
    if not isinstance(args, Mapping) or "directory" not in args:
        raise InvalidArgumentError(
            f"{where}: checkpoint_args must be a dict with 'directory'. Received: checkpoint_args={describe(args)}. "
            "Name a folder for the progress."
        )
    for key in args:
        if key not in _KEYS:
            hint = suggest(key, _KEYS) if isinstance(key, str) else ""
            raise InvalidArgumentError(
                f"{where}: keys of checkpoint_args must be {', '.join(_KEYS)}. Received: {describe(key)}.{hint}"
            )
    directory = args["directory"]
    if not isinstance(directory, str | os.PathLike):
        raise InvalidArgumentError(
            f"{where}: checkpoint_args['directory'] must be a path. Received: directory={describe(directory)}."
        )
    if args.get("max_to_keep") is not None:
        check_count(where, "max_to_keep", args["max_to_keep"], 1)
    step = check_count(where, "step_interval", args.get("step_interval", STEP_INTERVAL), 1)
    return Checkpoints(os.fspath(directory), step)


def save_on(root: Node, path: str, codec: str, shard_function: RowFunction | None, checkpoints: Checkpoints) -> None:
    """Write one pass over a plan to a folder; start where an interrupted call was at its last checkpoint.

    Raises:
        InvalidArgumentError: The progress is that of another save, or an element has no form in a file.
        DataLossError: The progress or a file it tells of is damaged.
        NotFoundError: A file it tells of is gone.
    """
    from .exec import DatasetIterator
    from .exec.sharding import Sharder

    progress = Path(checkpoints.directory) / PROGRESS
    function = None if shard_function is None else shard_function.name
    key = {"path": str(Path(path).absolute()), "codec": codec, "shard_func": function}
    kept = _read(progress, key)
    if kept is not None and folder.is_run_complete(path, kept["writer"]["run"]):
        # It ended between its last two steps.
        _remove(progress)
        return
    plan = optimize(root)[0]
    with DatasetIterator[Any](plan) as iterator:
        rows = 0
        if kept is not None:
            try:
                iterator.set_state(kept["state"])
            except InvalidArgumentError as err:
                raise _another(progress, str(err)) from err
            rows = kept["rows"]
        writer = folder.FolderWriter(path, codec, None if kept is None else kept["writer"])
        sharder = Sharder(shard_function, "save", count=rows)

        def keep() -> None:
            content = {**key, "rows": rows, "writer": writer.progress(), "state": iterator.get_state()}
            progress.parent.mkdir(parents=True, exist_ok=True)
            with replacing(progress) as file:
                file.write(folder.sealed({"format": FORMAT, **content}))

        try:
            if kept is None:
                keep()
            step = checkpoints.step_interval
            while (block := iterator.next_block(step - rows % step)) is not None:
                for shard, part in sharder.parts(block):
                    writer.write(shard, part)
                rows += block.n
                if rows % step == 0:
                    keep()
            writer.finish(root.element_spec)
        finally:
            writer.abort()
    _remove(progress)


def _read(progress: Path, key: dict[str, Any]) -> Any:
    """Return the progress of a save; None when there is none."""
    try:
        data = progress.read_bytes()
    except FileNotFoundError:
        return None
    content = folder.unsealed(data)
    if content is None or content.get("format") != FORMAT:
        raise DataLossError(
            f"{progress}: is damaged, or no progress of a save. Remove it to start the save anew.",
            path=str(progress),
            offset_bytes=0,
        )
    for name, mine in key.items():
        if content[name] != mine:
            raise _another(progress, f"it has {name}={content[name]!r}. Received: {name}={mine!r}.")
    return content


def _another(progress: Path, difference: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"Dataset.save: {progress} must be the progress of this save, and is that of another one: {difference} "
        "Call save as before, or name another directory in checkpoint_args."
    )


def _remove(progress: Path) -> None:
    for left in [progress, *progress.parent.glob(f"{PROGRESS}.*.tmp")]:
        left.unlink(missing_ok=True)
