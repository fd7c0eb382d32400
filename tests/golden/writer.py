"""What the scripts of this folder share: file layout, versions, conversion of tensors to JSON."""

from __future__ import annotations

import base64
import json
import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent
LIMIT_BYTES = 60_000


def versions() -> dict[str, str]:
    """Say which versions made a file."""
    import keras

    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def write(name: str, document: dict[str, Any]) -> None:
    """Write `name.json`, one line per case, and refuse to let it grow large."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(_dump(row) for row in value)
            parts.append(f"{_dump(key)}: [\n{rows}\n]")
        else:
            parts.append(f"{_dump(key)}: {_dump(value)}")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    if len(text) > LIMIT_BYTES:
        raise SystemExit(f"{name}.json would have {len(text)} bytes, more than {LIMIT_BYTES}. Record fewer cases.")
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}.json: {len(text)} bytes")


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def integers(dataset: Iterable[Any]) -> list[int]:
    """List the elements of a dataset of integer scalars."""
    return [int(element) for element in dataset]


def plain(value: Any) -> Any:
    """Turn tensors, arrays and bytes into JSON values: nested lists, float -> number or "nan"/"inf"/"-inf".

    Bytes that are not UTF-8 become `{"base64": …}`.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return _plain_bytes(value)
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else repr(value)
    if isinstance(value, tf.RaggedTensor):
        return plain(value.to_list())
    array = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(array, bytes):
        return _plain_bytes(array)
    return plain(np.asarray(array).tolist())


def _plain_bytes(value: bytes) -> Any:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def outcome(call: Any) -> dict[str, Any]:
    """Run `call` and record `{"result": …}`, or `{"error": …, "message": …}` with the first line of the message.

    What TensorFlow adds about its own graph nodes is left out.
    """
    try:
        return {"result": plain(call())}
    except Exception as err:
        first = (str(err).splitlines() or [""])[0]
        return {"error": type(err).__name__, "message": re.sub(r"\{\{.*?\}\} ?| \[Op:.*", "", first)}
