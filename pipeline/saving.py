"""Saving a dataset to a folder, and loading it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ..core import nest
from ..core.block import Block
from ..core.columns import ObjectColumn
from ..core.errors import InvalidArgumentError, describe, suggest
from ..core.random import FunctionSeeds, get_global_seed
from ..core.trace.rows import RowFunction
from . import plan
from .calling import check_function
from .checkpointed_save import Checkpoints, save_on
from .plan import INFINITE, Node
from .rules import optimize
from .storage import folder

if TYPE_CHECKING:
    from .dataset import Dataset

# Seconds between two looks for a dataset that is being written.
LOOK_EVERY: Final = 0.1

_CODECS: Final = {None: "", "": "", "NONE": "", "AUTO": "SNAPPY", "GZIP": "GZIP", "SNAPPY": "SNAPPY"}


def codec_of(where: str, compression: str | None) -> str:
    """Return the codec of block files for a user's `compression`.

    Raises:
        InvalidArgumentError: There is no such compression.
    """
    if compression not in _CODECS:
        known = [name for name in _CODECS if name]
        hint = suggest(compression.upper(), known) if isinstance(compression, str) else ""
        raise InvalidArgumentError(
            f"{where}: compression must be None, {', '.join(map(repr, known))}. "
            f"Received: compression={describe(compression)}.{hint}"
        )
    return _CODECS[compression]


def save(
    root: Node, path: str, codec: str, shard_function: RowFunction | None, checkpoints: Checkpoints | None = None
) -> None:
    """Write the elements of one pass over a plan to a folder.

    Raises:
        InvalidArgumentError: The dataset is infinite, or an element has no form in a file.
    """
    from .exec import DatasetIterator
    from .exec.sharding import Sharder

    if root.cardinality == INFINITE:
        raise InvalidArgumentError(
            "Dataset.save: the dataset must have an end. Received: an infinite one. Use take(count) before."
        )
    if checkpoints is not None:
        save_on(root, path, codec, shard_function, checkpoints)
        return
    sharder = Sharder(shard_function, "save")
    writer = folder.FolderWriter(path, codec)
    try:
        with DatasetIterator[Any](optimize(root)[0]) as iterator:
            while (block := iterator.next_block()) is not None:
                for shard, rows in sharder.parts(block):
                    writer.write(shard, rows)
        writer.finish(root.element_spec)
    finally:
        writer.abort()


def wait_for(path: str) -> None:
    """Return when a folder holds a dataset."""
    while not folder.is_complete(path):
        time.sleep(LOOK_EVERY)


def load_files(path: str, element_spec: Any, codec: str | None) -> plan.Load:
    """Return the plan that reads a saved dataset.

    Args:
        path: The folder.
        element_spec: Nest of specs that the elements must fit, or None.
        codec: What the files must be compressed with, or None.

    Raises:
        NotFoundError: There is no dataset.
        InvalidArgumentError: The elements do not fit the spec, or have another compression.
    """
    where = "Dataset.load"
    saved = folder.read(path, None if element_spec is None else nest.structure_of(element_spec))
    if codec is not None and codec != saved.codec:
        raise InvalidArgumentError(
            f"{where}: {path} was saved with compression {saved.codec or None!r}. Received: {codec or None!r}. "
            "Leave compression out: the folder knows."
        )
    if element_spec is not None:
        _check_spec(where, path, element_spec, saved)
    spec = saved.spec if element_spec is None else element_spec
    files = tuple(zip(saved.paths, (rows for _, rows in saved.files), strict=True))
    return plan.Load(path, files, spec)


def _check_spec(where: str, path: str, element_spec: Any, saved: folder.Saved) -> None:
    wanted, structure = nest.flatten(element_spec)
    found, saved_structure = nest.flatten(saved.spec)
    if not saved.files:
        return
    fits = structure == saved_structure and all(a.is_compatible_with(b) for a, b in zip(wanted, found, strict=True))
    if not fits:
        raise InvalidArgumentError(
            f"{where}: {path} holds other elements than element_spec says. Received: element_spec={element_spec!r}, "
            f"saved: {saved.spec!r}. Leave element_spec out: the folder knows."
        )


def reader_of(
    where: str, reader_func: Callable[[Dataset[Any]], Any] | None, make: Callable[[Node], Dataset[Any]]
) -> Callable[[plan.Load], Node] | None:
    """Return what makes a plan that reads files in the order of a user's function; None where there is none.

    It is called for each pass, as in TensorFlow: shuffles in it start over each time, and their seeds follow the rule
    for operations in a function.

    Args:
        where: Caller, for messages.
        reader_func: Takes a dataset of datasets of single files, and returns a dataset.
        make: Returns a dataset of the right class.

    Raises:
        InvalidArgumentError: The function returns something else (when the plan is made).
    """
    if reader_func is None:
        return None
    function, seed = check_function(where, "reader_func", reader_func), get_global_seed()

    def read(node: plan.Load) -> Node:
        with FunctionSeeds(seed):
            return _read_with(where, node, function, make)

    return read


def _read_with(where: str, node: plan.Load, function: Callable[..., Any], make: Callable[[Node], Dataset[Any]]) -> Node:
    singles: list[Any] = [make(plan.Load(node.path, (file,), node.spec)) for file in node.files]
    block = Block(nest.LEAF, [ObjectColumn(singles)], len(singles))
    shards = make(plan.FromTensorSlices(block, f"{len(singles)} files of {node.path!r}"))
    made = function(shards)
    if not hasattr(made, "_node"):
        raise InvalidArgumentError(f"{where}: reader_func must return a Dataset. Received: {describe(made)}.")
    result: Node = made._node
    return result
