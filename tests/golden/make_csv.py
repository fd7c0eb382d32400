"""Write `csv.json`: results and error messages of tf.io.decode_csv.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_csv.py

A case has the `records` (text), the `columns` as [dtype, default], where default null means that the field is required,
the other `arguments`, and either `result`, one list per column (not-finite floats as text), or an `error`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from writer import outcome, versions, write

Column = list[Any]
S: Column = ["string", ""]
REQUIRED: dict[str, Column] = {name: [name, None] for name in ("float32", "float64", "int32", "int64", "string")}


def default_of(column: Column) -> tf.Tensor:
    dtype, value = column
    return tf.constant([] if value is None else [value], tf.as_dtype(dtype))


def case(records: list[str], columns: list[Column], **arguments: Any) -> dict[str, Any]:
    def decode() -> list[tf.Tensor]:
        return tf.io.decode_csv(records, [default_of(column) for column in columns], **arguments)

    return {"records": records, "columns": columns, "arguments": arguments, **outcome(decode)}


def quoting() -> list[dict[str, Any]]:
    texts = [
        "a,b", '"a","b"', '"a,b",c', '"a""b",c', '"",x', '"""",x', '"a\nb",c', '"a\r\nb",c', "a\nb,c", ' "a",b',
        '"a" ,b',
        '"a"b,c', 'a"b,c', 'a"b",c', '"a,b', 'a,"b', 'a,"b"c', "a,b\r", "a,b\n", "a,b\r\n", '"a","b"\r\n', '"a","b"\n',
        " a , b ", "\ta\t,\tb\t", "ä,大", ",", ",b", "a,", "'a','b'", '"a"",b"', '"",""', '"\r",b', "a\rb,c",
    ]  # fmt: skip
    rows = [case([text], [S, S]) for text in texts]
    rows += [
        case([text], [S, S], use_quote_delim=False) for text in ('"a","b"', '"a,b"', 'a"b,c', '"a\nb",c', "a,b\r\n")
    ]
    rows += [case([text], [S]) for text in ("", "a", '""', '"a"', "\n", "\r\n", " ")]
    return rows


def delimiters() -> list[dict[str, Any]]:
    rows = [case([f"1{d}x y{d}2.5"], [["int32", 0], S, ["float32", 0.0]], field_delim=d) for d in (";", "\t", "|", ":")]
    rows += [case(["a b c"], [S, S, S], field_delim=" "), case(["a,b"], [S], field_delim=";")]
    rows += [case(['"a;b";c'], [S, S], field_delim=";"), case(["a,b"], [S, S], field_delim=",,")]
    rows += [
        case(["a,b"], [S, S], field_delim=""),
        case(["a"], [S], field_delim='"'),
        case(["a"], [S], field_delim="\n"),
    ]
    return rows


def counts() -> list[dict[str, Any]]:
    rows = [case([text], [S, S]) for text in ("a", "a,b,c", "a,b,")]
    rows += [case(["a,b", "a"], [S, S]), case(["a,b", "c,d", "e,f"], [S, S]), case([], [S, ["int32", 0]])]
    rows += [
        case(["a,b,c"], [["string", "-"], S], select_cols=[0, 2]),
        case(["a,1,c"], [["int32", 0]], select_cols=[1]),
    ]
    rows += [case(["a,b,c"], [S, S], select_cols=[2, 0]), case(["a,b"], [S], select_cols=[5])]
    rows += [case(["a,b,c", "d,e"], [S], select_cols=[0]), case(["a,b"], [S, S], select_cols=[0])]
    return rows


def missing() -> list[dict[str, Any]]:
    defaults: list[Column] = [["float32", 1.5], ["float64", -2.5], ["int32", 7], ["int64", -7], ["string", "none"]]
    rows = [case([",,,,", "1,2,3,4,5"], defaults)]
    rows += [case(["1,", ",1"], [[name, 5] if name != "string" else S, REQUIRED[name]]) for name in REQUIRED]
    rows += [case(["NA,NA,NA,NA,NA", "1,2,3,4,5", ",,,,"], defaults, na_value="NA")]
    rows += [case(["NA,1"], [column, ["int32", 0]], na_value="NA") for column in REQUIRED.values()]
    rows += [case(['"NA",x', "NA ,x", "na,x", "NAN,x"], [["string", "d"], S], na_value="NA")]
    rows += [case(['"",x', '"",y'], [["string", "d"], S]), case(['"",x'], [["int32", 4], S])]
    rows += [case([" ,x"], [[name, 3] if name != "string" else ["string", "d"], S]) for name in REQUIRED]
    return rows


def numbers() -> list[dict[str, Any]]:
    floats = [
        "1", "-1", "+1", "0", "-0", "1.", ".5", "1.5e3", "1E-3", "1e+2", "1e", "e1", "1.5.2", "1,5", "0x10", "1_000",
        "inf",
        "-inf", "Infinity", "INF", "nan", "NaN", "-nan", "nan(1)", " 1", "1 ", "\t1", "1\t", "1 2", "1f", "abc", "-",
        "+", "--1",
        "1e38", "1e39", "-1e39", "1e-45", "1e-46", "1e308", "1e309", "1e-400", "3.4028235e38", "3.4028236e38",
        "0.1", "16777217", "123456789.123456789", "1d5", "true", "１",
    ]  # fmt: skip
    integers = [
        "0", "-0", "+5", "5", "-5", "007", " 5", "5 ", "\t5", "5\t", "5.0", "5e1", "0x10", "1_000", "1,000", "abc",
        "-", "+",
        "--5", "5-", "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "99999999999999999999999", "00000000000000000000000000001",
        "true", "nan", "1 2",
    ]  # fmt: skip
    rows = [case([text], [REQUIRED[name]]) for name in ("float32", "float64") for text in floats if "," not in text]
    rows += [case([text], [REQUIRED[name]]) for name in ("int32", "int64") for text in integers if "," not in text]
    rows += [case(['"1","2.5"', '"-3"," 4"'], [REQUIRED["int32"], REQUIRED["float32"]])]
    rows += [case(["1\r\n", "2\n", "3"], [REQUIRED["int32"]]), case(["1.5\r\n"], [REQUIRED["float32"]])]
    rows += [case(["1,2\r\n"], [REQUIRED["int32"], REQUIRED["float32"]])]
    rows += [case(["1"], [["bool", True]]), case(["1"], [["uint8", 1]])]
    return rows


if __name__ == "__main__":
    rows = quoting() + delimiters() + counts() + missing() + numbers()
    write("csv", {"made_by": "make_csv.py", "versions": versions(), "cases": rows})
