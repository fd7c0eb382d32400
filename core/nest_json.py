"""Structures as JSON values, for files that hold elements.

A leaf is `"*"`; a tuple `{"tuple": [...]}`; a named tuple `{"namedtuple": [name, fields, [...]]}`; a dict
`{"dict": [[key, ...], ...], "order": keys, "ordered": is an OrderedDict}`; a dataclass
`{"dataclass": [name, fields, [...]]}`. Files name classes and never import them: named tuples are made anew, and
dataclasses come from a structure that the program itself gives.
"""

from __future__ import annotations

import functools
from collections import OrderedDict, namedtuple
from collections.abc import Sequence
from typing import Any

from .errors import InvalidArgumentError, describe
from .nest import LEAF, Structure, _Dataclass, _Dict, _Tuple, children


def structure_to_json(structure: Structure) -> Any:
    """Return a structure as plain JSON values.

    Raises:
        InvalidArgumentError: A dict has keys that are neither strings nor ints.
    """
    parts = [structure_to_json(child) for child in children(structure)]
    match structure:
        case _Tuple(type=kind) if kind is tuple:
            return {"tuple": parts}
        case _Tuple(type=kind):  # a named tuple, as no other class of tuples is taken apart
            return {"namedtuple": [kind.__name__, list(kind._fields), parts]}  # type: ignore[attr-defined]
        case _Dict():
            for key in structure.keys:
                if type(key) not in (str, int):
                    raise InvalidArgumentError(
                        f"elements in files: the keys of a dict must be strings or ints. Received: {describe(key)}."
                    )
            pairs = [list(pair) for pair in zip(structure.keys, parts, strict=True)]
            return {"dict": pairs, "order": list(structure.order), "ordered": structure.type is OrderedDict}
        case _Dataclass():
            return {"dataclass": [structure.type.__name__, list(structure.names), parts]}
    return "*"


def structure_from_json(value: Any, like: Structure | None = None) -> Structure:
    """Return the structure that JSON values describe.

    Args:
        value: What `structure_to_json` returned.
        like: A structure that brings the classes; taken as it is when it has the same description.

    Raises:
        InvalidArgumentError: A dataclass is described, and `like` does not bring it.
        ValueError: The values describe no structure.
    """
    if like is not None and structure_to_json(like) == value:
        return like
    return _structure(value)


def _structure(value: Any) -> Structure:
    match value:
        case "*":
            return LEAF
        case {"tuple": list(parts)}:
            return _Tuple(tuple, [_structure(part) for part in parts])
        case {"namedtuple": [str(name), list(fields), list(parts)]} if len(fields) == len(parts):
            return _Tuple(_named_tuple(name, tuple(fields)), [_structure(part) for part in parts])
        case {"dict": list(pairs), "order": list(order), "ordered": bool(ordered)}:
            keys = [key for key, _ in pairs]
            if sorted(map(repr, keys)) == sorted(map(repr, order)):
                return _Dict(OrderedDict if ordered else dict, keys, order, [_structure(part) for _, part in pairs])
        case {"dataclass": [str(name), list(fields), list(_)]}:
            raise InvalidArgumentError(
                f"elements in files: {name}({', '.join(map(str, fields))}) is a dataclass, and files hold no classes. "
                "Give an element_spec with it where the file is read."
            )
    raise ValueError(f"{describe(value)} describes no structure")


@functools.cache
def _named_tuple(name: str, fields: Sequence[str]) -> type:
    """Return one class for each name and fields, so that elements of several files have one type."""
    made: type = namedtuple(name, fields)  # type: ignore[misc]  # its name and fields are known at run time only
    return made


def has_classes(structure: Structure) -> bool:
    """Whether a structure holds named tuples or dataclasses, whose classes no file brings."""
    match structure:
        case _Dataclass():
            return True
        case _Tuple(type=kind) if kind is not tuple:
            return True
    return any(has_classes(child) for child in children(structure))
