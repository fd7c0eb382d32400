"""Hypothesis strategies for what penstock works on; they need the optional package `hypothesis`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .block_cases import BlockCase, blocks
    from .datasets import Recipe, recipes
    from .pipelines import integer_pipelines, seeds, shuffles
    from .records import (
        RecordFile,
        csv_fields,
        csv_rows,
        damaged,
        example_values,
        payloads,
        record_files,
        sequence_examples,
        serialized_examples,
    )
    from .specs import dtypes, element_specs, leaf_specs, ragged_specs, shapes, sparse_specs, tensor_specs
    from .structures import nests
    from .values import arrays_of, elements, leaves, scalars

__all__ = [
    "BlockCase",
    "Recipe",
    "RecordFile",
    "arrays_of",
    "blocks",
    "csv_fields",
    "csv_rows",
    "damaged",
    "dtypes",
    "element_specs",
    "elements",
    "example_values",
    "integer_pipelines",
    "leaf_specs",
    "leaves",
    "nests",
    "payloads",
    "ragged_specs",
    "recipes",
    "record_files",
    "scalars",
    "seeds",
    "sequence_examples",
    "serialized_examples",
    "shapes",
    "shuffles",
    "sparse_specs",
    "tensor_specs",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "BlockCase": ".block_cases",
        "Recipe": ".datasets",
        "RecordFile": ".records",
        "arrays_of": ".values",
        "blocks": ".block_cases",
        "csv_fields": ".records",
        "csv_rows": ".records",
        "damaged": ".records",
        "dtypes": ".specs",
        "element_specs": ".specs",
        "elements": ".values",
        "example_values": ".records",
        "integer_pipelines": ".pipelines",
        "leaf_specs": ".specs",
        "leaves": ".values",
        "nests": ".structures",
        "payloads": ".records",
        "ragged_specs": ".specs",
        "recipes": ".datasets",
        "record_files": ".records",
        "scalars": ".values",
        "seeds": ".pipelines",
        "sequence_examples": ".records",
        "serialized_examples": ".records",
        "shapes": ".specs",
        "shuffles": ".pipelines",
        "sparse_specs": ".specs",
        "tensor_specs": ".specs",
    },
)
