"""Fixtures of the pipeline tests: no thread left, which steps `Dataset` knows, files of records."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from penstock import Dataset, TFRecordWriter


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    if _pool_threads(before):
        # A caught exception keeps its frames, and they their iterator, in a cycle.
        gc.collect()
    left = _pool_threads(before)
    assert not left, f"threads left behind: {left}"


def _pool_threads(before: set[threading.Thread]) -> list[str]:
    return [t.name for t in threading.enumerate() if t not in before and t.name.startswith("penstock")]


@pytest.fixture(scope="session")
def has_all_steps() -> Callable[[list[dict[str, Any]]], bool]:
    """Whether `Dataset` has the methods that a described pipeline uses."""
    by_name = {"add": "map", "keep_multiples": "filter", "values": "range", "span": "range", "ragged": "range"}
    by_name |= {"take_below": "take_while", "running_sum": "scan"}
    by_name |= {"choose": "choose_from_datasets", "sample": "sample_from_datasets"}

    def check(pipeline: list[dict[str, Any]]) -> bool:
        nested = [step[key] for step in pipeline for key in ("function", "other") if key in step]
        nested += [other for step in pipeline for other in step.get("others", ())]
        names = [by_name.get(step["op"], step["op"]) for step in pipeline]
        return all(hasattr(Dataset, name) for name in names) and all(map(check, nested))

    return check


@pytest.fixture
def read_all() -> Callable[[Any], list[Any]]:
    """Read an iterator to its end and list its elements, with errors in their places."""

    def read(dataset: Any) -> list[Any]:
        iterator, found = iter(dataset), []
        for _ in range(10_000):
            try:
                found.append(next(iterator))
            except StopIteration:
                return found
            except Exception as err:
                found.append(err)
        raise AssertionError("the iterator does not end")

    return read


@pytest.fixture
def folder(tmp_path):
    """Text and TFRecord files, plain and compressed."""
    for compression in ("", "GZIP", "ZLIB"):
        for i in range(3):
            with TFRecordWriter(str(tmp_path / f"{i}{compression}.tfrecord"), compression) as writer:
                for k in range(4 + 3 * i):
                    writer.write(b"%d-%d" % (i, k) * (k % 3))
    for i in range(3):
        (tmp_path / f"{i}.txt").write_text("".join(f"{i}-{k}\n" for k in range(4 + 3 * i)))
    return tmp_path
