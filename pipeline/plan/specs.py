"""Element specs of nodes that join the elements of several datasets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core import nest
from ...core.errors import DTypeError, InvalidArgumentError, PenstockError, describe
from ...core.specs import ObjectSpec, Spec, most_specific_nest
from .base import Node


def common_spec(specs: Sequence[Any]) -> Any:
    """Return the narrowest nest of specs that admits the elements of all datasets, or None when one is not known."""
    if any(spec is None for spec in specs):
        return None
    # Elements of which nothing is known may be nests, too.
    return ObjectSpec() if any(isinstance(spec, ObjectSpec) for spec in specs) else most_specific_nest(specs)


def check_specs(where: str, name: str, specs: Any) -> None:
    """Check that an argument is None or a nest of specs.

    Raises:
        InvalidArgumentError: A leaf is no spec.
    """
    leaves, structure = nest.flatten(specs)
    for path, leaf in zip(structure.paths(), leaves, strict=True):
        if not isinstance(leaf, Spec) and specs is not None:
            raise InvalidArgumentError(
                f"{where}: {name} must be a nest of specs, as TensorSpec((), 'int32'). "
                f"Received: {describe(leaf)}{f' at {path}' if path else ''}."
            )


def check_common_spec(where: str, nodes: Sequence[Node]) -> None:
    """Check that elements of several datasets can follow one another, as far as their specs are known.

    Raises:
        DTypeError: Two of them differ in structure or dtype.
    """
    specs = [(i, node.element_spec) for i, node in enumerate(nodes)]
    known = [(i, spec) for i, spec in specs if spec is not None and not isinstance(spec, ObjectSpec)]
    for i, spec in known[1:]:
        if not _go_together(known[0][1], spec):
            raise DTypeError(
                f"{where}: the elements of all datasets must have one structure and the same dtypes. "
                f"Received: dataset {known[0][0]} with {known[0][1]!r}; dataset {i} with {spec!r}. Use map() to make "
                "them alike."
            )


def _go_together(spec: Any, other: Any) -> bool:
    leaves, structure = nest.flatten(spec)
    try:
        others = structure.unpack(other)
        common = nest.flatten(most_specific_nest([spec, other]))[0]
    except PenstockError:
        return False
    # Leaves without a common form would become Python objects.
    return all(
        not isinstance(joined, ObjectSpec) or isinstance(a, ObjectSpec) or isinstance(b, ObjectSpec)
        for joined, a, b in zip(common, leaves, others, strict=True)
    )
