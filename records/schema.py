"""Schemas: what is known about the features of Examples and SequenceExamples in record files."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from ..core.errors import InvalidArgumentError, NotFoundError, ParseError, describe
from ..core.replacing import replacing
from .features import FeatureSpec, FixedLenFeature, FixedLenSequenceFeature, VarLenFeature

_FORMAT: Final = "penstock-schema"
# Version 2 has feature lists; schemas without them are written as version 1.
_VERSIONS: Final = (1, 2)
_TYPES: Final = ("string", "float32", "int64")


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
class FeatureListSchema:
    """What is known about one feature list of SequenceExamples.

    Attributes:
        name: Its key.
        kinds: Types of its steps: `int64`, `float32`, `string`; see `FeatureSchema`.
        records: Number of records that have it, which may be of no steps.
        fewest_steps: Fewest steps in one of them.
        most_steps: Most steps in one of them.
        steps: Number of steps in all records.
        filled_steps: Number of steps that have a list.
        smallest: Fewest values in a step.
        largest: Most values in a step.
    """

    name: str
    kinds: tuple[str, ...]
    records: int
    fewest_steps: int
    most_steps: int
    steps: int
    filled_steps: int
    smallest: int
    largest: int

    @property
    def spec(self) -> FeatureSpec | None:
        """How to parse it: None when steps disagree about the type, or none has a list.

        Where every step has the same number of values, at least one, it is a `FixedLenSequenceFeature`; else a
        `VarLenFeature`.
        """
        if len(self.kinds) != 1:
            return None
        if self.filled_steps == self.steps and self.smallest == self.largest > 0:
            shape = [] if self.largest == 1 else [self.largest]
            return FixedLenSequenceFeature(shape, self.kinds[0], allow_missing=True)
        return VarLenFeature(self.kinds[0])


@dataclass(frozen=True, slots=True)
class Schema:
    """The features of the Examples or SequenceExamples in record files; `print(schema)` shows a table.

    Attributes:
        features: What is known about each feature, by name; of SequenceExamples, those of the context.
        records: Number of records looked at.
        is_complete: Whether these were all records.
        feature_lists: What is known about each feature list of SequenceExamples, by name; none for Examples.
    """

    features: tuple[FeatureSchema, ...]
    records: int
    is_complete: bool = True
    feature_lists: tuple[FeatureListSchema, ...] = ()

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

        For SequenceExamples these are the context features of `parse_sequence_example`.

        Raises:
            InvalidArgumentError: Records disagree about the type of a feature.
        """
        return _specs([(feature, self.spec_of(feature)) for feature in self.features])

    def to_sequence_features(self) -> dict[str, FeatureSpec]:
        """Return the sequence features that `parse_sequence_example` takes; lists without any value are left out.

        Raises:
            InvalidArgumentError: Steps disagree about the type of a feature list.
        """
        return _specs([(one, one.spec) for one in self.feature_lists])

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; `from_json` takes them back."""
        features = [
            {"name": f.name, "kinds": list(f.kinds), "records": f.records, "values": [f.smallest, f.largest]}
            for f in self.features
        ]
        version = _VERSIONS[bool(self.feature_lists)]
        head = {"format": _FORMAT, "version": version, "records": self.records, "complete": self.is_complete}
        if not self.feature_lists:
            return {**head, "features": features}
        lists = [
            {
                "name": one.name,
                "kinds": list(one.kinds),
                "records": one.records,
                "steps_per_record": [one.fewest_steps, one.most_steps],
                "steps": [one.steps, one.filled_steps],
                "values": [one.smallest, one.largest],
            }
            for one in self.feature_lists
        ]
        return {**head, "features": features, "feature_lists": lists}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Build from what `to_json` returned.

        Raises:
            ParseError: It is something else.
        """
        try:
            if data["format"] != _FORMAT or data["version"] not in _VERSIONS:
                raise ValueError(f"format {data['format']!r}, version {data['version']!r}")
            features = tuple(
                FeatureSchema(
                    str(f["name"]), tuple(map(str, f["kinds"])), int(f["records"]), *(int(v) for v in f["values"])
                )
                for f in data["features"]
            )
            lists = tuple(
                FeatureListSchema(
                    str(f["name"]),
                    tuple(map(str, f["kinds"])),
                    int(f["records"]),
                    *(int(v) for v in (*f["steps_per_record"], *f["steps"], *f["values"])),
                )
                for f in data.get("feature_lists", ())
            )
            kinds = [f.kinds for f in features] + [f.kinds for f in lists]
            if not all({*one} <= {*_TYPES} for one in kinds):
                raise ValueError("a type that records do not hold")
            return cls(features, int(data["records"]), bool(data["complete"]), lists)
        except (KeyError, TypeError, ValueError) as err:
            raise ParseError(
                f"Schema: must be a schema of version {_VERSIONS[0]} or {_VERSIONS[1]}, as Schema.save() writes it. "
                f"Received: {describe(data)} ({type(err).__name__}: {err})."
            ) from err

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a JSON file, under a temporary name first."""
        text = json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n"
        with replacing(Path(path)) as file:
            file.write(text.encode())

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

    def keys(self) -> list[str]:
        """Return the names of all features, then of all feature lists."""
        return [one.name for one in self.features] + [one.name for one in self.feature_lists]

    def __str__(self) -> str:
        """Return a table with a line for each feature, and one for each feature list."""
        seen = "all" if self.is_complete else "a sample"
        title = f"{self.records:,} records ({seen}), {len(self.features)} features"
        rows: list[tuple[str, ...]] = [("feature", "type", "values", "in records", "parsed as")]
        for feature in self.features:
            values = _span(feature.smallest, feature.largest) if feature.kinds else ""
            rows.append(self._line(feature, values, self.spec_of(feature)))
        if not self.feature_lists:
            return "\n".join([title, *_table(rows)])
        steps: list[tuple[str, ...]] = [("feature list", "type", "steps", "values", "in records", "parsed as")]
        for one in self.feature_lists:
            values = _span(one.smallest, one.largest) if one.kinds else ""
            name, kinds, *rest = self._line(one, values, one.spec)
            steps.append((name, kinds, _span(one.fewest_steps, one.most_steps), *rest))
        title += f" in the context, {len(self.feature_lists)} feature lists"
        return "\n".join([title, *(_table(rows) if self.features else []), *_table(steps)])

    def _line(
        self, one: FeatureSchema | FeatureListSchema, values: str, spec: FeatureSpec | None
    ) -> tuple[str, str, str, str, str]:
        share = "all" if one.records == self.records else f"{one.records:,}"
        return one.name, " or ".join(one.kinds) or "none", values, share, repr(spec) if spec else "–"


def _specs(found: Sequence[tuple[FeatureSchema | FeatureListSchema, FeatureSpec | None]]) -> dict[str, FeatureSpec]:
    """Return specs by name, without those of features that hold nothing.

    Raises:
        InvalidArgumentError: A feature has more than one type.
    """
    for one, _ in found:
        if len(one.kinds) > 1:
            raise InvalidArgumentError(
                f"Schema: all records must have one type of {one.name!r}. Received: "
                f"{' and '.join(one.kinds)}. Parse it with a spec of your own, or repair the files."
            )
    return {one.name: spec for one, spec in found if spec is not None}


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
