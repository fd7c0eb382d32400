"""Specs of elements as JSON values."""

from __future__ import annotations

from typing import Any

from ...core import nest
from ...core.errors import InvalidArgumentError, describe
from ...core.nest import Structure
from ...core.nest_json import structure_from_json, structure_to_json
from ...core.specs import ObjectSpec, RaggedSpec, SparseSpec, Spec, TensorSpec


def spec_to_json(spec: Any) -> Any:
    """Return a nest of specs as plain JSON values.

    Raises:
        InvalidArgumentError: A leaf is a dataset.
    """
    leaves, structure = nest.flatten(spec)
    return {"structure": structure_to_json(structure), "leaves": [_leaf(leaf) for leaf in leaves]}


def _leaf(spec: Spec) -> list[Any]:
    match spec:
        case TensorSpec():
            return ["tensor", spec.shape, spec.dtype.name]
        case RaggedSpec():
            return ["ragged", spec.shape, spec.dtype.name, spec.ragged_rank, spec.row_splits_dtype.name]
        case SparseSpec():
            return ["sparse", spec.shape, spec.dtype.name]
        case ObjectSpec():
            return ["object"]
    raise InvalidArgumentError(f"elements in files: datasets have no form in a file. Received: {describe(spec)}.")


def spec_from_json(value: Any, like: Structure | None = None) -> Any:
    """Return the nest of specs that JSON values describe.

    Args:
        value: What `spec_to_json` returned.
        like: A structure that brings the classes of named tuples and dataclasses.

    Raises:
        InvalidArgumentError: A dataclass is described, and `like` does not bring it.
        ValueError: The values describe no specs.
    """
    try:
        structure, leaves = structure_from_json(value["structure"], like), value["leaves"]
        return structure.pack([_spec(*leaf) for leaf in leaves])
    except (KeyError, TypeError, IndexError) as err:
        raise ValueError(f"{describe(value)} describes no specs") from err


def _spec(kind: str, *fields: Any) -> Spec:
    match kind:
        case "tensor":
            return TensorSpec(*fields)
        case "ragged":
            return RaggedSpec(*fields)
        case "sparse":
            return SparseSpec(*fields)
        case "object":
            return ObjectSpec()
    raise ValueError(f"{kind!r} is no kind of spec")
