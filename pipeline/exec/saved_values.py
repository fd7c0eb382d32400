"""Values in saved states, for operators whose position alone does not say what they hold."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ...core import nest
from ...core.dtypes import as_dtype
from ...core.errors import UnimplementedError, describe


def save_values(values: Any) -> list[Any]:
    """Return the leaves of a nest as JSON values.

    Raises:
        UnimplementedError: A leaf is no array, number or string.
    """
    return [_save(leaf) for leaf in nest.flatten(values)[0]]


def load_values(saved: list[Any], like: Any) -> Any:
    """Return the nest with the structure of `like` that `save_values` was given."""
    return nest.structure_of(like).pack([_load(leaf) for leaf in saved])


def _save(leaf: Any) -> Any:
    if isinstance(leaf, bytes):
        return _text(leaf)
    if not isinstance(leaf, np.generic | np.ndarray):
        raise UnimplementedError(f"get_state: states hold arrays, numbers and strings. Received: {describe(leaf)}.")
    array = np.asarray(leaf)
    values = array.ravel().tolist()
    if array.dtype == object:
        return {"dtype": "string", "shape": list(array.shape), "values": [_text(item) for item in values]}
    return {"dtype": as_dtype(array.dtype).name, "shape": list(array.shape), "values": values}


def _load(saved: Any) -> Any:
    if isinstance(saved, str):
        return base64.b64decode(saved)
    if saved["dtype"] == "string":
        array = np.empty(len(saved["values"]), dtype=object)
        array[:] = [base64.b64decode(item) for item in saved["values"]]
    else:
        array = np.array(saved["values"], dtype=as_dtype(saved["dtype"]).numpy)
    return array.reshape(saved["shape"])[()]


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
