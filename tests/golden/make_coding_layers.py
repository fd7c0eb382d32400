"""Write `coding_layers.json`: outputs of Keras' layers that look up integers, hash, encode categories, bin and rescale.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_coding_layers.py

A case has the `layer`, the constructor's `arguments`, the `adapt` data (or null), the `inputs` with their dtype (a list
of such for a layer of several), keyword inputs in `more`, and the `output` with its dtype, or an `error`. Lookup layers
have the `vocabulary`, Discretization its `boundaries`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import plain, versions, write

VOCABULARY = [12, 36, 1138, 42]
MODES = ("one_hot", "multi_hot", "count")


def value(given: Any) -> Any:
    """Return the tensor for `[dtype, nested lists]`, or several for a list of such."""
    if isinstance(given[0], str):
        return tf.constant(given[1], given[0])
    return [value(one) for one in given]


def case(layer: str, arguments: dict[str, Any], inputs: Any, adapt: Any = None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"layer": layer, "arguments": arguments, "adapt": adapt, "inputs": inputs}
    if more:
        row["more"] = more
    try:
        made = getattr(keras.layers, layer)(**arguments)
        if adapt is not None:
            made.adapt(np.array(adapt[1], adapt[0]))
        output = made(value(inputs), **{name: value(given) for name, given in more.items()})
        if layer == "IntegerLookup":
            row["vocabulary"] = [int(token) for token in made.get_vocabulary()]
        if layer == "Discretization":
            row["boundaries"] = plain(made.bin_boundaries)
        if isinstance(output, tf.SparseTensor):
            output = tf.sparse.to_dense(output)
        row |= {"output": plain(output), "output_dtype": output.dtype.name}
    except Exception as err:
        row |= {"error": type(err).__name__, "message": str(err).splitlines()[0][:160]}
    return row


def integer_lookups() -> list[dict[str, Any]]:
    def lookup(arguments: dict[str, Any], inputs: Any, adapt: Any = None) -> dict[str, Any]:
        return case("IntegerLookup", arguments, inputs, adapt)

    given, asked = {"vocabulary": VOCABULARY}, ["int64", [7, -7, 8, 12, -1, 42, 2**62]]
    words, ties = ["int64", [[12, 1138, 42], [42, 1000, 36]]], ["int64", [5, 3, 5, -2, -2, 7, 10, -1, -1, -1]]
    found = [lookup(given, words), lookup(given, ["int32", [12, 5]]), lookup(given, ["int64", 12])]
    found += [lookup({"num_oov_indices": n, **given}, asked) for n in (0, 1, 2, 5)]
    found += [lookup({"num_oov_indices": 5, "oov_method": "farmhash", **given}, asked)]
    found += [lookup({"num_oov_indices": 5, "oov_method": "farmhash", "salt": s, **given}, asked) for s in (9, [1, -2])]
    found += [lookup({"num_oov_indices": 3, "mask_token": 0, **given}, ["int64", [0, 1, -1, 12]])]
    found += [lookup({"invert": True, **given}, ["int64", [0, 1, 4, 9, -1]])]
    found += [lookup({"invert": True, "mask_token": 0, "oov_token": -5, **given}, ["int64", [[0, 1], [2, 9]]])]
    found += [lookup({"vocabulary": v, "mask_token": 0}, words) for v in ([0, -1, 12], [12, 0], [12, 12], [])]
    found += [lookup({"output_mode": m, **given}, v) for m in MODES for v in (words, asked, ["int64", [[12], [5]]])]
    found += [lookup({}, asked, adapt=data) for data in (ties, words, ["int32", [[1, 2], [2, 3]]])]
    found += [lookup({"max_tokens": 3}, asked, adapt=ties), lookup({"mask_token": -2}, ["int64", [-2, 5]], adapt=ties)]
    idf = {"output_mode": "tf_idf"}
    found += [lookup(idf, words, adapt=words)]
    found += [lookup({**idf, "max_tokens": 9, "pad_to_max_tokens": True}, words, adapt=words)]
    found += [lookup({"salt": 5, **given}, asked), lookup({"vocabulary_dtype": "int32"}, asked)]
    return found


def hashings() -> list[dict[str, Any]]:
    def hashing(arguments: dict[str, Any], inputs: Any) -> dict[str, Any]:
        return case("Hashing", arguments, inputs)

    cities = ["string", ["Paris", "Tokyo", "Auckland", "Montreal"]]
    texts = ["string", ["", "a", "é", "日本", "12345678", "x" * 7, "y" * 9, "z" * 63, "w" * 300]]
    numbers = ["int64", [0, 1, -3, 44, 2**63 - 1, -(2**63)]]
    found = [hashing({"num_bins": 10}, cities)]
    found += [hashing({"num_bins": n, "salt": s}, texts) for n in (7, 10**9 + 7) for s in (None, 133, [133, -137])]
    found += [hashing({"num_bins": 10**6 + 3, "salt": s}, numbers) for s in (None, 5)]
    found += [hashing({"num_bins": 1000}, ["float32", [1.7, -2.5, 0.0, 1e30]])]
    found += [hashing({"num_bins": 1000}, ["bool", [True, False]]), hashing({"num_bins": 1000}, ["int32", 7])]
    found += [hashing({"num_bins": n, "mask_value": ""}, ["string", [["A"], ["B"], [""]]]) for n in (1, 2, 10)]
    found += [hashing({"num_bins": 9, "mask_value": 2}, v) for v in (["int64", [1, 2]], ["float32", [1.5, 2.0, 2.5]])]
    rows, column = ["string", [["A", "B"], ["C", "C"]]], ["string", [["A"], ["B"]]]
    found += [hashing({"num_bins": 4, "output_mode": m}, v) for m in MODES for v in (rows, column, cities)]
    found += [hashing({"num_bins": 4, "output_mode": "count", "sparse": True}, rows)]
    found += [hashing({"num_bins": 4, "dtype": "int32"}, rows), hashing({"num_bins": 0}, rows)]
    bad: list[dict[str, Any]] = [{"salt": "x"}, {"output_mode": "tf_idf"}, {"sparse": True}, {"dtype": "float32"}]
    return found + [hashing({"num_bins": 3, **options}, rows) for options in bad]


def crossings() -> list[dict[str, Any]]:
    def crossing(arguments: dict[str, Any], *inputs: Any) -> dict[str, Any]:
        return case("HashedCrossing", arguments, list(inputs))

    letters, numbers = ["string", ["A", "B", "A", "B", "A"]], ["int64", [101, 101, 101, 102, 102]]
    found = [crossing({"num_bins": n}, letters, numbers) for n in (1, 5, 10**9 + 7)]
    found += [crossing({"num_bins": 10**6}, numbers, letters, ["int64", [-1, 0, 1, 2, 3]])]
    columns = ["string", [["A"], ["B"]]], ["int64", [[1], [2]]]
    found += [crossing({"num_bins": 5}, *columns), crossing({"num_bins": 5}, ["string", "A"], ["int64", 1])]
    found += [crossing({"num_bins": 5, "output_mode": "one_hot"}, *v) for v in (columns, (letters, numbers))]
    found += [crossing({"num_bins": 5, "output_mode": "one_hot", "sparse": True}, letters, numbers)]
    square = ["int64", [[1, 2], [3, 4]]]
    found += [crossing({"num_bins": 5}, letters), crossing({"num_bins": 5}, letters, ["int64", [1]])]
    found += [crossing({"num_bins": 5}, square, square), crossing({"num_bins": 5}, letters, ["float32", [1.0] * 5])]
    return [*found, crossing({"num_bins": 5, "output_mode": "count"}, letters, numbers)]


def encodings() -> list[dict[str, Any]]:
    def encoding(arguments: dict[str, Any], inputs: Any, **more: Any) -> dict[str, Any]:
        return case("CategoryEncoding", arguments, inputs, **more)

    shapes = [2, [3, 2, 0, 1], [[0, 1], [0, 0], [1, 2], [3, 1]], [[0], [3]], [[[0, 1], [2, 2]]], [4, 0], [-1, 0]]
    found = [encoding({"num_tokens": 4, "output_mode": m}, ["int64", v]) for m in MODES for v in shapes]
    found += [encoding({"num_tokens": 4}, ["float32", [1.7, 2.2]]), encoding({"num_tokens": 0}, ["int64", [0]])]
    rows, weights = ["int64", [[0, 1], [0, 0]]], ["float32", [[0.5, 2.0], [1.0, 0.25]]]
    count = {"num_tokens": 4, "output_mode": "count"}
    found += [encoding(count, rows, count_weights=weights)]
    found += [encoding(count, ["int64", [0, 1, 1]], count_weights=["float32", [0.5, 0.25, 2.0]])]
    found += [encoding(count, rows, count_weights=["float32", [[1.0, 2.0]]])]
    found += [encoding({"num_tokens": 4}, rows, count_weights=weights)]
    found += [encoding({"num_tokens": 4, "sparse": True, "output_mode": m}, rows) for m in ("multi_hot", "count")]
    return [*found, encoding({"num_tokens": 4, "output_mode": "int"}, rows)]


def binnings() -> list[dict[str, Any]]:
    def binning(arguments: dict[str, Any], inputs: Any, adapt: Any = None) -> dict[str, Any]:
        return case("Discretization", arguments, inputs, adapt)

    given, small = {"bin_boundaries": [0.0, 1.0, 2.0]}, ["float32", [[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]]
    ages = ["int64", [10, 93, 57, 18, 37, 5]]
    found = [binning(given, v) for v in (small, ["int32", [0, 1, 2, 9]], ["float64", 1.5])]
    found += [binning({"output_mode": m, **given}, v) for m in MODES for v in (small, ["float32", [1.0, 2.0]])]
    found += [binning({"bin_boundaries": [16777217.0]}, ["int64", [16777216, 16777217, 16777218]])]
    found += [binning({"bin_boundaries": [0.1]}, [kind, [0.1]]) for kind in ("float32", "float64")]
    found += [binning({"bin_boundaries": b}, small) for b in ([2.0, 1.0], [], [1.0, 1.0])]
    found += [binning({"num_bins": n}, ages, adapt=ages) for n in (1, 2, 3, 5, 10)]
    rng = np.random.default_rng(7)
    for count, spread, n, e in ((8, 1.0, 4, 0.01), (99, 3.0, 7, 0.01), (150, 9.0, 4, 0.1), (299, 1e3, 9, 0.01)):
        data = ["float32", rng.normal(5, spread, count).round(2).tolist()]
        asked = ["float32", [-1.0, 4.5, 5.0, 7.25, 1e5]]
        found += [binning({"num_bins": n, "epsilon": e}, asked, adapt=data)]
    many = ["int32", rng.integers(0, 50, 1000).tolist()]
    found += [binning({"num_bins": 6}, ["int32", [0, 9, 20, 49]], adapt=many)]
    found += [binning({"num_bins": 4, "output_mode": "one_hot"}, ["float32", [0.5, 2.0]], adapt=small)]
    bad: list[dict[str, Any]] = [{}, {"num_bins": -1}, {"num_bins": 2, **given}, {"sparse": True, **given}]
    return found + [binning(options, small) for options in bad] + [binning({"num_bins": 2}, small)]


def rescalings() -> list[dict[str, Any]]:
    pixels = ["uint8", [[0, 51], [204, 255]]]
    options: list[dict[str, Any]] = [{"scale": 1 / 255}, {"scale": 1 / 127.5, "offset": -1}]
    options += [{"scale": [0.5, 0.1], "offset": [1.0, 2.0]}, {"scale": 2, "dtype": "float64"}]
    return [case("Rescaling", arguments, pixels) for arguments in options]


if __name__ == "__main__":
    rows = integer_lookups() + hashings() + crossings() + encodings() + binnings() + rescalings()
    write("coding_layers", {"made_by": "make_coding_layers.py", "versions": versions(), "cases": rows})
