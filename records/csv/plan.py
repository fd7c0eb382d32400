"""How the kernel of decode_csv sees a format: arrays of kinds and slots, made once per format, and its output arrays.

Columns of one type lie side by side in one array `[n, k]`, so that rows are written in order of memory.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, Column, DenseColumn
from . import kernels
from .format import CsvFormat

# In the order of the kernel's output arrays.
_KINDS: Final = {
    "float32": kernels.FLOAT32,
    "float64": kernels.FLOAT64,
    "int32": kernels.INT32,
    "int64": kernels.INT64,
    "string": kernels.STRING,
}
_ARRAYS: Final = tuple(_KINDS)
_STRINGS: Final = _ARRAYS.index("string")

Outputs = tuple[npt.NDArray[Any], ...]


class Plan:
    """The kernel's view of one format.

    Attributes:
        layout: The kernel's argument of that name.
    """

    def __init__(self, form: CsvFormat) -> None:
        names = [column.dtype.name for column in form.columns]
        self._arrays = [_ARRAYS.index(name) for name in names]
        self._slots = [names[:i].count(name) for i, name in enumerate(names)]
        self._of_field = [form.column_of(field) for field in range(form.fields)]
        kinds, slots, required = (np.zeros(form.fields, kind) for kind in (np.int64, np.int64, np.bool_))
        for field, index in enumerate(self._of_field):
            if index is not None:
                kinds[field], slots[field] = _KINDS[names[index]], self._slots[index]
                required[field] = form.columns[index].default is None
        na_value = np.frombuffer(form.na_value, np.uint8)
        flags = form.use_quote_delim, form.is_exact, form.empty_is_field
        self.layout = (kinds, slots, required, na_value, form.field_delim[0], *flags)
        self._defaults = [
            [column.default for column, name in zip(form.columns, names, strict=True) if name == array]
            for array in _ARRAYS
        ]

    def outputs(self, n: int) -> Outputs:
        """Return the arrays for `n` rows, holding the defaults."""
        made: list[npt.NDArray[Any]] = []
        for name, defaults in zip(_ARRAYS[:_STRINGS], self._defaults, strict=False):
            array = np.empty((n, len(defaults)), name)
            if any(value is not None for value in defaults):
                array[:] = np.asarray([value or 0 for value in defaults], name)
            made.append(array)
        return (*made, np.full((n, len(self._defaults[_STRINGS]), 2), kernels.MISSING, np.int64))

    def float_place(self, field: int) -> tuple[int, int, bool]:
        """Return the output array and the slot of a field that holds floats, and whether they are float32."""
        index = self._of_field[field]
        assert index is not None
        array = self._arrays[index]
        return array, self._slots[index], _ARRAYS[array] == "float32"

    def column(self, index: int, outputs: Outputs, data: npt.NDArray[np.uint8]) -> Column:
        """Return a column of the result; strings are gathered out of the bytes of the rows."""
        array, slot = self._arrays[index], self._slots[index]
        values = outputs[array][:, slot]
        if array != _STRINGS:
            return DenseColumn(values)
        spans, default = np.ascontiguousarray(values), self._defaults[_STRINGS][slot]
        filler = np.frombuffer(default if isinstance(default, bytes) else b"", np.uint8)
        offsets = np.empty(len(spans) + 1, np.int64)
        kernels.string_offsets_kernel(data, spans, len(filler), offsets)
        out = np.empty(int(offsets[-1]), np.uint8)
        kernels.gather_strings_kernel(data, spans, filler, offsets, out)
        return BytesColumn(out, offsets)


@functools.lru_cache(maxsize=256)
def plan_of(form: CsvFormat) -> Plan:
    """Return the plan of a format, made at its first use."""
    return Plan(form)
