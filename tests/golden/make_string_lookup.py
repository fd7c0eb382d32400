"""Write `string_lookup.json`: vocabularies and outputs of Keras' StringLookup layer.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_string_lookup.py

A case has the constructor's `arguments`, the nested lists given to `adapt` (or null), the `input`, the vocabulary as
`get_vocabulary()` and without special tokens, the `vocabulary_size`, and the `output` with its dtype, or an `error`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import plain, versions, write

TIES = ["b", "a", "c", "a", "b", "d", "e", "c"]
WORDS = ["earth", "wind", "and", "fire", "fire", "and", "michigan", "", "and"]
DOCUMENTS = [["a", "b", "a"], ["c", "a", ""], ["d", "d", "d"]]
ASKED = ["a", "zz", "d", "", "[UNK]", "ä", "b"]
GIVEN = ["a", "b", "c", "d"]


def case(arguments: dict[str, Any], value: list[Any], adapt: list[Any] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"arguments": arguments, "adapt": adapt, "input": value}
    try:
        layer = keras.layers.StringLookup(**arguments)
        if adapt is not None:
            layer.adapt(np.array(adapt))
        row |= {
            "vocabulary": plain(layer.get_vocabulary()),
            "vocabulary_without_special_tokens": plain(layer.get_vocabulary(include_special_tokens=False)),
            "vocabulary_size": int(layer.vocabulary_size()),
        }
        given = tf.constant(value) if not arguments.get("invert") else tf.constant(value, tf.int64)
        output = layer(given)
        row |= {"output": plain(output), "output_dtype": output.dtype.name}
    except Exception as err:
        row |= {"error": type(err).__name__, "message": str(err).splitlines()[0][:300]}
    return row


def cases() -> list[dict[str, Any]]:
    given, words = {"vocabulary": GIVEN}, ["a", "d", "zz", "b"]
    rows = [["a", "zz", "a"], ["d", "c", "d"]]
    found = [case({}, ASKED, adapt=data) for data in (TIES, WORDS, DOCUMENTS, ["ä", "z", "Z", "", "ä"])]
    found += [case({"max_tokens": n}, ASKED, adapt=TIES) for n in (2, 3, 4, 6, 100)]
    found += [case({"max_tokens": n, "mask_token": "", "num_oov_indices": 2}, ASKED, adapt=WORDS) for n in (4, 6)]
    found += [case({"num_oov_indices": n, **given}, ["a", "zz", "yy", "xx", "ww", "ä"]) for n in (1, 2, 3, 7)]
    found += [case({"num_oov_indices": 0, **given}, ["a", "d"]), case({"num_oov_indices": 0, **given}, ["a", "zz"])]
    found += [case({"mask_token": mask, **given}, ASKED) for mask in (None, "", "b", "[MASK]")]
    found += [case({"mask_token": "", "num_oov_indices": n, **given}, ["", "a", "zz", "yy"]) for n in (0, 1, 3)]
    found += [case({"oov_token": "?", **given}, ["?", "zz", "a"])]
    found += [
        case({"vocabulary": ["[UNK]", *GIVEN]}, ASKED),
        case({"vocabulary": ["", "[UNK]", "a"], "mask_token": ""}, ASKED),
    ]
    found += [case({"vocabulary": vocabulary}, ["a"]) for vocabulary in (["a", "a"], ["a", "[UNK]"], [])]
    found += [case({"vocabulary": ["a", "", "b"], "mask_token": ""}, ["a"]), case({"max_tokens": 3, **given}, ["a"])]
    for mode in ("one_hot", "multi_hot", "count"):
        found += [case({"output_mode": mode, **given}, value) for value in (words, rows, [["a"], ["zz"]], [["a", "b"]])]
        found += [
            case({"output_mode": mode, "pad_to_max_tokens": True, "max_tokens": 8, **given}, words),
            case({"output_mode": mode, "num_oov_indices": 0, **given}, ["a", "d"]),
            case({"output_mode": mode, "mask_token": "", **given}, ["", "a", "zz"]),
        ]
    found += [case({"output_mode": "one_hot", **given}, "a"), case({"output_mode": "multi_hot", **given}, "a")]
    idf = {"output_mode": "tf_idf"}
    found += [
        case(idf, rows, adapt=DOCUMENTS),
        case({**idf, "max_tokens": 8, "pad_to_max_tokens": True}, rows, adapt=DOCUMENTS),
        case({**idf, "mask_token": "", "num_oov_indices": 2}, rows, adapt=DOCUMENTS),
        case({**idf, "vocabulary": GIVEN, "idf_weights": [0.5, 1.0, 2.0, 4.0]}, rows),
        case({**idf, "vocabulary": GIVEN}, rows),
    ]
    indices = [0, 1, 2, 4, 5, 9, -1]
    found += [
        case({"invert": True, **given}, indices),
        case({"invert": True, "mask_token": "", **given}, indices),
        case({"invert": True, "mask_token": "", "num_oov_indices": 2, **given}, indices),
        case({"invert": True, "num_oov_indices": 0, **given}, [0, 3]),
        case({"invert": True, "oov_token": "?", **given}, [[0, 1], [2, 8]]),
        case({"invert": True}, [0, 1, 2, 3], adapt=TIES),
        case({"invert": True, "output_mode": "one_hot", **given}, [0, 1]),
    ]
    found += [
        case({}, ["a", "b"]),
        case({"max_tokens": 0}, ["a"]),
        case({"num_oov_indices": -1}, ["a"]),
        case({"output_mode": "binary"}, ["a"]),
        case({"max_tokens": 1}, ["a"], adapt=TIES),
    ]
    return found


if __name__ == "__main__":
    write("string_lookup", {"made_by": "make_string_lookup.py", "versions": versions(), "cases": cases()})
