"""parse_sequence_example: serialized SequenceExample messages to columns, in kernels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ..core.errors import InvalidArgumentError
from ..core.ops.registry import call, register
from ..core.specs import Spec, TensorSpec
from .assembly import as_batch, assemble, assemble_steps, reading_plan, spec_of_feature, stacked
from .extraction import find_features, find_steps, first_failure
from .features import (
    FeatureSpec,
    FixedLenFeature,
    FixedLenSequenceFeature,
    ParseSpec,
    RaggedFeature,
    VarLenFeature,
)
from .parsing import batch_shape, check_single, rows_of, strings_of

_NONE = ParseSpec((), ())
Parsed = dict[str, Any]


def parse_sequence_example(
    serialized: Any,
    context_features: Mapping[str, FeatureSpec] | None = None,
    sequence_features: Mapping[str, FeatureSpec] | None = None,
) -> tuple[Parsed, Parsed, Parsed]:
    """Parse serialized `SequenceExample` messages: features of the whole, and lists of features by step.

    Args:
        serialized: An array of messages (`string[batch]`), or one message (`bytes`); in `Dataset.map`, traced strings.
        context_features: What to look for in the context: key to `FixedLenFeature`, `VarLenFeature` or
            `RaggedFeature`.
        sequence_features: What to look for in the feature lists: key to `FixedLenSequenceFeature`, `VarLenFeature` or
            `RaggedFeature`.

    Returns:
        Three dicts by key: the context as `parse_example` gives it; the feature lists, with a first axis for steps
        after the batch axis (short ones padded for `FixedLenSequenceFeature`); and the number of steps,
        `int64[batch]`, for each `FixedLenSequenceFeature`.

    Raises:
        ParseError: A record is malformed, lacks a feature or list that must be there, or one has another type or number
            of values. `record_index` is the record.
        InvalidArgumentError: An argument breaks its rule.

    Example:
        >>> from penstock.records import FixedLenSequenceFeature, SequenceExample, parse_sequence_example
        >>> message = SequenceExample()
        >>> for n in (3, 5):
        ...     message.feature_lists.feature_list["n"].feature.add().int64_list.value.append(n)
        >>> lists = {"n": FixedLenSequenceFeature([], "int64")}
        >>> parse_sequence_example([message.SerializeToString()], sequence_features=lists)
        ({}, {'n': array([[3, 5]])}, {'n': array([2])})
    """
    context, lists = _checked("parse_sequence_example", context_features, sequence_features)
    results = call(_parse_sequence_example, serialized, context=context, lists=lists, lengths=True)
    first, second = len(context.keys), len(context.keys) + len(lists.keys)
    return (
        dict(zip(context.keys, results[:first], strict=True)),
        dict(zip(lists.keys, results[first:second], strict=True)),
        dict(zip(_counted(lists), results[second:], strict=True)),
    )


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, FeatureSpec] | None = None,
    sequence_features: Mapping[str, FeatureSpec] | None = None,
) -> tuple[Parsed, Parsed]:
    """Parse one serialized `SequenceExample` message; see `parse_sequence_example`.

    Returns:
        Two dicts by key: the context and the feature lists.

    Raises:
        ParseError: The record does not fit; see `parse_sequence_example`.
        InvalidArgumentError: An argument breaks its rule, or `serialized` is not one string.
    """
    context, lists = _checked("parse_single_sequence_example", context_features, sequence_features)
    check_single("parse_single_sequence_example", "parse_sequence_example", serialized)
    results = call(_parse_sequence_example, serialized, context=context, lists=lists, lengths=False)
    first = len(context.keys)
    return (
        dict(zip(context.keys, results[:first], strict=True)),
        dict(zip(lists.keys, results[first:], strict=True)),
    )


def _checked(where: str, context_features: Any, sequence_features: Any) -> tuple[ParseSpec, ParseSpec]:
    if not context_features and not sequence_features:
        raise InvalidArgumentError(
            f"{where}: context_features or sequence_features must hold features. Received: "
            f"context_features={context_features!r}, sequence_features={sequence_features!r}."
        )
    context = lists = _NONE
    if context_features:
        allowed = (FixedLenFeature, VarLenFeature, RaggedFeature)
        context = ParseSpec.of(where, context_features, argument="context_features", kinds=allowed)
    if sequence_features:
        stepped = (FixedLenSequenceFeature, VarLenFeature, RaggedFeature)
        lists = ParseSpec.of(where, sequence_features, argument="sequence_features", kinds=stepped)
    for key, feature in zip(lists.keys, lists.features, strict=True):
        if isinstance(feature, FixedLenSequenceFeature) and feature.default_value is not None:
            raise InvalidArgumentError(
                f"{where}: FixedLenSequenceFeature must have no default_value in a SequenceExample. "
                f"Received: {key!r}: {feature!r}."
            )
    return context, lists


def _counted(lists: ParseSpec) -> list[str]:
    """Return the keys whose number of steps is told."""
    pairs = zip(lists.keys, lists.features, strict=True)
    return [key for key, feature in pairs if isinstance(feature, FixedLenSequenceFeature)]


def _columns(rows: BytesColumn, context: ParseSpec, lists: ParseSpec) -> tuple[list[Column], list[Column]]:
    """Parse a column of messages; return the columns of the context and of the feature lists."""
    where = "parse_sequence_example"

    def parse(rows: BytesColumn) -> tuple[list[Column], list[Column]]:
        first, second = [], []
        if context.keys:
            found = find_features(where, rows, context.sources, reading_plan(context))
            first = [assemble(key, f, found) for key, f in zip(context.keys, context.features, strict=True)]
        if lists.keys:
            found = find_steps(where, rows, lists.sources)
            second = [assemble_steps(key, f, found) for key, f in zip(lists.keys, lists.features, strict=True)]
        return first, second

    return first_failure(parse, rows)


def _lengths(lists: ParseSpec, columns: list[Column]) -> list[Column]:
    counted = zip(lists.features, columns, strict=True)
    return [
        DenseColumn(column.lengths)
        for feature, column in counted
        if isinstance(feature, FixedLenSequenceFeature) and isinstance(column, RaggedColumn)
    ]


def _forward(serialized: Any, *, context: ParseSpec, lists: ParseSpec, lengths: bool) -> tuple[Any, ...]:
    rows, alone = strings_of("parse_sequence_example", serialized)
    first, second = _columns(rows, context, lists)
    counts = _lengths(lists, second) if lengths else []
    if alone:
        return tuple(column.element(0) for column in [*first, *second, *counts])
    pairs = zip((*context.features, *lists.features), [*first, *second], strict=True)
    return (*(as_batch(feature, column) for feature, column in pairs), *(column.as_value() for column in counts))


def _infer(args: tuple[Any, ...], attrs: Any) -> tuple[Spec, ...]:
    given = batch_shape("parse_sequence_example", args)
    context, lists = attrs["context"], attrs["lists"]
    counts = [TensorSpec(given, np.int64)] * (len(_counted(lists)) if attrs["lengths"] else 0)
    return (
        *(spec_of_feature(feature, given) for feature in context.features),
        *(spec_of_feature(feature, given, steps=1) for feature in lists.features),
        *counts,
    )


def _batch(_n: int, args: tuple[Any, ...], _batched: tuple[bool, ...], attrs: Any) -> tuple[Column, ...]:
    rows, size = rows_of("parse_sequence_example", args)
    context, lists = attrs["context"], attrs["lists"]
    first, second = _columns(rows, context, lists)
    counts = _lengths(lists, second) if attrs["lengths"] else []
    if size is None:
        return (*first, *second, *counts)
    pairs = zip((*context.features, *lists.features), [*first, *second], strict=True)
    return (*(stacked(feature, column, size) for feature, column in pairs), *(c.batch(size) for c in counts))


_parse_sequence_example = register("parse_sequence_example", _forward, batch=_batch, infer=_infer, columns=True)
