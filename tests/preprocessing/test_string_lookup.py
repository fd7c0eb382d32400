"""StringLookup: Keras's vocabularies and outputs, every kind of input, laws of adapting, errors."""

import itertools
import json
import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, Tensor
from penstock.core.columns import BytesColumn, RaggedColumn, rows_of
from penstock.core.errors import (
    DTypeError,
    InvalidArgumentError,
    NotAdaptedError,
    NotFoundError,
    ParseError,
    UnimplementedError,
)
from penstock.core.saving import load, save
from penstock.core.saving.apart import state_apart
from penstock.core.specs import RaggedSpec, SparseSpec, TensorSpec
from penstock.core.values import Ragged, Sparse
from penstock.preprocessing import StringLookup

VOCABULARY = ["a", "b", "c", "d"]


def adapted(data, **options):
    layer = StringLookup(**options)
    layer.adapt(data)
    return layer


def texts(value):
    return (
        [texts(v) for v in value] if isinstance(value, list) else value.decode() if isinstance(value, bytes) else value
    )


@pytest.mark.golden
def test_vocabularies_and_outputs_are_those_of_keras(golden):
    for case in golden("string_lookup")["cases"]:
        if "error" in case:
            with pytest.raises((InvalidArgumentError, NotAdaptedError)):
                run(case)
            continue
        layer, output = run(case)
        assert layer.get_vocabulary() == case["vocabulary"], case
        assert layer.get_vocabulary(include_special_tokens=False) == case["vocabulary_without_special_tokens"], case
        assert layer.vocabulary_size() == case["vocabulary_size"], case
        array = np.asarray(output)
        assert array.dtype == (object if case["output_dtype"] == "string" else case["output_dtype"]), case
        if array.dtype == np.float32:
            np.testing.assert_allclose(array, case["output"], rtol=1e-6, err_msg=str(case))
        else:
            assert texts(array.tolist()) == case["output"], case


def run(case):
    layer = StringLookup(**case["arguments"])
    if case["adapt"] is not None:
        layer.adapt(np.array(case["adapt"]))
    return layer, layer(np.array(case["input"]))


@pytest.mark.golden
def test_unknown_strings_are_hashed_as_in_tensorflow():
    layer = adapted(["Auckland", "Paris", "Paris", "San Francisco"], num_oov_indices=5)
    assert layer(["Paris", "Auckland", "Foo", "Bar", "Baz", "San Francisco"]).tolist() == [5, 7, 4, 3, 4, 6]


@pytest.mark.golden
def test_ties_are_in_falling_order_of_bytes():
    words = ["é", "z", "a", "ß", "日", "A", "😀", "", "b", "b"]
    assert adapted(words).get_vocabulary() == ["[UNK]", "b", "😀", "日", "é", "ß", "z", "a", "A", ""]
    assert adapted(["a", "ab", "abc", "b"]).get_vocabulary()[1:] == ["b", "abc", "ab", "a"]


# Shapes and values of Keras 3.15 on TensorFlow 2.21 for the vocabulary a, b, c, d.
SHAPES = [
    ("one_hot", "a", [[0, 1, 0, 0, 0]]),
    ("multi_hot", "a", [0, 1, 0, 0, 0]),
    ("count", ["a", "a", "zz"], [1, 2, 0, 0, 0]),
    ("one_hot", [["a"], ["zz"]], [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]),
    ("one_hot", [[["a"], ["c"]]], [[[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]]),
    ("count", [[["a", "c"], ["a", "b"]]], [[[0, 2, 0, 0, 0], [0, 0, 1, 1, 0]]]),
    ("multi_hot", [[["a"], ["c"]]], [[[0, 1, 0, 1, 0]]]),
]


@pytest.mark.golden
@pytest.mark.parametrize(("mode", "inputs", "expected"), SHAPES)
def test_rows_have_the_shapes_of_keras(mode, inputs, expected):
    layer = StringLookup(vocabulary=VOCABULARY, output_mode=mode)
    value = inputs if isinstance(inputs, str) else np.array(inputs)
    assert layer(value).tolist() == expected
    sparse = StringLookup(vocabulary=VOCABULARY, output_mode=mode, sparse=True)(value)
    assert isinstance(sparse, Sparse)
    assert sparse.to_dense().tolist() == expected


@pytest.mark.unit
@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_empty_inputs(shape, mode):
    result = StringLookup(vocabulary=VOCABULARY, output_mode=mode)(np.zeros(shape, "U1"))
    depth = {"int": shape, "one_hot": (*shape, 5)}.get(mode, (*shape[:-1], 5))
    assert result.shape == depth
    assert not result.any()


# --- inputs -----------------------------------------------------------------------------------------------------------

WORDS = ["a", "é", "", "d", "zz", "日本"]
CODES = [1, 2, 0, 3, 0, 4]
KNOWN = ["a", "é", "d", "日本"]


def pandas_series():
    import pandas as pd

    return pd.Series(WORDS)


KINDS = {
    "list": lambda: WORDS,
    "tuple": lambda: tuple(WORDS),
    "bytes": lambda: [w.encode() for w in WORDS],
    "object": lambda: np.array(WORDS, dtype=object),
    "U": lambda: np.array(WORDS),
    "U-big-endian": lambda: np.array(WORDS).astype(">U4"),
    "U-strided": lambda: np.repeat(np.array(WORDS), 2)[::2],
    "S": lambda: np.array([w.encode() for w in WORDS]),
    "T": lambda: np.array(WORDS, dtype=np.dtypes.StringDType()),
    "column": lambda: BytesColumn.from_list(["x", *WORDS]).slice(1, 7),
    "arrow": lambda: pa.array(WORDS),
    "arrow-large": lambda: pa.array(["x", *WORDS], pa.large_string())[1:],
    "arrow-chunked": lambda: pa.chunked_array([WORDS[:2], WORDS[2:]]),
    "pandas": pandas_series,
}


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_input(kind):
    inputs = KINDS[kind]()
    result = StringLookup(vocabulary=KNOWN)(inputs)
    assert type(result) is np.ndarray
    assert result.dtype == np.int64
    assert result.tolist() == CODES
    vocabulary = adapted(inputs).get_vocabulary()
    assert vocabulary == adapted(WORDS).get_vocabulary()
    assert (
        adapted(inputs, output_mode="tf_idf").idf_weights.tolist()
        == adapted(WORDS, output_mode="tf_idf").idf_weights.tolist()
    )


@pytest.mark.unit
def test_tensors_give_tensors():
    held = np.array(WORDS, dtype=object)
    result = StringLookup(vocabulary=KNOWN)(Tensor(np.array([w.encode() for w in held], dtype=object)))
    assert isinstance(result, Tensor)
    assert result.numpy().tolist() == CODES
    assert StringLookup(vocabulary=KNOWN)("é") == 2
    assert StringLookup(vocabulary=KNOWN)(b"zz").shape == ()


@pytest.mark.unit
def test_ragged_and_sparse_inputs():
    rows = Ragged.from_list([["a", "c"], ["zz"], []])
    layer = StringLookup(vocabulary=VOCABULARY)
    assert layer(rows).to_list() == [[1, 3], [0], []]
    nested = Ragged.from_list([[["a"], ["c", "b"]], []])
    assert layer(nested).to_list() == [[[1], [3, 2]], []]
    column = RaggedColumn(BytesColumn.from_list(["x", "a", "c", "zz"]), np.array([1, 3, 4, 4]))
    assert layer(column).to_list() == [[1, 3], [0], []]
    count = StringLookup(vocabulary=VOCABULARY, output_mode="count")
    assert count(rows).tolist() == [[0, 1, 0, 1, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    # All items of a row count together, however deep they stand; Keras counts by places of inner rows.
    assert count(nested).tolist() == [[0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]
    hot = StringLookup(vocabulary=VOCABULARY, output_mode="one_hot")
    assert hot(rows).to_list() == [[[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]], [[1, 0, 0, 0, 0]], []]
    sparse = Sparse([[0, 0], [0, 1], [1, 0]], ["a", "c", "zz"], [2, 2])
    assert layer(sparse) == Sparse([[0, 0], [0, 1], [1, 0]], [1, 3, 0], [2, 2])
    assert count(sparse).tolist() == [[0, 1, 0, 1, 0], [1, 0, 0, 0, 0]]
    with pytest.raises(UnimplementedError, match="output_mode must not be 'one_hot'"):
        hot(sparse)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.array([1, 2]), r"StringLookup 's': inputs must be strings\. Received: int64\[2\]"),
        ([1, 2], "inputs must be strings. Received an item 1"),
        ([["a"], 3], "inputs must be strings|rows of nested lists"),
        (None, r"inputs must be strings\. Received: None"),
        (pa.array([1]), "inputs must be strings"),
        (pa.array(["a", None]), "must not be null"),
        (rows_of(np.ones((2, 2))), "inputs must be strings"),
    ],
)
def test_other_inputs_are_refused(bad, message):
    with pytest.raises((DTypeError, InvalidArgumentError), match=message):
        StringLookup(vocabulary=VOCABULARY, name="s")(bad)


@pytest.mark.unit
@pytest.mark.parametrize("bad", [None, 1, np.nan])
@pytest.mark.parametrize("make", [list, lambda items: np.array(items, dtype=object)])
def test_many_strings_with_a_bad_one(bad, make):
    layer = StringLookup(vocabulary=VOCABULARY)
    items = ["a", b"zz", np.str_("b"), "é"] * 600
    assert layer(make(items)).tolist() == [1, 0, 2, 0] * 600
    with pytest.raises(DTypeError, match=f"inputs must be strings. Received an item {bad}"):
        layer(make([*items, bad]))
    with pytest.raises(InvalidArgumentError, match="a lone surrogate has none"):
        layer(make([*items, "\ud800"]))


@pytest.mark.unit
def test_uneven_lists_and_surrogates_are_refused():
    layer = StringLookup(vocabulary=VOCABULARY)
    with pytest.raises(InvalidArgumentError, match=r"rows of nested lists must have one length"):
        layer([["a"], ["a", "b"]])
    for lone in (["\ud800"], np.array(["\ud800"])):
        with pytest.raises(InvalidArgumentError, match="a lone surrogate has none"):
            layer(lone)


@pytest.mark.property
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=20))
def test_arrays_of_any_unicode_agree_with_lists(words):
    words = [w.rstrip("\0") for w in words]  # NumPy's U and S arrays drop zeros at the end
    layer = StringLookup(vocabulary=["x", "é", "日", "😀"], num_oov_indices=1000)
    expected = layer(words).tolist()
    assert layer(np.array(words, dtype="U")).tolist() == expected
    assert layer(np.array([w.encode() for w in words], dtype="S")).tolist() == expected
    assert layer(np.array(words, dtype=object)).tolist() == expected


# --- adapting ---------------------------------------------------------------------------------------------------------

tokens = st.sampled_from(["a", "b", "ab", "", "é", "日本", "[UNK]", "x" * 40]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=3
)
token_lists = st.lists(tokens, min_size=1, max_size=60)


def expected_vocabulary(words, special=("[UNK]",)):
    counts = Counter(w.encode() for w in words if w not in special)
    return [t.decode() for t, _ in sorted(counts.items(), key=lambda item: (item[1], item[0]), reverse=True)]


@pytest.mark.property
@given(token_lists)
def test_vocabulary_is_by_count_then_bytes(words):
    assert adapted(words).get_vocabulary(include_special_tokens=False) == expected_vocabulary(words)


@pytest.mark.property
@given(token_lists, st.data())
def test_adapting_does_not_depend_on_the_cuts(words, data):
    whole = adapted(words, output_mode="tf_idf", max_tokens=6)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(words)), max_size=4)))
    bounds = [0, *cuts, len(words)]
    parts = [np.array(words[a:b], dtype=object)[:, None] for a, b in itertools.pairwise(bounds)]
    parts = data.draw(st.permutations(parts))
    layers = []
    for part in parts:
        layer = StringLookup(output_mode="tf_idf", max_tokens=6)
        layer.update_state(part)
        layers.append(layer)
    while len(layers) > 1:
        a, b = layers.pop(data.draw(st.integers(0, len(layers) - 1))), layers.pop()
        a.merge_state(b)
        layers.append(a)
    layers[0].finalize_state()
    batched = StringLookup(output_mode="tf_idf", max_tokens=6)
    batched.adapt(words, batch_size=data.draw(st.integers(1, 9)))
    for other in (layers[0], adapted(iter(parts), output_mode="tf_idf", max_tokens=6), batched):
        assert other.get_vocabulary() == whole.get_vocabulary()
        np.testing.assert_array_equal(other.idf_weights, whole.idf_weights)


@pytest.mark.unit
def test_large_vocabularies_grow_and_keep_their_order():
    words = [f"token{i % 9973}" for i in range(40_000)] + ["long" * 2000]
    layer = adapted(words)
    assert layer.get_vocabulary(include_special_tokens=False) == expected_vocabulary(words)
    assert layer(words[:3]).tolist() == [layer.get_vocabulary().index(w) for w in words[:3]]


# Documents and what Keras makes of them: in a Dataset a vector is one document, in an array a string is.
@pytest.mark.golden
@pytest.mark.parametrize(
    ("data", "vocabulary", "weights"),
    [
        (["a", "b", "b"], ["b", "a"], [0.8047189712524414, 0.6931471824645996, 0.9162907600402832]),
        (
            [["a", "b", "b"], ["c", "a", "a"], ["a", "d", "d"]],
            ["a", "d", "b", "c"],
            [0.8271220326423645, 0.5596157908439636, 0.9162907600402832, 0.9162907600402832, 0.9162907600402832],
        ),
        (
            Dataset.from_tensor_slices(["a", "b", "b"]),
            ["b", "a"],
            [0.804718971, 0.6931471824645996, 0.9162907600402832],
        ),
        (
            Dataset.from_tensor_slices(["a", "b", "b", "c"]).batch(2),
            ["b", "c", "a"],
            [0.6323733329772949, 0.5108256340026855, 0.6931471824645996, 0.6931471824645996],
        ),
        (
            Dataset.from_tensor_slices([["a", "b"], ["b", "c"]]).batch(2),
            ["b", "c", "a"],
            [0.6323733329772949, 0.5108256340026855, 0.6931471824645996, 0.6931471824645996],
        ),
        (
            iter([np.array(["a", "b"]), np.array(["b", "c"])]),
            ["b", "c", "a"],
            [0.6323733329772949, 0.5108256340026855, 0.6931471824645996, 0.6931471824645996],
        ),
        (Ragged.from_list([["a", "b"], ["b"]]), ["b", "a"], None),
        (Dataset.from_tensor_slices((["a", "b", "b"], [1, 2, 3])).batch(2), ["b", "a"], None),
        (Dataset.from_tensor_slices([["a", "b"], ["b", "c"], ["a", "b"]]).batch(2), ["b", "a", "c"], None),
    ],
)
def test_documents(data, vocabulary, weights):
    layer = adapted(data, output_mode="tf_idf")
    assert layer.get_vocabulary(include_special_tokens=False) == vocabulary
    if weights is not None:
        np.testing.assert_allclose(layer.idf_weights, weights, rtol=1e-6)


@pytest.mark.unit
def test_steps_limit_an_endless_dataset():
    layer = StringLookup()
    layer.adapt(Dataset.from_tensor_slices(["a", "b", "c"]).repeat(), steps=4)
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]


@pytest.mark.unit
def test_adapting_again_starts_anew_and_special_tokens_are_left_out():
    layer = adapted(["q", "r"])
    layer.adapt(["s"])
    assert layer.get_vocabulary() == ["[UNK]", "s"]
    assert adapted(["[UNK]", "a", "", "a"], mask_token="").get_vocabulary() == ["", "[UNK]", "a"]
    assert adapted(["[UNK]"]).get_vocabulary() == ["[UNK]"]
    layer.set_vocabulary(["z"])
    assert layer("z") == 1
    layer.adapt(["y"])
    assert layer("y") == 1


@pytest.mark.unit
def test_state_comes_back():
    layer = StringLookup(output_mode="tf_idf")
    layer.update_state([["a", "b"], ["a", "é"]])
    other = StringLookup(output_mode="tf_idf")
    other.set_state(layer.get_state())
    other.merge_state(layer)
    other.finalize_state()
    twice = adapted([["a", "b"], ["a", "é"]] * 2, output_mode="tf_idf")
    assert other.get_vocabulary() == twice.get_vocabulary()
    np.testing.assert_array_equal(other.idf_weights, twice.idf_weights)
    state = layer.get_state()
    for name, bad in (
        ("tokens.offsets", state["tokens.offsets"][::-1]),
        ("tokens.offsets", state["tokens.offsets"][:-1]),
        ("tokens.data", state["tokens.data"].astype(np.int64)),
        ("counts", np.zeros((1, 2), np.int64)),
    ):
        with pytest.raises(InvalidArgumentError, match="the saved"):
            other.set_state({**state, name: bad})


# --- in Dataset.map ---------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count", "tf_idf"])
@pytest.mark.parametrize("batch", [None, 2])
def test_inside_map_it_runs_on_blocks(mode, batch):
    layer = adapted(WORDS, output_mode=mode)
    dataset = Dataset.from_tensor_slices(WORDS)
    dataset = dataset if batch is None else dataset.batch(batch)
    mapped = dataset.map(layer, vectorize=True)
    for element, result in zip(dataset, mapped, strict=True):
        np.testing.assert_array_equal(result, layer(element))
    assert mapped.element_spec.dtype == ("float32" if mode == "tf_idf" else "int64")
    inverse = StringLookup(vocabulary=KNOWN, invert=True)
    assert list(Dataset.range(3).map(inverse, vectorize=True)) == [b"[UNK]", b"a", "é".encode()]


@pytest.mark.unit
def test_specs():
    layer = StringLookup(vocabulary=VOCABULARY, output_mode="count")
    text = "string"
    assert layer.compute_output_spec(TensorSpec((None, 3), text)) == TensorSpec((None, 5), "int64")
    assert layer.compute_output_spec(RaggedSpec((None, None), text)) == TensorSpec((None, 5), "int64")
    plain = StringLookup()
    assert plain.compute_output_spec(RaggedSpec((2, None), text)) == RaggedSpec((2, None), "int64")
    assert plain.compute_output_spec(SparseSpec((2, 3), text)) == SparseSpec((2, 3), "int64")
    assert StringLookup(invert=True).compute_output_spec(TensorSpec((2,), "int64")) == TensorSpec((2,), text)
    with pytest.raises(NotAdaptedError):
        StringLookup(output_mode="count").compute_output_spec(TensorSpec((2,), text))
    with pytest.raises(DTypeError, match="inputs must be strings. Received: TensorSpec"):
        layer.compute_output_spec(TensorSpec((2,), "int64"))


# --- vocabularies -----------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_tokens_that_are_no_utf8_survive(tmp_path):
    layer = StringLookup(vocabulary=[b"\xff", "é"])
    again = StringLookup.from_config(json.loads(json.dumps(layer.get_config())))
    save(layer, tmp_path / "x")
    for other in (again, load(tmp_path / "x")):
        assert other([b"\xff", "é".encode(), b"\xfe"]).tolist() == [1, 2, 0]
        with pytest.raises(InvalidArgumentError, match="a layer with vocabulary= cannot be adapted"):
            other.adapt(["a"])


@pytest.mark.unit
@pytest.mark.parametrize("text", ["a\nb\nc\n", "a\nb\nc", "a\r\nb\r\nc\r\n"])
def test_vocabulary_files(tmp_path, text):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(text.encode())
    assert StringLookup(vocabulary=path).get_vocabulary() == ["[UNK]", "a", "b", "c"]
    assert StringLookup(vocabulary=str(path))("c") == 3


@pytest.mark.fault
@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"a\n\nb\n", 2, "is empty"),
        (b"a\nb\n\n", 3, "is empty"),
        (b"a\nb\na\n", 3, "repeats the token 'a' of line 1"),
        (b"a\n\xff\n", 2, "is not valid UTF-8"),
        (b"a\n\xed\xa0\x80\n", 2, "is not valid UTF-8"),
        (b"a\n\xc0\x80", 2, "is not valid UTF-8"),
        (b"", None, "The file is empty"),
    ],
)
def test_bad_vocabulary_files_name_the_line(tmp_path, content, line, problem):
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    where = f"{path}, line {line}: the line {problem}" if line else problem
    with pytest.raises(ParseError, match=re.escape(where)) as caught:
        StringLookup(vocabulary=path)
    assert caught.value.path == str(path)
    assert caught.value.line == line


@pytest.mark.unit
def test_a_missing_vocabulary_file_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"vocabulary file must exist\. Received: vocabulary='.*nope\.txt'"):
        StringLookup(vocabulary=tmp_path / "nope.txt")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary": []}, "a vocabulary must hold at least one token"),
        (
            {"vocabulary": ["a", "b", "a", "b"]},
            r"tokens of a vocabulary must be unique\. Received: 'a', 'b' more than once",
        ),
        ({"vocabulary": VOCABULARY, "max_tokens": 4}, "must fit max_tokens=4. Received: 4 tokens and 1 special"),
        (
            {"vocabulary": ["a", ""], "mask_token": ""},
            r"special tokens must stand at the front.*mask_token='' at index 1",
        ),
        ({"vocabulary": ["a", "[UNK]"], "invert": True}, r"oov_token='\[UNK\]' at index 1"),
        ({"vocabulary": [["a"]]}, "a vocabulary must be a list of tokens"),
        ({"vocabulary": VOCABULARY, "output_mode": "tf_idf"}, "idf_weights must be given with output_mode='tf_idf'"),
        (
            {"vocabulary": ["a"], "output_mode": "tf_idf", "idf_weights": [1, 2]},
            "one number per token of the vocabulary",
        ),
        ({"max_tokens": 1}, "max_tokens must be an int >= 2 or None. Received: max_tokens=1"),
        ({"max_tokens": 2, "num_oov_indices": 3}, "max_tokens must leave room"),
        ({"pad_to_max_tokens": True}, "pad_to_max_tokens=True needs max_tokens"),
        ({"num_oov_indices": -1}, "num_oov_indices must be an int >= 0"),
        ({"output_mode": "multihot"}, r"Received: output_mode='multihot'\. Did you mean 'multi_hot'\?"),
        ({"invert": True, "output_mode": "count"}, "invert=True needs output_mode='int'"),
        ({"invert": True, "oov_token": None}, "invert=True needs an oov_token"),
        ({"sparse": True}, "sparse=True needs another output_mode than 'int'"),
        ({"idf_weights": [1.0]}, "idf_weights needs a vocabulary and output_mode='tf_idf'"),
        ({"max_token": 4}, r"Did you mean 'max_tokens'\?"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        StringLookup(**options)


@pytest.mark.unit
def test_unknown_strings_without_a_code_are_named():
    layer = StringLookup(vocabulary=VOCABULARY, num_oov_indices=0, mask_token="m", name="s")
    assert layer(["a", "m"]).tolist() == [1, 0]
    with pytest.raises(
        InvalidArgumentError, match=r"StringLookup 's': with num_oov_indices=0 .* Received: 'zz', 'q'\."
    ):
        layer(["a", "zz", "q"])


@pytest.mark.unit
def test_not_adapted_says_what_to_do():
    layer = StringLookup(name="words")
    with pytest.raises(NotAdaptedError, match=r"^StringLookup 'words' has no vocabulary yet\. Call adapt\(data\) or"):
        layer(["a"])
    assert layer.get_vocabulary() == ["[UNK]"]
    assert layer.vocabulary_size() == 1
    with pytest.raises(InvalidArgumentError, match="empty data"):
        layer.adapt(np.array([], dtype="U1"))
    with pytest.raises(DTypeError, match="inputs must be strings"):
        layer.adapt([1, 2])
    with pytest.raises(DTypeError, match="data must be strings. Received: elements TensorSpec"):
        layer.adapt(Dataset.range(3))


@pytest.mark.unit
def test_inverse():
    layer = StringLookup(vocabulary=VOCABULARY, invert=True, mask_token="m", num_oov_indices=2)
    assert layer(np.array([[0, 1, 2], [3, 6, 7]])).tolist() == [[b"m", b"[UNK]", b"[UNK]"], [b"a", b"d", b"[UNK]"]]
    assert layer(3) == b"a"
    assert layer(Ragged.from_list([[3], []])).to_list() == [[b"a"], []]
    assert layer([3.0, -1.0]).tolist() == [b"a", b"[UNK]"]
    with pytest.raises(DTypeError, match="inputs must be integers"):
        layer(["a"])


@pytest.mark.unit
@pytest.mark.parametrize(
    "options", [{}, {"output_mode": "count"}, {"output_mode": "count", "max_tokens": 9, "pad_to_max_tokens": True}]
)
def test_a_saved_config_tells_the_spec_before_the_vocabulary_is_there(options):
    layer = adapted(["a", "b"], **options)
    with state_apart():
        config = json.loads(json.dumps(layer.get_config()))
    assert config["adapted"] == {"size": 2, "fixed": False}
    again = StringLookup.from_config(config)
    spec = TensorSpec((None, 3), "string")
    assert again.compute_output_spec(spec) == layer.compute_output_spec(spec)
    with pytest.raises(NotAdaptedError):
        again(["a"])
    again.load_arrays(layer.save_arrays())
    np.testing.assert_array_equal(again(["a", "b"]), layer(["a", "b"]))


@pytest.mark.fault
def test_damaged_vocabularies_are_noticed():
    layer = adapted(["a", "b"], output_mode="tf_idf")
    arrays = layer.save_arrays()
    for name, bad, message in (
        ("vocabulary.data", np.frombuffer(b"aa", np.uint8), "tokens of a vocabulary must be unique"),
        ("vocabulary.offsets", np.array([0, 2, 1, 2]), "must not decrease"),
        ("vocabulary.offsets", np.array([0, 9]), "must run from 0 to the number of bytes"),
        ("idf_weights", np.ones(7, np.float32), "the saved idf_weights do not fit"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            StringLookup(output_mode="tf_idf").load_arrays({**arrays, name: bad})
