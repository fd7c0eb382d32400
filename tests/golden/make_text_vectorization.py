"""Write `text_vectorization.json`: vocabularies and outputs of Keras' TextVectorization layer.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_text_vectorization.py

A case has the constructor's `arguments`, the texts given to `adapt` (or null), the `input`, the `vocabulary`, the
`output` with its `kind` (dense, ragged or sparse, which is made dense) and dtype, or an `error`. `splits` holds texts
as code points of Latin-1, which stand for bytes, with their tokens in base 64, split by white space and by character.

Not recorded: counts of texts of rank 3, where Keras adds up across texts what stands at the same place of each.
"""

from __future__ import annotations

import base64
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import plain, versions, write

DOCUMENTS = ["To be", "!(to be)", "That's the question", "Be, be, be."]
GIVEN = {"vocabulary": ["a", "b", "c"]}
MODES = ("one_hot", "multi_hot", "count")


def case(arguments: dict[str, Any], value: Any, adapt: Any = None) -> dict[str, Any]:
    row: dict[str, Any] = {"arguments": arguments, "adapt": adapt, "input": value}
    try:
        made = dict(arguments)
        if isinstance(made.get("ngrams"), list):
            made["ngrams"] = tuple(made["ngrams"])
        layer = keras.layers.TextVectorization(**made)
        if adapt is not None:
            layer.adapt(np.array(adapt))
        output = layer(tf.constant(value, tf.string))
        kind = {tf.RaggedTensor: "ragged", tf.SparseTensor: "sparse"}.get(type(output), "dense")
        row |= {"vocabulary": [str(token) for token in layer.get_vocabulary()], "kind": kind}
        row |= {"output_dtype": output.dtype.name}
        row |= {"output": plain(tf.sparse.to_dense(output) if kind == "sparse" else output)}
    except Exception as err:
        row |= {"error": type(err).__name__, "message": str(err).splitlines()[0][:160]}
    return row


def shapes() -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = [{}, {"split": None}, {"split": "character"}, {"output_sequence_length": 2}]
    options += [{"output_sequence_length": 0}, {"ragged": True}, {"ragged": True, "output_sequence_length": 2}]
    options += [{"output_mode": mode} for mode in MODES]
    options += [{"output_mode": mode, "split": None} for mode in MODES]
    options += [{"split": None, "output_sequence_length": 3}, {"ngrams": 2}, {"ngrams": [2]}, {"ngrams": [3, 1]}]
    options += [{"ngrams": 2, "split": None}, {"ngrams": 2, "ragged": True}, {"output_mode": "count", "sparse": True}]
    values = ["a b", ["a b", "c"], [["a b"], ["c c c"]], [["a b", "c"]], [[["a"], ["b c"]]], ["", "  "]]
    found = [case({**GIVEN, **option}, value) for option in options for value in values[:4]]
    deep = [option for option in options if "split" in option or option.get("output_mode", "int") in ("int", "one_hot")]
    return (
        found
        + [case({**GIVEN, **option}, values[4]) for option in deep]
        + [case({**GIVEN, **option}, values[5]) for option in options]
    )


def adapted() -> list[dict[str, Any]]:
    asked = ["Be good!", "Question: be or be?"]
    options: list[dict[str, Any]] = [{"output_mode": mode} for mode in ("int", "tf_idf", "count")]
    options += [{"ngrams": 2}, {"max_tokens": 4}, {"split": "character"}, {"split": None}, {"standardize": None}]
    options += [{"standardize": "lower"}, {"standardize": "strip_punctuation", "output_sequence_length": 3}]
    options += [{"max_tokens": 9, "pad_to_max_tokens": True, "output_mode": mode} for mode in ("count", "tf_idf")]
    found = [case(option, asked, adapt=DOCUMENTS) for option in options]
    found += [case({"output_mode": "tf_idf"}, [["a c"]], adapt=[["a b"], ["b c"]])]
    found += [case({}, ["b"], adapt=[["a b", "c"], ["a", "b"]])]
    found += [case({"split": None, "output_mode": "tf_idf"}, [["b", "x"]], adapt=[["a b", "c"], ["a", "b"]])]
    foreign = ["Ä ä É", "ÇA va?", "日本 語!", "Ünï\u00a0Còde\u2003x", "naïve—dash", "😀 😀"]
    found += [case({}, foreign, adapt=foreign), case({"split": "character"}, foreign, adapt=foreign)]
    return found


def others() -> list[dict[str, Any]]:
    found = [case({"vocabulary": v}, ["a b zz"]) for v in (["", "[UNK]", "a"], ["a", "a"], ["[UNK]", "a"], [])]
    idf = {"output_mode": "tf_idf", "idf_weights": [1.0, 2.0, 3.0]}
    found += [case({**GIVEN, **idf}, ["a b b zz"]), case({}, ["a"])]
    bad: list[dict[str, Any]] = [{"standardize": "x"}, {"split": "x"}, {"ngrams": "x"}, {"output_mode": "x"}]
    bad += [{"output_sequence_length": "x"}, {"output_sequence_length": 2, "output_mode": "count"}]
    bad += [{"ragged": True, "output_mode": "count"}, {"max_tokens": 1}, {"pad_to_max_tokens": True}, {"sparse": True}]
    return found + [case(arguments, ["a"]) for arguments in bad]


def splits() -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    pieces = [
        b"a",
        b"B!",
        b" ",
        b"\t",
        b"\x0b",
        b"\x1c",
        b"\x00",
        b"'",
        b"\xc3\xa9",
        b"\xc3",
        b"\xe2\x82\xac",
        b"\xe2\x82",
    ]
    pieces += [
        b"\xf0\x9f\x98\x80",
        b"\xf0\x9f\x98",
        b"\xff",
        b"\x80",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\xf4\x90",
        b"\xc2\x85",
    ]
    found = []
    for _ in range(60):
        text = b"".join(pieces[i] for i in rng.integers(0, len(pieces), 7))
        row: dict[str, Any] = {"text": text.decode("latin-1")}
        for split in ("whitespace", "character"):
            tokens = keras.layers.TextVectorization(split=split)._preprocess(tf.constant([text]))[0].numpy()
            row[split] = [base64.b64encode(token).decode() for token in tokens]
        found.append(row)
    return found


if __name__ == "__main__":
    document = {"made_by": "make_text_vectorization.py", "versions": versions()}
    write("text_vectorization", {**document, "cases": shapes() + adapted() + others(), "splits": splits()})
