"""Record what `tf.strings` gives, as `string_….json`. Run with TensorFlow installed: `python make_string_ops.py`.

A case is a function, positional arguments and keywords; bytes are written as Latin-1, a ragged value as
`{"ragged": […]}`. The result is a value, or `{"error": …}` with the class of the error.
"""

from __future__ import annotations

import math
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from writer import versions, write

FUNNY = [
    "",
    "grün",
    b"\xff\xe2\x82a\xc3",
    " \t a b\x0b",
    "ὈΔΥΣΣΕΎΣ İ Σ straße ŉ ﬁ",
    b"\xed\xa0\x80\xf5",
    "\U0001f600é\x00",
]
FILES = {
    "string_letters": (),
    "string_joining": ("join", "reduce_join", "unsorted_segment_join"),
    "string_numbers": ("to_number", "as_string"),
    "string_patterns": ("regex_replace", "regex_full_match"),
    "string_encodings": ("unicode_decode", "unicode_split", "unicode_transcode", "unicode_encode"),
    "string_ngrams": ("ngrams", "format"),
}
ROWS = {"ragged": [["a", "b", "c"], ["d"], []]}


def cases():
    """Yield (function, args, keywords)."""
    for unit in ("BYTE", "UTF8_CHAR"):
        yield "length", [FUNNY], {"unit": unit}
        for pos, n in ((0, 2), (1, 3), (2, -1), (-3, 2), (-2, 20), (4, 1), (5, 1), (-5, 1)):
            yield "substr", [["hello", "grün"], pos, n], {"unit": unit}
        yield "substr", ["hello", [1, 2], [1, 2]], {"unit": unit}
        yield "substr", [b"\xffa\x80\xc3b", [0, 1, 2, 3], [1, 1, 1, 1]], {"unit": unit}
        yield "substr", [["a", "b"], 2, 1], {"unit": unit}
    for function in ("lower", "upper"):
        for encoding in ("", "utf-8", "latin"):
            # Without zero bytes, at which TensorFlow cuts strings off.
            yield (
                function,
                [[text.replace("\x00", "") if isinstance(text, str) else text for text in FUNNY]],
                {"encoding": encoding},
            )
        yield function, [ROWS], {}
    yield "strip", [[" \t\n\v\f\ra b\x1c \xa0 ", "\x00a", "", "   "]], {}
    texts = ["a,,b,", ",", "a", "", "  a  b\x0bc\x1c d\xa0e ", "a<>b<><>c<"]
    for sep in (None, "", ",", "<>", " "):
        for most in (-1, 0, 1, 2):
            yield "split", [texts], {"sep": sep, "maxsplit": most}
    yield "split", ["a b"], {}
    yield "split", [[["a b", "c"], ["d", ""]]], {}
    yield "split", [{"ragged": [["a b"], [], ["c d e", ""]]}], {}
    yield "bytes_split", [FUNNY], {}
    yield "bytes_split", ["ab"], {}
    for separator in ("", "-", "<>"):
        yield "join", [["a", ["b", "c"]]], {"separator": separator}
        yield "join", [[["a", "b"], ["c", "d"], ["e", "f"]]], {"separator": separator}
        yield "join", [[ROWS, "x", ROWS]], {"separator": separator}
        yield "join", [[["b", "c"]]], {"separator": separator}
        yield "unsorted_segment_join", [["a", "b", "c", "d"], [1, 0, 1, 3], 4], {"separator": separator}
        yield "unsorted_segment_join", [[["a", "b"], ["c", "d"]], [[0, 1], [1, 0]], 3], {"separator": separator}
        yield "unsorted_segment_join", [[["a", "b"], ["c", "d"]], [1, 0], 2], {"separator": separator}
        square = [["a", "b"], ["c", "d"], ["e", "f"]]
        for axis in (None, 0, 1, -1, [0, 1], [1, 0], [0], []):
            for keepdims in (False, True):
                yield "reduce_join", [square], {"axis": axis, "keepdims": keepdims, "separator": separator}
        for axis in (None, 0, 1, -1):
            yield "reduce_join", [ROWS], {"axis": axis, "separator": separator}
        yield "reduce_join", ["a"], {"separator": separator}
    yield "reduce_join", [["a"]], {"axis": 2}
    yield "unsorted_segment_join", [["a"], [5], 2], {}
    yield "unsorted_segment_join", [["a"], [-1], 2], {}
    patterns = [
        "a(b)",
        ".",
        "[^b]",
        r"\C",
        "",
        "$",
        r"\w+",
        r"\bb",
        "(?i)B",
        "ü|é",
        r"\p{Greek}",
        r"[[:space:]]+",
        "(?s)a.*",
    ]
    for pattern in [*patterns, "(?=a)", "(", "*", r"(a)\1"]:
        rewrite = r"[\1\0]" if pattern == "a(b)" else "x"
        for everywhere in (True, False):
            words = ["abc abc", "b ab\nab", *FUNNY]
            yield "regex_replace", [words, pattern, rewrite], {"replace_global": everywhere}
        yield "regex_full_match", [["abc", "ab", "", "a\n", "B", "ü", b"\xff", "b"], pattern], {}
    yield "regex_replace", [["abc"], "b", r"\\"], {}
    plain = (
        "1 1.5 +1 -7 1e3 abc 0x10 0x1.8p3 0X inf nan -Infinity 1_000 1. .5 . e5 1e400 -1e400 99999999999 2147483648 "
        "-2147483648 9223372036854775807 9223372036854775808 1e-400 INF NaN +-1 0b1 1d 1f -nan infin 007 1e 1e+ "
        "16777217 0.1000000014901161193847656250001 3.4028236e38 1.17549421e-38 1e-46"
    ).split()
    for text in [*plain, "", " 1 ", "  -7\t\n", "1 2", "１", "1\x00"]:
        for dtype in ("float32", "float64", "int32", "int64"):
            yield "to_number", [text, dtype], {}
    yield "to_number", [["1", "2.5", "-3e2"]], {}
    yield "to_number", [{"ragged": [["1"], [], ["2", "3"]]}, "int64"], {}
    numbers = {
        "int32": [1, -2, 0], "int64": [2**60, -(2**63)], "uint8": [200], "bool": [True, False],
        "float32": [1.5, math.nan, -math.inf, 1e20, 0.1, 1e-7, -0.0], "float64": [0.1, 1e300, 123456789.123],
    }  # fmt: skip
    for dtype, values in numbers.items():
        given = {"array": values, "dtype": dtype}
        for options in (
            {}, {"width": 8}, {"width": 8, "fill": "0"}, {"width": 8, "fill": "-"}, {"width": 8, "fill": "+"},
            {"width": 3, "fill": " "}, {"precision": 2}, {"scientific": True}, {"shortest": True},
            {"shortest": True, "precision": 3}, {"precision": 0, "width": 9}, {"shortest": True, "scientific": True},
            {"fill": "ab"}, {"fill": "x"},
        ):  # fmt: skip
            yield "as_string", [given], options
    yield "as_string", [["a", "b"]], {}
    words = ["a", "", "hello world 12345678", "0123456789abcdef", *FUNNY, "x" * 100]
    for n in (1, 10, 1000, 2**62 + 1):
        yield "to_hash_bucket", [words, n], {}
        yield "to_hash_bucket_fast", [words, n], {}
        yield "to_hash_bucket_strong", [words, n, [1, 2]], {}
    yield "to_hash_bucket_fast", [words, 0], {}
    yield "to_hash_bucket_strong", [words, 10, [1]], {}
    for errors in ("replace", "ignore", "strict", "other"):
        for texts in (FUNNY, ["plain", "ü"]):
            yield "unicode_decode", [texts, "UTF-8"], {"errors": errors}
            yield "unicode_split", [texts, "UTF-8"], {"errors": errors}
            yield "unicode_transcode", [texts, "UTF-8", "UTF-16-BE"], {"errors": errors}
        codes = {"ragged": [[97, 252], [128512, -1, 98], [], [0xD800, 0x110000, 0xFFFD]]}
        for encoding in ("UTF-8", "UTF-16-BE", "UTF-32-BE", "latin1"):
            yield "unicode_encode", [codes, encoding], {"errors": errors}
            yield "unicode_encode", [[97, 252], encoding], {"errors": errors}
    yield "unicode_decode", [["a\x07\n\x7f\x80", "\x00"], "UTF-8"], {"replace_control_characters": True}
    yield "unicode_decode", [[b"\xffa"], "UTF-8"], {"replacement_char": 65}
    yield "unicode_decode", ["ab", "UTF-8"], {}
    yield "unicode_decode", [[["ab", "c"]], "UTF-8"], {}
    wide = ["aü\U0001f600".encode("utf-16-be"), b"\xd8\x00", b"a", b"\xdc\x00\x00a"]
    yield "unicode_decode", [wide, "UTF-16-BE"], {}
    yield "unicode_decode", [["aü\U0001f600".encode("utf-32-be")], "UTF-32-BE"], {}
    yield "unicode_decode", [[b"\xe9\x80"], "ISO-8859-1"], {}
    yield "unicode_decode", [["あ".encode("shift_jis")], "shift_jis"], {}
    yield "unicode_decode", [[b"a"], "nonsense"], {}
    yield "unicode_split", [wide, "UTF-16-BE"], {}
    yield "unicode_transcode", [wide, "UTF-16-BE", "UTF-8"], {}
    yield "unicode_transcode", [["a\n"], "UTF-8", "UTF-8"], {"replace_control_characters": True, "replacement_char": 66}
    yield "unicode_decode_with_offsets", [FUNNY, "UTF-8"], {}
    yield "unicode_split_with_offsets", [FUNNY, "UTF-8"], {}
    for width in (1, 2, 3, [1, 2], [3, 2], 0):
        for options in (
            {}, {"separator": "|"}, {"pad_values": "P"}, {"pad_values": ["L", "R"], "padding_width": 1},
            {"preserve_short_sequences": True},
            {"pad_values": "P", "padding_width": 1, "preserve_short_sequences": True},
            {"pad_values": "P", "preserve_short_sequences": True},
        ):  # fmt: skip
            yield "ngrams", [ROWS, width], options
            yield "ngrams", [[["a", "b", "c"], ["d", "e", "f"]], width], options
    yield "ngrams", [["a", "b", "c"], 2], {}
    arrays = [
        {"array": list(range(9)), "dtype": "int32"}, {"array": [[1.5, 2.0], [3.0, 4.0]], "dtype": "float32"},
        {"array": np.arange(64).reshape(8, 8).tolist(), "dtype": "int64"}, {"array": [True, False], "dtype": "bool"},
        {"array": [0.1, 1e10, 1 / 3, math.inf, math.nan, -0.0, 1e-9], "dtype": "float32"},
        {"array": [0.1, 1 / 3, 1e300], "dtype": "float64"},
        {"array": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "dtype": "int32"},
        ["a", "b"], "a",
    ]  # fmt: skip
    for array in arrays:
        for summarize in (1, 2, 3, -1):
            yield "format", ["<{}>", {"tuple": [array]}], {"summarize": summarize}
    yield "format", ["{} and {}", {"tuple": arrays[:2]}], {}
    yield "format", ["%a% {}", {"tuple": arrays[:1]}], {"placeholder": "%a%"}
    yield "format", ["none", {"tuple": []}], {}
    yield "format", ["{} {}", {"tuple": arrays[:1]}], {}


def to_tf(value):
    """Turn a written argument into what TensorFlow is given."""
    if isinstance(value, dict):
        if "ragged" in value:
            return tf.ragged.constant(value["ragged"])
        if "tuple" in value:
            return tuple(to_tf(v) if not isinstance(v, list) else tf.constant(v) for v in value["tuple"])
        return tf.constant(value["array"], value["dtype"])
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return [to_tf(v) for v in value]
    return value


def written(value):
    """Turn a value into JSON."""
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, tuple):
        return [written(v) for v in value]
    if isinstance(value, list):
        return [written(v) for v in value]
    if isinstance(value, dict):
        return {k: written(v) for k, v in value.items()}
    if isinstance(value, float):
        return {"float": value.hex() if math.isfinite(value) else str(value)}
    return value


def result_of(value):
    """Return a result as dtype, shape and values."""
    if isinstance(value, tuple) and not hasattr(value, "dtype"):
        return [result_of(v) for v in value]
    ragged = isinstance(value, tf.RaggedTensor)
    values = value.to_list() if ragged else value.numpy().tolist() if value.shape.rank else value.numpy()
    values = values.item() if hasattr(values, "item") else values
    return {"dtype": value.dtype.name, "ragged": ragged, "values": written(values)}


def main() -> None:
    """Write the file."""
    recorded = {name: [] for name in FILES}
    for function, args, options in cases():
        try:
            result = result_of(getattr(tf.strings, function)(*[to_tf(a) for a in args], **options))
        except Exception as err:
            result = {"error": type(err).__name__}
        case = {"function": function, "args": written(args), "options": options, "result": result}
        name = next((n for n, functions in FILES.items() if function in functions), "string_letters")
        recorded[name].append(case)
    for name, found in recorded.items():
        write(name, {"versions": versions(), "cases": found})


if __name__ == "__main__":
    main()
