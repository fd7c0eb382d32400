"""Pipelines of integers as plain JSON values, so that one description runs on any class with tf.data's methods.

A pipeline is a list of steps; a step is a dict of its name (`"op"`) and the method's arguments by tf.data's names::

    [{"op": "range", "stop": 12}, {"op": "shuffle", "buffer_size": 4, "seed": 42}, {"op": "repeat", "count": 2}]

Sources (first step):
    range           `start` (default 0), `stop`.
    random          `count`: a take; the other arguments as in tf.data.
    values          `values`: a list of integers, as `from_tensor_slices`.
    span            of the outer element x, inside `function` only: x * width, …, x * width + length - 1.
    ragged          of the outer element x, inside `function` only: x * 10, …, x * 10 + x % 10 - 1; so 30 gives nothing
                    and 32 gives 320, 321.

Transformations:
    shuffle, repeat, take, skip, batch, unbatch, rebatch, prefetch, cache, shard     arguments as in tf.data.
    add             `amount`: a map.
    keep_multiples  `of`: a filter.
    take_below      `limit`: a take_while.
    unique          no arguments.
    running_sum     a scan that adds up.
    enumerate       `start`; gives number * 100 + element.
    concatenate     `other`: a pipeline.
    zip             `other`: a pipeline; gives sums of pairs.
    choose          `others`: pipelines; `turns`: whose turn it is, 0 for the pipeline before; the other arguments as in
                    tf.data.
    sample          `others`: pipelines; the other arguments as in tf.data.
    interleave      `function`: a pipeline of an outer element; the other arguments as in tf.data.
    flat_map        `function`: likewise.
    window          arguments as in tf.data; gives the elements of one window after the other.
    group_by_window `modulus`: groups by element % modulus; `window_size`; gives the elements of one window after the
                    other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Step = dict[str, Any]
Pipeline = Sequence[Step]

_BY_METHOD = (
    "shuffle",
    "repeat",
    "take",
    "skip",
    "batch",
    "unbatch",
    "rebatch",
    "unique",
    "prefetch",
    "cache",
    "shard",
)


def build(dataset_class: Any, pipeline: Pipeline, outer: Any = None) -> Any:
    """Build the pipeline with a class that has tf.data's methods.

    Args:
        dataset_class: `penstock.Dataset`, `tf.data.Dataset`, or another class with the same methods.
        pipeline: The description; see the module's docstring.
        outer: The element of the outer dataset, inside of an interleave.

    Returns:
        An instance of the class.
    """
    first, *rest = pipeline
    return apply(dataset_class, _source(dataset_class, first, outer), rest)


def apply(dataset_class: Any, dataset: Any, steps: Pipeline) -> Any:
    """Put transformations onto a dataset that exists already."""
    for step in steps:
        dataset = _apply(dataset_class, dataset, step)
    return dataset


def elements(dataset: Any, limit: int | None = None) -> list[Any]:
    """List one epoch as JSON values: integers, or nested lists for batches; at most `limit` elements."""
    listed: list[Any] = []
    iterator = dataset.as_numpy_iterator()
    while limit is None or len(listed) < limit:
        try:
            listed.append(np.asarray(next(iterator)).tolist())
        except StopIteration:
            break
    return listed


def _source(dataset_class: Any, step: Step, outer: Any) -> Any:
    match step["op"]:
        case "range":
            return dataset_class.range(step.get("start", 0), step["stop"])
        case "random":
            arguments = {key: value for key, value in step.items() if key not in ("op", "count")}
            return dataset_class.random(**arguments).take(step["count"])
        case "values":
            return dataset_class.from_tensor_slices(np.array(step["values"], np.int64))
        case "span":
            start = outer * step["width"]
            return dataset_class.range(start, start + step["length"])
        case "ragged":
            return dataset_class.range(outer * 10, outer * 10 + outer % 10)
        case name:
            raise ValueError(f"pipeline: the first step must be a source. Received: op={name!r}.")


def _apply(dataset_class: Any, dataset: Any, step: Step) -> Any:
    arguments = {key: value for key, value in step.items() if key != "op"}
    match step["op"]:
        case "add":
            amount = arguments["amount"]
            return dataset.map(lambda x: x + amount)
        case "keep_multiples":
            of = arguments["of"]
            return dataset.filter(lambda x: x % of == 0)
        case "take_below":
            limit = arguments["limit"]
            return dataset.take_while(lambda x: x < limit)
        case "running_sum":
            return dataset.scan(np.int64(0), lambda total, x: (total + x, total + x))
        case "enumerate":
            return dataset.enumerate(**arguments).map(lambda number, x: number * 100 + x)
        case "concatenate" | "zip" | "choose" | "sample" as name:
            return _combined(dataset_class, dataset, name, arguments)
        case "interleave" | "flat_map" as name:
            function = _nested(dataset_class, arguments.pop("function"))
            return getattr(dataset, name)(function, **arguments)
        case "window":
            return dataset.window(**arguments).flat_map(lambda window: window)
        case "group_by_window":
            modulus, size = arguments["modulus"], arguments["window_size"]
            return dataset.group_by_window(lambda x: x % modulus, lambda key, window: window, size)
        case name if name in _BY_METHOD:
            return getattr(dataset, name)(**arguments)
        case name:
            raise ValueError(f"pipeline: unknown step. Received: op={name!r}.")


def _combined(dataset_class: Any, dataset: Any, name: str, arguments: dict[str, Any]) -> Any:
    if name in ("concatenate", "zip"):
        other = build(dataset_class, arguments["other"])
        if name == "concatenate":
            return dataset.concatenate(other)
        return dataset_class.zip((dataset, other)).map(lambda a, b: a + b)
    datasets = [dataset, *(build(dataset_class, other) for other in arguments.pop("others"))]
    if name == "sample":
        return dataset_class.sample_from_datasets(datasets, **arguments)
    turns = dataset_class.from_tensor_slices(np.array(arguments.pop("turns"), np.int64))
    return dataset_class.choose_from_datasets(datasets, turns, **arguments)


def _nested(dataset_class: Any, pipeline: Pipeline) -> Callable[[Any], Any]:
    def function(outer: Any) -> Any:
        return build(dataset_class, pipeline, outer)

    return function
