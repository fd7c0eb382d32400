"""Write `fixed_length.json`: what tf.data.FixedLengthRecordDataset reads.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_fixed_length.py

A case has the `files` (their bytes in base64, compressed before reading where `compression` says so), the `arguments`
and the `records` (base64).
"""

from __future__ import annotations

import base64
import gzip
import tempfile
import zlib
from pathlib import Path
from typing import Any

import tensorflow as tf
from writer import versions, write

COMPRESS = {"": lambda data: data, "GZIP": gzip.compress, "ZLIB": zlib.compress}


def encode(values: list[bytes]) -> list[str]:
    return [base64.b64encode(value).decode("ascii") for value in values]


def case(folder: Path, contents: list[bytes], compression: str = "", **arguments: Any) -> dict[str, Any]:
    paths = []
    for i, content in enumerate(contents):
        path = folder / f"{i}.bin"
        path.write_bytes(COMPRESS[compression](content))
        paths.append(str(path))
    dataset = tf.data.FixedLengthRecordDataset(paths, compression_type=compression, **arguments)
    records = encode(list(dataset.as_numpy_iterator()))
    return {"files": encode(contents), "compression": compression, "arguments": arguments, "records": records}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        framed = [b"HH" + bytes(range(n)) + b"F" for n in (0, 4, 12, 40)]
        plain = [bytes(range(n)) for n in (3, 9, 0, 6)]
        rows = []
        for compression in COMPRESS:
            rows.append(case(folder, framed, compression, record_bytes=4, header_bytes=2, footer_bytes=1))
            rows.append(case(folder, framed, compression, record_bytes=1, header_bytes=2, footer_bytes=1))
            rows.append(case(folder, plain, compression, record_bytes=3))
            rows.append(case(folder, plain, compression, record_bytes=3, buffer_size=5))
        rows += [case(folder, plain, record_bytes=3, num_parallel_reads=n) for n in (1, 2, 3)]
        rows += [case(folder, [b"\0" * 700], record_bytes=350)]
    write("fixed_length", {"made_by": "make_fixed_length.py", "versions": versions(), "cases": rows})
