"""What record files hold: `infer_schema`; and `decode_examples`, which reads Examples of any features."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from ..core.columns import BytesColumn
from ..core.errors import InvalidArgumentError, NotFoundError, ParseError, UnimplementedError, describe
from .extraction import find_features
from .features import FeatureSpec, FixedLenFeature, ParseSpec, RaggedFeature, VarLenFeature

_FORMAT: Final = "penstock-schema"
_VERSION: Final = 1
_KINDS: Final = {1: "string", 2: "float32", 3: "int64"}
_ROWS_AT_A_TIME: Final = 4096


@dataclass(frozen=True, slots=True)
class FeatureSchema:
    """What is known about one feature.

    Attributes:
        name: Its key.
        kinds: Types of its lists: `int64`, `float32`, `string`. More than one where records disagree, none where no
            record has a list.
        records: Number of records that have a list of it.
        smallest: Fewest values in one of them.
        largest: Most values in one of them.
    """

    name: str
    kinds: tuple[str, ...]
    records: int
    smallest: int
    largest: int


@dataclass(frozen=True, slots=True)
class Schema:
    """The features of the Examples in record files; `print(schema)` shows a table.

    Attributes:
        features: What is known about each feature, by name.
        records: Number of records looked at.
        is_complete: Whether these were all records.
    """

    features: tuple[FeatureSchema, ...]
    records: int
    is_complete: bool = True

    def spec_of(self, feature: FeatureSchema) -> FeatureSpec | None:
        """Return how to parse a feature: None when records disagree about its type, or none has a list.

        Where every record has the same number of values, at least one, it is a `FixedLenFeature`; else a
        `VarLenFeature`.
        """
        if len(feature.kinds) != 1:
            return None
        if feature.records == self.records and feature.smallest == feature.largest > 0:
            return FixedLenFeature([] if feature.largest == 1 else [feature.largest], feature.kinds[0])
        return VarLenFeature(feature.kinds[0])

    def to_features(self) -> dict[str, FeatureSpec]:
        """Return the specs that `parse_example` takes; features that no record has a list of are left out.

        Raises:
            InvalidArgumentError: Records disagree about the type of a feature.
        """
        specs = {}
        for feature in self.features:
            spec = self.spec_of(feature)
            if spec is not None:
                specs[feature.name] = spec
            elif feature.kinds:
                raise InvalidArgumentError(
                    f"Schema: all records must have one type of {feature.name!r}. Received: "
                    f"{' and '.join(feature.kinds)}. Parse it with a spec of your own, or repair the files."
                )
        return specs

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; `from_json` takes them back."""
        features = [
            {"name": f.name, "kinds": list(f.kinds), "records": f.records, "values": [f.smallest, f.largest]}
            for f in self.features
        ]
        head = {"format": _FORMAT, "version": _VERSION, "records": self.records, "complete": self.is_complete}
        return {**head, "features": features}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Build from what `to_json` returned.

        Raises:
            ParseError: It is something else.
        """
        try:
            if data["format"] != _FORMAT or data["version"] != _VERSION:
                raise ValueError(f"format {data['format']!r}, version {data['version']!r}")
            features = tuple(
                FeatureSchema(
                    str(f["name"]), tuple(map(str, f["kinds"])), int(f["records"]), *(int(v) for v in f["values"])
                )
                for f in data["features"]
            )
            if not all({*f.kinds} <= {*_KINDS.values()} for f in features):
                raise ValueError("a type that records do not hold")
            return cls(features, int(data["records"]), bool(data["complete"]))
        except (KeyError, TypeError, ValueError) as err:
            raise ParseError(
                f"Schema: must be a schema of version {_VERSION}, as Schema.save() writes it. "
                f"Received: {describe(data)} ({type(err).__name__}: {err})."
            ) from err

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a JSON file."""
        Path(path).write_text(json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a file that `save` wrote.

        Raises:
            NotFoundError: There is no such file.
            ParseError: It holds something else.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError as err:
            raise NotFoundError(f"Schema.load: no such file. Received: path={str(path)!r}.") from err
        try:
            return cls.from_json(json.loads(text))
        except ValueError as err:
            raise ParseError(f"Schema.load: {path} must hold a saved schema. {err}", path=str(path)) from err

    def __str__(self) -> str:
        """Return a table with a line for each feature."""
        rows = [("feature", "type", "values", "in records", "parsed as")]
        for feature in self.features:
            low, high = feature.smallest, feature.largest
            values = "" if not feature.kinds else str(low) if low == high else f"{low} to {high}"
            share = "all" if feature.records == self.records else f"{feature.records:,}"
            spec = self.spec_of(feature)
            rows.append(
                (feature.name, " or ".join(feature.kinds) or "none", values, share, repr(spec) if spec else "–")
            )
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        seen = "all" if self.is_complete else "a sample"
        return "\n".join([f"{self.records:,} records ({seen}), {len(self.features)} features", *lines])


@dataclass(slots=True)
class _Survey:
    """Counts that grow with every column of records."""

    records: int = 0
    keys: list[str] = field(default_factory=list)
    kinds: dict[str, set[int]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def add(self, rows: BytesColumn, where: str) -> None:
        """Look at a column of records.

        Raises:
            ParseError: A record is no Example.
            UnimplementedError: A record is a SequenceExample.
        """
        from .list_kernels import value_counts_kernel

        self._meet_keys(rows, where)
        for key, lists in find_features(where, rows, tuple(self.keys)).items():
            counts = np.empty(len(rows), np.int64)
            status, row = value_counts_kernel(lists.rows.data, lists.kinds, lists.ranges, counts)
            if status:
                raise ParseError(f"{where}: record {row}, feature {key!r}, is malformed.", record_index=row)
            held = counts[counts >= 0]
            self.kinds[key] |= {*np.unique(lists.kinds[lists.kinds != 0]).tolist()}
            if len(held):
                number, low, high = self.counts.get(key, (0, int(held[0]), 0))
                self.counts[key] = number + len(held), min(low, int(held.min())), max(high, int(held.max()))
        self.records += len(rows)

    def _meet_keys(self, rows: BytesColumn, where: str) -> None:
        from google.protobuf.message import DecodeError

        from .extraction import key_table, regular_rows
        from .messages import Example
        from .schema_kernels import FEATURE_LISTS, unknown_key_kernel
        from .wire_kernels import DONE

        rows, row = regular_rows(where, rows), 0
        while True:
            keys, table = key_table(tuple(self.keys))
            status, row = unknown_key_kernel(rows.data, rows.offsets, row, keys.data, keys.offsets, table)
            if status == DONE:
                return
            if status == FEATURE_LISTS:
                raise UnimplementedError(
                    f"{where}: records must be Examples. Received: a SequenceExample as record {row}. "
                    "Parse it with parse_sequence_example()."
                )
            try:
                new = sorted({*Example.FromString(rows.element(row)).features.feature} - {*self.keys})
            except DecodeError:
                new = []
            if not new:
                what = f"{where}: record {row} is not a serialized Example. Check what the file holds."
                raise ParseError(what, record_index=row)
            self.keys += new
            self.kinds.update({key: set() for key in new})

    def schema(self, *, is_complete: bool) -> Schema:
        """Return what was found."""
        features = tuple(
            FeatureSchema(key, tuple(_KINDS[k] for k in sorted(self.kinds[key])), *self.counts.get(key, (0, 0, 0)))
            for key in sorted(self.keys)
        )
        return Schema(features, self.records, is_complete)


def infer_schema(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    compression_type: str | None = None,
    max_records: int | None = None,
) -> Schema:
    """Find out which features the Examples of record files have: types, numbers of values, how often they are there.

    Args:
        paths: A TFRecord file, a glob pattern, or a list of them.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        max_records: How many records to look at, the first ones of each file; None for all.

    Raises:
        NotFoundError: There is no such file.
        ParseError: A record is no Example.
        DataLossError: A file is damaged.
        UnimplementedError: A record is a SequenceExample.

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

    files = _files(paths)
    if max_records is not None and max_records < 1:
        raise InvalidArgumentError(f"infer_schema: max_records must be >= 1. Received: max_records={max_records}.")
    survey, is_complete = _Survey(), True
    for i, path in enumerate(files):
        # What earlier files left of their share goes to the later ones.
        share = None if max_records is None else -(-(max_records - survey.records) // (len(files) - i))
        with TFRecordReader(path, compression_type) as reader:
            while share is None or share > 0:
                rows = reader.read(_ROWS_AT_A_TIME if share is None else min(share, _ROWS_AT_A_TIME))
                if rows is None or not len(rows):
                    break
                _add(survey, rows, path, reader.record_index - len(rows))
                share = None if share is None else share - len(rows)
            else:
                is_complete = is_complete and reader.read(1) is None
    return survey.schema(is_complete=is_complete)


def _add(survey: _Survey, rows: BytesColumn, path: str, first: int) -> None:
    try:
        survey.add(rows, "infer_schema")
    except ParseError as err:
        index = first + (err.record_index or 0)
        raise ParseError(f"{err} It is record {index} of {path}.", path=path, record_index=index) from err


def _files(paths: Any) -> list[str]:
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    files: list[str] = []
    for path in [os.fspath(path) for path in given]:
        is_pattern = glob.has_magic(path) and "://" not in path and not Path(path).exists()
        found = sorted(glob.glob(path)) if is_pattern else [path]  # noqa: PTH207  (patterns may be absolute)
        if not found:
            raise NotFoundError(f"infer_schema: no file matches. Received: paths={path!r}.")
        files += found
    if not files:
        raise InvalidArgumentError("infer_schema: paths must name at least one file. Received: none.")
    return files


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
    survey = _Survey()
    survey.add(rows, "decode_examples")
    schema = survey.schema(is_complete=True)
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
