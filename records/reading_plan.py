"""What is read from records in one pass: which keys hold a fixed number of values, and where these go."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType

# The kinds of lists as `list_kernels` numbers them.
_STRINGS: Final = 1
_FLOATS: Final = 2
_INTS: Final = 3


def output_place(dtype: DType) -> tuple[int, int]:
    """Return the kind of list that holds values of a type, and the fewest bytes that a value takes in it."""
    if dtype.is_string:
        return _STRINGS, 2
    return (_FLOATS, 4) if dtype.is_floating else (_INTS, 1)


class Outputs(NamedTuple):
    """Where kernels write values, one array for each kind of list.

    Attributes:
        floats: uint8[4 * total], bits of float32.
        ints: uint64[total], bits of int64.
        spans: int64[total, 2], begin and end of strings.
    """

    floats: npt.NDArray[np.uint8]
    ints: npt.NDArray[np.uint64]
    spans: npt.NDArray[np.int64]

    @classmethod
    def of(cls, floats: int, ints: int, strings: int) -> Outputs:
        """Return outputs with room for so many values of each kind."""
        return cls(np.empty(4 * floats, np.uint8), np.empty(ints, np.uint64), np.empty((strings, 2), np.int64))

    @classmethod
    def for_values(cls, kind: int, total: int) -> Outputs:
        """Return outputs with room for `total` values of one kind."""
        return cls.of(*(total if kind == other else 0 for other in (_FLOATS, _INTS, _STRINGS)))

    def values(self, kind: int) -> npt.NDArray[Any]:
        """Return the output of one kind as float32, int64 or spans."""
        if kind == _STRINGS:
            return self.spans
        return self.floats.view(np.float32) if kind == _FLOATS else self.ints.view(np.int64)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fixed number of values under a key.

    Attributes:
        dtype: float32, int64 or string.
        shape: Shape of the values.
        default: The flat values of a record without the key; None: it must be there.
        kind: The kind of list that holds them.
        size: Their number.
    """

    dtype: DType
    shape: tuple[int, ...]
    default: npt.NDArray[Any] | None
    kind: int = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", output_place(self.dtype)[0])
        object.__setattr__(self, "size", math.prod(self.shape))

    def prefill(self, values: npt.NDArray[Any], n: int) -> None:
        """Put the default in each of `n` rows; for strings, references to it (see `gather_lengths_kernel`)."""
        if self.default is None:
            return
        if values.ndim == 1:
            values.reshape(n, self.size)[:] = self.default
        else:
            values[:, 0] = np.tile(-1 - np.arange(self.size), n)


class Plan(NamedTuple):
    """What to read, as `locate_kernel` takes it.

    Attributes:
        wanted: What is read, by the number of its key.
        keys: The keys.
        numbers: int64[keys, 4]; of a key that is not read, the third is its place among those.
        late: bool[keys]: which keys the kernel could not read.
        outputs: Where the values go.
        rows: Number of records.
    """

    wanted: dict[int, Wanted]
    keys: tuple[str, ...]
    numbers: npt.NDArray[np.int64]
    late: npt.NDArray[np.bool_]
    outputs: Outputs
    rows: int

    def read(self) -> dict[str, npt.NDArray[Any]]:
        """Return by key the values that were read.

        All keys of a kind share one array. One that is not most of it is copied, so that a user who keeps it alone does
        not keep the others.
        """
        found = {}
        for slot, wanted in self.wanted.items():
            if not self.late[slot]:
                values = self._part(slot, wanted)
                whole = self.outputs.values(wanted.kind)
                found[self.keys[slot]] = values if 2 * len(values) >= len(whole) else values.copy()
        return found

    def _part(self, slot: int, wanted: Wanted) -> npt.NDArray[Any]:
        start = int(self.numbers[slot, 2])
        return self.outputs.values(wanted.kind)[start : start + self.rows * wanted.size]


def plan_of(keys: tuple[str, ...], wanted: Mapping[str, Wanted], rows: int) -> Plan:
    """Return a plan for `rows` records, with memory for what is read and the defaults in place."""
    numbers = np.zeros((len(keys), 4), np.int64)
    totals = {_FLOATS: 0, _INTS: 0, _STRINGS: 0}
    by_slot = {slot: wanted[key] for slot, key in enumerate(keys) if key in wanted}
    others = [slot for slot in range(len(keys)) if slot not in by_slot]
    numbers[others, 2] = np.arange(len(others))
    for slot, want in by_slot.items():
        numbers[slot] = want.kind, want.size, totals[want.kind], want.default is None
        totals[want.kind] += rows * want.size
    outputs = Outputs.of(totals[_FLOATS], totals[_INTS], totals[_STRINGS])
    plan = Plan(by_slot, keys, numbers, np.zeros(len(keys), np.bool_), outputs, rows)
    for slot, want in by_slot.items():
        want.prefill(plan._part(slot, want), rows)
    return plan
