"""Nests: tuples, named tuples, dicts and dataclasses around leaves, as tf.data structures elements.

A dict is traversed in the order of its sorted keys, so that two dicts with the same keys have the same leaves in the
same order; its own key order comes back on `pack`. A list is a leaf (it becomes one array), as in tf.data.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from .errors import InvalidArgumentError, describe

Leaves = Sequence[Any]


class Structure(ABC):
    """The shape of a nest without its leaves: immutable, hashable, comparable.

    Attributes:
        n_leaves: How many leaves a nest of this structure has.
    """

    __slots__ = ("n_leaves",)
    n_leaves: int

    @abstractmethod
    def pack(self, leaves: Leaves) -> Any:
        """Return the nest of this structure with `leaves` in order."""

    @abstractmethod
    def unpack(self, nest: Any) -> list[Any]:
        """Return the leaves of `nest`, which must have this structure.

        What stands in the place of a leaf is taken whole, even a tuple: a spec decides whether it fits there.

        Raises:
            InvalidArgumentError: `nest` has another structure; the message names the place.
        """

    @abstractmethod
    def key(self) -> Any:
        """Return a hashable description; equal keys mean equal structures."""

    @abstractmethod
    def paths(self, prefix: str = "") -> list[str]:
        """Return each leaf's place in the nest as one would write it, e.g. `"['image']"` or `"[0].label"`."""

    def is_leaf(self) -> bool:
        """Whether the nest is a single leaf."""
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    @abstractmethod
    def text(self) -> str:
        """Return the nest written out with a star for each leaf, e.g. `{'id': *, 'image': (*, *)}`."""

    def __repr__(self) -> str:
        return f"Structure({self.text()})"


class _Leaf(Structure):
    __slots__ = ()

    def __init__(self) -> None:
        self.n_leaves = 1

    def pack(self, leaves: Leaves) -> Any:
        return leaves[0]

    def unpack(self, nest: Any) -> list[Any]:
        return [nest]

    def key(self) -> Any:
        return "*"

    def paths(self, prefix: str = "") -> list[str]:
        return [prefix]

    def text(self) -> str:
        return "*"

    def __reduce__(self) -> str:
        return "LEAF"

    def is_leaf(self) -> bool:
        return True


class _Branch(Structure):
    """A node with children; `_split` takes a nest apart, `_join` puts children together."""

    __slots__ = ("children", "flat")

    def __init__(self, children: Sequence[Structure]) -> None:
        self.children = tuple(children)
        self.n_leaves = sum(c.n_leaves for c in self.children)
        # Flat nests (all children leaves) are nearly all nests: they skip the recursion in pack and unpack.
        self.flat = all(c.is_leaf() for c in self.children)

    @abstractmethod
    def _join(self, children: Leaves) -> Any: ...

    @abstractmethod
    def _split(self, nest: Any) -> Sequence[Any]: ...

    @abstractmethod
    def _labels(self) -> list[str]: ...

    @abstractmethod
    def _write(self, children: Sequence[str]) -> str: ...

    def text(self) -> str:
        return self._write([c.text() for c in self.children])

    def pack(self, leaves: Leaves) -> Any:
        if self.flat:
            return self._join(leaves)
        parts, start = [], 0
        for child in self.children:
            parts.append(child.pack(leaves[start : start + child.n_leaves]))
            start += child.n_leaves
        return self._join(parts)

    def unpack(self, nest: Any) -> list[Any]:
        parts = self._split(nest)
        if self.flat:
            return list(parts)
        return [leaf for child, part in zip(self.children, parts, strict=True) for leaf in child.unpack(part)]

    def paths(self, prefix: str = "") -> list[str]:
        labels = self._labels()
        return [p for c, label in zip(self.children, labels, strict=True) for p in c.paths(prefix + label)]

    def _mismatch(self, nest: Any) -> InvalidArgumentError:
        return InvalidArgumentError(f"nest: must have the structure {self!r}. Received: {describe(nest)}.")


class _Tuple(_Branch):
    __slots__ = ("type",)

    def __init__(self, kind: type, children: Sequence[Structure]) -> None:
        super().__init__(children)
        self.type = kind

    def _join(self, children: Leaves) -> Any:
        return tuple(children) if self.type is tuple else self.type(*children)

    def _write(self, children: Sequence[str]) -> str:
        if self.type is tuple:
            return f"({', '.join(children)}{',' if len(children) == 1 else ''})"
        return _write_call(self.type, self._names(), children)

    def _names(self) -> Sequence[str]:
        names: Sequence[str] = getattr(self.type, "_fields", ())
        return names

    def _split(self, nest: Any) -> Sequence[Any]:
        if not isinstance(nest, tuple) or len(nest) != len(self.children):
            raise self._mismatch(nest)
        if hasattr(nest, "_fields") != hasattr(self.type, "_fields"):
            raise self._mismatch(nest)
        return nest

    def _labels(self) -> list[str]:
        return [f".{n}" for n in self._names()] or [f"[{i}]" for i in range(len(self.children))]

    def key(self) -> Any:
        return (self.type, *(c.key() for c in self.children))


class _Dict(_Branch):
    __slots__ = ("keys", "order", "picks", "type")

    def __init__(self, kind: type, keys: Sequence[Any], order: Sequence[Any], children: Sequence[Structure]) -> None:
        super().__init__(children)
        self.type, self.keys, self.order = kind, tuple(keys), tuple(order)
        place = {k: i for i, k in enumerate(self.keys)}
        self.picks = None if self.keys == self.order else tuple(place[k] for k in self.order)

    def _join(self, children: Leaves) -> Any:
        values = children if self.picks is None else [children[i] for i in self.picks]
        ordered = dict(zip(self.order, values, strict=True))
        return ordered if self.type is dict else self.type(ordered)

    def _split(self, nest: Any) -> Sequence[Any]:
        if type(nest) is dict and len(nest) == len(self.keys):
            try:
                return [nest[k] for k in self.keys]
            except KeyError:
                raise self._mismatch(nest) from None
        if not isinstance(nest, Mapping) or len(nest) != len(self.keys) or any(k not in nest for k in self.keys):
            raise self._mismatch(nest)
        return [nest[k] for k in self.keys]

    def _labels(self) -> list[str]:
        return [f"[{k!r}]" for k in self.keys]

    def _write(self, children: Sequence[str]) -> str:
        return f"{{{', '.join(f'{k!r}: {c}' for k, c in zip(self.keys, children, strict=True))}}}"

    def key(self) -> Any:
        return ("dict", self.keys, *(c.key() for c in self.children))


class _Dataclass(_Branch):
    __slots__ = ("names", "type")

    def __init__(self, kind: type, names: Sequence[str], children: Sequence[Structure]) -> None:
        super().__init__(children)
        self.type, self.names = kind, tuple(names)

    def _join(self, children: Leaves) -> Any:
        return self.type(**dict(zip(self.names, children, strict=True)))

    def _split(self, nest: Any) -> Sequence[Any]:
        if not isinstance(nest, self.type):
            raise self._mismatch(nest)
        return [getattr(nest, name) for name in self.names]

    def _labels(self) -> list[str]:
        return [f".{n}" for n in self.names]

    def _write(self, children: Sequence[str]) -> str:
        return _write_call(self.type, self.names, children)

    def key(self) -> Any:
        return (self.type, self.names, *(c.key() for c in self.children))


def _write_call(kind: type, names: Sequence[str], children: Sequence[str]) -> str:
    return f"{kind.__name__}({', '.join(f'{n}={c}' for n, c in zip(names, children, strict=True))})"


LEAF: Final[Structure] = _Leaf()


def is_branch_type(kind: type) -> bool:
    """Whether values of a type are taken apart: tuples, dicts, and dataclasses without a true `_is_leaf`."""
    if issubclass(kind, tuple | dict):
        return True
    return dataclasses.is_dataclass(kind) and not getattr(kind, "_is_leaf", False)


def structure_of(nest: Any) -> Structure:
    """Return the structure of a nest.

    Tuples without field names (`torch.Size`, `os.stat_result`) come back as plain tuples.

    Raises:
        InvalidArgumentError: A dict's keys cannot be sorted.
    """
    if isinstance(nest, tuple):
        return _Tuple(type(nest) if hasattr(nest, "_fields") else tuple, [structure_of(v) for v in nest])
    if isinstance(nest, dict):
        keys = _sorted_keys(nest)
        # A defaultdict's constructor takes a factory first, a Counter counts: they come back as plain dicts.
        kind = type(nest) if type(nest).__init__ is dict.__init__ or _is_ordered(nest) else dict
        return _Dict(kind, keys, list(nest), [structure_of(nest[k]) for k in keys])
    if is_branch_type(type(nest)):
        names = [f.name for f in dataclasses.fields(nest) if f.init]
        return _Dataclass(type(nest), names, [structure_of(getattr(nest, n)) for n in names])
    return LEAF


def _is_ordered(nest: dict[Any, Any]) -> bool:
    return type(nest) is OrderedDict


def _sorted_keys(nest: dict[Any, Any]) -> list[Any]:
    try:
        return sorted(nest, key=_sort_key)
    except TypeError as err:
        raise InvalidArgumentError(
            f"nest: the keys of a dict must be sortable. Received: keys {describe(list(nest))}. Use strings."
        ) from err


def _sort_key(key: Any) -> tuple[str, Any]:
    return (type(key).__name__, key)


def tuple_of(structures: Sequence[Structure]) -> Structure:
    """Return the structure of a plain tuple of nests."""
    return _Tuple(tuple, structures)


def children(structure: Structure) -> tuple[Structure, ...]:
    """Return the structures of the top level's parts; empty for a leaf."""
    return structure.children if isinstance(structure, _Branch) else ()


def flatten(nest: Any) -> tuple[list[Any], Structure]:
    """Return the leaves of a nest, in order, and its structure."""
    structure = structure_of(nest)
    return structure.unpack(nest), structure


def iter_leaves(nest: Any) -> Iterator[Any]:
    """Yield the leaves of a nest in order."""
    yield from flatten(nest)[0]


def map_structure(function: Callable[..., Any], nest: Any, *others: Any) -> Any:
    """Apply `function` to the leaves of nests of the same structure, and return the nest of results."""
    leaves, structure = flatten(nest)
    rest = [structure.unpack(other) for other in others]
    return structure.pack([function(*row) for row in zip(leaves, *rest, strict=True)])
