"""Surveys of messages: `infer_schema`; and `decode_examples`, which reads Examples of any features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.errors import InvalidArgumentError, ParseError, UnimplementedError
from .extraction import Lists, find_features, find_steps, key_table, regular_rows
from .features import FeatureSpec, FixedLenFeature, ParseSpec, RaggedFeature
from .inputs import AUTO, Paths, compression_of, expand_paths
from .schema import FeatureListSchema, FeatureSchema, Schema

_KINDS: Final = {1: "string", 2: "float32", 3: "int64"}
_ROWS_AT_A_TIME: Final = 4096


@dataclass(slots=True)
class _Tally:
    """What was seen under one key.

    Attributes:
        kinds: Types of its lists.
        records: Records that have it.
        steps: Fewest and most steps in one of them.
        lists: Number of lists that may be there (steps) and of those that are.
        values: Fewest and most values in one list.
    """

    kinds: set[int] = field(default_factory=set)
    records: int = 0
    steps: tuple[int, int] = (0, 0)
    lists: tuple[int, int] = (0, 0)
    values: tuple[int, int] = (0, 0)

    def add(self, lists: Lists, counts: npt.NDArray[np.int64]) -> None:
        """Take in the lists of some records; `counts` are the values in each, -1 without a list."""
        held = counts[counts >= 0]
        self.kinds |= {*np.unique(lists.kinds[lists.kinds != 0]).tolist()}
        self.values = _wider(self.values, held, is_first=self.lists[1] == 0)
        if lists.steps is not None:
            self.steps = _wider(self.steps, np.diff(lists.steps)[lists.present], is_first=self.records == 0)
        self.records += int(np.count_nonzero(lists.present))
        self.lists = self.lists[0] + len(counts), self.lists[1] + len(held)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the types."""
        return tuple(_KINDS[kind] for kind in sorted(self.kinds))


def _wider(span: tuple[int, int], values: npt.NDArray[np.int64], *, is_first: bool) -> tuple[int, int]:
    if not len(values):
        return span
    low, high = int(values.min()), int(values.max())
    return (low, high) if is_first else (min(span[0], low), max(span[1], high))


class Survey:
    """Counts that grow with every column of records.

    Args:
        where: Who asks, for messages.
        sequences: Whether records may be SequenceExamples.

    Attributes:
        records: Number of records so far.
        features: What was seen under each key of an Example or context, in the order they were met.
        feature_lists: The same for feature lists.
    """

    def __init__(self, where: str, *, sequences: bool) -> None:
        self.records = 0
        self.features: dict[str, _Tally] = {}
        self.feature_lists: dict[str, _Tally] = {}
        self._where, self._sequences = where, sequences

    def add(self, rows: BytesColumn) -> None:
        """Look at a column of records.

        Raises:
            ParseError: A record is no message of the kinds that are allowed.
            UnimplementedError: A record is a SequenceExample, and may not be one.
        """
        from .schema_kernels import FEATURES, LISTS

        rows = regular_rows(self._where, rows, sequences=self._sequences)
        self._meet_keys(rows, self.features, FEATURES)
        self._count(self.features, find_features(self._where, rows, tuple(self.features)))
        if self._sequences:
            self._meet_keys(rows, self.feature_lists, LISTS)
            if self.feature_lists:
                self._count(self.feature_lists, find_steps(self._where, rows, tuple(self.feature_lists)))
        self.records += len(rows)

    def _count(self, tallies: dict[str, _Tally], found: Mapping[str, Lists]) -> None:
        from .list_kernels import value_counts_kernel

        for key, lists in found.items():
            counts = np.empty(len(lists.kinds), np.int64)
            status, unit = value_counts_kernel(lists.rows.data, lists.kinds, lists.ranges, counts)
            if status:
                raise lists.error(f"{lists.name(unit)} is malformed", unit)
            tallies[key].add(lists, counts)

    def _meet_keys(self, rows: BytesColumn, tallies: dict[str, _Tally], part: int) -> None:
        from google.protobuf.message import DecodeError

        from .messages import SequenceExample
        from .schema_kernels import FEATURE_LISTS, FEATURES, unknown_key_kernel
        from .wire_kernels import DONE

        row = 0
        while True:
            keys, table = key_table(tuple(tallies))
            status, row = unknown_key_kernel(
                rows.data, rows.offsets, row, keys.data, keys.offsets, table, part, not self._sequences
            )
            if status == DONE:
                return
            if status == FEATURE_LISTS:
                raise UnimplementedError(
                    f"{self._where}: records must be Examples. Received: a SequenceExample as record {row}. "
                    "Parse it with parse_sequence_example()."
                )
            try:
                message = SequenceExample.FromString(rows.element(row))
                held = message.context.feature if part == FEATURES else message.feature_lists.feature_list
                new = sorted({*held} - {*tallies})
            except DecodeError:
                new = []
            if not new:
                what = f"{self._where}: record {row} is not a serialized Example. Check what the file holds."
                raise ParseError(what, record_index=row)
            tallies.update({key: _Tally() for key in new})

    def schema(self, *, is_complete: bool) -> Schema:
        """Return what was found."""
        features = tuple(
            FeatureSchema(key, tally.names, tally.records, *tally.values)
            for key, tally in sorted(self.features.items())
        )
        lists = tuple(
            FeatureListSchema(key, tally.names, tally.records, *tally.steps, *tally.lists, *tally.values)
            for key, tally in sorted(self.feature_lists.items())
        )
        return Schema(features, self.records, is_complete, lists)


def survey(columns: Iterable[BytesColumn], *, is_complete: bool = True) -> Schema:
    """Return the schema of records that are at hand.

    Raises:
        ParseError: A record is no Example or SequenceExample.
    """
    found = Survey("infer_schema", sequences=True)
    for rows in columns:
        found.add(rows)
    return found.schema(is_complete=is_complete)


def infer_schema(
    paths: Paths,
    *,
    compression_type: str | None = AUTO,
    max_records: int | None = None,
) -> Schema:
    """Find out which features the Examples or SequenceExamples of record files have.

    Their types, numbers of values and steps, and in how many records they are.

    Args:
        paths: A TFRecord file, a glob pattern, or a list of them.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`; `"AUTO"` finds out for each file.
        max_records: How many records to look at, the first ones of each file; None for all.

    Raises:
        NotFoundError: There is no such file.
        ParseError: A record is no Example or SequenceExample.
        DataLossError: A file is damaged.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordWriter, encode_examples, infer_schema
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     writer.write_many(encode_examples({"id": [1, 2], "tags": [["a"], ["b", "c"]]}))
        >>> print(infer_schema(path))
        2 records (all), 2 features
        feature  type    values  in records  parsed as
        id       int64   1       all         FixedLenFeature(shape=[], dtype=int64)
        tags     string  1 to 2  all         VarLenFeature(dtype=string)
    """
    from .reader import TFRecordReader

    files = expand_paths("infer_schema", paths)
    if max_records is not None and max_records < 1:
        raise InvalidArgumentError(f"infer_schema: max_records must be >= 1. Received: max_records={max_records}.")
    found, is_complete = Survey("infer_schema", sequences=True), True
    for i, path in enumerate(files):
        # What earlier files left of their share goes to the later ones.
        share = None if max_records is None else -(-(max_records - found.records) // (len(files) - i))
        kind = compression_of("infer_schema", path, compression_type)
        with TFRecordReader(path, kind) as reader:
            while share is None or share > 0:
                rows = reader.read(_ROWS_AT_A_TIME if share is None else min(share, _ROWS_AT_A_TIME))
                if rows is None or not len(rows):
                    break
                _add(found, rows, path, reader.record_index - len(rows))
                share = None if share is None else share - len(rows)
            else:
                is_complete = is_complete and reader.read(1) is None
    return found.schema(is_complete=is_complete)


def _add(found: Survey, rows: BytesColumn, path: str, first: int) -> None:
    try:
        found.add(rows)
    except ParseError as err:
        index = first + (err.record_index or 0)
        raise ParseError(f"{err} It is record {index} of {path}.", path=path, record_index=index) from err


def decode_examples(serialized: Any, features: Mapping[str, FeatureSpec] | None = None) -> dict[str, Any]:
    """Return the features of many serialized `Example` messages as columns: the inverse of `encode_examples`.

    Args:
        serialized: The messages: a `BytesColumn`, a list or an array of bytes.
        features: What to look for, as `parse_example` takes it. None: everything that the messages hold.

    Returns:
        By key, in sorted order. Without `features`: an array `[n]` where every message has one value, `[n, k]` where
        every message has `k`, else a `Ragged` of `n` rows, in which a missing list is an empty row. A feature without a
        list in any message is a `Ragged` of empty rows of int64.

    Raises:
        ParseError: A message is no Example, or has another type of a feature than an earlier one.

    Example:
        >>> from penstock.records import decode_examples, encode_examples
        >>> decode_examples(encode_examples({"id": [7, 8], "words": [["a"], ["b", "c"]]}))
        {'id': array([7, 8]), 'words': Ragged([[b'a'], [b'b', b'c']], dtype=string)}
    """
    from .assembly import as_batch, assemble
    from .parsing import parse_example, strings_of

    rows, alone = strings_of("decode_examples", serialized)
    if alone:
        raise InvalidArgumentError("decode_examples: serialized must be many messages. Use decode_example() for one.")
    if features is not None:
        return parse_example(rows, features)
    found_keys = Survey("decode_examples", sequences=False)
    found_keys.add(rows)
    schema = found_keys.schema(is_complete=True)
    chosen: dict[str, FeatureSpec] = {}
    for feature in schema.features:
        spec = schema.spec_of(feature)
        chosen[feature.name] = (
            spec if isinstance(spec, FixedLenFeature) else RaggedFeature(feature.kinds[0] if feature.kinds else "int64")
        )
    if not chosen:
        return {}
    checked = ParseSpec.of("decode_examples", chosen)
    found = find_features("decode_examples", rows, checked.sources)
    pairs = zip(checked.keys, checked.features, strict=True)
    return {key: as_batch(feature, assemble(key, feature, found)) for key, feature in pairs}
