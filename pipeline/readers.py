"""Datasets over the records of files: `TextLineDataset`, `TFRecordDataset`, `FixedLengthRecordDataset`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

from . import plan
from .api.base import T
from .calling import check_count, check_parallel_calls, paths_of
from .dataset import Dataset
from .plan import Node
from .plan.file_source import FileSource


def files_node(
    where: str,
    kind: Callable[[tuple[str, ...], str | None, int | None], FileSource],
    filenames: Any,
    compression_type: str | None,
    buffer_size: int | None,
    num_parallel_reads: int | None,
) -> Node:
    """Return the plan that reads files of one kind: `kind(files, compression_type, buffer_size)`.

    One after another; with `num_parallel_reads` interleaved, one record from each of that many files in turn, as in
    tf.data. File names that come from a dataset are read as they arrive.
    """
    from ..records.files import check_buffer_size, check_compression

    compression = check_compression(where, compression_type) or None
    check_buffer_size(where, buffer_size)
    reads = check_parallel_calls(where, num_parallel_reads, "num_parallel_reads")

    def open_one(name: Any) -> Dataset[bytes]:
        return Dataset(kind(paths_of(where, name), compression, buffer_size))

    open_one.__name__ = kind(("…",), compression, buffer_size).label
    if isinstance(filenames, Dataset):
        return filenames.interleave(open_one, cycle_length=reads or 1, num_parallel_calls=reads)._node
    paths = paths_of(where, filenames)
    if reads is None or reads == 1:
        return kind(paths, compression, buffer_size)
    names = Dataset.from_tensor_slices(list(paths))
    return names.interleave(open_one, cycle_length=reads, num_parallel_calls=reads)._node


class FileDataset(Dataset[T]):
    """A dataset whose constructor takes files; what its methods make is a plain `Dataset`."""

    __slots__ = ()

    @classmethod
    def _of(cls, node: Node) -> Dataset[Any]:
        return Dataset(node)

    def __repr__(self) -> str:
        return repr(Dataset(self._node))


class TextLineDataset(FileDataset[bytes]):
    r"""Yields the lines of text files as bytes, without their line ends.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB.
        num_parallel_reads: How many files are read at once, one line from each in turn; None reads file after file.

    Raises:
        NotFoundError: A file does not exist (raised while iterating, when its turn comes).
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
    ) -> None:
        node = files_node(
            "TextLineDataset", plan.TextLine, filenames, compression_type, buffer_size, num_parallel_reads
        )
        super().__init__(node)


class TFRecordDataset(FileDataset[bytes]):
    """Yields the records of TFRecord files as bytes; both checksums of every record are checked.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths; remote ones with their scheme, as `s3://bucket/a`.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB.
        num_parallel_reads: How many files are read at once, one record from each in turn; None reads file after file.
        on_corrupt: `"raise"`, or `"skip"` to leave damaged places out; the iterator's `skipped` counts and lists them.
        max_skipped: How much of one file may be left out: an int for a number of damaged places, a float for their
            share among places and records (judged at the end of the file); None for any.

    Raises:
        NotFoundError: A file does not exist (raised while iterating, when its turn comes).
        DataLossError: A record is damaged and may not be skipped; all records before it have been yielded.
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        on_corrupt: Literal["raise", "skip"] = "raise",
        max_skipped: float | None = None,
    ) -> None:
        kind = tfrecord(on_corrupt, max_skipped)
        super().__init__(
            files_node("TFRecordDataset", kind, filenames, compression_type, buffer_size, num_parallel_reads)
        )


def tfrecord(on_corrupt: Literal["raise", "skip"], max_skipped: float | None) -> Callable[..., plan.TFRecord]:
    """Return what makes the node of TFRecord files, for `files_node`.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
    """
    from ..records.damage import damage_policy

    policy = damage_policy("TFRecordDataset", on_corrupt, max_skipped)
    return functools.partial(plan.TFRecord, on_corrupt=policy.on_corrupt, max_skipped=policy.max_skipped)


def fixed_length(
    record_bytes: int, header_bytes: int | None = None, footer_bytes: int | None = None
) -> Callable[..., plan.FixedLength]:
    """Return what makes the node of files of fixed-length records, for `files_node`.

    Raises:
        InvalidArgumentError: A number of bytes breaks its rule.
    """
    where = "FixedLengthRecordDataset"
    return functools.partial(
        plan.FixedLength,
        record_bytes=check_count(where, "record_bytes", record_bytes, 1),
        header_bytes=0 if header_bytes is None else check_count(where, "header_bytes", header_bytes, 0),
        footer_bytes=0 if footer_bytes is None else check_count(where, "footer_bytes", footer_bytes, 0),
    )


class FixedLengthRecordDataset(FileDataset[bytes]):
    """Yields the records of files in which all records have the same number of bytes.

    Args:
        filenames: A path, a list of paths, or a Dataset of paths.
        record_bytes: Bytes of each record.
        header_bytes: Bytes to leave out at the beginning of each file; None is 0.
        footer_bytes: Bytes to leave out at the end of each file; None is 0.
        buffer_size: Bytes read at a time; None for 256 KiB.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`; the numbers of bytes are those of the decompressed files.
        num_parallel_reads: How many files are read at once, one record from each in turn; None reads file after file.

    Raises:
        NotFoundError: A file does not exist (raised while iterating, when its turn comes).
        DataLossError: A file does not hold a whole number of records; those before have been yielded.

    Example:
        >>> import os, tempfile
        >>> import numpy as np
        >>> from penstock import FixedLengthRecordDataset
        >>> path = os.path.join(tempfile.mkdtemp(), "points.bin")
        >>> _ = np.arange(6, dtype=np.float32).tofile(path)
        >>> records = FixedLengthRecordDataset(path, record_bytes=8)
        >>> [np.frombuffer(record, np.float32).tolist() for record in records]
        [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        buffer_size: int | None = None,
        compression_type: str | None = None,
        num_parallel_reads: int | None = None,
    ) -> None:
        kind = fixed_length(record_bytes, header_bytes, footer_bytes)
        super().__init__(
            files_node("FixedLengthRecordDataset", kind, filenames, compression_type, buffer_size, num_parallel_reads)
        )
