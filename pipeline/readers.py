"""Datasets over the records of files: `TextLineDataset` and `TFRecordDataset`."""

from __future__ import annotations

from typing import Any

from . import plan
from .calling import paths_of
from .dataset import Dataset
from .plan import Node
from .plan.file_source import FileSource


def files_node(
    where: str,
    kind: type[FileSource],
    filenames: Any,
    compression_type: str | None,
    buffer_size: int | None,
    num_parallel_reads: int | None,
) -> Node:
    """Return the plan that reads files of one kind.

    One after another; with `num_parallel_reads` interleaved, one record from each of that many files in turn, as in
    tf.data. File names that come from a dataset are read as they arrive.
    """
    from ..records.files import check_compression

    compression = check_compression(where, compression_type) or None

    def open_one(name: Any) -> Dataset[bytes]:
        return Dataset(kind(paths_of(where, name), compression, buffer_size))

    if isinstance(filenames, Dataset):
        cycle = num_parallel_reads or 1
        return filenames.interleave(open_one, cycle_length=cycle, num_parallel_calls=num_parallel_reads)._node
    paths = paths_of(where, filenames)
    if num_parallel_reads is None or num_parallel_reads == 1:
        return kind(paths, compression, buffer_size)
    names = Dataset.from_tensor_slices(list(paths))
    return names.interleave(open_one, cycle_length=num_parallel_reads, num_parallel_calls=num_parallel_reads)._node


class TextLineDataset(Dataset[bytes]):
    r"""Yields the lines of text files as bytes, without their line ends.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for one MiB.
        num_parallel_reads: How many files are read at once, one line from each in turn; None reads file after file.

    Raises:
        NotFoundError: A file does not exist (raised while iterating, when its turn comes).
    """

    __slots__ = ()

    def __new__(
        cls,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
    ) -> Any:
        """Return a Dataset of the lines."""
        node = files_node(
            "TextLineDataset", plan.TextLine, filenames, compression_type, buffer_size, num_parallel_reads
        )
        return Dataset(node)


class TFRecordDataset(Dataset[bytes]):
    """Yields the records of TFRecord files as bytes; both checksums of every record are checked.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for one MiB.
        num_parallel_reads: How many files are read at once, one record from each in turn; None reads file after file.

    Raises:
        NotFoundError: A file does not exist (raised while iterating, when its turn comes).
        DataLossError: A record is damaged; all records before it have been yielded.
    """

    __slots__ = ()

    def __new__(
        cls,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
    ) -> Any:
        """Return a Dataset of the records."""
        node = files_node(
            "TFRecordDataset", plan.TFRecord, filenames, compression_type, buffer_size, num_parallel_reads
        )
        return Dataset(node)
