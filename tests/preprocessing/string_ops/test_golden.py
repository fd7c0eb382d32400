"""String functions against what TensorFlow recorded, called singly and on blocks inside `Dataset.map`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import penstock as ps
from penstock.compat import tensorflow as tf
from penstock.core.errors import PenstockError
from penstock.core.values import Ragged

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = ["letters", "joining", "numbers", "patterns", "encodings", "ngrams"]


def read(value):
    """Undo what the recorder did to write values."""
    if isinstance(value, list):
        return [read(v) for v in value]
    if isinstance(value, dict):
        if "bytes" in value:
            return value["bytes"].encode("latin-1")
        if "float" in value:
            found = value["float"]
            return float(found) if found in ("nan", "inf", "-inf") else float.fromhex(found)
        return {k: read(v) for k, v in value.items()}
    return value


def argument(value):
    """Return an argument as the function is given it."""
    if isinstance(value, dict):
        if "ragged" in value:
            return tf.ragged.constant(value["ragged"])
        if "tuple" in value:
            return tuple(argument(v) if not isinstance(v, list) else tf.constant(v) for v in value["tuple"])
        return tf.constant(value["array"], value["dtype"])
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return [argument(v) for v in value]
    return value


def outcome(value):
    """Return a result as the recorder has written it."""
    if isinstance(value, tuple):
        return [outcome(v) for v in value]
    ragged = isinstance(value, tf.RaggedTensor)
    values = value.to_list() if ragged else value.numpy()
    values = values.tolist() if hasattr(values, "tolist") else values
    return {"dtype": value.dtype.name, "ragged": ragged, "values": values}


def same(found, expected):
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in expected)
    if isinstance(expected, float):
        return found == expected or (np.isnan(found) and np.isnan(expected))
    return found == expected and type(found) is type(expected)


def cases():
    for file in FILES:
        for case in json.loads((GOLDEN / f"string_{file}.json").read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{case['function']}-{json.dumps([case['args'], case['options']])[:80]}")


@pytest.mark.golden
@pytest.mark.parametrize("case", list(cases()))
def test_results_are_tensorflows(case):
    function, expected = getattr(tf.strings, case["function"]), read(case["result"])
    args = [argument(a) for a in read(case["args"])]
    options = {k: tuple(v) if isinstance(v, list) and k == "pad_values" else v for k, v in case["options"].items()}
    if isinstance(expected, dict) and "error" in expected:
        with pytest.raises((PenstockError, ValueError, TypeError)):
            function(*args, **options)
        return
    found = outcome(function(*args, **options))
    assert same(found, expected), (found, expected)


NOT_OF_SINGLE_STRINGS = ("format", "join", "unsorted_segment_join", "reduce_join", "ngrams", "unicode_encode")


def is_of_single_strings(case):
    """Whether a case calls a function of single strings for several strings."""
    first, *others = case["args"]
    if case["function"] in NOT_OF_SINGLE_STRINGS or case["function"].endswith("offsets") or "error" in case["result"]:
        return False
    if not isinstance(first, list) or any(isinstance(v, list) for v in first):
        return False
    return not (case["function"] == "substr" and isinstance(others[0], list))


ON_BLOCKS = [c for c in cases() if is_of_single_strings(c.values[0])]


@pytest.mark.golden
@pytest.mark.parametrize("case", ON_BLOCKS)
def test_blocks_give_what_single_calls_give(case):
    function, expected = getattr(ps.preprocessing.string_ops, case["function"]), read(case["result"])
    strings, *args = read(case["args"])
    elements = ps.Dataset.from_tensor_slices(strings).map(
        lambda s: function(s, *args, **case["options"]), vectorize=True
    )
    found = [v.tolist() if hasattr(v, "tolist") else v for v in elements]
    assert same(found, expected["values"]), (found, expected)


def test_join_and_reductions_on_blocks():
    rows = ps.Dataset.from_tensor_slices((["a", "b", "ü"], ["x", "", "z"]))
    both = rows.map(lambda a, b: ps.preprocessing.string_ops.join([a, "-", b], "|"), vectorize=True)
    assert list(both) == [b"a|-|x", b"b|-|", "ü|-|z".encode()]
    words = ps.Dataset.from_tensor_slices(["a b c", "", "d e"]).map(ps.preprocessing.string_ops.split, vectorize=True)
    joined = words.map(lambda r: ps.preprocessing.string_ops.reduce_join(r, separator="+"), vectorize=True)
    assert list(joined) == [b"a+b+c", b"", b"d+e"]
    grams = words.map(lambda r: ps.preprocessing.string_ops.ngrams(r, 2), vectorize=True)
    assert [g.tolist() for g in grams] == [[b"a b", b"b c"], [], [b"d e"]]
    padded = words.map(lambda r: ps.preprocessing.string_ops.ngrams(r, 2, pad_values="P"), vectorize=True)
    singly = [ps.preprocessing.string_ops.ngrams(w, 2, pad_values="P").tolist() for w in words]
    assert [p.tolist() for p in padded] == singly
    codes = words.map(lambda r: ps.preprocessing.string_ops.substr(r, 0, 1), vectorize=True)
    assert [c.tolist() for c in codes] == [[b"a", b"b", b"c"], [], [b"d", b"e"]]
    again = ps.Dataset.from_tensor_slices(["aü", ""]).map(
        lambda s: ps.preprocessing.string_ops.unicode_encode(
            ps.preprocessing.string_ops.unicode_decode(s, "UTF-8"), "UTF-8"
        ),
        vectorize=True,
    )
    assert list(again) == ["aü".encode(), b""]


def test_ragged_and_tensors_stay_what_they_are():
    ragged = Ragged.from_list([["A ", "b"], []])
    assert ps.preprocessing.string_ops.lower(ragged).to_list() == [[b"a ", b"b"], []]
    tensor = tf.constant(["A"])
    assert isinstance(ps.preprocessing.string_ops.lower(tensor), tf.Tensor)
    assert isinstance(ps.preprocessing.string_ops.lower(tf.constant("A")), tf.Tensor)
