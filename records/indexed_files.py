"""Random access to the records of several TFRecord files as if they were one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.closing import Closing
from ..core.columns import BytesColumn, concat
from ..core.errors import InvalidArgumentError, describe
from .indexed_file import TFRecordFile, rows_of
from .inputs import Paths, expand_paths


class TFRecordFiles(Closing):
    """The records of several uncompressed local files, one file after another: `len()`, `[i]`, `take`.

    Each file is a `TFRecordFile`, with all that is said there about indexes, checks and threads. A source for
    `Dataset.from_source`: all shards together have a length, one `global_shuffle`, balanced `shard`s, and a `skip` that
    reads nothing.

    Args:
        paths: Files or glob patterns; those of a pattern in sorted order.
        save_index: Whether new indexes are written beside the files.

    Attributes:
        files: The `TFRecordFile` of each path.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: A file had to be indexed and is damaged.

    Example:
        >>> import tempfile, os
        >>> from penstock import Dataset
        >>> from penstock.records import TFRecordFiles, TFRecordWriter
        >>> folder = tempfile.mkdtemp()
        >>> for i in range(2):
        ...     with TFRecordWriter(os.path.join(folder, f"{i}.tfrecord")) as writer:
        ...         writer.write_many([b"one", b"two"])
        >>> records = TFRecordFiles(os.path.join(folder, "*.tfrecord"))
        >>> len(records), records[2], records.take([3, 0]).strings()
        (4, b'one', [b'two', b'one'])
        >>> len(Dataset.from_source(records).global_shuffle(seed=1))
        4
        >>> records.close()
    """

    def __init__(self, paths: Paths, *, save_index: bool = True) -> None:
        self._paths = expand_paths("TFRecordFiles", paths)
        self._save_index = save_index
        with ExitStack() as opening:
            self.files = tuple(opening.enter_context(TFRecordFile(path, save_index=save_index)) for path in self._paths)
            self._open = opening.pop_all()
        self._starts: npt.NDArray[np.int64] = np.cumsum([0, *map(len, self.files)], dtype=np.int64)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """int64[n]: bytes in each record."""
        return np.concatenate([file.index.lengths for file in self.files])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> bytes:
        """Return one record; a negative number counts from the end.

        Raises:
            OutOfRangeError: There is no such record.
            DataLossError: It is damaged.
        """
        if not hasattr(index, "__index__"):
            raise InvalidArgumentError(f"TFRecordFiles: an index must be an int. Received: {describe(index)}.")
        return self.take([index]).strings()[0]

    def take(self, indices: Any) -> BytesColumn:
        """Return the records with given numbers, in that order; negative ones count from the end.

        Args:
            indices: int[n], any sequence or array of ints from `-len(self)` to `len(self) - 1`.

        Raises:
            OutOfRangeError: There is no such record.
            DataLossError: A record is damaged.
        """
        held = f"there are {len(self)} records in {len(self.files)} files"
        rows = rows_of("TFRecordFiles", indices, len(self), held)
        owners = np.searchsorted(self._starts, rows, side="right") - 1
        by_file = np.argsort(owners, kind="stable")
        met = np.unique(owners).tolist()
        parts = [self.files[i].take(rows[owners == i] - self._starts[i]) for i in met]
        if len(parts) <= 1:
            return parts[0] if parts else self.files[0].take(rows)
        joined = concat(parts)
        assert isinstance(joined, BytesColumn)
        back = np.empty(len(rows), np.int64)
        back[by_file] = np.arange(len(rows))
        return joined.take(back)

    def __getitems__(self, indices: Any) -> list[bytes]:
        """Return the records with given numbers: what `Dataset.from_source` reads batches with."""
        return self.take(indices).strings()

    def __iter__(self) -> Iterator[bytes]:
        for file in self.files:
            yield from file

    def close(self) -> None:
        """Give the mappings back; may be called again."""
        self._open.close()

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process maps the files itself.
        return _again, (self._paths, self._save_index)

    def __repr__(self) -> str:
        return f"TFRecordFiles({len(self.files)} files, {len(self)} records)"


def _again(paths: list[str], save_index: bool) -> TFRecordFiles:  # noqa: FBT001 (pickle's form)
    return TFRecordFiles(paths, save_index=save_index)
