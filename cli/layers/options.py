"""How layers are written on the command line and in files.

On the command line a layer is `NAME=LAYER` or `NAME=LAYER:OPTION=VALUE,OPTION=VALUE`: `NAME` is the column that it
makes, and takes, unless `column` says another one (`columns=[a,b]` for layers of several). Values are JSON where they
are, else text: `--layer 'group=Discretization:column=age,num_bins=4'`. A TOML or JSON file has a table for each name::

    [group]
    layer = "Discretization"
    column = "age"
    num_bins = 4
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ... import preprocessing
from ...core.errors import InvalidArgumentError, NotFoundError, ParseError, PenstockError, describe, suggest
from ...core.layer import Layer
from ...preprocessing import ColumnLayers

LAYERS: Final = (
    "CategoryEncoding",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "Normalization",
    "Rescaling",
    "StringLookup",
    "TextVectorization",
)
_BARE: Final = re.compile(r"\[([^\[\]\"']*)\]")


def layers_of(words: Sequence[str], path: str | None) -> ColumnLayers:
    """Return the layers that the options `--layer` and `--layers` describe.

    Raises:
        InvalidArgumentError: A layer is not known, has an unknown option, or two have one name.
        ParseError: The file is no such file.
        NotFoundError: There is no such file.
    """
    described: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, options in _file(path).items() if path is not None else ():
        described[name] = (f"{path}, {name}", options)
    for word in words:
        name, options = parsed(word)
        if name in described:
            raise InvalidArgumentError(f"--layer {word}: names must differ. Received: {name!r} twice.")
        described[name] = (f"--layer {word}", options)
    if not described:
        raise InvalidArgumentError("adapt: at least one layer must be given. Use --layer NAME=LAYER, or --layers FILE.")
    layers, columns = {}, {}
    for name, (where, options) in described.items():
        taken = options.pop("columns", options.pop("column", None))
        if taken is not None:
            columns[name] = taken
        layers[name] = _layer(where, name, options)
    return ColumnLayers(layers, columns, name="layers")


def parsed(word: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the options of a layer written as `NAME=LAYER:OPTION=VALUE,…`.

    Raises:
        InvalidArgumentError: It is not written so.
    """
    name, equals, rest = word.partition("=")
    kind, _, more = rest.partition(":")
    if not equals or not name.strip() or not kind.strip():
        raise InvalidArgumentError(
            f"--layer {word}: a layer is written NAME=LAYER or NAME=LAYER:OPTION=VALUE,OPTION=VALUE."
        )
    options: dict[str, Any] = {"layer": kind.strip()}
    for part in _split(more):
        key, equals, text = part.partition("=")
        if not equals or not key.strip():
            raise InvalidArgumentError(f"--layer {word}: options are written OPTION=VALUE. Received: {part!r}.")
        options[key.strip()] = _value(text.strip())
    return name.strip(), options


def _split(text: str) -> list[str]:
    """Split at commas outside of brackets and quotes."""
    parts, depth, quoted, start = [], 0, "", 0
    for i, c in enumerate(text):
        if quoted:
            quoted = "" if c == quoted else quoted
        elif c in "\"'":
            quoted = c
        elif c in "[{(":
            depth += 1
        elif c in "]})":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]


def _value(text: str) -> Any:
    """Return a value written as JSON, as Python's words, as a list of bare words, or as text."""
    words = {"True": True, "False": False, "None": None}
    if text in words:
        return words[text]
    try:
        return json.loads(text)
    except ValueError:
        pass
    bare = _BARE.fullmatch(text)
    if bare is not None:
        return [_value(word.strip()) for word in bare[1].split(",") if word.strip()]
    return text


def _file(path: str) -> dict[str, dict[str, Any]]:
    try:
        text = Path(path).read_text(encoding="utf-8")
        found = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
    except FileNotFoundError as err:
        raise NotFoundError(f"--layers: no such file. Received: {path!r}.") from err
    except ValueError as err:
        kind = "JSON" if path.endswith(".json") else "TOML"
        raise ParseError(f"--layers: {path} must be a {kind} file. {err}", path=path) from err
    if not isinstance(found, dict) or not all(isinstance(options, dict) for options in found.values()):
        raise ParseError(f"--layers: {path} must have a table of options for each layer's name.", path=path)
    return found


def _layer(where: str, name: str, options: dict[str, Any]) -> Layer:
    kind = options.pop("layer", None)
    if kind not in LAYERS:
        hint = suggest(kind, LAYERS) if isinstance(kind, str) else ""
        raise InvalidArgumentError(
            f"{where}: the layer must be one of {', '.join(LAYERS)}. Received: {describe(kind)}.{hint}"
        )
    options.setdefault("name", re.sub(r"[/\s]", "_", name))
    try:
        made: Layer = getattr(preprocessing, kind)(**options)
    except (PenstockError, TypeError) as err:
        said = str(err).replace(f"{kind}.__init__() ", "")
        raise InvalidArgumentError(f"{where}: {said}") from err
    return made
