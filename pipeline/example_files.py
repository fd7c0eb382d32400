"""Datasets over files of Examples: `make_batched_features_dataset`, from file names to batches of features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.errors import InvalidArgumentError, describe, suggest
from ..records import parse_example
from ..records.features import FeatureSpec, ParseSpec
from .calling import AUTOTUNE, check_parallel_calls
from .dataset import Dataset
from .readers import TFRecordDataset

SHUFFLE_BUFFER_SIZE = 10_000
PARSER_THREADS = 2


def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: int,
    features: Mapping[str, FeatureSpec],
    reader: Callable[..., Dataset[Any]] | None = None,
    label_key: str | None = None,
    reader_args: Sequence[Any] | None = None,
    num_epochs: int | None = None,
    shuffle: bool = True,  # noqa: FBT001, FBT002  (TensorFlow's order of arguments)
    shuffle_buffer_size: int = SHUFFLE_BUFFER_SIZE,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    reader_num_threads: int | None = None,
    parser_num_threads: int | None = None,
    sloppy_ordering: bool = False,  # noqa: FBT001, FBT002
    drop_final_batch: bool = False,  # noqa: FBT001, FBT002
) -> Dataset[Any]:
    r"""Return a dataset of batches of features, from files of serialized Examples.

    Args:
        file_pattern: A glob pattern, or a list of them.
        batch_size: Examples of a batch.
        features: What to look for in the Examples, by key; see `penstock.records.parse_example`.
        reader: Called with the name of a file and `reader_args`; returns a dataset of serialized Examples, or of pairs
            of a key, which is left out, and an Example. None for `TFRecordDataset`.
        label_key: Key of the feature that becomes the second part of the element; None for no label.
        reader_args: Further arguments of `reader`.
        num_epochs: Passes over the data; None goes on for ever.
        shuffle: Whether the order of files and the Examples in a buffer are shuffled.
        shuffle_buffer_size: Examples in the buffer.
        shuffle_seed: Seed of the order.
        prefetch_buffer_size: Batches made ahead; None lets the engine choose, 0 makes none.
        reader_num_threads: How many files are read at once, one Example from each in turn; None and 1 read file after
            file.
        parser_num_threads: How many batches are parsed at once; None for 2.
        sloppy_ordering: Whether Examples of files read at once may come in any order, to be faster.
        drop_final_batch: Whether a last batch with fewer Examples is left out.

    Returns:
        A dataset of dicts by key of what `parse_example` gives for a batch, or of `(dict, label)`. With
        `num_epochs=None` there is no smaller last batch.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
        NotFoundError: A pattern matches no file.
        ParseError: While iterating: an Example is not as `features` asks.

    Example:
        >>> import os, tempfile
        >>> from penstock import make_batched_features_dataset
        >>> from penstock.records import FixedLenFeature, TFRecordWriter, encode_example
        >>> path = os.path.join(tempfile.mkdtemp(), "people.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     writer.write_many(encode_example({"age": [age], "old": [int(age > 40)]}) for age in (30, 50))
        >>> spec = {"age": FixedLenFeature([], "int64"), "old": FixedLenFeature([], "int64")}
        >>> options = {"label_key": "old", "num_epochs": 1, "shuffle": False}
        >>> for row, label in make_batched_features_dataset(path, 2, spec, **options):
        ...     print(row, label)
        {'age': array([30, 50])} [0 1]
    """
    return batched_features(
        Dataset,
        TFRecordDataset if reader is None else reader,
        parse_example,
        file_pattern,
        batch_size,
        features,
        label_key,
        reader_args,
        num_epochs,
        shuffle,
        shuffle_buffer_size,
        shuffle_seed,
        prefetch_buffer_size,
        reader_num_threads,
        parser_num_threads,
        sloppy_ordering,
        drop_final_batch,
    )


def batched_features(
    kind: type[Dataset[Any]],
    reader: Callable[..., Dataset[Any]],
    parse: Callable[..., dict[str, Any]],
    file_pattern: Any,
    batch_size: int,
    features: Mapping[str, FeatureSpec],
    label_key: str | None,
    reader_args: Sequence[Any] | None,
    num_epochs: int | None,
    shuffle: bool,  # noqa: FBT001
    shuffle_buffer_size: int,
    shuffle_seed: int | None,
    prefetch_buffer_size: int | None,
    reader_num_threads: int | None,
    parser_num_threads: int | None,
    sloppy_ordering: bool,  # noqa: FBT001
    drop_final_batch: bool,  # noqa: FBT001
) -> Dataset[Any]:
    """Do what `make_batched_features_dataset` does, with datasets of a kind, and a reader and parser that fit it."""
    where = "make_batched_features_dataset"
    ParseSpec.of(where, features)
    if label_key is not None and label_key not in features:
        raise InvalidArgumentError(
            f"{where}: label_key must be one of the features: {', '.join(sorted(features))}. "
            f"Received: label_key={describe(label_key)}.{suggest(str(label_key), features)}"
        )
    reads = check_parallel_calls(where, reader_num_threads, "reader_num_threads") or 1
    arguments = tuple(reader_args or ())

    def open_file(name: Any) -> Dataset[Any]:
        return reader(name, *arguments)

    def parse_batch(*record: Any) -> Any:
        found = dict(parse(record[-1], features))
        return found if label_key is None else (found, found.pop(label_key))

    rows: Dataset[Any] = kind.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    if reads == 1:
        rows = rows.interleave(open_file, cycle_length=1)
    else:
        cycle = None if reads == AUTOTUNE else reads
        rows = rows.interleave(open_file, cycle, num_parallel_calls=reads, deterministic=not sloppy_ordering)
    if shuffle:
        rows = rows.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        rows = rows.repeat(num_epochs)
    batches: Dataset[Any] = rows.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    parsed = batches.map(parse_batch, num_parallel_calls=parser_num_threads or PARSER_THREADS)
    return parsed if prefetch_buffer_size == 0 else parsed.prefetch(prefetch_buffer_size or AUTOTUNE)
