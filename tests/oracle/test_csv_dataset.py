"""CsvDataset reads what tf.data.experimental.CsvDataset reads, as far as the first row that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock import CsvDataset
from penstock.core.errors import ParseError

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

PIECES = st.sampled_from(["a", ",", '"', '""', ',"', '",', "\n", "\r", "\r\n", "7", "NA", " ", "bcdefghijk", "ä"])
TEXTS = st.lists(PIECES, max_size=14).map("".join)
LINES = st.lists(
    st.tuples(*[st.sampled_from(["1", "-2.5", "", '""', "NA", '"3"', "x", " 4", '"a,b"', "1e3"])] * 3), max_size=6
)
LIMIT = 20


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "a.csv"


def rows_of(dataset, error) -> list:
    """List the rows up to the first error, which is None."""
    found = []
    try:
        for row in dataset.as_numpy_iterator():
            found.append([value if isinstance(value, bytes) else value.item() for value in row])
    except error:
        found.append(None)
    return found


def check(path, text, columns, **arguments) -> None:
    path.write_bytes(text.encode())
    theirs = tf.data.experimental.CsvDataset(
        str(path), [tf.constant([value], kind) for kind, value in columns], **arguments
    )
    defaults = [[value] if kind == "string" else tf.constant([value], kind).numpy() for kind, value in columns]
    ours = CsvDataset(path, defaults, **arguments)
    assert rows_of(ours, ParseError) == rows_of(theirs, tf.errors.InvalidArgumentError), text


@given(TEXTS, st.integers(1, 3), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_any_text(path, text, n, header, quotes):
    if header and (not text or '"' in text):
        return  # errors of both, and header lines that only TensorFlow refuses
    check(path, text, [("string", "d")] * n, header=header, use_quote_delim=quotes, buffer_size=8)


@given(LINES, st.sampled_from([None, [0], [1, 2]]))
@settings(max_examples=60)
def test_typed_columns(path, lines, selected):
    columns = [("float32", 1.5), ("int64", 7), ("string", "d")]
    chosen = columns if selected is None else [columns[i] for i in selected]
    text = "".join(",".join(line) + "\n" for line in lines)
    check(path, text, chosen, na_value="NA", **({} if selected is None else {"select_cols": selected}))
