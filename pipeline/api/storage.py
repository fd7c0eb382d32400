"""Transformations that keep elements, or make them ahead."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from ...core.trace.rows import RowFunction
from .. import plan
from ..calling import check_count, check_function
from ..checkpointed_save import checkpoints_of
from ..saving import codec_of, load_files, reader_of, save, wait_for
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset


class Storage(DatasetBase[T]):
    """Buffers and caches; mixed into `Dataset`."""

    __slots__ = ()

    def prefetch(self, buffer_size: int) -> Self:
        """Make up to `buffer_size` elements ahead, on another thread.

        Args:
            buffer_size: Elements held ahead; AUTOTUNE lets the engine choose.

        Raises:
            InvalidArgumentError: `buffer_size` is no int >= -1.

        Example:
            >>> from penstock import Dataset
            >>> [batch.tolist() for batch in Dataset.range(4).batch(2).prefetch(1)]
            [[0, 1], [2, 3]]
        """
        return self._same(plan.Prefetch(self._node, check_count("Dataset.prefetch", "buffer_size", buffer_size, -1)))

    def cache(self, filename: str | os.PathLike[str] = "") -> Self:
        """Keep the elements of the first complete pass, for all later passes over this dataset.

        Args:
            filename: Where to keep them: `""` is memory; else a file, which serves later processes too. The file
                appears when a pass is complete; several iterators and processes may run at once. It is checked as it
                is read. It remembers the plan, not the code of functions nor the contents of arrays: remove it when
                these change.

        Raises:
            DataLossError: The file is damaged (raised while iterating).
            InvalidArgumentError: The file was made by another pipeline, or an element holds a Python object that has no
                form in a file (both raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> dataset = Dataset.range(3).map(lambda x: x + 1).cache()
            >>> [int(x) for x in dataset], [int(x) for x in dataset]  # the function runs in the first pass alone
            ([1, 2, 3], [1, 2, 3])
        """
        name = os.fspath(filename)
        return self._same(plan.CacheFile(self._node, name) if name else plan.Cache(self._node))

    def snapshot(
        self,
        path: str | os.PathLike[str],
        compression: str | None = "AUTO",
        reader_func: Callable[[Dataset[Any]], Dataset[Any]] | None = None,
        shard_func: Callable[..., Any] | None = None,
    ) -> Self:
        """Keep the elements of the first complete pass in a folder, for all later passes and processes.

        As `cache(filename)`, in shards, compressed, and with a choice of the order in which they are read. Each
        pipeline has a folder of its own inside, so that one path serves them all; a pipeline is known by its plan, not
        by the code of functions nor the contents of arrays: remove the folder when these change.

        Args:
            path: The folder; it is made when it is not there.
            compression: `"AUTO"` (snappy), `"SNAPPY"`, `"GZIP"` or None.
            reader_func: As for `load`, called for each pass that reads: its shuffles start over each time. The first
                pass has the order of the input.
            shard_func: As for `save`.

        Raises:
            DataLossError: The snapshot is damaged (raised while iterating).
            InvalidArgumentError: An argument breaks its rule; or an element holds a Python object that has no form in a
                file (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> dataset = Dataset.range(3).snapshot("numbers")
            >>> [int(x) for x in dataset], [int(x) for x in dataset]  # the second pass reads the files
            ([0, 1, 2], [0, 1, 2])
        """
        where = "Dataset.snapshot"
        codec, shards = codec_of(where, compression), self._shard_function(where, shard_func)
        reader = reader_of(where, reader_func, self._derived)
        return self._same(plan.Snapshot(self._node, os.fspath(path), codec, shards, reader))

    def save(
        self,
        path: str | os.PathLike[str],
        compression: str | None = None,
        shard_func: Callable[..., Any] | None = None,
        checkpoint_args: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the elements of one pass to a folder, from which `Dataset.load` reads them.

        A dataset that the folder held before is replaced when all elements are on disk; a save that fails leaves it as
        it was. Elements are nests of numbers, arrays, strings, `Ragged` and `Sparse` values. The format is penstock's
        own (`pipeline/storage` documents it), checked when it is read.

        Args:
            path: The folder; it is made when it is not there.
            compression: None, `"GZIP"`, `"SNAPPY"` or `"AUTO"` (snappy).
            shard_func: Function of one element that returns the number of its shard, an integer >= 0; None writes one
                shard. Elements of a shard keep their order, and shards are loaded in the order of their numbers.
            checkpoint_args: None, or how to keep the progress, so that the same call goes on after an interruption and
                the folder holds what one call would have written: a dict with `directory` (a folder, of one save at a
                time), `step_interval` (elements between checkpoints, 50) and `max_to_keep` (accepted: one is kept).

        Raises:
            InvalidArgumentError: The dataset is infinite, an element holds a Python object that has no form in a file,
                or an argument breaks its rule.
            OSError: The folder cannot be written.

        Example:
            >>> import tempfile
            >>> from penstock import Dataset
            >>> folder = tempfile.mkdtemp()
            >>> Dataset.range(5).save(folder)
            >>> [int(x) for x in Dataset.load(folder)]
            [0, 1, 2, 3, 4]
        """
        where = "Dataset.save"
        codec, shards = codec_of(where, compression), self._shard_function(where, shard_func)
        checkpoints = None if checkpoint_args is None else checkpoints_of(where, checkpoint_args)
        save(self._node, os.fspath(path), codec, shards, checkpoints)

    def _shard_function(self, where: str, shard_func: Callable[..., Any] | None) -> RowFunction | None:
        if shard_func is None:
            return None
        return RowFunction(self._for_users(check_function(where, "shard_func", shard_func)), where=where)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        element_spec: Any = None,
        compression: str | None = None,
        reader_func: Callable[[Dataset[Any]], Dataset[Any]] | None = None,
        wait: bool = False,  # noqa: FBT001, FBT002 (tf.data's order)
    ) -> Dataset[Any]:
        """Yield the elements that `save` wrote to a folder.

        Args:
            path: The folder.
            element_spec: Nest of specs that the elements must fit; needed only to get dataclasses, and named tuples
                of the program's own class, back.
            compression: None takes what the folder says; anything else must be what it says.
            reader_func: Takes a dataset of datasets, one for each file in the order of the shards, and returns the
                dataset to read; called for each pass, so that its shuffles start over. None reads one file after
                another.
            wait: Whether to wait for a dataset that is still being written, if there is none.

        Raises:
            NotFoundError: The folder holds no dataset.
            DataLossError: Its manifest is damaged; or a file is (raised while iterating).
            InvalidArgumentError: The elements do not fit `element_spec`.

        Example:
            >>> from penstock import Dataset
            >>> Dataset.range(3).save("numbers")
            >>> [int(x) for x in Dataset.load("numbers")]
            [0, 1, 2]
        """
        where = "Dataset.load"
        codec = None if compression is None else codec_of(where, compression)
        name = os.fspath(path)
        if wait:
            wait_for(name)
        reader = reader_of(where, reader_func, cls._of)
        return cls._of(dataclasses.replace(load_files(name, element_spec, codec), reader=reader))
