"""Record what `tf.lookup`, `tf.math.bincount` and `tf.raw_ops.Bucketize` give, as `lookup_tables.json`.

Run with TensorFlow installed: `python make_lookup_tables.py`. A case is a table (keys, values, options) and what is
looked up in it, or the arguments of a function; the result is a value, or `{"error": …}`.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import tensorflow as tf
from writer import versions, write

_numbers = itertools.count()
FILE = "emerson 10\nlake 20\r\npalmer 30\n"


def value_of(given):
    """Turn a written value into a Tensor."""
    if "ragged" in given:
        return tf.ragged.constant(given["ragged"], getattr(tf, given["dtype"]))
    if "sparse" in given:
        return tf.sparse.from_dense(tf.constant(given["sparse"], given["dtype"]))
    return tf.constant(given["values"], given["dtype"])


def written(value):
    """Write a result."""
    if isinstance(value, tuple):
        return [written(v) for v in value]
    if isinstance(value, tf.SparseTensor):
        return {"indices": value.indices.numpy().tolist(), "values": written(value.values)}
    if isinstance(value, tf.RaggedTensor):
        return {"dtype": value.dtype.name, "values": _text(value.to_list())}
    return {"dtype": value.dtype.name, "values": _text(value.numpy().tolist() if value.shape.rank else value.numpy())}


def _text(value):
    if isinstance(value, list):
        return [_text(v) for v in value]
    return value.decode() if isinstance(value, bytes) else value.item() if hasattr(value, "item") else value


def array(values, dtype):
    """Write an array."""
    return {"values": values, "dtype": dtype}


def cases():
    """Yield (kind, arguments)."""
    strings = array(["a", "x", "b", ""], "string")
    ragged = {"ragged": [["a"], [], ["b", "q"]], "dtype": "string"}
    sparse = {"sparse": [["a", ""], ["", "q"]], "dtype": "string"}
    pairs = {"keys": array(["a", "b"], "string"), "values": array([1, 2], "int64")}
    for looked in (strings, array("a", "string"), array([["a"], ["q"]], "string"), ragged, sparse, array([1], "int32")):
        yield "static", {**pairs, "default": -1, "lookup": looked}
        codes = {**pairs, "values": array([0, 1], "int64"), "oov": 3}
        yield "vocabulary", {**codes, "lookup": looked}
        yield "mutable", {**pairs, "default": -1, "lookup": looked}
        yield "dense", {**pairs, "default": -1, "lookup": looked}
    for keys, values, default in (
        (array([5, 6], "int64"), array(["x", "y"], "string"), "?"),
        (array([5, 6], "int64"), array([1.5, 2.5], "float32"), 0.0),
        (array([5, 6], "int64"), array([7, 8], "int64"), -1),
        (array([5, 6], "int32"), array([7, 8], "int32"), -1),
    ):
        yield "static", {"keys": keys, "values": values, "default": default, "lookup": array([6, 7], keys["dtype"])}
        wrong = "int32" if keys["dtype"] == "int64" else "int64"
        yield "static", {"keys": keys, "values": values, "default": default, "lookup": array([6, 7], wrong)}
    words = array(["b", "c", "zz", "grün", ""], "string")
    for n in (1, 2, 10, 1000):
        yield (
            "vocabulary",
            {"keys": array(["a", "b"], "string"), "values": array([0, 1], "int64"), "oov": n, "lookup": words},
        )
        yield "vocabulary", {"keys": None, "oov": n, "lookup": words}
        integers = {"keys": array([5, 6], "int64"), "values": array([0, 1], "int64"), "oov": n}
        yield "vocabulary", {**integers, "lookup": array([5, 7, -8, 2**62], "int64")}
        yield "vocabulary", {**integers, "key_dtype": "int32", "lookup": array([5, 7, -8], "int32")}
    yield (
        "vocabulary",
        {"keys": array(["a", "b"], "string"), "values": array([5, 1], "int64"), "oov": 3, "lookup": words},
    )
    yield "vocabulary", {"keys": array(["a"], "string"), "values": array([0], "int64"), "oov": 0, "lookup": words}
    yield "vocabulary", {"keys": array(["a"], "string"), "values": array([0], "int32"), "oov": 1, "lookup": words}
    twice = array(["a", "b", "a"], "string")
    yield "static", {"keys": twice, "values": array([1, 2, 1], "int64"), "default": -1, "lookup": strings}
    yield "static", {"keys": twice, "values": array([1, 2, 3], "int64"), "default": -1, "lookup": strings}
    yield "static", {**pairs, "default": [1, 2], "lookup": strings}
    yield "static", {**pairs, "default": "x", "lookup": strings}
    yield "static", {"keys": twice, "values": array([1], "int64"), "default": -1, "lookup": strings}
    for text, options, default, looked in (
        (FILE, ["string", 0, "int64", 1, None, " "], -1, ["lake", "x"]),
        (FILE, ["string", -2, "int64", -1, None, " "], -1, ["lake 20", "x"]),
        (FILE, ["string", -2, "int64", -1, 2, " "], -1, ["lake 20", "palmer 30"]),
        (FILE, ["string", -2, "int64", -1, 4, " "], -1, ["lake 20"]),
        (FILE, ["int64", -1, "string", -2, None, " "], "?", [0, 1, 9]),
        (FILE, ["string", 0, "float32", 1, None, " "], -1.0, ["lake"]),
        (FILE, ["string", 0, "string", 1, None, " "], "", ["lake"]),
        (FILE, ["string", 0, "int64", 5, None, " "], -1, ["lake"]),
        (FILE, ["string", 1, "int64", 0, None, " "], -1, ["lake"]),
        (FILE, ["string", 0, "float32", -1, None, " "], -1.0, ["lake"]),
        ("a\n\nb", ["string", -2, "int64", -1, None, " "], -1, ["", "b"]),
        ("a\ta\nb\tc\n", ["string", 0, "string", 1, None, "\t"], "", ["b"]),
        (None, ["string", -2, "int64", -1, None, " "], -1, ["a"]),
    ):
        yield "file", {"text": text, "options": options, "default": default, "lookup": array(looked, options[0])}
    rows = {"values": [[1, 1], [0, 3]], "dtype": "int32"}
    ragged = {"ragged": [[1, 1], [], [3]], "dtype": "int32"}
    sparse = {"sparse": [[1, 1], [0, 3]], "dtype": "int32"}
    vectors = [array([1, 1, 2, 7], "int64"), array([], "int32"), array([-1], "int32"), array([1.5], "float32")]
    for arr in (rows, *vectors, ragged, sparse):
        for options in ({}, {"axis": -1}, {"axis": 0}, {"minlength": 6}, {"maxlength": 2}, {"binary_output": True},
                        {"minlength": 2, "maxlength": 5, "axis": -1}, {"dtype": "int64"}):  # fmt: skip
            if not ("sparse" in arr and options.get("axis") != -1):  # zeros of a flattened SparseTensor
                yield "bincount", {"arr": arr, "options": options}
    yield "bincount", {"arr": rows, "options": {"axis": -1}, "weights": array([[1.5, 2.0], [3.0, 4.0]], "float32")}
    yield "bincount", {"arr": array([1, 1, 2], "int32"), "options": {}, "weights": array([1, 2, 5], "int32")}
    yield (
        "bincount",
        {"arr": array([1], "int32"), "options": {"binary_output": True}, "weights": array([2.0], "float32")},
    )
    yield "bucketize", {"input": array([[-5, 10000], [150, 10]], "int32"), "boundaries": [0, 10, 100]}
    yield "bucketize", {"input": array([0.5, -0.5, 1.0], "float32"), "boundaries": [0.5]}
    yield "bucketize", {"input": array([1], "int32"), "boundaries": [3, 1]}


def result_of(kind, given, folder):
    """Run one case."""
    lookup = tf.lookup
    if kind == "bincount":
        weights = None if "weights" not in given else value_of(given["weights"])
        options = {k: tf.as_dtype(v) if k == "dtype" else v for k, v in given["options"].items()}
        return tf.math.bincount(value_of(given["arr"]), weights, **options)
    if kind == "bucketize":
        return tf.raw_ops.Bucketize(input=value_of(given["input"]), boundaries=given["boundaries"])
    looked = value_of(given["lookup"])
    if kind == "file":
        # A name of its own, because TensorFlow shares tables of one file.
        path = folder / f"words{next(_numbers)}.txt"
        if given["text"] is not None:
            path.write_bytes(given["text"].encode())
        key, i, value, j, size, delimiter = given["options"]
        initializer = lookup.TextFileInitializer(
            str(path), tf.as_dtype(key), i, tf.as_dtype(value), j, size, delimiter, value_index_offset=0
        )
        table = lookup.StaticHashTable(initializer, given["default"])
        return table.lookup(looked), table.size()
    if kind in ("mutable", "dense"):
        keys, values = value_of(given["keys"]), value_of(given["values"])
        experimental = lookup.experimental
        if kind == "mutable":
            table = experimental.MutableHashTable(keys.dtype, values.dtype, given["default"])
        else:
            table = experimental.DenseHashTable(keys.dtype, values.dtype, given["default"], "$", "~")
        table.insert(keys, values)
        return table.lookup(looked), table.size()
    initializer = None
    if given["keys"] is not None:
        initializer = lookup.KeyValueTensorInitializer(value_of(given["keys"]), value_of(given["values"]))
    if kind == "static":
        table = lookup.StaticHashTable(initializer, given["default"])
    else:
        dtype = None if "key_dtype" not in given else tf.as_dtype(given["key_dtype"])
        table = lookup.StaticVocabularyTable(initializer, given["oov"], dtype)
    return table.lookup(looked), table.size()


def main() -> None:
    """Write the file."""
    recorded = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, given in cases():
            try:
                result = written(result_of(kind, given, Path(folder)))
            except Exception as err:
                result = {"error": type(err).__name__}
            recorded.append({"kind": kind, "given": given, "result": result})
    write("lookup_tables", {"versions": versions(), "cases": recorded})


if __name__ == "__main__":
    main()
