"""The reference executor's view of what is kept in files: caches, snapshots, saved datasets, options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core import nest
from ..pipeline import plan
from ..pipeline.plan import walk
from ..pipeline.storage.block_file import BlockFile

if TYPE_CHECKING:
    from .executor import Run

Elements: TypeAlias = Iterator[Any]


def keeping(source: Elements, home: Any, run: Run) -> Elements:
    """Pass elements on, and keep them when they come to their end; the first pass to do so wins."""
    seen = []
    for element in source:
        seen.append(element)
        yield element
    run.cached.setdefault(home, seen)


def _cache_file(node: plan.CacheFile, run: Run) -> Elements:
    kept = run.cached.get(node.filename)
    return iter(kept) if kept is not None else keeping(run.open(node.input), node.filename, run)


def _snapshot(node: plan.Snapshot, run: Run) -> Elements:
    assert node.reader is None, "the reference reads shards in their order"
    home = (node.path, *(below.label for below in walk(node.input)))
    kept = run.cached.get(home)
    if kept is None:
        return keeping(run.open(node.input), home, run)
    shard = node.shard_function
    return iter(kept if shard is None else sorted(kept, key=lambda element: int(shard.call(element))))


def _load(node: plan.Load, run: Run) -> Elements:
    like = nest.structure_of(node.spec)
    for path, _ in node.files:
        file = BlockFile(path, like)
        try:
            for number in range(file.blocks):
                yield from file.block(number).to_list()
        finally:
            file.close()


def _with_options(node: plan.WithOptions, run: Run) -> Elements:
    return run.open(node.input)


OPEN: dict[type[plan.Node], Callable[[Any, Run], Elements]] = {
    plan.CacheFile: _cache_file,
    plan.Load: _load,
    plan.Snapshot: _snapshot,
    plan.WithOptions: _with_options,
}
