"""Write `text_lines.json`: what tf.data.TextLineDataset reads.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_text_lines.py

A case has the `files` (their bytes in base64), the arguments and the `lines` (base64). Files are compressed before
reading where `compression` says so.
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

CONTENTS = [
    b"",
    b"\n",
    b"\r\n",
    b"a",
    b"a\n",
    b"a\r\n",
    b"a\nb",
    b"a\nb\n",
    b"a\r\nb\r\nc",
    b"a\n\nb\n\n",
    b"\n\na",
    b"a\rb\n",
    b"a\r",
    b"a\r\r\nb\r\r",
    b"\r\r\n\r",
    b"a\n\rb\n",
    b" a \n\tb\t\n",
    b"\xff\xfe\x00\n\x00\n",
    "\ufeffä\u2028b\x0bc\x0cd\x85\n大\n".encode(),
    b"x" * 700 + b"\n" + b"y" * 300 + b"\r\n" + b"z",
]
COMPRESS = {"": lambda data: data, "GZIP": gzip.compress, "ZLIB": zlib.compress}


def encode(values: list[bytes]) -> list[str]:
    return [base64.b64encode(value).decode("ascii") for value in values]


def case(folder: Path, contents: list[bytes], compression: str = "", **arguments: Any) -> dict[str, Any]:
    paths = []
    for i, content in enumerate(contents):
        path = folder / f"{i}.txt"
        path.write_bytes(COMPRESS[compression](content))
        paths.append(str(path))
    dataset = tf.data.TextLineDataset(paths, compression_type=compression, **arguments)
    lines = encode(list(dataset.as_numpy_iterator()))
    return {"files": encode(contents), "compression": compression, "arguments": arguments, "lines": lines}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [case(folder, [content]) for content in CONTENTS]
        rows += [case(folder, [content], buffer_size=2) for content in CONTENTS[:-1]]
        rows += [case(folder, CONTENTS[:-1], kind) for kind in COMPRESS]
        rows += [case(folder, [b"a\nb\nc\n", b"", b"d", b"e\nf"], num_parallel_reads=n) for n in (1, 2, 3)]
        rows += [case(folder, [])]
    write("text_lines", {"made_by": "make_text_lines.py", "versions": versions(), "cases": rows})
