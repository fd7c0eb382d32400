"""parse_example and its kin give TensorFlow's results, and refuse what TensorFlow refuses.

TensorFlow's own reader is stricter than protobuf: it refuses some legal writings, such as an unknown field before the
list of a feature, and reads others differently (of a key that comes twice it takes the last entry that has a list).
There penstock must give what TensorFlow gives for the same message as protobuf writes it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import records
from penstock.core.values import Ragged, Sparse
from penstock.testing.strategies.records import field, varint

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

KINDS = {"bytes_list": 1, "float_list": 2, "int64_list": 3}
DTYPES = {"bytes_list": "string", "float_list": "float32", "int64_list": "int64"}
USUAL = {
    "i": "int64_list",
    "f": "float_list",
    "b": "bytes_list",
    "n": "int64_list",
    "m": "int64_list",
    "at": "int64_list",
}
VALUES = {
    "int64_list": st.integers(-(2**63), 2**63 - 1) | st.integers(0, 5),
    "float_list": st.floats(width=32),
    "bytes_list": st.binary(max_size=4),
}
SMALL = st.integers(0, 4)
UNKNOWN = [
    field(7, b"what"),
    varint(15 << 3) + varint(2**40),
    varint(9 << 3 | 5) + b"abcd",
    varint(20 << 3 | 1) + b"x" * 8,
]
# A feature: its kind, and its values in pieces, each written packed or not.
Feature = tuple[str | None, list[tuple[bool, list[Any]]]]


@st.composite
def features(draw: st.DrawFn, key: str, most: int = 1) -> Feature:
    kind = USUAL.get(key, "int64_list")
    if draw(st.integers(0, 11)) == 0:
        kind = draw(st.sampled_from([None, *KINDS]))
    if kind is None:
        return None, []
    values = SMALL if key in ("n", "m", "at") and kind == "int64_list" else VALUES[kind]
    pieces = st.tuples(st.booleans(), st.lists(values, max_size=4))
    return kind, draw(st.lists(pieces, min_size=1, max_size=most))


def written(feature: Feature) -> bytes:
    kind, pieces = feature
    if kind is None:
        return b""
    parts = []
    for packed, values in pieces:
        if kind == "bytes_list":
            parts += [field(1, value) for value in values]
            continue
        each = [struct.pack("<f", v) if kind == "float_list" else varint(v) for v in values]
        tag = varint(1 << 3 | (5 if kind == "float_list" else 0))
        parts += [field(1, b"".join(each))] if packed else [tag + one for one in each]
    return field(KINDS[kind], b"".join(parts))


@st.composite
def examples(draw: st.DrawFn, strange: bool = False) -> bytes:
    """An Example in any order of keys, some twice or missing; a strange one with unknown fields, cut or garbled."""
    keys = draw(st.lists(st.sampled_from(list(USUAL)), unique=True, max_size=6) | st.just(list(USUAL)))
    keys += draw(st.lists(st.sampled_from(keys), max_size=1)) if keys else []
    contents = [(key, draw(features(key, 1 + strange))) for key in keys]
    if len(set(keys)) < len(keys) and not strange and contents[-1][1][0] is None:
        contents.pop()
    entries = [field(1, field(1, key.encode()) + field(2, written(content))) for key, content in contents]
    if not strange:
        return field(1, b"".join(entries))
    for _ in range(draw(st.integers(0, 1))):
        entries.insert(draw(st.integers(0, len(entries))), draw(st.sampled_from(UNKNOWN)))
    message = draw(st.sampled_from([b"", b"", *UNKNOWN])) + field(1, b"".join(entries))
    return draw(garbled(message))


@st.composite
def garbled(draw: st.DrawFn, message: bytes) -> bytes:
    data = bytearray(message)
    if data and draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.integers(0, 2)):
            case 0:
                del data[at:]
            case 1:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case _:
                del data[at : at + draw(st.integers(1, 3))]
    return bytes(data)


# --- specs: built with penstock.records or with tf.io -----------------------------------------------------------------


@dataclass(frozen=True)
class Spec:
    """A feature spec of either library."""

    kind: str
    dtype: str
    arguments: dict[str, Any]
    partitions: tuple[tuple[str, Any], ...] | None = None

    def built(self, io: Any, of: Callable[[str], Any]) -> Any:
        more = dict(self.arguments)
        if self.partitions is not None:
            more["partitions"] = tuple(getattr(io.RaggedFeature, name)(argument) for name, argument in self.partitions)
            more["row_splits_dtype"] = of(more["row_splits_dtype"])
        return getattr(io, self.kind)(dtype=of(self.dtype), **more)


def dtype_of(draw: st.DrawFn, key: str) -> str:
    usual = DTYPES[USUAL.get(key, "int64_list")]
    return draw(st.sampled_from([usual] * 8 + ["string", "int64"]))


ONE = {"int64": 7, "float32": -1.5, "string": "none"}


@st.composite
def fixed(draw: st.DrawFn, key: str) -> Spec:
    # No shape [0]: TensorFlow writes what a record holds there beside its arrays, and crashes.
    dtype, shape = dtype_of(draw, key), draw(st.sampled_from([[], [], [1], [2], [2, 1], [4]]))
    default = np.full(shape, ONE[dtype]).tolist() if draw(st.booleans()) else None
    return Spec("FixedLenFeature", dtype, {"shape": shape, "default_value": default})


@st.composite
def variable(draw: st.DrawFn, key: str) -> Spec:
    return Spec("VarLenFeature", dtype_of(draw, key), {})


@st.composite
def sequence(draw: st.DrawFn, key: str) -> Spec:
    dtype, shape = dtype_of(draw, key), draw(st.sampled_from([[], [], [1], [2], [1, 2]]))
    default = ONE[dtype] if draw(st.booleans()) else None
    arguments = {"shape": shape, "allow_missing": True, "default_value": default}
    return Spec("FixedLenSequenceFeature", dtype, arguments)


@st.composite
def steps(draw: st.DrawFn, key: str) -> Spec:
    shape, missing = draw(st.sampled_from([[], [], [1], [2], [1, 2]])), draw(st.booleans())
    return Spec("FixedLenSequenceFeature", dtype_of(draw, key), {"shape": shape, "allow_missing": missing})


@st.composite
def ragged(draw: st.DrawFn, key: str) -> Spec:
    kinds = st.sampled_from(["RowSplits", "RowLengths", "RowStarts", "RowLimits", "ValueRowIds"])
    part = st.tuples(kinds, st.sampled_from("nm")) | st.tuples(st.just("UniformRowLength"), st.sampled_from([1, 2]))
    arguments = {
        "value_key": draw(st.sampled_from([None, key])),
        "row_splits_dtype": draw(st.sampled_from(["int32", "int64"])),
        "validate": True,  # otherwise TensorFlow makes ragged tensors that are none
    }
    return Spec("RaggedFeature", dtype_of(draw, key), arguments, tuple(draw(st.lists(part, max_size=2))))


@st.composite
def sparse(draw: st.DrawFn, key: str) -> Spec:
    index, size = draw(st.sampled_from([("at", 3), ("at", 5), (["at", "n"], [3, 5])]))
    arguments = {"index_key": index, "value_key": key, "size": size, "already_sorted": draw(st.booleans())}
    return Spec("SparseFeature", dtype_of(draw, key), arguments)


@st.composite
def specs(draw: st.DrawFn, *kinds: Callable[[str], st.SearchStrategy[Spec]]) -> dict[str, Spec]:
    chosen = draw(st.lists(st.sampled_from(["i", "f", "b", "n", "none"]), min_size=1, max_size=3, unique=True))
    return {key: draw(draw(st.sampled_from(kinds))(key)) for key in chosen}


def built(spec: dict[str, Spec], io: Any, of: Callable[[str], Any]) -> dict[str, Any]:
    return {key: one.built(io, of) for key, one in spec.items()}


# --- comparison -------------------------------------------------------------------------------------------------------


def plain(value: Any) -> list[Any]:
    """Return the arrays that make up a value, after the name of its kind."""
    if isinstance(value, tf.SparseTensor | Sparse):
        return ["sparse", *(np.asarray(part) for part in (value.indices, value.values, value.dense_shape))]
    if isinstance(value, tf.RaggedTensor):
        splits = [np.asarray(s, np.int64) for s in value.nested_row_splits]
        return ["ragged", *splits, np.asarray(value.flat_values)]
    if isinstance(value, Ragged):
        splits, inner = [], value
        while isinstance(inner, Ragged):
            splits.append(inner.row_splits)
            inner = inner.values
        return ["ragged", *splits, inner]
    return ["dense", np.asarray(value, object if isinstance(value, bytes) else None)]


@dataclass(frozen=True)
class Refused:
    """A call that failed, and its words."""

    words: str


def outcome(call: Callable[[], Any]) -> Any:
    """Return the results, flat, or that there are none."""
    try:
        got = call()
    except (tf.errors.InvalidArgumentError, ValueError) as err:
        return Refused(str(err))
    parts = got if isinstance(got, tuple) else (got,)
    return [(key, plain(part[key])) for part in parts for key in sorted(part)]


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Refused) or isinstance(theirs, Refused):
        return type(ours) is type(theirs)
    if [(key, value[0], len(value)) for key, value in ours] != [(key, value[0], len(value)) for key, value in theirs]:
        return False
    for (_, mine), (_, other) in zip(ours, theirs, strict=True):
        for a, b in zip(mine[1:], other[1:], strict=True):
            if a.shape != b.shape or (a.dtype != b.dtype) or not equal(a, b):
                return False
    return True


def equal(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a, b) if a.dtype == object else a.tobytes() == b.tobytes()


# What only penstock refuses: partitions and coordinates that make no ragged or sparse array. TensorFlow returns them,
# and where lists differ in their number of steps it loses values, or moves them to other records.
STRICTER = (
    "is no RowSplits",
    "is no RowStarts",
    "is no RowLengths",
    "is no RowLimits",
    "is no ValueRowIds",
    "asks for a multiple",
    "coordinates below",
    "must have one length",
    "differ in their number of steps",
)

# What only TensorFlow refuses: one key used in two ways, before it looks at messages; row splits that are missing in
# a single message.
WIDER = ("Conflicting ", "must not intersect", "slice index 0 of dimension 0 out of bounds")

# And a feature without a list, in the context of a SequenceExample: in Examples the default counts there.
UNSET = "Unexpected number of elements in example"


def check(ours: Callable[[Any], Any], theirs: Callable[[Any], Any], messages: Any, cls: Any = None) -> None:
    """Compare with what TensorFlow does with the bytes; given a class, with the bytes that protobuf makes of them."""
    mine = outcome(lambda: ours(messages))
    if isinstance(mine, Refused) and any(words in mine.words for words in STRICTER):
        return
    again = rewritten(messages, cls) if cls else messages
    if again is None:
        return  # protobuf does not read them; TensorFlow reads some, and crashes at others
    other = outcome(lambda: theirs(again))
    if isinstance(other, Refused) and any(words in other.words for words in WIDER):
        return
    if isinstance(other, Refused) and UNSET in other.words and has_unset(again):
        return
    assert same(mine, other), f"{messages}\npenstock: {mine}\nTensorFlow: {other}"


def has_unset(messages: Any) -> bool:
    """Whether a context holds a feature without a list."""
    each = [messages] if isinstance(messages, bytes) else messages
    contexts = [tf.train.SequenceExample.FromString(message).context for message in each]
    return any(feature.WhichOneof("kind") is None for c in contexts for feature in c.feature.values())


def rewritten(messages: Any, cls: Any) -> Any:
    """Return messages as protobuf writes them, or None."""
    from google.protobuf.message import DecodeError

    if not isinstance(messages, bytes):
        again = [rewritten(message, cls) for message in messages]
        return None if None in again else again
    try:
        message = cls.FromString(messages)
    except DecodeError:
        return None
    message.DiscardUnknownFields()
    return message.SerializeToString()


def both(function: str, *given_specs: dict[str, Spec]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Return a function of messages for each library; specs that cannot be built fail when it is called."""

    def ours(messages: Any) -> Any:
        made = [built(spec, records, str) if spec else None for spec in given_specs]
        return getattr(records, function)(messages, *made)

    def theirs(messages: Any) -> Any:
        made = [built(spec, tf.io, tf.as_dtype) if spec else None for spec in given_specs]
        return getattr(tf.io, function)(messages, *made)

    return ours, theirs


@given(st.lists(examples(), min_size=1, max_size=3), specs(fixed, variable, sequence))
def test_simple_features(messages, spec):
    check(*both("parse_example", spec), messages)


@given(st.lists(examples(), min_size=1, max_size=3), specs(ragged, sparse))
def test_composed_features(messages, spec):
    check(*both("parse_example", spec), messages)


@given(st.lists(examples(strange=True), min_size=1, max_size=2), specs(fixed, variable))
def test_strange_messages(messages, spec):
    check(*both("parse_example", spec), messages, tf.train.Example)


@given(examples(strange=True), specs(fixed, variable, sequence, ragged, sparse))
def test_single_messages(message, spec):
    check(*both("parse_single_example", spec), message, tf.train.Example)


# --- sequences --------------------------------------------------------------------------------------------------------


@st.composite
def sequence_examples(draw: st.DrawFn, strange: bool = False) -> bytes:
    """A SequenceExample with context and feature lists under the usual keys; steps sometimes without a list."""
    keys = draw(st.lists(st.sampled_from(["i", "f", "b"]), unique=True) | st.just(["i", "f", "b"]))
    context = b"".join(field(1, field(1, k.encode()) + field(2, written(draw(features(k))))) for k in keys)
    lists, count = [], draw(st.integers(0, 3))
    for key in draw(st.permutations(["i", "f", "b", "n"])):
        if draw(st.integers(0, 4)) == 0:
            continue
        number = count if draw(st.integers(0, 4)) else draw(st.integers(0, 3))
        length = draw(st.integers(0, 2))
        steps = b""
        for _ in range(number):
            kind, pieces = draw(features(key))
            if kind is not None and draw(st.integers(0, 5)):
                values = SMALL if key == "n" and kind == "int64_list" else VALUES[kind]
                pieces = [(pieces[0][0], draw(st.lists(values, min_size=length, max_size=length)))]
            steps += field(1, written((kind, pieces)))
        lists.append(field(1, field(1, key.encode()) + field(2, steps)))
    message = field(1, context) * draw(st.integers(0, 1)) + field(2, b"".join(lists))
    return draw(garbled(message)) if strange else message


@given(st.lists(sequence_examples(), min_size=1, max_size=3), specs(fixed, variable), specs(steps, variable))
def test_sequences(messages, context, lists):
    check(*both("parse_sequence_example", context, lists), messages)


@given(st.lists(sequence_examples(), min_size=1, max_size=3), specs(ragged), specs(ragged))
def test_ragged_sequences(messages, context, lists):
    check(*both("parse_sequence_example", context, lists), messages)


@given(sequence_examples(strange=True), specs(fixed, variable, ragged), specs(steps, variable, ragged))
def test_single_sequences(message, context, lists):
    check(*both("parse_single_sequence_example", context, lists), message, tf.train.SequenceExample)
