"""Write `tfrecord/`: small record files of each compression, and `tfrecord.json` with what they hold.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_tfrecord.py

A case has the `file` (in `tfrecord/`), its `compression` ("", "GZIP" or "ZLIB") and its `records` in base64.
"""

from __future__ import annotations

import base64
from typing import Any

import tensorflow as tf
from writer import FOLDER, versions, write

CONTENTS: dict[str, list[bytes]] = {
    "none": [],
    "one_empty": [b""],
    "small": [b"a", b"", b"hello, world", bytes(range(256)), b"\x00" * 9],
    "long": [b"x" * 3000, b"yz" * 700, "Größe 大きさ".encode()],
}


def case(name: str, records: list[bytes], compression: str) -> dict[str, Any]:
    file = f"{name}{'.' + compression.lower() if compression else ''}.tfrecord"
    path = FOLDER / "tfrecord" / file
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=compression)) as writer:
        for record in records:
            writer.write(record)
    read = list(tf.data.TFRecordDataset(str(path), compression_type=compression).as_numpy_iterator())
    if read != records:
        raise SystemExit(f"{file}: read back {read!r}.")
    encoded = [base64.b64encode(record).decode("ascii") for record in records]
    return {"file": file, "compression": compression, "records": encoded}


if __name__ == "__main__":
    (FOLDER / "tfrecord").mkdir(exist_ok=True)
    rows = [case(name, records, kind) for name, records in CONTENTS.items() for kind in ("", "GZIP", "ZLIB")]
    write("tfrecord", {"made_by": "make_tfrecord.py", "versions": versions(), "cases": rows})
