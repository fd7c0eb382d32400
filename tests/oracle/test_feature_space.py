"""FeatureSpace and vocabulary files against Keras, on data of every kind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.preprocessing import FeatureSpace, StringLookup

pytestmark = pytest.mark.oracle

tf = pytest.importorskip("tensorflow")

# float32 numbers that are not too many: what Keras learns of more depends on its batches.
NUMBERS = st.floats(-1000, 1000, width=32).map(lambda x: round(x, 2))
INTEGERS = st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 3)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(["a", "b", "c"])
KINDS = {
    "x": ["float", "float_normalized", "float_rescaled"],
    "i": ["integer_categorical", "integer_hashed", "float"],
    "s": ["string_categorical", "string_hashed"],
}


@st.composite
def tables(draw):
    """Return two tables of columns, to adapt to and to call on."""
    made = []
    for rows in (draw(st.integers(1, 12)), draw(st.integers(1, 6))):
        columns = {"x": NUMBERS, "i": INTEGERS, "s": WORDS}
        made.append({n: draw(st.lists(v, min_size=rows, max_size=rows)) for n, v in columns.items()})
    return made


def tensors(table):
    return {
        "x": tf.constant(table["x"], tf.float32),
        "i": tf.constant(table["i"], tf.int64),
        "s": tf.constant(table["s"], tf.string),
    }


@settings(max_examples=12, deadline=None)
@given(
    tables=tables(),
    kinds=st.fixed_dictionaries({name: st.sampled_from(kinds) for name, kinds in KINDS.items()}),
    cross=st.booleans(),
    mode=st.sampled_from(["concat", "dict"]),
)
def test_features_are_those_of_keras(tables, kinds, cross, mode):
    train, call = tables
    crosses = [("s", "i")] if cross and kinds["i"] != "float" else []
    theirs = tf.keras.utils.FeatureSpace(kinds, crosses=crosses, crossing_dim=5, output_mode=mode)
    theirs.adapt(tf.data.Dataset.from_tensor_slices(tensors(train)).batch(100))
    ours = FeatureSpace(kinds, crosses=crosses, crossing_dim=5, output_mode=mode)
    ours.adapt({**train, "i": np.array(train["i"], np.int64)})
    expected, found = theirs(tensors(call)), ours(call)
    if mode == "concat":
        expected, found = {"all": expected}, {"all": found}
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name].dtype == value.dtype.as_numpy_dtype
        np.testing.assert_allclose(found[name], value.numpy(), rtol=1e-4, atol=1e-4, err_msg=name)


LINES = st.lists(st.binary(max_size=4) | st.sampled_from([b"a", b"b", b"\r", b"a\r", b""]), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(lines=LINES, end=st.sampled_from([b"", b"\n", b"\r\n"]))
def test_vocabulary_files_are_read_as_keras_reads_them(lines, end):
    raw = b"\n".join(lines) + end
    if raw.startswith(b"\xef\xbb\xbf"):
        return  # by design
    with tempfile.TemporaryDirectory() as folder:
        # Keras shares tables of one path.
        path = Path(folder) / "words.txt"
        path.write_bytes(raw)
        try:
            expected = [str(t) for t in tf.keras.layers.StringLookup(vocabulary=str(path)).get_vocabulary()]
        except (tf.errors.OpError, UnicodeDecodeError, ValueError):
            expected = None
        try:
            found = StringLookup(vocabulary=path).get_vocabulary()
        except ValueError:
            found = None
    assert found == expected
