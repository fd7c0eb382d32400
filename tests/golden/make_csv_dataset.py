"""Write `csv_dataset.json`: what tf.data.experimental.CsvDataset and make_csv_dataset read.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_csv_dataset.py

A case of `cases` has the `text` of a file, the `columns` as [dtype, default], where default null means that the field
is required, the other `arguments`, and `rows`: what iterating gives, with null in the place of an error. Reading goes
on after an error. A case of `named` has the texts of `files`, the `arguments`, the `dtypes` by name in order, and the
`batches`: dicts, or [dict, label].
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf
from writer import plain, versions, write

S = ["string", "d"]
I = ["int32", None]  # noqa: E741
LIMIT = 50


def rows_of(dataset: tf.data.Dataset) -> list[Any]:
    iterator, found = iter(dataset), []
    for _ in range(LIMIT):
        try:
            found.append(plain([value.numpy() for value in next(iterator)]))
        except StopIteration:
            return found
        except tf.errors.InvalidArgumentError:
            found.append(None)
    raise SystemExit("the dataset does not end")


def case(folder: Path, text: str, columns: list[Any], **arguments: Any) -> dict[str, Any]:
    path = folder / "a.csv"
    path.write_bytes(text.encode())
    defaults = [tf.constant([] if value is None else [value], tf.as_dtype(dtype)) for dtype, value in columns]
    dataset = tf.data.experimental.CsvDataset(str(path), defaults, **arguments)
    return {"text": text, "columns": columns, "arguments": arguments, "rows": rows_of(dataset)}


def records(folder: Path) -> list[dict[str, Any]]:
    texts = [
        "a,b\nc,d\n", "a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "a,b\n\nc,d\n", "\na,b\n", "a,b\n\n", "", "\n",
        "a,b\n\r",
        '"a\nb",c\nd,e\n', '"a\r\nb",c\r\nd,e\r\n', '"a""b",c\n', '"a,b",c', '"a","b"\r\n"c",d', '"a",""\n',
        '"""a""",b',
        "a,\n,b\n", ",\n", "a,b,c\nd,e\n", "a\nd,e\n", 'a"b,c\nd,e\n', ' "a",b\nc,d\n', "a,\"b", '"a,b\nc,d\n',
        "ä,大\n", " a , b \n", "a,b\n\r\nc,d\n", '"\n\n",x\ny,"\n"\n',
    ]  # fmt: skip
    made = [case(folder, text, [S, S]) for text in texts]
    made += [case(folder, text, [S, S], buffer_size=3) for text in texts[:12]]
    made += [case(folder, text, [S]) for text in ("a\n\nb\n", "\n", "\n\n", 'a\n""\n', "a\r\n\r\nb", "", "a,\n")]
    return made


def values(folder: Path) -> list[dict[str, Any]]:
    five = [["int32", 1], ["int64", 2], ["float32", 3.0], ["float64", 4.0], S]
    made = [case(folder, '1,2,3.5,4.5,t\n,,,,\n-1,-2,1e3,-.5,""\n', five)]
    made += [case(folder, text, [I, I]) for text in ("1,2\n,3\n4,5\n", "1,2\n1.5,3\n4,5\n6\n7,8\n", " 1, 2\n", "1,x")]
    made += [case(folder, 'NA,2\n"NA",3\nna,4\n', [S, I], na_value="NA")]
    made += [case(folder, 'NA,2\n"NA",3\n,4\n', [["int32", 7], I], na_value="NA")]
    return made


def options(folder: Path) -> list[dict[str, Any]]:
    made = [case(folder, text, [I, I], header=True) for text in ("x,y\n1,2\n3,4\n", '"x\ny",y\n1,2\n', "x,y", "x,y\n")]
    made += [case(folder, "\nx,y\n1,2\n", [S, S], header=True)]
    made += [case(folder, "1,2,3\n4,5,6,7\n8,9\n1,2,3\n", [I, I], select_cols=[0, 2])]
    made += [
        case(folder, "1,2,3\n4,5,6\n", [I, I], exclude_cols=[1]),
        case(folder, "1,2,3\n", [I], exclude_cols=[0, 1]),
    ]
    made += [
        case(folder, "1,2,3,4\n", [I, I], exclude_cols=[1]),
        case(folder, "1,2\n5,6,7\n", [I, I], exclude_cols=[1]),
    ]
    made += [case(folder, "1,2,3\n4,5,6\n", [I, I], exclude_cols=[2])]
    made += [case(folder, '"a,b"\nc"d,e\n', [S, S], use_quote_delim=False)]
    made += [
        case(folder, '"a;x";b\nc;d\n', [S, S], field_delim=";"),
        case(folder, "a\tb c\n", [S, S], field_delim="\t"),
    ]
    return made


def named(folder: Path, texts: list[str], limit: int = 8, **arguments: Any) -> dict[str, Any]:
    for old in folder.glob("*.csv"):
        old.unlink()
    for i, text in enumerate(texts):
        (folder / f"{i}.csv").write_text(text)
    dataset = tf.data.experimental.make_csv_dataset(str(folder / "*.csv"), **arguments)
    features = dataset.element_spec[0] if "label_name" in arguments else dataset.element_spec
    dtypes = {name: spec.dtype.name for name, spec in features.items()}
    if "label_name" in arguments:
        dtypes[arguments["label_name"]] = dataset.element_spec[1].dtype.name
    batches = [plain(batch) for batch in dataset.take(limit).as_numpy_iterator()]
    return {"files": texts, "arguments": arguments, "dtypes": list(dtypes.items()), "limit": limit, "batches": batches}


def by_name(folder: Path) -> list[dict[str, Any]]:
    once: dict[str, Any] = {"num_epochs": 1, "shuffle": False, "num_parallel_reads": 1}
    kinds = "b,a,d,c,e\n1,10000000000,1.5,1e300,x\n-2,3,2,4,\n,,,,\n"
    flower = ["h,k,w\n" + "".join(f"{i},{'xyz'[i % 3]},{i / 2}\n" for i in range(start, start + n)) for start, n in
              ((0, 5), (10, 2), (20, 4))]  # fmt: skip
    odd = "a,b,c,d,e,f,g\n 1,nan,1e39,inf,007,,NA\n2,1.5,1,2,2147483648,,NA\n"
    made = [named(folder, [kinds], batch_size=2, **once), named(folder, [odd], batch_size=1, na_value="NA", **once)]
    made += [named(folder, [odd], batch_size=1, **once)]
    made += [named(folder, flower, batch_size=3, label_name="k", **once)]
    made += [named(folder, flower, batch_size=3, select_columns=["w", "h"], **once)]
    made += [named(folder, flower, batch_size=3, select_columns=[2, 0], label_name="w", **once)]
    made += [named(folder, flower, batch_size=3, column_names=["p", "q", "r"], **once)]
    made += [named(folder, flower, batch_size=4, column_defaults=[[7.0], ["none"], [1.0]], **once)]
    bare = [text.partition("\n")[2] for text in flower]
    made += [named(folder, bare, batch_size=4, column_names=["h", "k", "w"], header=False, **once)]
    made += [named(folder, flower, batch_size=4, num_epochs=2, shuffle=False)]
    made += [named(folder, flower, batch_size=4, shuffle=False)]
    for seed in (1, 7):
        made += [named(folder, flower, batch_size=4, shuffle_seed=seed, num_epochs=1)]
        made += [named(folder, flower, batch_size=4, shuffle_seed=seed, shuffle_buffer_size=3, num_epochs=2)]
        made += [named(folder, flower, batch_size=4, shuffle_seed=seed)]
    for reads in (2, 3):
        made += [named(folder, flower, batch_size=3, **{**once, "num_parallel_reads": reads})]
        made += [named(folder, flower, batch_size=3, num_epochs=2, shuffle_seed=5, num_parallel_reads=reads)]
    made += [named(folder, ["a,b\n1,2\nx,4\n5,6,7\n8,9\n"], batch_size=1, ignore_errors=True,
                   num_rows_for_inference=1, **once)]  # fmt: skip
    return made


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = records(folder) + values(folder) + options(folder)
        document = {"made_by": "make_csv_dataset.py", "versions": versions(), "cases": cases, "named": by_name(folder)}
    write("csv_dataset", document)
