"""Records as JSON: the features of an Example or SequenceExample, or the bytes of anything else."""

from __future__ import annotations

import base64
import math
from typing import Any

from ...core.errors import ParseError


def record_as_json(record: bytes) -> dict[str, Any]:
    """Return an Example as `{feature: [values]}`; other records as `{"bytes": …}`.

    A SequenceExample is `{"context": {feature: [values]}, "feature_lists": {feature: [[values of a step], …]}}`.

    Strings that are UTF-8 text are shown as text, others as `{"base64": …}`; numbers that are not finite are `"NaN"`,
    `"Infinity"` and `"-Infinity"`.
    """
    from ...records import decode_example

    try:
        features = decode_example(record)
    except ParseError:
        return {"bytes": text_or_base64(record)}
    shown = {key: _values(values) for key, values in features.items()}
    lists = _feature_lists(record)
    if lists:
        return {"context": shown, "feature_lists": lists}
    return shown if shown or not record else {"bytes": text_or_base64(record)}


def _feature_lists(record: bytes) -> dict[str, list[list[Any] | None]]:
    """Return the feature lists of a SequenceExample, by step; none for other records."""
    from google.protobuf.message import DecodeError

    from ...records import Example, SequenceExample, decode_example

    try:
        lists = SequenceExample.FromString(record).feature_lists.feature_list
    except DecodeError:
        return {}
    shown: dict[str, list[list[Any] | None]] = {}
    for key in sorted(lists):
        # As one Example, whose features are the steps.
        steps = Example()
        for number, step in enumerate(lists[key].feature):
            steps.features.feature[f"{number:08d}"].ParseFromString(step.SerializeToString())
        shown[key] = [_values(values) for values in decode_example(steps.SerializeToString()).values()]
    return shown


def _values(values: Any) -> list[Any] | None:
    if values is None:
        return None
    if values.dtype == object:
        return [text_or_base64(value) for value in values]
    return [_number(value) for value in values] if values.dtype.kind == "f" else values.tolist()


def _number(value: Any) -> float | str:
    """Return a float32 in the shortest digits that give it again; JSON has no NaN and no infinity: they are words."""
    number = float(str(value))
    return number if math.isfinite(number) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(number)]


def text_or_base64(value: bytes) -> str | dict[str, str]:
    """Return text for printable UTF-8, `{"base64": …}` for other bytes."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    if text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return {"base64": base64.b64encode(value).decode()}
