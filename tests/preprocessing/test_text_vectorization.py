"""TextVectorization: Keras's tokens, vocabularies and outputs; laws of adapting; functions; use; errors."""

import base64
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, Tensor, nn
from penstock.core.columns import BytesColumn
from penstock.core.errors import DTypeError, InvalidArgumentError, NotAdaptedError, PenstockError, UnimplementedError
from penstock.core.saving import load, register_serializable, save
from penstock.core.values import Ragged, Sparse
from penstock.preprocessing import StringLookup, TextVectorization
from penstock.preprocessing.text import PUNCTUATION, Tokenizer
from penstock.testing.layers import assert_same

pytestmark = pytest.mark.unit

DOCUMENTS = ["To be", "!(to be)", "That's the question", "Be, be, be."]
GIVEN = ["a", "b", "c"]


def adapted(data, **options):
    layer = TextVectorization(**options)
    layer.adapt(data)
    return layer


def made(case):
    options = dict(case["arguments"])
    if isinstance(options.get("ngrams"), list):
        options["ngrams"] = tuple(options["ngrams"])
    layer = TextVectorization(**options)
    if case["adapt"] is not None:
        layer.adapt(np.array(case["adapt"]))
    return layer, layer(np.array(case["input"], dtype=object))


@pytest.mark.golden
def test_vocabularies_and_outputs_are_those_of_keras(golden):
    for case in golden("text_vectorization")["cases"]:
        if "error" in case:
            with pytest.raises((InvalidArgumentError, NotAdaptedError)):
                made(case)
            continue
        layer, output = made(case)
        assert layer.get_vocabulary() == case["vocabulary"], case
        kind = {Ragged: "ragged", Sparse: "sparse"}.get(type(output), "dense")
        assert kind == case["kind"], case
        assert output.dtype == case["output_dtype"], case
        if kind == "ragged":
            assert output.to_list() == case["output"], case
            continue
        dense = output.to_dense() if kind == "sparse" else np.asarray(output)
        if dense.dtype == np.float32:
            np.testing.assert_allclose(dense, case["output"], rtol=1e-6, err_msg=str(case))
        else:
            assert dense.tolist() == case["output"], case


@pytest.mark.golden
@pytest.mark.parametrize("split", ["whitespace", "character"])
def test_bytes_of_any_kind_are_split_as_in_tensorflow(golden, split):
    rows = golden("text_vectorization")["splits"]
    tokenizer = Tokenizer("lower_and_strip_punctuation", split, None, "test")
    texts = BytesColumn.from_list([row["text"].encode("latin-1") for row in rows])
    tokens, splits = tokenizer.rows(texts)
    found = Ragged(tokens.as_value(), splits).to_list()
    assert found == [[base64.b64decode(token) for token in row[split]] for row in rows]


@pytest.mark.golden
def test_known_answers():
    layer = adapted(DOCUMENTS, output_mode="tf_idf")
    good = layer(["Be good!", "Question: be or be?"])
    np.testing.assert_allclose(good[0], [0.96725637, 0.6931472, 0, 0, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(good[1], [0.96725637, 1.3862944, 0, 0, 0, 1.0986123], rtol=1e-6)


# --- tokens against plain Python --------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.sampled_from("aB !'\t\x0b\x1cé日😀\u00a0\u0130"))


def python_standardized(text, way):
    raw = text if isinstance(text, bytes) else text.encode()
    if way and "lower" in way:
        raw = raw.lower()  # of bytes: ASCII only
    if way and "strip" in way:
        raw = raw.translate(None, PUNCTUATION)
    return raw


def python_ngrams(tokens, widths):
    return [b" ".join(tokens[i : i + w]) for w in widths for i in range(len(tokens) - w + 1)]


@pytest.mark.property
@given(
    st.lists(texts | st.binary(max_size=9), max_size=5),
    st.sampled_from([None, "lower", "strip_punctuation", "lower_and_strip_punctuation"]),
    st.sampled_from(["whitespace", "character"]),
    st.none() | st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple),
)
def test_tokens_are_those_of_plain_python(values, way, split, widths):
    raw = [v if isinstance(v, bytes) else v.encode() for v in values]
    column = BytesColumn.from_list([b"before", *raw, b"after"]).slice(1, len(raw) + 1)
    tokens, splits = Tokenizer(way, split, widths, "test").rows(column)
    expected = []
    for text in raw:
        standard = python_standardized(text, way)
        if split == "whitespace":
            words = [w for w in re.split(rb"[ \t\n\v\f\r]+", standard) if w]
        else:
            words = [c.encode() for c in standard.decode("utf-8", "replace")]
        expected.append(words if widths is None else python_ngrams(words, widths))
    assert Ragged(tokens.as_value(), splits).to_list() == expected
    alone = Tokenizer(way, None, None, "test").tokens(column)[0]
    assert alone.to_list() == [python_standardized(text, way) for text in raw]


@pytest.mark.property
@given(st.lists(st.lists(texts, max_size=4), max_size=4), st.randoms())
def test_adapting_does_not_depend_on_splits_and_order(parts, random):
    whole, merged = (TextVectorization(output_mode="tf_idf", ngrams=2) for _ in range(2))
    whole.update_state(np.array([t for part in parts for t in part], dtype=object))
    random.shuffle(parts)
    for part in parts:
        one = TextVectorization(output_mode="tf_idf", ngrams=2)
        one.update_state(np.array(part, dtype=object))
        merged.merge_state(one)
    merged.set_state(merged.get_state())
    try:
        whole.finalize_state()
    except InvalidArgumentError:
        return
    merged.finalize_state()
    assert whole.get_vocabulary() == merged.get_vocabulary()
    assert whole.idf_weights.tolist() == merged.idf_weights.tolist()


# --- data -------------------------------------------------------------------------------------------------------------


def test_kinds_of_data():
    expected = adapted(DOCUMENTS, output_mode="tf_idf")
    column = np.array(DOCUMENTS)[:, None]
    for data in (
        np.array(DOCUMENTS),
        column,
        Tensor(np.array([d.encode() for d in DOCUMENTS], dtype=object)),
        BytesColumn.from_list(DOCUMENTS),
        Dataset.from_tensor_slices(DOCUMENTS),
        Dataset.from_tensor_slices(DOCUMENTS).batch(3),
        Dataset.from_tensor_slices(column).batch(3),
        iter([np.array(DOCUMENTS[:1]), np.array(DOCUMENTS[1:])]),
    ):
        layer = adapted(data, output_mode="tf_idf")
        assert layer.get_vocabulary() == expected.get_vocabulary()
        assert layer.idf_weights.tolist() == expected.idf_weights.tolist()
    assert adapted([["to", "be"], ["or"]][:1], split=None).get_vocabulary() == ["", "[UNK]", "to", "be"]
    ragged = Ragged.from_list([["to", "be"], ["Or"]])
    assert adapted(ragged, split=None)(ragged).tolist() == [[2, 4], [3, 0]]
    with pytest.raises(
        InvalidArgumentError, match="texts to be split must be a vector, or have a last axis of length 1"
    ):
        adapted(ragged)
    with pytest.raises(InvalidArgumentError, match="texts to be split must be strings, vectors of strings"):
        adapted(Dataset.from_tensor_slices([[["a", "b"]]]))


MAPS = [
    {},
    {"output_sequence_length": 2},
    {"ragged": True},
    {"ragged": True, "output_sequence_length": 1},
    {"output_mode": "count"},
    {"output_mode": "multi_hot", "ngrams": 2},
    {"output_mode": "one_hot"},
    {"split": None},
    {"split": "character", "output_sequence_length": 4},
    {"output_mode": "count", "sparse": True},
]


@pytest.mark.parametrize("options", MAPS)
@pytest.mark.parametrize("batch", [None, 2])
def test_map_gives_what_calls_give(options, batch):
    layer = TextVectorization(vocabulary=GIVEN, **options)
    texts = Dataset.from_tensor_slices(["a b", "c", "b zz a", "", "a"])
    texts = texts if batch is None else texts.batch(batch)
    mapped = texts.map(layer)
    for found, text in zip(mapped, texts, strict=True):
        assert_same(found, layer(text), f"map with {options}")
        inferred = layer.compute_output_spec(texts.element_spec)
        assert inferred.is_compatible_with(mapped.element_spec) or mapped.element_spec.is_compatible_with(inferred)
    assert "runs on whole blocks" in str(mapped.explain())


def test_inside_a_model():
    layer = adapted(DOCUMENTS, output_mode="count")
    inputs = nn.Input(shape=(1,), dtype="string")
    model = nn.Model(inputs, nn.layers.Dense(2)(layer(inputs)))
    texts = np.array([["be"], ["to the"]], dtype=object)
    assert model(texts).shape == (2, 2)
    codes = nn.Sequential([nn.Input(shape=(1,), dtype="string"), TextVectorization(vocabulary=GIVEN)])
    assert np.asarray(codes(texts)).tolist() == [[1, 0], [1, 1]]


# --- functions --------------------------------------------------------------------------------------------------------


@register_serializable("test_text")
def without_tags(texts):
    return np.array([re.sub("<[^>]*>", " ", t) for t in texts])


@register_serializable("test_text")
def at_commas(texts):
    return [t.split(",") for t in texts]


def test_functions_of_the_user(tmp_path):
    layer = TextVectorization(vocabulary=GIVEN, standardize=without_tags, split=at_commas, name="own")
    assert layer(["a,<b>,b", "c"]).tolist() == [[2, 1, 3], [4, 0, 0]]
    assert TextVectorization(vocabulary=GIVEN, standardize=without_tags)(["a<br>b"]).tolist() == [[2, 3]]
    ragged = TextVectorization(vocabulary=GIVEN, split=lambda t: Ragged.from_list([x.split("-") for x in t]))
    assert ragged(["a", "b"]).tolist() == [[2], [3]]
    again = TextVectorization.from_config(json.loads(json.dumps(layer.get_config())))
    assert again(["a,<b>,b"]).tolist() == [[2, 1, 3]]
    save(layer, tmp_path / "own")
    assert load(tmp_path / "own")(["a,<b>,b"]).tolist() == [[2, 1, 3]]
    mapped = Dataset.from_tensor_slices(["a,b", "c"]).map(layer)
    assert [e.tolist() for e in mapped] == [[2, 3], [4]]
    with pytest.raises(PenstockError, match="must be registered"):
        ragged.get_config()
    for options, message in (
        ({"standardize": lambda t: t[:1]}, "standardize must return one string for each. Received: 1 for 2 strings"),
        ({"split": lambda t: [["a"]]}, "split must return one row for each string. Received: 1 for 2 strings"),
        ({"split": lambda t: t}, "split must return rows of tokens"),
    ):
        with pytest.raises((InvalidArgumentError, DTypeError), match=message):
            TextVectorization(vocabulary=GIVEN, **options)(["a", "b"])
    with pytest.raises(InvalidArgumentError, match=r"texts must be valid UTF-8 for the function standardize"):
        layer([b"\xff"])
    assert TextVectorization(vocabulary=GIVEN)([b"a \xff"]).tolist() == [[2, 1]]


# --- vocabularies and options -----------------------------------------------------------------------------------------


def test_vocabularies(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nb\nc\n")
    layer = TextVectorization(vocabulary=str(path))
    assert layer.get_vocabulary() == ["", "[UNK]", *GIVEN]
    assert layer.get_vocabulary(include_special_tokens=False) == GIVEN
    assert layer.vocabulary_size() == 5
    layer.set_vocabulary(["x"])
    assert layer(["x a"]).tolist() == [[2, 1]]
    tokens = StringLookup(vocabulary=GIVEN, mask_token="")
    assert tokens(["a", "zz", ""]).tolist() == TextVectorization(vocabulary=GIVEN, split=None)(["a", "zz", ""]).tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"standardize": "lowr"},
            r"standardize must be one of .*Received: standardize='lowr' \(str\)\. Did you mean 'lower'",
        ),
        ({"split": 3}, "split must be one of whitespace, character, None, or a function"),
        ({"ngrams": 0}, "ngrams must be an int >= 1, a tuple of such, or None. Received: ngrams=0"),
        ({"ngrams": (1, "a")}, "ngrams must be an int >= 1"),
        ({"output_mode": "x"}, "output_mode must be one of int, one_hot, multi_hot, count, tf_idf"),
        ({"output_sequence_length": -1}, "output_sequence_length must be an int >= 0"),
        ({"output_sequence_length": 2, "output_mode": "count"}, "output_sequence_length must be an int >= 0 with"),
        ({"ragged": True, "output_mode": "count"}, "ragged=True needs output_mode='int'"),
        ({"vocabulary": ["a", "b", "a"]}, "tokens of a vocabulary must be unique. Received: 'a' more than once"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        TextVectorization(**options)


def test_bad_inputs():
    with pytest.raises(NotAdaptedError, match="TextVectorization 't' has no vocabulary yet"):
        TextVectorization(name="t")(["a"])
    with pytest.raises(DTypeError, match="TextVectorization 't': inputs must be strings"):
        TextVectorization(name="t", vocabulary=GIVEN)([1])
    with pytest.raises(InvalidArgumentError, match="adapt needs at least one of the strings"):
        TextVectorization().adapt([" !"])
    with pytest.raises(UnimplementedError, match=r"texts must be of shape \[\], \[batch\] or \[batch, 1\]"):
        TextVectorization(vocabulary=GIVEN, output_mode="count")([[["a"], ["b"]]])
    with pytest.raises(InvalidArgumentError, match="output_sequence_length with split=None needs at least a vector"):
        TextVectorization(vocabulary=GIVEN, split=None, output_sequence_length=2)("a")


def test_functions_of_keras_layers_are_given_tensors():
    from penstock.compat import tensorflow as tf

    seen = []

    def standardize(texts):
        seen.append(texts)
        return tf.strings.regex_replace(tf.strings.lower(texts), "[^a-z ]", "")

    layer = tf.keras.layers.TextVectorization(standardize=standardize, split=lambda t: tf.strings.split(t, sep=" "))
    layer.adapt(["A b!", b"a \xff c"])
    assert layer.get_vocabulary() == ["", "[UNK]", "a", "\udcff", "c", "b"]
    assert layer(tf.constant(["B a"])).numpy().tolist() == [[5, 2]]
    assert all(isinstance(texts, tf.Tensor) for texts in seen)
