"""The script of code points: Latin, Greek, Han and the others."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.columns import DenseColumn, RaggedColumn
from ...core.errors import DTypeError, describe
from ...core.specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..coding import column_of, element_of, with_values
from ..numeric import as_flat_numbers
from ..transform import Transform
from .base import as_rows, restored, run

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@functools.cache
def _runs() -> tuple[Int64s, Int32s]:
    """Return where each run of code points ends, and its script."""
    from .script_runs import RUNS

    pairs = [run.split(".") for run in RUNS.split()]
    lengths = [int(length, 36) for length, _ in pairs]
    return np.cumsum(lengths), np.array([int(script, 36) for _, script in pairs], dtype=np.int32)


def scripts_of(codes: npt.NDArray[Any]) -> Int32s:
    """Return the script of each code point, -1 for integers that are none."""
    ends, scripts = _runs()
    valid = (codes >= 0) & (codes < ends[-1])
    found = scripts[np.searchsorted(ends, np.where(valid, codes, 0), side="right")]
    return np.where(valid, found, np.int32(-1))


@dataclass(frozen=True)
class _Scripts(Transform):
    name = "unicode_script"

    def apply(self, value: Any) -> Any:
        codes, form = as_flat_numbers(value, where=self.name)
        if codes.dtype.kind not in "iu" and codes.size:
            raise DTypeError(f"unicode_script: input must be integers. Received: {describe(value)}.")
        return restored(scripts_of(codes), form)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, RaggedColumn):
            return with_values(rows, self)
        if isinstance(rows, DenseColumn | np.ndarray):
            array = rows.values if isinstance(rows, DenseColumn) else rows
            return as_rows(scripts_of(array.reshape(-1)), n, array.shape[1:])
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        if not isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) or not spec.dtype.is_integer:
            raise DTypeError(f"unicode_script: input must be integers. Received: {spec!r}.")
        if isinstance(spec, RaggedSpec):
            return RaggedSpec(spec.shape, "int32", spec.ragged_rank)
        return type(spec)(spec.shape, "int32")


def unicode_script(input: Any) -> Any:
    """Return the script of each code point, as int32: ICU's number of it (`UScriptCode`), -1 for what is no code point.

    0 is what scripts share (digits, punctuation), 1 what takes the script of its neighbour, 25 Latin, 8 Cyrillic, 14
    Greek, 17 Han; 103 is what has none. As TensorFlow knows them; a later Unicode may know more.

    Args:
        input: Integers in any form, e.g. from `unicode_decode`.

    Raises:
        DTypeError: The input is no integers.
    """
    return run(_Scripts(), input)
